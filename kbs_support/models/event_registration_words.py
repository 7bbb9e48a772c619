from odoo import api, models
from odoo.tools import format_date, formatLang


class EventRegistration(models.Model):
    """Why a seat gets its benefit, or none: a sentence for each cause of a verdict.

    Each method takes the ``Ask``, the period, the ``Seat`` and the ``Verdict``.
    """

    _inherit = "event.registration"

    @api.model
    def _kbs_tell_given(self, _ask, period, _seat, verdict):
        last = min(period.date_end, period.guarantee_until or period.date_end)
        values = {
            "plan": period.plan_id.with_env(self.env).sudo().name,
            "date": format_date(self.env, period.date_end if period.is_paid else last),
        }
        if verdict.kind == "free":
            if period.is_paid:
                return self.env._(
                    "Free of charge by the plan %(plan)s, paid until %(date)s.",
                    **values,
                )
            return self.env._(
                "Free of charge by the plan %(plan)s, guaranteed until %(date)s.",
                **values,
            )
        values["percent"] = formatLang(self.env, verdict.percent, digits=0)
        return self.env._(
            "%(percent)s %% less by the plan %(plan)s, which lasts until %(date)s.",
            **values,
        )

    @api.model
    def _kbs_tell_no_price(self, *_args):
        return self.env._("This event is free of charge for everybody.")

    @api.model
    def _kbs_tell_not_covered(self, ask, *_args):
        if not ask.client:
            return self.env._("Booked without a client of support.")
        return self.env._(
            "Support is not paid for %(date)s, the day of the event.",
            date=format_date(self.env, ask.get_day()),
        )

    @api.model
    def _kbs_tell_not_in_plan(self, _ask, period, *_args):
        return self.env._(
            "The plan %(plan)s gives no benefit for this event.",
            plan=period.plan_id.with_env(self.env).sudo().name,
        )

    @api.model
    def _kbs_tell_had_it(self, *_args):
        return self.env._("This person has the benefit for this event already.")

    @api.model
    def _kbs_tell_no_seats(self, _ask, period, seat, _verdict):
        return self.env._(
            "All seats of the plan %(plan)s are taken: %(seats)s in the term until "
            "%(date)s.",
            plan=period.plan_id.with_env(self.env).sudo().name,
            seats=seat.rule.seats,
            date=format_date(self.env, period.date_end),
        )

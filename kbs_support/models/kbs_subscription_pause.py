from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.coverage import ONE_DAY, days_within


class KbsSubscription(models.Model):
    """Support that stands still for a while: the end moves, the tenure stays (S2)."""

    _inherit = "kbs.subscription"

    pause_ids = fields.One2many(
        comodel_name="kbs.pause", inverse_name="subscription_id", string="Pauses"
    )
    pause_note = fields.Char(
        compute="_compute_pause_note",
        help="Says since when, until when and why support stands still, or will.",
    )

    # === COMPUTE METHODS === #

    @api.depends("pause_ids.date_start", "pause_ids.date_end", "pause_ids.reason_id")
    def _compute_pause_note(self):
        for subscription in self:
            today = subscription.company_id._kbs_today()
            coming = subscription.pause_ids.filtered(
                lambda x, today=today: not x.date_end or x.date_end >= today
            ).sorted("date_start")[:1]
            note = subscription._explain_pause(coming) if coming else False
            subscription.pause_note = note

    def _explain_pause(self, pause):
        start = format_date(self.env, pause.date_start)
        reason = pause.reason_id.name
        if pause.date_end:
            return self.env._(
                "Support is paused from %(start)s to %(end)s: %(reason)s. The end of "
                "coverage has moved by the days of the pause.",
                start=start,
                end=format_date(self.env, pause.date_end),
                reason=reason,
            )
        return self.env._(
            "Support is paused from %(start)s on: %(reason)s. When it goes on, the end "
            "of coverage will move by the days paused.",
            start=start,
            reason=reason,
        )

    # === ACTIONS === #

    def action_pause(self):
        """Ask from which day and why support is paused."""
        self.ensure_one()
        first = max(filter(None, (self.company_id._kbs_today(), self.date_start)))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pause Support"),
            "res_model": "kbs.pause",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_subscription_id": self.id,
                "default_date_start": first,
            },
        }

    def action_resume(self):
        """End the pause yesterday: support goes on today."""
        self._resume()

    # === BUSINESS METHODS === #

    def _resume(self, day=None):
        """End the running pauses, so that ``day`` is served again.

        :param date day: first day of service, today by default
        :raise AccessError: the user may not pause, so he may not resume either
        :raise UserError: support does not stand still on that day
        """
        self.env["kbs.pause"].check_access("write")
        for subscription in self:
            first = day or subscription.company_id._kbs_today()
            pause = subscription._get_pause_on(first)
            if not pause:
                raise UserError(
                    self.env._(
                        "The subscription %(number)s is not paused on %(date)s.",
                        number=subscription.name,
                        date=format_date(self.env, first),
                    )
                )
            if first == pause.date_start:
                # Not one day was paused. Sudo: taking it back is not deleting it.
                pause.check_access("write")
                pause.sudo().unlink()
            else:
                pause.date_end = first - ONE_DAY

    def _end_open_pauses(self):
        """End what nobody will resume any more: the subscription is closed."""
        for subscription in self:
            today = subscription.company_id._kbs_today()
            for pause in subscription.pause_ids.filtered(lambda x: not x.date_end):
                if pause.date_start >= today:
                    pause.unlink()
                else:
                    pause.date_end = today - ONE_DAY

    def _get_pause_on(self, day):
        """Return the pause of this subscription that covers the local date ``day``."""
        return self.pause_ids.filtered(lambda x: x._covers(day))[:1]

    def _get_clock_day(self):
        """Return the local date by which this subscription lives.

        Today, but during an open pause the day on which it began: time stands still,
        so neither the coverage nor the grace runs out. A pause whose last day is
        known has moved the end already.
        """
        self.ensure_one()
        today = self.company_id._kbs_today()
        pause = self._get_pause_on(today)
        return today if not pause or pause.date_end else pause.date_start

    def _get_paused_days(self, start, end):
        """Return how many days from ``start`` to ``end`` were paused."""
        stretches = [x._get_stretch() for x in self.pause_ids]
        return days_within(stretches, start, end) if start and end else 0

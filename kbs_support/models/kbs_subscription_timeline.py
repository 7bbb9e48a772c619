from odoo import api, fields, models
from odoo.tools import format_amount, format_date

from ..tools.timeline import PeriodFact, build_timeline
from ..tools.wording import format_count

MARKS = {
    "period": "success",
    "gap": "danger",
    "plan": "info",
    "pause": "warning",
    "transfer": "primary",
    "now": "dark",
}


class KbsSubscription(models.Model):
    """The tenure explained: periods, gaps, pauses and transfers as a timeline."""

    _inherit = "kbs.subscription"

    timeline_html = fields.Html(
        string="Timeline", compute="_compute_timeline_html", sanitize=False
    )

    @api.depends(
        "state",
        "tenure_start",
        "period_ids.date_start",
        "period_ids.date_end",
        "period_ids.is_effective",
        "pause_ids.date_start",
        "pause_ids.date_end",
        "pause_ids.note",
        "transfer_ids",
    )
    @api.depends_context("lang")
    def _compute_timeline_html(self):
        for subscription in self:
            subscription.timeline_html = self.env["ir.qweb"]._render(
                "kbs_support.kbs_timeline", subscription._prepare_timeline()
            )

    def _prepare_timeline(self):
        """Return the plain values of the template ``kbs_support.kbs_timeline``.

        :return: dict: ``tenure`` (sentence or False), ``segments`` (newest first), each
            a dict of ``kind``, ``mark`` (a Bootstrap colour), ``title``, ``dates``,
            ``text``, ``badges`` ([(text, colour)]) and ``is_current``
        """
        self.ensure_one()
        today = self.company_id._kbs_today()
        segments = build_timeline(
            [x._get_timeline_fact() for x in self.period_ids._get_booked()],
            [(x.date_start, x.date_end or None, x) for x in self.pause_ids],
            [(x.date, x) for x in self.transfer_ids],
            today,
        )
        return {
            "tenure": self._tell_tenure(),
            "segments": [self._prepare_segment(x) for x in reversed(segments)],
        }

    def _tell_tenure(self):
        if not self.tenure_start or self.state in ("draft", "ended", "cancelled"):
            return False
        return self.env._(
            "Tenure: %(months)s, since %(date)s",
            months=format_count(self.env, "month", self.tenure_months),
            date=format_date(self.env, self.tenure_start),
        )

    def _prepare_segment(self, segment):
        days = [x for x in (segment.date_start, segment.date_end) if x]
        dates = " – ".join(format_date(self.env, day) for day in days)
        if segment.note == "open":
            dates += " – …"
        values = {
            "kind": segment.kind,
            "mark": MARKS[segment.kind],
            "dates": dates,
            "text": "",
            "badges": [],
            "is_current": segment.is_current,
        }
        return values | getattr(self, f"_prepare_segment_{segment.kind}")(segment)

    def _prepare_segment_period(self, segment):
        period, days = segment.source, format_count(self.env, "day", segment.days)
        values = {
            "title": f"{period.plan_id.name} · {period.term_id.name}",
            "text": days,
            "badges": period._get_timeline_badges(),
        }
        if segment.note == "unpaid":
            values["mark"] = "secondary"
        elif segment.note == "grace":
            values["text"] = self.env._(
                "%(days)s; renewed within the grace, so without a gap", days=days
            )
        return values

    def _prepare_segment_gap(self, segment):
        return {
            "title": self.env._(
                "Gap of %(days)s: the tenure began anew",
                days=format_count(self.env, "day", segment.days),
            )
        }

    def _prepare_segment_plan(self, segment):
        old, new = segment.source
        return {
            "title": self.env._(
                "Change of plan: %(old)s → %(new)s",
                old=old.plan_id.name,
                new=new.plan_id.name,
            )
        }

    def _prepare_segment_pause(self, segment):
        pause, days = segment.source, format_count(self.env, "day", segment.days)
        if segment.note == "open":
            text = self.env._("%(days)s so far; the tenure is kept", days=days)
        else:
            text = self.env._(
                "%(days)s; the end has moved by them, the tenure is kept", days=days
            )
        # Our people write the note for each other.
        note = not self.env.context.get("kbs_for_client") and pause.note
        return {
            "title": self.env._("Pause: %(reason)s", reason=pause.reason_id.name),
            "text": f"{text}. {note}" if note else text,
        }

    def _prepare_segment_transfer(self, segment):
        transfer = segment.source
        return {
            "title": self.env._(
                "Transferred: %(old)s → %(new)s",
                old=transfer.old_partner_id.name,
                new=transfer.new_partner_id.name,
            ),
            "text": self.env._("Ground: %(reason)s", reason=transfer.reason),
        }

    def _prepare_segment_now(self, _segment):
        states = dict(self._fields["state"]._description_selection(self.env))
        return {
            "title": self.env._("Today: %(state)s", state=states[self.state].lower())
        }


class KbsSubscriptionPeriod(models.Model):
    _inherit = "kbs.subscription.period"

    def _get_timeline_fact(self):
        """Return this period as a fact of the timeline."""
        # Sudo: a specialist sees when it was sold, and nothing else of the order.
        ordered = self.sudo().order_id.date_order
        sold_on = ordered and self.company_id._kbs_to_local_date(ordered)
        return PeriodFact(
            self.date_start,
            self.date_end,
            self.plan_id.id,
            self.is_effective,
            sold_on,
            self,
        )

    def _get_timeline_badges(self):
        """Return ``[(text, Bootstrap colour)]``: how it was paid, and its price."""
        if self.is_paid:
            paid = (self.env._("paid"), "success")
        elif self.is_effective:
            paid = (
                self.env._(
                    "guaranteed until %(date)s",
                    date=format_date(self.env, self.guarantee_until),
                ),
                "info",
            )
        else:
            paid = (self.env._("not paid"), "warning")
        if self.env.context.get("kbs_hides_money"):  # the reader may not know it
            return [paid]
        kinds = dict(self._fields["price_kind"]._description_selection(self.env))
        amount = format_amount(self.env, self.price_total, self.currency_id)
        badges = [paid, (f"{kinds[self.price_kind]}: {amount}", "secondary")]
        if self.opened_on:
            day = format_date(self.env, self.opened_on)
            badges.append((self.env._("taken over on %(date)s", date=day), "info"))
        return badges

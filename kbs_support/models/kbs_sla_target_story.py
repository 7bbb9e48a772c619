from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_datetime

from ..tools.clock_story import tell
from ..tools.wording import format_minutes

MARKS = {
    "counted": "success",
    "pause": "warning",
    "outage": "danger",
    "holiday": "info",
    "weekend": "secondary",
    "night": "secondary",
}
STATE_MARKS = {
    "running": "info",
    "paused": "warning",
    "met": "success",
    "missed": "danger",
    "cancelled": "secondary",
}
AROUND = timedelta(days=15)


class KbsSlaTarget(models.Model):
    """Why this deadline: what was counted, and what was not (L6)."""

    _inherit = "kbs.sla.target"

    def _sort_for_reading(self):
        """Return these as people ask about them.

        Open ones first, what is due first on top and what stands still last; then what
        has ended, the latest first.
        """
        running = self._filter_open()
        due = running.filtered("deadline").sorted(lambda x: (x.deadline, x.id))
        ended = (self - running).sorted(
            lambda x: (x.done_at or x.write_date, x.id), reverse=True
        )
        return due + (running - due) + ended

    def _prepare_story(self):
        """Return the plain values of one clock for ``kbs_support.kbs_clock_story``."""
        self.ensure_one()
        now = fields.Datetime.now()
        until = max(self.done_at or self.deadline or now, self.date_start)
        names = dict(self._fields["metric"]._description_selection(self.env))
        states = dict(self._fields["state"]._description_selection(self.env))
        return {
            "title": names[self.metric],
            "cycle": self.cycle if self.cycle > 1 else 0,
            "state": states[self.state],
            "mark": STATE_MARKS[self.state],
            "promise": self._tell_promise(),
            "outcome": self._tell_outcome(now),
            "rows": [self._prepare_row(x) for x in self._get_stretches(until)],
            "versions": [x._tell() for x in self.version_ids],
        }

    def _get_stretches(self, until):
        calendar, company = self.calendar_id, self.company_id
        start = self.date_start
        return tell(
            start,
            until,
            calendar._kbs_get_work_time(company, with_leaves=False).between(
                start - AROUND, until + AROUND
            ),
            company.kbs_tz,
            calendar._kbs_get_holidays(start, until, company),
            self._get_outages(),
            [
                (x.date_start, x.date_end or None, x.reason or "")
                for x in self._get_pauses()
            ],
        )

    def _get_outages(self):
        kinds = dict(
            self.env["kbs.blackout"]._fields["kind"]._description_selection(self.env)
        )
        found = self.env["kbs.blackout"]._get_since(self.company_id, self.date_start)
        return [
            (x.date_start, x.date_end or None, kinds[x.kind])
            for x in found._filter_concerning(self.ticket_id)
        ]

    def _prepare_row(self, stretch):
        return {
            "kind": stretch.kind,
            "mark": MARKS[stretch.kind],
            "when": f"{self._tell_moment(stretch.start)} – "
            f"{self._tell_moment(stretch.end)}",
            "text": self._tell_stretch(stretch),
            "counted": format_minutes(self.env, stretch.minutes)
            if stretch.kind == "counted"
            else "",
        }

    def _tell_stretch(self, stretch):
        texts = {
            "counted": self.env._("Counted"),
            "pause": stretch.label or self.env._("Waiting for the client"),
            "outage": self.env._("Force majeure: %(kind)s", kind=stretch.label.lower()),
            "holiday": self.env._("Day off: %(name)s", name=stretch.label),
            "weekend": self.env._("Weekend"),
            "night": self.env._("Outside working hours"),
        }
        return texts[stretch.kind]

    def _tell_moment(self, moment):
        return format_datetime(
            self.env, moment, tz=self.company_id.kbs_tz, dt_format="EEE dd.MM HH:mm"
        )

    def _tell_promise(self):
        terms = {
            "day": self.env._("%(amount)s work. days", amount=self.amount),
            "hour": self.env._("%(amount)s work. hours", amount=self.amount),
            "minute": self.env._("%(amount)s work. minutes", amount=self.amount),
            "clock_hour": self.env._(
                "%(amount)s hours around the clock", amount=self.amount
            ),
        }
        promise = terms[self.unit]
        if self.unit == "day":
            hours = format_minutes(self.env, self.promise_minutes)
            promise = f"{promise} = {hours}"
        if not self.calendar_id:
            return promise
        return self.env._(
            "%(promise)s, counted by “%(calendar)s”",
            promise=promise,
            calendar=self.calendar_id.name,
        )

    def _tell_outcome(self, now):
        """One sentence: until when, how it ended, what is left."""
        if self.state == "cancelled":
            return self.cancel_reason or ""
        if self.state == "met":
            return self.env._("Done %(moment)s", moment=self._tell_moment(self.done_at))
        if self.state == "missed":
            late = self.late_minutes
            if not self.done_at:
                late = self._get_late_minutes(self._get_faces(), now)
            return self.env._(
                "Was due %(moment)s, late by %(late)s of counted time",
                moment=self._tell_moment(self.missed_at),
                late=format_minutes(self.env, late),
            )
        left = self._get_remaining(now)[self]
        left = format_minutes(self.env, max(0, round(left.total_seconds() / 60)))
        if not self.deadline:
            return self.env._("Stands still; %(left)s are left", left=left)
        return self.env._(
            "Until %(moment)s; %(left)s are left",
            moment=self._tell_moment(self.deadline),
            left=left,
        )


class KbsSlaTargetVersion(models.Model):
    _inherit = "kbs.sla.target.version"

    def _tell(self):
        """Return one sentence about what the clock said before."""
        self.ensure_one()
        target = self.target_id
        when = self.create_date and target._tell_moment(self.create_date)
        if not self.deadline:
            return self.env._(
                "%(when)s: counted anew (%(reason)s)", when=when, reason=self.reason
            )
        return self.env._(
            "%(when)s: counted anew (%(reason)s); before, it was due %(deadline)s",
            when=when,
            reason=self.reason,
            deadline=target._tell_moment(self.deadline),
        )


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    kbs_clock_html = fields.Html(
        string="Why This Deadline", compute="_compute_kbs_clock_html", sanitize=False
    )

    def _compute_kbs_clock_html(self):
        for ticket in self:
            clocks = ticket.kbs_sla_target_ids._sort_for_reading()
            ticket.kbs_clock_html = bool(clocks) and self.env["ir.qweb"]._render(
                "kbs_support.kbs_clock_story",
                {"clocks": [x._prepare_story() for x in clocks]},
            )

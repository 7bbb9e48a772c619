from datetime import timedelta

from pytz import utc

from odoo import api, models
from odoo.fields import Domain

from ..tools.work_time import WorkTime

WATCHED = {
    "tz",
    "attendance_ids",
    "two_weeks_calendar",
    "schedule_type",
    "flexible_hours",
    "leave_ids",
    "global_leave_ids",
}


class ResourceCalendar(models.Model):
    """Working hours as the clocks of tickets count them (L1)."""

    _inherit = "resource.calendar"

    def write(self, vals):
        res = super().write(vals)
        if WATCHED & set(vals):
            self._kbs_recount_clocks()
        return res

    def _kbs_recount_clocks(self):
        """Have the open clocks that count by these calendars counted anew."""
        self.env["kbs.sla.target"]._request_recount(
            Domain("calendar_id", "in", self.ids),
            self.env._("Working hours have changed"),
        )

    def _kbs_get_work_time(self, company, with_leaves=True, known=None):
        """Return the working hours as :class:`WorkTime`; around the clock if empty.

        :param company: whose leaves count out, beside those of nobody's company
        :param dict known: hours that were loaded already, by calendar and company;
            what is loaded now is added
        """
        if not self:
            return WorkTime.around_the_clock()
        if known is not None:
            key = (self.sudo(), company.sudo())
            if key not in known:
                known[key] = self._kbs_get_work_time(company, with_leaves)
            return known[key]
        self.ensure_one()
        # Sudo: whoever takes a ticket in need not be able to read calendars.
        calendar = self.sudo()

        def load(start, end):
            return calendar._kbs_load_work(start, end, company, with_leaves)

        return WorkTime(load)

    def _kbs_load_work(self, start, end, company, with_leaves):
        found = self._work_intervals_batch(
            utc.localize(start),
            utc.localize(end),
            domain=self._kbs_get_leave_domain(company),
            compute_leaves=with_leaves,
        )[False]
        return [(_to_moment(begin), _to_moment(finish)) for begin, finish, __ in found]

    def _kbs_get_holidays(self, start, end, company):
        """Return the holidays between two moments: ``[(from, to, name)]``, UTC."""
        if not self:
            return []
        leaves = self.env["resource.calendar.leaves"].sudo()
        found = leaves.search(
            Domain(self._kbs_get_leave_domain(company))
            & Domain("calendar_id", "in", [False, self.id])
            & Domain("resource_id", "=", False)
            & Domain("date_from", "<", end)
            & Domain("date_to", ">", start)
        )
        return [
            (x.date_from, _round_up(x.date_to), x.name or self.env._("holiday"))
            for x in found
        ]

    @api.model
    def _kbs_get_leave_domain(self, company):
        return [
            ("time_type", "=", "leave"),
            ("company_id", "in", [False, company.id]),
        ]


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    @api.model_create_multi
    def create(self, vals_list):
        attendances = super().create(vals_list)
        attendances.calendar_id._kbs_recount_clocks()
        return attendances

    def write(self, vals):
        calendars = self.calendar_id
        res = super().write(vals)
        (calendars | self.calendar_id)._kbs_recount_clocks()
        return res

    def unlink(self):
        calendars = self.calendar_id
        res = super().unlink()
        calendars.exists()._kbs_recount_clocks()
        return res


def _to_moment(aware):
    """UTC without a zone; the last microsecond of a day is the next midnight."""
    return _round_up(aware.astimezone(utc).replace(tzinfo=None))


def _round_up(moment):
    if moment.microsecond:
        moment = moment.replace(microsecond=0) + timedelta(seconds=1)
    return moment

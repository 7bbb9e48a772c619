from datetime import timedelta

from pytz import utc

from odoo import models

FORTNIGHT = timedelta(days=14)
# Odoo ends a day one microsecond before midnight: 24/7 is not closed for it.
HOLE = timedelta(seconds=1)


class ResourceCalendar(models.Model):
    """When the consultation line opens."""

    _inherit = "resource.calendar"

    def _kbs_get_opening(self, moment, company):
        """Return when work goes on: ``moment`` itself where it is working time.

        Holidays of ``company`` count out, also those of calendars that several
        companies share.

        :param datetime moment: UTC, naive
        :return: UTC moment (naive), or False: nothing in half a year, or no calendar
        """
        calendar = self.sudo()  # everybody is told when the line opens
        holidays = [
            ("time_type", "=", "leave"),
            ("company_id", "in", (False, company.id)),
        ]
        start = utc.localize(moment)
        for _number in range(13) if calendar else ():
            intervals = calendar._work_intervals_batch(
                start, start + FORTNIGHT, domain=holidays
            )
            for begin, _end, _meta in intervals[False]:
                opening = begin.astimezone(utc).replace(tzinfo=None)
                return moment if opening - moment <= HOLE else opening
            start += FORTNIGHT
        return False

    def _kbs_is_open(self, moment, company):
        """Say whether the UTC ``moment`` (naive) is working time."""
        return self._kbs_get_opening(moment, company) == moment

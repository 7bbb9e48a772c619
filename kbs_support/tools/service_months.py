"""Service months: the stretches by which hours and sessions are counted (T7).

Pure functions over the company's local dates: no database, no clock. Both ends of a
stretch belong to it.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from .coverage import ONE_DAY, days_within


@dataclass(frozen=True)
class ServiceMonth:
    """One service month, or the part of it that is covered.

    ``days`` of the ``whole_days`` of the month lie behind the first covered day: less
    than all of them where coverage begins in the middle of the month.
    """

    number: int  # from 1 on, since the start of the chain
    first: date
    last: date
    days: int
    whole_days: int

    def get_share(self, minutes):
        """Return the minutes of this month where a whole one has ``minutes``.

        Rounded up to a minute.

        >>> ServiceMonth(1, date(2026, 1, 16), date(2026, 1, 31), 16, 31).get_share(180)
        93
        """
        return -(-minutes * self.days // self.whole_days)


def get_service_months(chain_start, first, last, pauses=()):
    """Return the service months of what is covered from ``first`` to ``last``.

    They are counted from ``chain_start`` (the 15th to the 14th), and a pause makes the
    month in which it lies longer, as it does with the coverage. A month that is cut at
    its end stays whole in its share: its hours were given when it began.

    :param pauses: ``[(first day, last day)]`` that are over, in the order of time
    :return: list of :class:`ServiceMonth` in the order of time

    >>> [(x.first.isoformat(), x.last.isoformat()) for x in get_service_months(
    ...     date(2026, 1, 31), date(2026, 1, 31), date(2026, 3, 30))]
    [('2026-01-31', '2026-02-27'), ('2026-02-28', '2026-03-30')]
    """
    months = []
    number = 0
    while True:
        start = _get_boundary(chain_start, number, pauses)
        if start > last:
            return months
        number += 1
        end = _get_boundary(chain_start, number, pauses) - ONE_DAY
        if end < first:
            continue
        begin = max(start, first)
        whole = (end - start).days + 1 - days_within(pauses, start, end)
        served = (end - begin).days + 1 - days_within(pauses, begin, end)
        months.append(ServiceMonth(number, begin, min(end, last), served, whole))


def find_service_month(months, day):
    """Return the :class:`ServiceMonth` of ``months`` that ``day`` lies in, or None."""
    return next((x for x in months if x.first <= day <= x.last), None)


def _get_boundary(chain_start, number, pauses):
    """Return the first day after ``number`` service months."""
    day = chain_start + relativedelta(months=number)
    for first, last in pauses:
        if first <= day:
            day += timedelta(days=(last - first).days + 1)
    return day

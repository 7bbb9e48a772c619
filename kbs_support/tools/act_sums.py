"""Money of acts: which part of a sold price falls on which days.

Pure functions over local dates and whole kopecks: no database, no clock. Both ends of
a stretch belong to it; days on which support was paused are not served.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from .coverage import ONE_DAY, days_within
from .proration import count_sold_days

MONTHS = {"month": 1, "quarter": 3}
FREQUENCIES = (*MONTHS, "period")


@dataclass(frozen=True)
class SoldDays:
    """One sold period as acts see it.

    ``price`` paid for the days from ``first`` to ``sold_until``. ``last`` is the last
    day of service: earlier where the client left, or another plan took over. ``due``
    is what all acts of the period come to: the price less what was given back or
    carried over. ``told_until`` is the last day that may stand on an act, where only a
    part is paid for or guaranteed so far. ``pauses`` are ``(first day, last day)``;
    one that still runs has no last day.
    """

    first: date
    sold_until: date
    last: date
    price: int
    due: int
    pauses: tuple = ()
    told_until: date | None = None

    @property
    def open_pause(self):
        return next((x for x in self.pauses if not x[1] and x[0] <= self.last), None)

    def count_served(self, first, last):
        """Return the days of service from ``first`` to ``last``."""
        if last < first:
            return 0
        return (last - first).days + 1 - days_within(self.pauses, first, last)

    def get_amount(self, first, last, told):
        """Return the kopecks of the days from ``first`` to ``last``.

        Rounded down; the last day of service takes all that is left of what is due.

        :param int told: kopecks on other acts of this period
        """
        left = max(self.due - told, 0)
        is_over = not self.open_pause and self.told_until in (None, self.last)
        if is_over and not self.count_served(last + ONE_DAY, self.last):
            return left
        total = count_sold_days(self.first, self.sold_until, self.pauses)
        return min(self.price * self.count_served(first, last) // total, left)


@dataclass(frozen=True)
class ActShare:
    """What one act says about one period. ``amount`` is in kopecks."""

    first: date
    last: date
    days: int
    amount: int


def get_calendar_stretch(day, frequency):
    """Return the first and the last day of the month, or quarter, of ``day``.

    >>> get_calendar_stretch(date(2026, 5, 14), "quarter")
    (datetime.date(2026, 4, 1), datetime.date(2026, 6, 30))
    """
    months = MONTHS[frequency]
    first = day.replace(day=1, month=(day.month - 1) // months * months + 1)
    return first, first + relativedelta(months=months) - ONE_DAY


def get_act_shares(sold, frequency, until, told_until=None, told=0):
    """Return what acts have to say about ``sold`` by the end of the day ``until``.

    :param sold: :class:`SoldDays`
    :param str frequency: ``month``, ``quarter`` (of the calendar) or ``period``
    :param date told_until: last day that stands on an act already, or None
    :param int told: kopecks on these acts
    :return: list of :class:`ActShare` in the order of time

    >>> sold = SoldDays(date(2026, 1, 15), date(2026, 4, 14), date(2026, 4, 14),
    ...                 10000, 10000)
    >>> [(x.days, x.amount) for x in get_act_shares(sold, "month", date(2026, 5, 1))]
    [(17, 1888), (28, 3111), (31, 3444), (14, 1557)]
    """
    shares = []
    for first, last in _get_stretches(sold, frequency, until, told_until):
        days = sold.count_served(first, last)
        if days:
            amount = sold.get_amount(first, last, told)
            told += amount
            shares.append(ActShare(first, last, days, amount))
    return shares


def share_out(amount, weights):
    """Return ``amount`` kopecks in parts by ``weights``; the last takes the remainder.

    >>> share_out(100, [1, 1, 1])
    [33, 33, 34]
    """
    total = sum(weights)
    if not total:
        return [0 for _weight in weights]
    parts = [amount * weight // total for weight in weights[:-1]]
    return [*parts, amount - sum(parts)]


def to_kopecks(amount):
    """Return hryvnias as whole kopecks.

    >>> to_kopecks(6900.5), to_kopecks(0.29)
    (690050, 29)
    """
    return int((Decimal(str(amount)) * 100).to_integral_value())


def _get_stretches(sold, frequency, until, told_until):
    """Yield the stretches of the calendar that are over, and on no act yet."""
    first = max(sold.first, told_until + ONE_DAY) if told_until else sold.first
    last = min(sold.last, sold.told_until or sold.last)
    if frequency == "period":
        # Time stands still in a pause, so the period is not over.
        if sold.last <= until and first <= last and not sold.open_pause:
            yield first, last
        return
    if sold.open_pause:
        last = min(last, sold.open_pause[0] - ONE_DAY)
    while first <= last:
        end = get_calendar_stretch(first, frequency)[1]
        if end > until:
            return
        yield first, min(end, last)
        first = end + ONE_DAY

"""Arithmetic of coverage: which days a term pays for (rules T1 to T4).

Pure functions over dates: no database, no clock, no settings. All dates are the
company's local dates, ends are inclusive.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

ONE_DAY = timedelta(days=1)
# From this month on, "the budget year" means the next one: by September budgets
# of the running year are spent and clients order for January.
BUDGET_YEAR_ORDERED_FROM_MONTH = 9


class CoverageError(ValueError):
    """No coverage can be given; ``reason`` says why, ``day`` to which day it refers."""

    def __init__(self, reason, day):
        super().__init__(f"{reason}: {day}")
        self.reason = reason
        self.day = day


class BudgetYearPast(CoverageError):
    """The budget year that ends on ``day`` is over."""

    def __init__(self, day):
        super().__init__("budget year is past", day)


class BudgetYearCovered(CoverageError):
    """Paid coverage already reaches to the end of the budget year (``day``)."""

    def __init__(self, day):
        super().__init__("budget year is already covered", day)


class AlreadyCovered(CoverageError):
    """The client is covered until ``day``, so nothing new can start before."""

    def __init__(self, day):
        super().__init__("already covered", day)


@dataclass(frozen=True)
class Coverage:
    """One stretch of coverage, and the chain of months that it continues.

    ``chain_start`` and ``chain_months`` are what T1 counts from: the first day of
    the uninterrupted chain and all months sold in it, this stretch included. A
    budget year has ``chain_months == 0``: whatever follows it counts anew.
    """

    date_start: date
    date_end: date
    chain_start: date
    chain_months: int
    is_continued: bool = False

    @property
    def next_start(self):
        return self.date_end + ONE_DAY

    @property
    def moved_days(self):
        """Days by which pauses in the chain have moved its end."""
        if not self.chain_months:
            return 0
        return (self.date_end - month_end(self.chain_start, self.chain_months)).days


def month_end(chain_start, months):
    """Return the last day of ``months`` months counted from ``chain_start`` (T1).

    >>> month_end(date(2026, 1, 31), 1), month_end(date(2026, 1, 31), 2)
    (datetime.date(2026, 2, 27), datetime.date(2026, 3, 30))
    """
    return chain_start + relativedelta(months=months) - ONE_DAY


def months_between(start, end, paused_days=0):
    """Return the full months from ``start`` to ``end``, both days included.

    :param int paused_days: days in between that do not count

    >>> months_between(date(2026, 1, 31), date(2026, 2, 27))
    1
    """
    end = end and end - timedelta(days=paused_days)
    if not start or not end or end < start:
        return 0
    delta = relativedelta(end + ONE_DAY, start)
    months = delta.years * 12 + delta.months
    # relativedelta counts 31.01 to 28.02 as no full month, T1 does.
    return months + (month_end(start, months + 1) <= end)


def default_budget_year(today):
    """Return the year that "the budget year" means to who orders it ``today``."""
    return today.year + (today.month >= BUDGET_YEAR_ORDERED_FROM_MONTH)


def is_within_grace(last, today, grace_days):
    """Say whether a renewal on ``today`` still continues ``last`` (T3)."""
    return bool(last) and today <= last.date_end + timedelta(days=grace_days)


def get_month_coverage(months, today, asked=None, last=None, grace_days=0):
    """Return the :class:`Coverage` of a term of ``months`` months (T1, T3, T4).

    :param int months: 1 or more
    :param date today: day of the order
    :param date asked: first day that the client asked for, or None
    :param Coverage last: latest stretch already booked for the client, or None
    :param int grace_days: days after the end when a renewal is still back-dated
    :raise AlreadyCovered: a new chain was asked for inside booked coverage
    """
    grace = timedelta(days=grace_days)
    if is_within_grace(last, today, grace_days) and (
        not asked or asked <= last.next_start + grace
    ):
        return _continue_chain(last, months)
    start = asked or today
    if last and start <= last.next_start:
        # An old quotation still asks for the day after an end long past.
        start = today
    if last and start <= last.date_end:
        raise AlreadyCovered(last.date_end)
    return Coverage(start, month_end(start, months), start, months)


def _continue_chain(last, months):
    start = last.next_start
    if not last.chain_months:
        return Coverage(start, month_end(start, months), start, months, True)
    chain_months = last.chain_months + months
    end = month_end(last.chain_start, chain_months) + timedelta(days=last.moved_days)
    return Coverage(start, end, last.chain_start, chain_months, True)


def get_budget_year_coverage(today, asked=None, last=None):
    """Return the :class:`Coverage` of a budget year (T2).

    :param date asked: any day of the year that is asked for; None means the year
        that clients order at this time of the year
    :param Coverage last: latest stretch already booked for the client, or None
    :raise BudgetYearPast: the year is over
    :raise BudgetYearCovered: booked coverage reaches to its end
    """
    year = asked.year if asked else default_budget_year(today)
    start, end = date(year, 1, 1), date(year, 12, 31)
    if end < today:
        raise BudgetYearPast(end)
    is_continued = False
    if last and last.next_start >= start:
        if last.date_end >= end:
            raise BudgetYearCovered(end)
        start, is_continued = last.next_start, True
    return Coverage(start, end, start, 0, is_continued)


def days_within(stretches, start, end):
    """Return how many days of ``stretches`` lie from ``start`` to ``end``.

    :param stretches: ``[(first day, last day)]`` that do not overlap; an open one
        has no last day (None or False)

    >>> days_within([(date(2026, 1, 30), date(2026, 2, 2))], date(2026, 2, 1), None)
    2
    """
    total = 0
    for first, last in stretches:
        ends = [day for day in (last, end) if day]
        first = max(first, start) if start else first
        if ends:
            total += max((min(ends) - first).days + 1, 0)
    return total


def get_moved_by_pause(stretches, first, today):
    """Return the positions of the ``stretches`` that a pause from ``first`` on moves.

    What was over before the pause stays. So does a new chain that began after a gap
    and runs already: it was sold for its own days.

    :param stretches: ``[(first day, last day)]`` in the order of time

    >>> get_moved_by_pause([(date(2026, 1, 1), date(2026, 1, 31))], date(2026, 2, 1),
    ...     date(2026, 2, 1))
    [0]
    """
    moved, reaches_to = [], date.min
    for position, (start, end) in enumerate(stretches):
        is_new_chain = bool(moved) and start > reaches_to + ONE_DAY
        if is_new_chain and start <= today:
            break
        if end + ONE_DAY >= first:
            moved.append(position)
        reaches_to = max(reaches_to, end)
    return moved


def shift_by_pause(date_start, date_end, first, days):
    """Return the days of a period after a pause of ``days`` from ``first`` on.

    The period that was running before the pause ends later; what had not begun
    moves as a whole; what was over stays.

    >>> shift_by_pause(date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 10), 5)
    (datetime.date(2026, 1, 1), datetime.date(2026, 2, 5))
    """
    moved = timedelta(days=days)
    if date_end + ONE_DAY < first:
        return date_start, date_end
    if date_start < first:
        return date_start, date_end + moved
    return date_start + moved, date_end + moved


def shift_to_payment(coverage, months, paid_on):
    """Return ``coverage`` moved to the day of payment when that is later (T4)."""
    if paid_on <= coverage.date_start:
        return coverage
    return Coverage(paid_on, month_end(paid_on, months), paid_on, months)

"""When a renewal opens, and when a client is reminded of it (rule T6).

Pure functions over dates: no database, no clock, no settings. All dates are the
company's local dates; an end is the last day of coverage.
"""

from datetime import date, timedelta

from .coverage import BUDGET_YEAR_ORDERED_FROM_MONTH

# A reminder that the job missed is still sent so many days later, and then no more.
LATE_DAYS = 7


def get_opening_day(end, days, is_budget_year=False):
    """Return the day from which coverage that lasts until ``end`` can be renewed.

    A budget year also from the month on in which clients order the next one.

    :param int days: days before the end

    >>> get_opening_day(date(2026, 12, 31), 60)
    datetime.date(2026, 11, 1)
    >>> get_opening_day(date(2026, 12, 31), 60, is_budget_year=True)
    datetime.date(2026, 9, 1)
    """
    opening = end - timedelta(days=days)
    if is_budget_year and end == date(end.year, 12, 31):
        opening = min(opening, date(end.year, BUDGET_YEAR_ORDERED_FROM_MONTH, 1))
    return opening


def get_due_ends(days, today):
    """Return the first and last end for which reminder ``days`` may be due today.

    >>> get_due_ends(-30, date(2026, 5, 14))
    (datetime.date(2026, 6, 6), datetime.date(2026, 6, 13))
    """
    last = today - timedelta(days=days)
    return last - timedelta(days=LATE_DAYS), last


def get_due_reminder(end, offsets, today, bought_on=None, sent=()):
    """Return the reminder that is due today, as days from the end, or None.

    Of several that are due only the latest: who was not reminded for a while gets
    one letter. After it the earlier ones are past.

    :param offsets: days before (negative) and after the end, in any order
    :param date bought_on: day on which the client paid, or his coverage began;
        nobody is reminded of that day or an earlier one
    :param sent: reminders that were sent already

    >>> get_due_reminder(date(2026, 6, 13), [-30, -14], date(2026, 5, 14))
    -30
    """
    latest = max(sent, default=None)
    due = [
        days
        for days in offsets
        if (latest is None or days > latest)
        and _is_due(end + timedelta(days=days), today, bought_on)
    ]
    return max(due, default=None)


def _is_due(day, today, bought_on):
    if bought_on and day <= bought_on:
        return False
    return day <= today <= day + timedelta(days=LATE_DAYS)

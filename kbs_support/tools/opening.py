"""Arithmetic of what is taken over from elsewhere. Pure functions over dates."""

from datetime import timedelta

from .coverage import month_end, months_between


def get_chain(chain_start, date_start, date_end, is_budget_year=False):
    """Return ``(first day of the chain, months in it)`` as T1 counts them.

    An end that is no end of a month of the chain (days were given, or cut) makes a
    chain of 0 months: what follows it is counted anew. So does a budget year.

    >>> from datetime import date
    >>> get_chain(date(2025, 1, 31), date(2025, 7, 31), date(2026, 1, 30))
    (datetime.date(2025, 1, 31), 12)
    >>> get_chain(date(2025, 1, 31), date(2025, 7, 31), date(2026, 2, 3))
    (datetime.date(2025, 1, 31), 0)
    """
    if is_budget_year:
        return date_start, 0
    months = months_between(chain_start, date_end)
    is_whole = months and month_end(chain_start, months) == date_end
    return chain_start, months if is_whole else 0


def get_term_fault(months, is_budget_year, chain_start, date_start, date_end):
    """Say what is wrong with the days of a term: ``(reason, is it only a warning)``.

    :return: None where the days are those that the term gives (T1, T2)
    """
    if is_budget_year:
        is_right = (date_end.month, date_end.day) == (12, 31)
        if is_right and date_start.year == date_end.year:
            return None
        return "budget_year", False
    before = months_between(chain_start, date_start - timedelta(days=1))
    if date_end in (
        month_end(date_start, months),
        month_end(chain_start, before + months),
    ):
        return None
    return "term_length", True

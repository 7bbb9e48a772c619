"""The legal term of an answer to a complaint, and when people are warned of it.

Pure functions over local dates of the company: no database, no clock, no settings.
"""

from datetime import timedelta

# Parts of the term, in per cent, at which people are warned; MISSED is the day after.
WARNINGS = (50, 80, 100)
MISSED = 101
STEPS = (*WARNINGS, MISSED)


def get_answer_due(received, days):
    """Return the last day on which the answer is in time.

    Calendar days; a last day on a weekend is not moved, so that an answer that is in
    time here is in time by any reading of the law.

    >>> from datetime import date
    >>> get_answer_due(date(2026, 5, 14), 30)
    datetime.date(2026, 6, 13)
    """
    return received + timedelta(days=days)


def get_step_day(received, due, step):
    """Return the day of a warning (50, 80 or 100 %), or of the miss.

    A part of the term that is not a whole day counts as the later day.

    >>> from datetime import date
    >>> get_step_day(date(2026, 5, 14), date(2026, 6, 13), 80)
    datetime.date(2026, 6, 7)
    """
    if step == MISSED:
        return due + timedelta(days=1)
    days = (due - received).days
    return received + timedelta(days=-(-days * step // 100))


def get_due_step(received, due, today, taken=0):
    """Return the latest step that is due today and was not taken, or None.

    Of several only the latest: nobody is warned twice in one morning.
    """
    found = [
        step
        for step in STEPS
        if step > taken and get_step_day(received, due, step) <= today
    ]
    return max(found, default=None)


def get_next_step_day(received, due, taken=0):
    """Return the day of the first step after ``taken``, or None after the miss."""
    following = [step for step in STEPS if step > taken]
    return get_step_day(received, due, following[0]) if following else None

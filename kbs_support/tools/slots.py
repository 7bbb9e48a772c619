"""Free slots of a person: pure functions over moments (UTC without a time zone)."""

from datetime import timedelta

from .work_time import subtract


def get_slots(working, taken, minutes, step=30):
    """Return the beginnings of slots of ``minutes`` that lie in working time.

    They begin every ``step`` minutes from the beginning of each stretch of work, and
    from the end of what is taken.

    :param working: intervals ``[(start, end)]`` in the order of time
    :param taken: intervals in any order
    :return: list of moments

    >>> day = datetime(2026, 5, 14)
    >>> [x.hour for x in get_slots([(day, day + timedelta(hours=3))], [], 60, 60)]
    [0, 1, 2]
    """
    length, gap = timedelta(minutes=minutes), timedelta(minutes=step)
    slots = []
    for start, end in subtract(working, taken):
        while start + length <= end:
            slots.append(start)
            start += gap
    return slots

"""Arithmetic of hours: what a piece of work draws on (E3).

Pure functions over integer minutes.
"""


def draw(minutes, sources):
    """Split ``minutes`` of work over what lapses first.

    :param sources: ``[(key, minutes left)]``, what lapses first standing first
    :return: ``([(key, minutes taken)], minutes over)``; the second is what nothing
        covers

    >>> draw(100, [("May", 30), ("pack", 60)])
    ([('May', 30), ('pack', 60)], 10)
    """
    taken = []
    for key, left in sources:
        part = min(minutes, left)
        if part > 0:
            taken.append((key, part))
            minutes -= part
    return taken, minutes


def round_up(minutes, step):
    """Return ``minutes`` rounded up to a whole number of ``step`` minutes.

    >>> round_up(61, 15), round_up(60, 15), round_up(0, 15)
    (75, 60, 0)
    """
    return -(-minutes // step) * step


def count_minutes(start, end):
    """Return the minutes from ``start`` to ``end``, rounded, at least one.

    >>> from datetime import datetime
    >>> count_minutes(datetime(2026, 5, 14, 9), datetime(2026, 5, 14, 9, 0, 10))
    1
    """
    return max(1, round((end - start).total_seconds() / 60))

"""The year of a passport of support: its days, its shares and its bars.

Pure functions over local dates and plain numbers: no database, no clock.
"""

from datetime import date
from typing import NamedTuple

from .coverage import ONE_DAY

MONTHS = range(1, 13)


class Bar(NamedTuple):
    """One bar of a chart, in pixels from the upper left corner."""

    x: int
    y: int
    width: int
    height: int


def get_year_days(year, today):
    """Return the first and the last day of ``year`` up to ``today``, or None.

    >>> get_year_days(2026, date(2026, 5, 14))
    (datetime.date(2026, 1, 1), datetime.date(2026, 5, 14))
    >>> get_year_days(2027, date(2026, 5, 14)) is None
    True
    """
    first, last = date(year, 1, 1), min(date(year, 12, 31), today)
    return (first, last) if first <= last else None


def clip(stretches, first, last):
    """Return the parts of ``stretches`` that lie from ``first`` to ``last``.

    :param stretches: ``[(first day, last day)]``

    >>> clip([(date(2025, 12, 1), date(2026, 1, 9))], date(2026, 1, 1), date.max)
    [(datetime.date(2026, 1, 1), datetime.date(2026, 1, 9))]
    """
    clipped = [(max(start, first), min(end, last)) for start, end in stretches]
    return [(start, end) for start, end in clipped if start <= end]


def get_unbroken_start(stretches):
    """Return the first day of the last run of ``stretches`` without a gap, or None.

    >>> days = [(date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date.max)]
    >>> get_unbroken_start(days)
    datetime.date(2026, 1, 1)
    """
    start = None
    for first, last in sorted(stretches, reverse=True):
        if start and last + ONE_DAY < start:
            break
        start = first
    return start


def get_share(part, whole):
    """Return which percentage of ``whole`` is ``part``, as an integer, or None.

    What is not all is never 100, and what is not nothing is never 0.

    >>> get_share(999, 1000), get_share(1, 1000), get_share(2, 3), get_share(0, 0)
    (99, 1, 67, None)
    """
    if not whole:
        return None
    share = round(100 * part / whole)
    if part < whole:
        share = min(share, 99)
    return max(share, 1) if part else share


def get_bars(values, width, height, gap=4):
    """Return a :class:`Bar` for each of ``values``, the highest as high as ``height``.

    What is more than nothing is seen.

    >>> [tuple(x) for x in get_bars([0, 1, 2], 30, 10)]
    [(2, 10, 6, 0), (12, 5, 6, 5), (22, 0, 6, 10)]
    """
    step = width // len(values)
    top = max(values) or 1
    bars = []
    for place, value in enumerate(values):
        tall = max(round(height * value / top), 1) if value else 0
        bars.append(Bar(place * step + gap // 2, height - tall, step - gap, tall))
    return bars

"""The story of a client's support as a row of segments (rules T3 and S2).

Pure functions over dates and plain facts: no database, no clock. All dates are the
company's local dates, ends are inclusive.
"""

from dataclasses import dataclass
from datetime import date

from .coverage import ONE_DAY, days_within

# What comes first of what begins on one day.
ORDER = ("transfer", "gap", "plan", "period", "pause", "now")


@dataclass(frozen=True)
class PeriodFact:
    """One sold period. ``plan`` tells plans apart, ``source`` is for who draws it."""

    date_start: date
    date_end: date
    plan: object
    is_covering: bool = True
    sold_on: date | None = None
    source: object = None


@dataclass(frozen=True)
class Segment:
    """One mark of the timeline.

    ``kind`` is one of :data:`ORDER`. ``days`` are days of service, of a gap or of a
    pause; 0 for what happens at one moment. ``note`` is a key: ``grace`` for a period
    that was sold after the end and continues it, ``unpaid`` for one that does not
    cover, ``open`` for a pause that lasts.
    """

    kind: str
    date_start: date
    date_end: date | None = None
    days: int = 0
    note: str = ""
    is_current: bool = False
    source: object = None

    @property
    def order(self):
        return (self.date_start, ORDER.index(self.kind))


def build_timeline(periods, pauses, transfers, today):
    """Return the segments of a subscription, in the order of time.

    :param list periods: :class:`PeriodFact`
    :param list pauses: ``(first day, last day or None, source)``
    :param list transfers: ``(day, source)``
    :param date today: local date
    :return: list of :class:`Segment`; empty where nothing was sold

    >>> facts = [PeriodFact(date(2026, 1, 1), date(2026, 1, 31), "prof")]
    >>> [(x.kind, x.days) for x in build_timeline(facts, [], [], date(2026, 3, 1))]
    [('period', 31), ('now', 0)]
    """
    if not periods:
        return []
    periods = sorted(periods, key=lambda x: (x.date_start, x.date_end))
    stretches = [(first, last) for first, last, _source in pauses]
    covering = [x for x in periods if x.is_covering]
    segments = [
        _draw_period(x, _get_previous(x, covering), stretches, today) for x in periods
    ]
    for previous, following in zip(covering, covering[1:], strict=False):
        segments += _draw_between(previous, following)
    segments += [_draw_pause(x, today) for x in pauses]
    segments += [Segment("transfer", day, source=source) for day, source in transfers]
    segments.append(Segment("now", today))
    return sorted(segments, key=lambda x: x.order)


def _get_previous(period, covering):
    earlier = [x for x in covering if x.date_start < period.date_start]
    return earlier[-1] if earlier else None


def _draw_period(period, previous, stretches, today):
    days = (period.date_end - period.date_start).days + 1
    days -= days_within(
        [x for x in stretches if x[1]], period.date_start, period.date_end
    )
    return Segment(
        "period",
        period.date_start,
        period.date_end,
        days,
        _get_period_note(period, previous),
        period.date_start <= today <= period.date_end,
        period.source,
    )


def _get_period_note(period, previous):
    if not period.is_covering:
        return "unpaid"
    is_continued = previous and period.date_start == previous.date_end + ONE_DAY
    is_late = period.sold_on and period.sold_on >= period.date_start
    return "grace" if is_continued and is_late else ""


def _draw_between(previous, following):
    """Return the gap and the change of plan between two neighbours, if any."""
    found = []
    gap = (following.date_start - previous.date_end).days - 1
    if gap > 0:
        first, last = previous.date_end + ONE_DAY, following.date_start - ONE_DAY
        found.append(Segment("gap", first, last, gap))
    if following.plan != previous.plan:
        source = (previous.source, following.source)
        found.append(Segment("plan", following.date_start, source=source))
    return found


def _draw_pause(pause, today):
    first, last, source = pause
    end = last or max(today, first)
    days = (end - first).days + 1 if last or first <= today else 0
    is_running = first <= today <= end
    note = "" if last else "open"
    return Segment("pause", first, last, days, note, is_running, source)

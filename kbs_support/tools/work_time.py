"""Counting working time (rules L1, L4): pure functions over moments.

All moments are UTC without a time zone, as Odoo stores them. An interval is a pair
``(start, end)``; lists of intervals are sorted and do not overlap.
"""

from bisect import bisect_right
from datetime import timedelta

# Calendars end a day at 23:59:59.999999: midnight is no hole (zammad#3180).
TOUCHING = timedelta(seconds=1)
STEP = timedelta(days=28)
# A calendar without working hours must not be searched for ever.
HORIZON = timedelta(days=1400)


def merge(intervals):
    """Return ``intervals`` sorted, with those that overlap or touch made one."""
    merged = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1] + TOUCHING:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif start < end:
            merged.append((start, end))
    return merged


def subtract(intervals, stops):
    """Return what is left of ``intervals`` outside of ``stops``.

    :param stops: intervals in any order, overlapping or not; an end of None is open
    """
    stops = merge((start, end or start + HORIZON * 2) for start, end in stops)
    left = []
    for begin, end in intervals:
        at = begin
        for stop_start, stop_end in stops:
            if stop_end <= at:
                continue
            if stop_start >= end:
                break
            if stop_start > at:
                left.append((at, stop_start))
            at = stop_end
        if at < end:
            left.append((at, end))
    return left


class WorkTime:
    """The stretches of time that count, loaded as far as they are asked for.

    :param load: function of ``(start, end)`` that returns the intervals between them
    """

    def __init__(self, load):
        self._load = load
        self._known = None
        self._intervals = []

    @classmethod
    def around_the_clock(cls):
        """Time that always counts."""
        return cls(lambda start, end: [(start, end)])

    def also(self, intervals):
        """Return time that counts here, and in ``intervals`` too.

        :param intervals: in any order, overlapping or not
        """

        def load(start, end):
            more = [
                (max(begin, start), min(finish, end))
                for begin, finish in intervals
                if begin < end and finish > start
            ]
            return self.between(start, end) + more

        return WorkTime(load)

    def between(self, start, end):
        """Return the intervals that count between ``start`` and ``end``."""
        if start >= end:
            return []
        self._extend(start, end)
        first = bisect_right(self._intervals, start, key=lambda x: x[1])
        found = []
        for begin, finish in self._intervals[first:]:
            if begin >= end:
                break
            found.append((max(begin, start), min(finish, end)))
        return found

    def count(self, start, end, stops=()):
        """Return how much of the time from ``start`` to ``end`` counts.

        :param stops: intervals that do not count; an end of None is open
        :rtype: timedelta
        """
        left = subtract(self.between(start, end), stops)
        return sum((finish - begin for begin, finish in left), timedelta())

    def add(self, start, amount, stops=()):
        """Return the first moment by which ``amount`` of counted time has passed.

        :param timedelta amount: zero or more
        :return: a moment, or None when there is not so much time (nobody works, or
            an open stop lies in the way)
        """
        low = start
        while low < start + HORIZON:
            for begin, end in subtract(self.between(low, low + STEP), stops):
                if amount <= end - begin:
                    return begin + amount if amount else max(begin, start)
                amount -= end - begin
            low += STEP
        return None

    def next_open(self, moment):
        """Return ``moment`` when time counts then, else the next moment when it does.

        :return: None when it never does
        """
        low = moment
        while low < moment + HORIZON:
            if found := self.between(low, low + STEP):
                return found[0][0]
            low += STEP
        return None

    def is_open(self, moment):
        """Return whether time counts just after ``moment``."""
        return bool(self.between(moment, moment + timedelta(seconds=1)))

    def _extend(self, start, end):
        if self._known is None:
            self._known = (start, start)
        low, high = self._known
        fresh = []
        if start < low:
            fresh += self._load(start, low)
            low = start
        if end > high:
            # A step further than asked for: a little later is asked for next.
            target = max(end, high) + STEP
            fresh += self._load(high, target)
            high = target
        if fresh:
            self._intervals = merge([*self._intervals, *fresh])
        self._known = (low, high)

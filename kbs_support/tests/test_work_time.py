import doctest
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import clock_story, work_time
from ..tools.work_time import WorkTime, merge, subtract

START = datetime(2026, 5, 14, 6, 0)
HOUR = timedelta(hours=1)


def office(start, end):
    """Mon–Fri 06:00–15:00 UTC, the office of Kyiv in summer."""
    day = datetime(start.year, start.month, start.day)
    found = []
    while day < end:
        begin, finish = day + 6 * HOUR, day + 15 * HOUR
        if day.weekday() < 5 and finish > start and begin < end:
            found.append((max(begin, start), min(finish, end)))
        day += timedelta(days=1)
    return found


minutes = st.integers(0, 60 * 24 * 20).map(lambda x: timedelta(minutes=x))
stops = st.lists(
    st.tuples(minutes, st.integers(0, 60 * 24 * 4)).map(
        lambda x: (START + x[0], START + x[0] + timedelta(minutes=x[1]))
    ),
    max_size=8,
)
promises = st.integers(1, 60 * 90).map(lambda x: timedelta(minutes=x))


@tagged("post_install", "-at_install")
class TestWorkTime(BaseCase):
    """Arithmetic of counted time, whatever the pauses (L1, L4)."""

    def test_doctests(self):
        for module in (work_time, clock_story):
            self.assertEqual(doctest.testmod(module).failed, 0)

    @settings(max_examples=300, deadline=None)
    @given(promises, stops, minutes)
    def test_elapsed_and_remaining_make_the_promise(self, promise, pauses, after):
        work, now = WorkTime(office), START + after
        deadline = work.add(START, promise, pauses)
        elapsed = work.count(START, min(now, deadline), pauses)
        remaining = work.count(now, deadline, pauses)
        self.assertEqual(elapsed + remaining, promise)

    @settings(max_examples=300, deadline=None)
    @given(promises, stops)
    def test_pause_and_resume_keep_what_was_left(self, promise, pauses):
        """Stopping step by step, as tickets do, ends where all pauses at once do."""
        work = WorkTime(office)
        left, at = promise, START
        for begin, end in merge(pauses):
            if work.add(at, left) <= begin:
                break
            left -= work.count(at, begin)
            at = end
        self.assertEqual(work.add(at, left), work.add(START, promise, pauses))

    @settings(max_examples=200, deadline=None)
    @given(promises, stops, stops)
    def test_more_stops_never_bring_a_deadline_nearer(self, promise, some, more):
        work = WorkTime(office)
        self.assertLessEqual(
            work.add(START, promise, some), work.add(START, promise, some + more)
        )

    @settings(max_examples=200, deadline=None)
    @given(promises, stops, minutes)
    def test_what_is_in_time_is_never_late(self, promise, pauses, after):
        work, now = WorkTime(office), START + after
        deadline = work.add(START, promise, pauses)
        in_time = work.count(START, now, pauses) < promise
        self.assertTrue(now < deadline if in_time else now >= deadline)

    @settings(max_examples=200, deadline=None)
    @given(stops, stops)
    def test_what_is_taken_away_is_gone(self, hours, pauses):
        left = subtract(merge(hours), pauses)
        self.assertEqual(left, subtract(left, pauses))
        self.assertEqual(left, merge(left))

    @settings(max_examples=100, deadline=None)
    @given(st.lists(st.tuples(minutes, minutes), min_size=1, max_size=6))
    def test_order_of_questions_changes_no_answer(self, questions):
        """Loaded piece by piece, in any order, it says the same as at once."""
        lazy = WorkTime(office)
        for first, length in questions:
            begin = START + first
            end = begin + length
            self.assertEqual(
                sum((y - x for x, y in lazy.between(begin, end)), timedelta()),
                sum((y - x for x, y in office(begin, end)), timedelta()),
            )

    def test_nobody_ever_works(self):
        never = WorkTime(lambda start, end: [])
        self.assertIsNone(never.add(START, HOUR))
        self.assertIsNone(never.next_open(START))
        self.assertFalse(never.is_open(START))

    def test_open_stop_has_no_deadline(self):
        work = WorkTime(office)
        self.assertIsNone(work.add(START, HOUR, [(START, None)]))
        self.assertEqual(work.count(START, START + 9 * HOUR, [(START, None)]), 0 * HOUR)

    def test_around_the_clock_has_no_hole(self):
        work = WorkTime(
            lambda start, end: [
                (x, x + timedelta(hours=24) - timedelta(microseconds=1))
                for x in (start + timedelta(days=n) for n in range((end - start).days))
            ]
        )
        moment = datetime(2026, 5, 14, 23, 30)
        self.assertEqual(work.add(moment, HOUR), moment + HOUR)
        self.assertTrue(work.is_open(datetime(2026, 5, 15)))

    # === WHY THIS DEADLINE === #

    def test_story_of_a_weekend(self):
        friday = datetime(2026, 5, 15, 14, 0)
        hours = office(datetime(2026, 5, 1), datetime(2026, 6, 1))
        story = clock_story.tell(
            friday,
            datetime(2026, 5, 19, 10, 0),
            hours,
            "Europe/Kyiv",
            pauses=[(datetime(2026, 5, 18, 7), datetime(2026, 5, 18, 8), "client")],
            holidays=[(datetime(2026, 5, 18, 21), datetime(2026, 5, 19, 8), "Day")],
        )
        self.assertEqual(
            [(x.kind, x.minutes) for x in story],
            [
                ("counted", 60),
                ("weekend", 63 * 60),
                ("counted", 60),
                ("pause", 60),
                ("counted", 7 * 60),
                ("night", 15 * 60),
                ("holiday", 2 * 60),
                ("counted", 2 * 60),
            ],
        )

    @settings(max_examples=100, deadline=None)
    @given(promises, stops)
    def test_story_tells_all_that_was_counted(self, promise, pauses):
        work = WorkTime(office)
        until = work.add(START, promise, pauses)
        hours = office(START - 20 * 24 * HOUR, until + 20 * 24 * HOUR)
        story = clock_story.tell(
            START, until, hours, "Europe/Kyiv", pauses=[(*x, "") for x in pauses]
        )
        counted = sum(x.minutes for x in story if x.kind == "counted")
        self.assertEqual(counted, promise.total_seconds() / 60)
        self.assertEqual(story[0].start, START)
        self.assertEqual(story[-1].end, until)

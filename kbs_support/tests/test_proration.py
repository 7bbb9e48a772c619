import doctest
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import proration

START = date(2026, 1, 1)


@tagged("post_install", "-at_install")
class TestProration(BaseCase):
    """Rule P7 as arithmetic: money for days."""

    def test_doctests_hold(self):
        result = doctest.testmod(proration)
        self.assertEqual(result.failed, 0)
        self.assertGreater(result.attempted, 0)

    def test_half_a_kopeck_is_rounded_up(self):
        for amount, days, total, expected in (
            (7380, 74, 92, "5936.09"),
            (19260, 74, 92, "15491.74"),
            (100, 1, 3, "33.33"),
            (100, 2, 3, "66.67"),
            (0.01, 1, 2, "0.01"),
            (1.005, 1, 1, "1.01"),
            (100, 0, 30, "0.00"),
            (100, 30, 30, "100.00"),
        ):
            with self.subTest(amount=amount, days=days, total=total):
                found = proration.prorate(amount, days, total)
                self.assertEqual(found, Decimal(expected))

    def test_days_that_are_no_part_are_refused(self):
        for amount, days, total in (
            (100, 31, 30),
            (100, -1, 30),
            (100, 0, 0),
            (-1, 1, 2),
        ):
            with self.subTest(days=days), self.assertRaises(ValueError):
                proration.prorate(amount, days, total)

    @settings(deadline=None, max_examples=200)
    @given(st.integers(0, 10**9), st.integers(1, 400), st.data())
    def test_used_and_unused_are_the_whole(self, kopecks, total, data):
        unused_days = data.draw(st.integers(0, total))
        amount = Decimal(kopecks) / 100
        used, unused = proration.split(amount, unused_days, total)
        self.assertEqual(used + unused, amount)
        self.assertGreaterEqual(min(used, unused), 0)
        self.assertLessEqual(abs(unused * total - amount * unused_days), total)

    def test_pauses_are_neither_sold_nor_served(self):
        over = [(date(2026, 1, 10), date(2026, 1, 14))]  # has moved the end by 5 days
        running = [(date(2026, 1, 10), None)]  # has moved nothing yet
        until = date(2026, 1, 31)
        for pauses, end, day, sold, unused in (
            ([], until, date(2026, 1, 11), 31, 21),
            ([], until, START, 31, 31),
            ([], until, date(2026, 2, 1), 31, 0),
            (over, date(2026, 2, 5), date(2026, 1, 10), 31, 22),
            (over, date(2026, 2, 5), date(2026, 1, 12), 31, 22),
            (over, date(2026, 2, 5), date(2026, 1, 15), 31, 22),
            (over, date(2026, 2, 5), date(2026, 1, 16), 31, 21),
            (running, until, date(2026, 1, 9), 31, 23),
            (running, until, date(2026, 1, 10), 31, 22),
            (running, until, date(2026, 3, 10), 31, 22),
        ):
            with self.subTest(pauses=pauses, day=day):
                found = proration.count_sold_days(START, end, pauses)
                self.assertEqual(found, sold)
                found = proration.count_unused_days(START, end, day, pauses)
                self.assertEqual(found, unused)

    @settings(deadline=None, max_examples=200)
    @given(
        st.integers(1, 400),
        st.integers(0, 400),
        st.integers(1, 60),
        st.integers(0, 500),
    )
    def test_a_pause_changes_no_days(self, sold, first, length, later):
        """Who leaves after a pause has as many days left as without it."""
        first = min(first, sold - 1)
        pause = (
            START + timedelta(days=first),
            START + timedelta(days=first + length - 1),
        )
        until = START + timedelta(days=sold - 1)
        moved = until + timedelta(days=length)
        day = START + timedelta(days=first + min(later, sold - first))
        self.assertEqual(proration.count_sold_days(START, moved, [pause]), sold)
        self.assertEqual(
            proration.count_unused_days(
                START, moved, day + timedelta(days=length), [pause]
            ),
            proration.count_unused_days(START, until, day),
        )

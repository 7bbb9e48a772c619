import doctest
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import act_sums
from ..tools.act_sums import (
    FREQUENCIES,
    SoldDays,
    get_act_shares,
    get_calendar_stretch,
    share_out,
    to_kopecks,
)
from ..tools.proration import count_sold_days, prorate

DAY = timedelta(days=1)
FAR = date(2100, 1, 1)
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@st.composite
def sold_days(draw, is_stopped=None):
    """A period with pauses that are over, whole or stopped on some day."""
    first = draw(days)
    length = draw(st.integers(1, 400))
    pauses, end = [], first + timedelta(days=length - 1)
    for _number in range(draw(st.integers(0, 3))):
        begin = (pauses[-1][1] + DAY if pauses else first) + timedelta(
            days=draw(st.integers(0, 60))
        )
        if begin > end:
            break
        lasts = draw(st.integers(1, 45))
        pauses.append((begin, begin + timedelta(days=lasts - 1)))
        end += timedelta(days=lasts)
    price, last, due = draw(st.integers(0, 5_000_000)), end, 0
    if draw(st.booleans()) if is_stopped is None else is_stopped:
        last = first + timedelta(days=draw(st.integers(0, (end - first).days)))
    due = price - _worth_after(first, end, last, price, pauses)
    return SoldDays(first, end, last, price, due, tuple(pauses))


def _worth_after(first, end, last, price, pauses):
    """What goes back for the days after ``last``, as credit notes count it."""
    total = count_sold_days(first, end, pauses)
    served = SoldDays(first, end, last, price, 0, tuple(pauses))
    unused = total - served.count_served(first, last)
    return int(prorate(price / 100, unused, total) * 100)


@tagged("post_install", "-at_install")
class TestActSums(BaseCase):
    """Acts of a period come to its price, whatever its days are."""

    def shares(self, sold, frequency="month", until=FAR, **told):
        return get_act_shares(sold, frequency, until, **told)

    def test_doctests_hold(self):
        self.assertEqual(doctest.testmod(act_sums).failed, 0)
        self.assertGreater(doctest.testmod(act_sums).attempted, 0)

    @given(sold_days(), st.sampled_from(FREQUENCIES))
    def test_acts_come_to_what_is_due(self, sold, frequency):
        shares = self.shares(sold, frequency)
        if shares:
            self.assertEqual(sum(x.amount for x in shares), sold.due)
        self.assertTrue(all(x.amount >= 0 for x in shares))
        served = sold.count_served(sold.first, sold.last)
        self.assertEqual(sum(x.days for x in shares), served)

    @given(sold_days(), st.sampled_from(FREQUENCIES))
    def test_no_day_stands_on_two_acts(self, sold, frequency):
        shares = self.shares(sold, frequency)
        for before, after in zip(shares, shares[1:], strict=False):
            self.assertLess(before.last, after.first)
        for share in shares if frequency != "period" else ():
            stretch = get_calendar_stretch(share.first, frequency)
            self.assertTrue(stretch[0] <= share.first <= share.last <= stretch[1])

    @given(sold_days(), st.lists(days, max_size=6), st.sampled_from(FREQUENCIES))
    def test_runs_on_any_days_make_the_same_acts(self, sold, untils, frequency):
        made, told_until, told = [], None, 0
        for until in [*sorted(untils), FAR]:
            new = self.shares(sold, frequency, until, told_until=told_until, told=told)
            made += new
            told += sum(x.amount for x in new)
            told_until = new[-1].last if new else told_until
        self.assertEqual(made, self.shares(sold, frequency))

    @given(sold_days(is_stopped=False), st.data())
    def test_stop_after_acts_leaves_what_is_due(self, sold, data):
        until = data.draw(st.dates(sold.first, sold.last))
        before = self.shares(sold, until=until)
        told = sum(x.amount for x in before)
        told_until = before[-1].last if before else None
        earliest = told_until or sold.first
        last = data.draw(st.dates(earliest, sold.last))
        gone = _worth_after(sold.first, sold.sold_until, last, sold.price, sold.pauses)
        stopped = SoldDays(
            sold.first,
            sold.sold_until,
            last,
            sold.price,
            sold.price - gone,
            sold.pauses,
        )
        after = self.shares(stopped, told_until=told_until, told=told)
        if after:
            self.assertEqual(told + sum(x.amount for x in after), stopped.due)

    @given(sold_days(), st.sampled_from(FREQUENCIES), days)
    def test_part_that_is_guaranteed_costs_no_more_than_its_days(
        self, sold, frequency, told_until
    ):
        part = SoldDays(
            sold.first,
            sold.sold_until,
            sold.last,
            sold.price,
            sold.due,
            sold.pauses,
            told_until,
        )
        shares = self.shares(part, frequency)
        self.assertTrue(all(x.last <= told_until for x in shares))
        self.assertLessEqual(sum(x.amount for x in shares), sold.due)

    def test_quarters_follow_the_calendar(self):
        sold = SoldDays(
            date(2026, 2, 10), date(2026, 8, 9), date(2026, 8, 9), 181_00, 181_00
        )
        self.assertEqual(
            [(x.first, x.last, x.days, x.amount) for x in self.shares(sold, "quarter")],
            [
                (date(2026, 2, 10), date(2026, 3, 31), 50, 50_00),
                (date(2026, 4, 1), date(2026, 6, 30), 91, 91_00),
                (date(2026, 7, 1), date(2026, 8, 9), 40, 40_00),
            ],
        )

    def test_month_that_is_not_over_waits(self):
        sold = SoldDays(
            date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 31), 3100, 3100
        )
        self.assertFalse(self.shares(sold, until=date(2026, 1, 30)))
        self.assertEqual(len(self.shares(sold, until=date(2026, 1, 31))), 1)
        # A period that ends in the middle waits for the end of the month.
        sold = SoldDays(
            date(2026, 1, 1), date(2026, 1, 20), date(2026, 1, 20), 3100, 3100
        )
        self.assertFalse(self.shares(sold, until=date(2026, 1, 30)))
        self.assertTrue(self.shares(sold, "period", until=date(2026, 1, 20)))

    def test_paused_month_has_no_act(self):
        pauses = ((date(2026, 2, 1), date(2026, 3, 5)),)
        sold = SoldDays(
            date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 3), 60_00, 60_00, pauses
        )
        self.assertEqual(
            [(x.first.month, x.days, x.amount) for x in self.shares(sold)],
            [(1, 31, 31_00), (3, 26, 26_00), (4, 3, 3_00)],
        )

    def test_open_pause_stops_the_acts(self):
        pauses = ((date(2026, 2, 10), None),)
        sold = SoldDays(
            date(2026, 1, 1), date(2026, 3, 31), date(2026, 3, 31), 90_00, 90_00, pauses
        )
        self.assertEqual(
            [(x.last, x.days, x.amount) for x in self.shares(sold)],
            [(date(2026, 1, 31), 31, 31_00), (date(2026, 2, 9), 9, 9_00)],
        )
        self.assertFalse(self.shares(sold, "period"))

    def test_more_than_is_due_was_told_already(self):
        sold = SoldDays(
            date(2026, 1, 1), date(2026, 3, 31), date(2026, 2, 10), 90_00, 41_00
        )
        shares = self.shares(sold, told_until=date(2026, 1, 31), told=50_00)
        self.assertEqual([x.amount for x in shares], [0])

    @given(st.integers(0, 10**9), st.lists(st.integers(0, 10**4), min_size=1))
    def test_parts_by_weight_come_to_the_whole(self, amount, weights):
        parts = share_out(amount, weights)
        if sum(weights):
            self.assertEqual(sum(parts), amount)
        self.assertTrue(all(x >= 0 for x in parts))

    def test_kopecks_are_exact(self):
        self.assertEqual(
            [to_kopecks(x) for x in (0.29, 1.15, 6900, 4.35, 1.005)],
            [29, 115, 690000, 435, 100],
        )

import doctest
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import price_revision as rev

STEPS = ("0.01", "1", "10", "100")
PRICES = st.decimals(min_value=0, max_value=1_000_000, places=2)


@tagged("post_install", "-at_install")
class TestPriceArithmetic(BaseCase):
    """Raising and rounding of prices, as arithmetic (P4)."""

    def test_doctests_hold(self):
        self.assertEqual(doctest.testmod(rev).failed, 0)
        self.assertGreater(doctest.testmod(rev).attempted, 0)

    def test_raise_by_percent(self):
        for price, percent, step, expected in (
            (19260, 10, "10", "21190"),  # 21186
            (16830, 10, "1", "18513"),
            (2460, 10, "10", "2710"),  # 2706
            (2460, 12.5, "10", "2770"),  # 2767.5
            (4950, 10, "100", "5400"),  # 5445 is nearer to 5400
            (4500, 10, "100", "5000"),  # 4950, a half goes up
            (15300, -10, "100", "13800"),
            (1500, 0, "100", "1500"),
            (1234.56, 0, "0.01", "1234.56"),
            (0.1, 200, "0.01", "0.3"),  # no float would say so
            (2.675, 0, "0.01", "2.68"),
            (1500, -100, "1", "0"),
        ):
            with self.subTest(price=price, percent=percent, step=step):
                found = rev.raise_by_percent(price, percent, step)
                self.assertEqual(found, Decimal(expected))

    def test_raise_by_amount(self):
        for price, amount, step, expected in (
            (19260, 740, "100", "20000"),
            (19260, 745, "10", "20010"),
            (19260, 744.99, "10", "20000"),
            (19260, -260, "1", "19000"),
            (0.1, 0.2, "0.01", "0.3"),
        ):
            with self.subTest(price=price, amount=amount, step=step):
                found = rev.raise_by_amount(price, amount, step)
                self.assertEqual(found, Decimal(expected))

    def test_percent_of_a_difference(self):
        for old, new, expected in (
            (19260, 21190, "10.02"),
            (100, 50, "-50"),
            (0, 50, "0"),
            (3, 4, "33.33"),
        ):
            with self.subTest(old=old, new=new):
                self.assertEqual(rev.get_percent(old, new), Decimal(expected))

    @settings(max_examples=300, deadline=None)
    @given(PRICES, st.sampled_from(STEPS))
    def test_rounded_price_is_near_and_whole(self, price, step):
        rounded = rev.round_to(price, step)
        self.assertEqual(rounded % Decimal(step), 0)
        self.assertLessEqual(abs(rounded - price), Decimal(step) / 2)
        self.assertEqual(rev.round_to(rounded, step), rounded)
        self.assertEqual(rev.round_to(float(price), step), rounded)

    @settings(max_examples=300, deadline=None)
    @given(PRICES, PRICES, st.decimals(0, 100, places=2), st.sampled_from(STEPS))
    def test_dearer_stays_dearer(self, one, two, percent, step):
        low, high = sorted([one, two])
        self.assertLessEqual(
            rev.raise_by_percent(low, percent, step),
            rev.raise_by_percent(high, percent, step),
        )
        self.assertGreaterEqual(
            rev.raise_by_percent(low, percent, step), rev.round_to(low, step)
        )

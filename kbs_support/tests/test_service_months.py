import doctest
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import hours, service_months
from ..tools.service_months import find_service_month, get_service_months

ONE_DAY = timedelta(days=1)
days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@tagged("post_install", "-at_install")
class TestServiceMonths(BaseCase):
    """The 15th to the 14th, clipped to what is covered (T7)."""

    def assert_months(self, found, expected):
        self.assertEqual(
            [(f"{x.first:%d.%m.%y}", f"{x.last:%d.%m.%y}") for x in found], expected
        )

    def test_doctests(self):
        for module in (service_months, hours):
            self.assertEqual(doctest.testmod(module).failed, 0)

    def test_from_the_15th_to_the_14th(self):
        found = get_service_months(
            date(2026, 5, 15), date(2026, 5, 15), date(2026, 7, 14)
        )
        self.assert_months(found, [("15.05.26", "14.06.26"), ("15.06.26", "14.07.26")])

    def test_anchor_of_the_31st(self):
        """31.01 → 27.02, 28.02 → 30.03, 31.03 → 29.04: no drift (lago-api#1567)."""
        found = get_service_months(
            date(2026, 1, 31), date(2026, 1, 31), date(2026, 5, 30)
        )
        self.assert_months(
            found,
            [
                ("31.01.26", "27.02.26"),
                ("28.02.26", "30.03.26"),
                ("31.03.26", "29.04.26"),
                ("30.04.26", "30.05.26"),
            ],
        )

    def test_29_february(self):
        found = get_service_months(
            date(2028, 1, 31), date(2028, 1, 31), date(2028, 3, 30)
        )
        self.assert_months(found, [("31.01.28", "28.02.28"), ("29.02.28", "30.03.28")])

    def test_renewal_counts_from_the_start_of_the_chain(self):
        found = get_service_months(
            date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 30)
        )
        self.assert_months(found, [("28.02.26", "30.03.26")])
        self.assertEqual(found[0].number, 2)

    def test_upgrade_in_mid_month_gives_its_share(self):
        (month,) = get_service_months(
            date(2026, 5, 1), date(2026, 5, 16), date(2026, 5, 31)
        )
        self.assertEqual((month.days, month.whole_days), (16, 31))
        self.assertEqual(month.get_share(360), 186)  # 360 × 16 ÷ 31 = 185.8

    def test_cut_at_the_end_keeps_the_hours_that_were_given(self):
        (month,) = get_service_months(
            date(2026, 5, 1), date(2026, 5, 1), date(2026, 5, 15)
        )
        self.assertEqual(month.get_share(180), 180)

    def test_pause_makes_its_month_longer(self):
        pause = (date(2026, 5, 10), date(2026, 5, 19))
        found = get_service_months(
            date(2026, 5, 1), date(2026, 5, 1), date(2026, 7, 10), [pause]
        )
        self.assert_months(found, [("01.05.26", "10.06.26"), ("11.06.26", "10.07.26")])
        self.assertEqual(found[0].whole_days, 31)

    def test_pause_from_the_first_day_of_a_month(self):
        pause = (date(2026, 6, 1), date(2026, 6, 5))
        found = get_service_months(
            date(2026, 5, 1), date(2026, 5, 1), date(2026, 7, 5), [pause]
        )
        self.assert_months(found, [("01.05.26", "05.06.26"), ("06.06.26", "05.07.26")])

    def test_day_of_no_month(self):
        months = get_service_months(
            date(2026, 5, 1), date(2026, 5, 1), date(2026, 5, 31)
        )
        self.assertIsNone(find_service_month(months, date(2026, 6, 1)))
        self.assertEqual(find_service_month(months, date(2026, 5, 31)).number, 1)

    @settings(deadline=None, suppress_health_check=list(HealthCheck))
    @given(days, st.integers(1, 14), st.integers(0, 13))
    def test_months_cover_every_day_once(self, start, count, offset):
        """Whatever the anchor, no day is missing and none is counted twice."""
        last = start + relativedelta(months=count) - ONE_DAY
        first = min(start + timedelta(days=offset * 5), last)
        found = get_service_months(start, first, last)
        self.assertEqual(found[0].first, first)
        self.assertEqual(found[-1].last, last)
        for month, following in zip(found, found[1:], strict=False):
            self.assertEqual(month.last + ONE_DAY, following.first)
        self.assertEqual(found[-1].number, count)

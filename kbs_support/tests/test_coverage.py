import doctest
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import coverage as cov

GRACE = 14


def day(text):
    return date.fromisoformat(text)


def sell_chain(start, months):
    """Sell terms one after another, each renewed on its last day."""
    chain = [cov.get_month_coverage(months[0], start)]
    for term in months[1:]:
        last = chain[-1]
        chain.append(
            cov.get_month_coverage(term, last.date_end, last=last, grace_days=GRACE)
        )
    return chain


@tagged("post_install", "-at_install")
class TestCoverage(BaseCase):
    """Rules T1 to T4 as arithmetic over dates."""

    def test_doctests_hold(self):
        self.assertEqual(doctest.testmod(cov).failed, 0)
        self.assertGreater(doctest.testmod(cov).attempted, 0)

    def test_term_ends_on_the_day_before_the_same_day(self):
        for start, months, end in (
            ("2026-01-01", 1, "2026-01-31"),
            ("2026-01-15", 3, "2026-04-14"),
            ("2026-01-31", 1, "2026-02-27"),
            ("2026-01-30", 1, "2026-02-27"),
            ("2026-01-29", 1, "2026-02-27"),
            ("2026-01-28", 1, "2026-02-27"),
            ("2024-01-31", 1, "2024-02-28"),
            ("2024-01-29", 1, "2024-02-28"),
            ("2024-02-29", 12, "2025-02-27"),
            ("2023-02-28", 12, "2024-02-27"),
            ("2026-03-31", 1, "2026-04-29"),
            ("2026-08-31", 6, "2027-02-27"),
            ("2026-12-31", 2, "2027-02-27"),
            ("2026-05-31", 12, "2027-05-30"),
        ):
            with self.subTest(start=start, months=months):
                self.assertEqual(cov.month_end(day(start), months), day(end))

    def test_chain_is_counted_from_its_first_day(self):
        chain = sell_chain(day("2026-01-31"), [1, 1, 1, 1])
        self.assertEqual(
            [(str(x.date_start), str(x.date_end)) for x in chain],
            [
                ("2026-01-31", "2026-02-27"),
                ("2026-02-28", "2026-03-30"),
                ("2026-03-31", "2026-04-29"),
                ("2026-04-30", "2026-05-30"),
            ],
        )

    @settings(deadline=None, max_examples=300)
    @given(
        start=st.sampled_from(
            [
                date(year, month, number)
                for year in (2023, 2024, 2025, 2027, 2028)
                for month, number in ((1, 29), (1, 30), (1, 31), (2, 28), (8, 31))
            ]
            + [date(2024, 2, 29), date(2028, 2, 29)]
        )
        | st.dates(date(2020, 1, 1), date(2040, 12, 31)),
        months=st.lists(st.integers(1, 12), min_size=1, max_size=24),
    )
    def test_any_chain_has_no_gap_and_no_overlap(self, start, months):
        chain = sell_chain(start, months)
        for before, after in zip(chain, chain[1:], strict=False):
            assert after.date_start == before.date_end + timedelta(days=1)
            assert after.is_continued
        # The sum of the parts is the whole: no day is lost or given twice.
        assert chain[-1].date_end == cov.month_end(start, sum(months))
        days = sum((x.date_end - x.date_start).days + 1 for x in chain)
        assert days == (chain[-1].date_end - start).days + 1
        assert cov.months_between(start, chain[-1].date_end) == sum(months)

    def test_renewal_within_grace_is_back_dated(self):
        last = cov.get_month_coverage(3, day("2026-01-10"))  # until 09.04
        for today in ("2026-03-01", "2026-04-09", "2026-04-10", "2026-04-23"):
            with self.subTest(today=today):
                new = cov.get_month_coverage(1, day(today), last=last, grace_days=GRACE)
                self.assertTrue(new.is_continued)
                self.assertEqual(new.date_start, day("2026-04-10"))
                self.assertEqual(new.date_end, day("2026-05-09"))

    def test_renewal_after_grace_starts_anew(self):
        last = cov.get_month_coverage(3, day("2026-01-10"))
        for asked in (None, day("2026-04-10")):  # an old quotation asks for this
            with self.subTest(asked=asked):
                new = cov.get_month_coverage(
                    1, day("2026-04-24"), asked, last=last, grace_days=GRACE
                )
                self.assertFalse(new.is_continued)
                self.assertEqual(new.date_start, day("2026-04-24"))
                self.assertEqual(new.chain_start, day("2026-04-24"))
                self.assertEqual(new.chain_months, 1)

    def test_no_grace_at_all(self):
        last = cov.get_month_coverage(1, day("2026-01-01"))
        on_last_day = cov.get_month_coverage(1, day("2026-01-31"), last=last)
        self.assertTrue(on_last_day.is_continued)
        day_after = cov.get_month_coverage(1, day("2026-02-01"), last=last)
        self.assertFalse(day_after.is_continued)

    def test_asked_gap_breaks_the_chain(self):
        last = cov.get_month_coverage(3, day("2026-01-10"))
        new = cov.get_month_coverage(
            2, day("2026-03-01"), day("2026-06-01"), last, GRACE
        )
        self.assertFalse(new.is_continued)
        self.assertEqual(new.date_start, day("2026-06-01"))
        self.assertEqual(new.date_end, day("2026-07-31"))

    def test_start_within_grace_of_the_end_is_no_gap(self):
        last = cov.get_month_coverage(3, day("2026-01-10"))
        new = cov.get_month_coverage(
            1, day("2026-04-15"), day("2026-04-15"), last, GRACE
        )
        self.assertEqual(new.date_start, day("2026-04-10"))

    def test_budget_year_is_the_calendar_year(self):
        for today, asked, year in (
            ("2026-05-14", None, 2026),
            ("2026-08-31", None, 2026),
            ("2026-09-01", None, 2027),
            ("2026-12-31", None, 2027),
            ("2026-12-31", "2026-12-31", 2026),
            ("2026-05-14", "2028-07-07", 2028),
        ):
            with self.subTest(today=today, asked=asked):
                new = cov.get_budget_year_coverage(day(today), asked and day(asked))
                self.assertEqual(new.date_start, date(year, 1, 1))
                self.assertEqual(new.date_end, date(year, 12, 31))
                self.assertFalse(new.is_continued)

    def test_budget_year_starts_after_paid_coverage(self):
        last = cov.get_month_coverage(3, day("2025-11-10"))  # until 09.02.2026
        new = cov.get_budget_year_coverage(day("2026-01-20"), None, last)
        self.assertEqual(new.date_start, day("2026-02-10"))
        self.assertEqual(new.date_end, day("2026-12-31"))
        self.assertTrue(new.is_continued)

    def test_budget_year_after_full_year_has_no_gap(self):
        last = cov.get_budget_year_coverage(day("2026-05-14"))
        new = cov.get_budget_year_coverage(day("2026-10-01"), day("2027-01-01"), last)
        self.assertEqual(new.date_start, day("2027-01-01"))
        self.assertTrue(new.is_continued)

    def test_months_after_a_budget_year_are_counted_anew(self):
        last = cov.get_month_coverage(1, day("2025-12-31"))  # until 30.01.2026
        year = cov.get_budget_year_coverage(day("2026-01-15"), None, last)
        after = cov.get_month_coverage(1, day("2026-12-20"), None, year, GRACE)
        self.assertEqual(after.date_start, day("2027-01-01"))
        self.assertEqual(after.date_end, day("2027-01-31"))
        self.assertEqual(after.chain_start, day("2027-01-01"))

    def test_budget_year_that_is_over_or_covered_is_refused(self):
        with self.assertRaises(cov.BudgetYearPast):
            cov.get_budget_year_coverage(day("2026-01-01"), day("2025-12-31"))
        last = cov.get_month_coverage(12, day("2026-01-01"))
        with self.assertRaises(cov.BudgetYearCovered):
            cov.get_budget_year_coverage(day("2026-05-14"), None, last)

    def test_payment_moves_only_later(self):
        sold = cov.get_month_coverage(3, day("2026-01-31"))
        self.assertEqual(cov.shift_to_payment(sold, 3, day("2026-01-31")), sold)
        self.assertEqual(cov.shift_to_payment(sold, 3, day("2026-01-01")), sold)
        moved = cov.shift_to_payment(sold, 3, day("2026-02-05"))
        self.assertEqual(moved.date_start, day("2026-02-05"))
        self.assertEqual(moved.date_end, day("2026-05-04"))
        self.assertEqual(moved.chain_start, day("2026-02-05"))

    def test_full_months_between(self):
        for start, end, months in (
            ("2026-01-01", "2026-01-30", 0),
            ("2026-01-01", "2026-01-31", 1),
            ("2026-01-31", "2026-02-26", 0),
            ("2026-01-31", "2026-02-27", 1),
            ("2026-01-31", "2026-03-30", 2),
            ("2026-01-31", "2026-03-29", 1),
            ("2024-02-29", "2025-02-27", 12),
            ("2026-05-14", "2026-05-13", 0),
        ):
            with self.subTest(start=start, end=end):
                self.assertEqual(cov.months_between(day(start), day(end)), months)

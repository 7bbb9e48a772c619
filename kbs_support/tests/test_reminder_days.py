import doctest
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools import reminders as rem

DAYS = [-60, -30, -14, -7, 0, 7]
END = date(2026, 6, 13)

offsets = st.lists(st.integers(-90, 30), max_size=8, unique=True)
distances = st.integers(-120, 60)


def run(days, runs, bought_on=None):
    """Run the job on the days ``runs``; return ``{day of the run: reminder}``."""
    sent = {}
    for today in sorted(runs):
        due = rem.get_due_reminder(END, days, today, bought_on, sent.values())
        if due is not None:
            sent[today] = due
    return sent


@tagged("post_install", "-at_install")
class TestReminderDays(BaseCase):
    """Rule T6 as arithmetic over dates."""

    def test_doctests_hold(self):
        self.assertEqual(doctest.testmod(rem).failed, 0)
        self.assertGreater(doctest.testmod(rem).attempted, 0)

    def test_reminder_of_a_day(self):
        for today, sent, due in (
            ("2026-04-13", (), None),
            ("2026-04-14", (), -60),  # on the very day
            ("2026-04-14", (-60,), None),  # once
            ("2026-04-21", (), -60),  # missed for a week: late, still sent
            ("2026-04-22", (), None),  # missed longer: too late
            ("2026-06-06", (-60,), -7),  # −14 is a week late, −7 is due: the latest
            ("2026-06-06", (-7,), None),  # and −14 is past then
            ("2026-06-13", (-7,), 0),
            ("2026-06-19", (-7,), 0),
            ("2026-06-20", (-7,), 7),
            ("2026-06-27", (-7,), 7),
            ("2026-06-28", (-7,), None),
        ):
            with self.subTest(today=today, sent=sent):
                day = date.fromisoformat(today)
                self.assertEqual(rem.get_due_reminder(END, DAYS, day, sent=sent), due)

    def test_who_has_just_bought_is_not_reminded(self):
        paid_on = date(2026, 5, 14)  # a month, paid on the day of −30
        for today, due in (
            ("2026-05-14", None),
            ("2026-05-15", None),
            ("2026-05-30", -14),
        ):
            with self.subTest(today=today):
                day = date.fromisoformat(today)
                self.assertEqual(
                    rem.get_due_reminder(END, DAYS, day, bought_on=paid_on), due
                )

    def test_renewal_opens(self):
        for end, days, is_budget_year, opening in (
            ("2026-06-13", 60, False, "2026-04-14"),
            ("2026-12-31", 60, False, "2026-11-01"),
            ("2026-12-31", 60, True, "2026-09-01"),
            ("2026-12-31", 150, True, "2026-08-03"),
            ("2026-11-30", 60, True, "2026-10-01"),  # stopped before its end
        ):
            with self.subTest(end=end, days=days, is_budget_year=is_budget_year):
                self.assertEqual(
                    rem.get_opening_day(date.fromisoformat(end), days, is_budget_year),
                    date.fromisoformat(opening),
                )

    @given(offsets)
    def test_daily_run_gives_each_on_its_day(self, days):
        every_day = [END + timedelta(days=x) for x in range(-150, 60)]
        sent = run(days, every_day)
        self.assertEqual(sent, {END + timedelta(days=x): x for x in days})

    @settings(max_examples=300)
    @given(offsets, st.sets(distances), distances)
    def test_any_runs_give_each_once_and_in_order(self, days, runs, bought):
        bought_on = END + timedelta(days=bought)
        sent = run(days, [END + timedelta(days=x) for x in runs], bought_on)
        given_days = [sent[today] for today in sorted(sent)]
        self.assertEqual(given_days, sorted(set(given_days)))
        for today, reminder in sent.items():
            day = END + timedelta(days=reminder)
            self.assertIn(reminder, days)
            self.assertGreater(day, bought_on)
            self.assertLessEqual(day, today)
            self.assertLessEqual(today, day + timedelta(days=rem.LATE_DAYS))

    @given(offsets, distances)
    def test_search_finds_whatever_is_due(self, days, distance):
        today = END + timedelta(days=distance)
        due = rem.get_due_reminder(END, days, today)
        if due is not None:
            first, last = rem.get_due_ends(due, today)
            self.assertTrue(first <= END <= last)

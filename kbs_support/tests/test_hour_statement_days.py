from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.hour_statement import get_moves, get_statement
from .hour_statement_story import MAY, MAY_END, STORIES, Ledger, live


@tagged("post_install", "-at_install")
class TestStatementArithmetic(BaseCase):
    """Opening + lines = closing, on every day what the ledger says (E3)."""

    @settings(max_examples=300, deadline=None, derandomize=True)
    @given(STORIES)
    def test_every_day_of_any_story(self, story):
        ledger, today = live(story)
        moves = get_moves(ledger.entries)
        balance = 0
        for day in (MAY + timedelta(days=x) for x in range(-2, 400)):
            balance += sum(x.minutes for x in moves if x.day == day)
            if day >= today:  # nothing was booked for later
                self.assertEqual(balance, ledger.balance(day), day)
            if day.day in (1, 15) or day == today:
                statement = get_statement(ledger.entries, day, day)
                self.assertEqual(statement.closing, balance)
                self.assertEqual(statement.closing, statement.opening + _sum(statement))
                self.assertEqual(
                    statement.closing + statement.ahead, ledger.balance(day), day
                )

    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(STORIES, st.integers(0, 150), st.integers(0, 60), st.integers(0, 60))
    def test_one_span_goes_on_where_the_other_ends(self, story, start, one, two):
        ledger, _today = live(story)
        first = MAY + timedelta(days=start)
        middle = first + timedelta(days=one)
        last = middle + timedelta(days=two + 1)
        before = self.cut(ledger, first, middle)
        after = self.cut(ledger, middle + timedelta(days=1), last)
        whole = self.cut(ledger, first, last)
        self.assertEqual(before.closing, after.opening)
        self.assertEqual(whole.opening, before.opening)
        self.assertEqual(whole.closing, after.closing)
        self.assertEqual(whole.lines, before.lines + after.lines)

    def cut(self, ledger, first, last):
        """The statement from what the model reads: what is valid near these days."""
        rows = [
            x
            for x in ledger.entries
            if x.first <= last and x.last >= first - timedelta(days=1)
        ]
        statement = get_statement(rows, first, last)
        self.assertEqual(statement, get_statement(ledger.entries, first, last))
        return statement

    @settings(max_examples=200, deadline=None, derandomize=True)
    @given(STORIES)
    def test_nothing_lies_outside_of_its_validity(self, story):
        ledger, _today = live(story)
        by_id = {x.id: x for x in ledger.entries}
        for move in get_moves(ledger.entries):
            source = by_id[move.source]
            if move.kind == "lapse":
                self.assertEqual(move.day, source.last + timedelta(days=1))
            else:
                self.assertTrue(source.first <= move.day <= source.last)

    def test_changed_work_counts_once_on_each_day(self):
        """Else the 150 minutes would stand twice from the 10th to the 20th."""
        ledger = Ledger()
        ledger.add("grant", 180, MAY, span=(MAY, MAY_END))
        ledger.draw(150, date(2026, 5, 10), 1)
        ledger.give_back(1, date(2026, 5, 20))
        ledger.draw(160, date(2026, 5, 10), 1)
        statement = get_statement(ledger.entries, MAY, MAY_END)
        self.assertEqual(
            [(x.day.day, x.kind, x.minutes, x.balance) for x in statement.lines],
            [
                (1, "grant", 180, 180),
                (10, "use", -150, 30),
                (10, "return", 150, 180),
                (10, "use", -160, 20),
            ],
        )

    def test_work_deleted_after_its_hours_lapsed(self):
        ledger = Ledger()
        ledger.add("grant", 180, MAY, span=(MAY, MAY_END))
        ledger.draw(60, date(2026, 5, 10), 1)
        ledger.give_back(1, date(2026, 6, 5))
        ledger.forget(1)
        statement = get_statement(ledger.entries, MAY, date(2026, 6, 30))
        self.assertEqual(statement.lines[-1][:3], (date(2026, 6, 1), "lapse", -180))
        self.assertEqual(statement.closing, 0)

    def test_what_is_drawn_later_from_the_same_hours(self):
        """Over-plan work is drawn on another day than it was done: both come back."""
        ledger = Ledger()
        pack = ledger.add("pack", 300, MAY, span=(MAY, MAY_END))
        ledger.add("use", -50, date(2026, 5, 3), pack, 1)
        ledger.add("use", -30, date(2026, 5, 9), pack, 1)
        ledger.give_back(1, date(2026, 5, 20))
        lines = get_statement(ledger.entries, MAY, MAY_END).lines
        returned = {x.day.day: x.minutes for x in lines if x.kind == "return"}
        self.assertEqual(returned, {3: 50, 9: 30})

    def test_hours_that_were_never_there(self):
        """A payment that is gone before the month begins leaves no line."""
        ledger = Ledger()
        ledger.add("grant", 180, MAY, span=(MAY, MAY_END))
        ledger.add("grant", -180, date(2026, 4, 20), ledger.entries[0])
        self.assertFalse(get_moves(ledger.entries))
        ledger.add("grant", 180, date(2026, 5, 7), ledger.entries[0])
        [line] = get_statement(ledger.entries, MAY, MAY_END).lines
        self.assertEqual(line[:3], (date(2026, 5, 7), "withdrawal", 180))


def _sum(statement):
    return sum(x.minutes for x in statement.lines)

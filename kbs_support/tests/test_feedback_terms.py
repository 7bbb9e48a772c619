import doctest
from datetime import date, timedelta

from freezegun import freeze_time
from hypothesis import given
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..tools import terms
from ..tools.terms import (
    MISSED,
    STEPS,
    get_answer_due,
    get_due_step,
    get_next_step_day,
    get_step_day,
)
from .feedback_common import FeedbackCase


@tagged("post_install", "-at_install")
class TestTerms(BaseCase):
    """The arithmetic."""

    def test_doctests_hold(self):
        self.assertEqual(doctest.testmod(terms).failed, 0)
        self.assertGreater(doctest.testmod(terms).attempted, 0)

    def test_days(self):
        for received, days, expected in (
            # received, term: 50 %, 80 %, the last day, the miss
            ((2026, 5, 14), 30, ("05-29", "06-07", "06-13", "06-14")),
            ((2026, 12, 20), 30, ("01-04", "01-13", "01-19", "01-20")),
            ((2028, 2, 1), 29, ("02-16", "02-25", "03-01", "03-02")),
            ((2026, 5, 14), 15, ("05-22", "05-26", "05-29", "05-30")),
            ((2026, 5, 14), 1, ("05-15", "05-15", "05-15", "05-16")),
        ):
            start = date(*received)
            due = get_answer_due(start, days)
            found = tuple(str(get_step_day(start, due, x))[5:] for x in STEPS)
            with self.subTest(received=received, days=days):
                self.assertEqual(found, expected)

    @given(days=st.integers(1, 60), gaps=st.lists(st.integers(1, 40), max_size=20))
    def test_any_days_of_the_job(self, days, gaps):
        """Whatever days the job runs on, steps only grow and the miss comes last."""
        start = date(2026, 1, 30)
        due, today, taken, seen = get_answer_due(start, days), start, 0, []
        for gap in gaps:
            today += timedelta(days=gap)
            next_day = get_next_step_day(start, due, taken)
            step = get_due_step(start, due, today, taken)
            is_due = next_day is not None and next_day <= today
            self.assertEqual(step is not None, is_due)
            if step:
                seen.append(step)
                taken = step
        self.assertEqual(seen, sorted(set(seen)))
        self.assertEqual(MISSED in seen, today > due)


@tagged("post_install", "-at_install")
class TestComplaints(FeedbackCase):
    """The legal term from receipt to the answer."""

    def complaint(self, **values):
        return self.give("complaint", user_id=self.agent.id, **values)

    def watch(self, day):
        with freeze_time(f"{day} 05:30:00"):
            self.run_job("complaint_terms")

    def warned(self, complaint):
        """Who has the warning on his list."""
        return complaint.sudo()._get_warnings().user_id

    def test_term_and_its_setting(self):
        self.assertEqual(str(self.complaint().answer_due), "2026-06-13")
        self.assertFalse(self.give().answer_due)
        old = self.complaint()
        self.company.kbs_complaint_days = 15
        self.assertEqual(str(self.complaint().answer_due), "2026-05-29")
        self.assertEqual(str(old.answer_due), "2026-06-13")
        on_paper = self.complaint(received_on="2026-05-04")
        self.assertEqual(str(on_paper.answer_due), "2026-05-19")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.company.kbs_complaint_days = 0
            self.env.flush_all()

    def test_received_after_local_midnight(self):
        with freeze_time("2026-05-14 21:30:00"):  # half past midnight in Kyiv
            self.assertEqual(str(self.complaint().received_on), "2026-05-15")

    def test_warnings_each_once(self):
        complaint = self.complaint()
        self.company.kbs_complaint_user_id = self.lead
        for day, step, people in (
            ("2026-05-28", 0, self.env["res.users"]),
            ("2026-05-29", 50, self.agent),
            ("2026-06-07", 80, self.agent),
            ("2026-06-13", 100, self.agent | self.lead),
            ("2026-06-14", 101, self.agent | self.lead),
        ):
            self.watch(day)
            with self.subTest(day=day):
                self.assertEqual(complaint.term_step, step)
                self.assertEqual(self.warned(complaint), people)
                given = complaint.sudo()._get_warnings().ids
                self.watch(day)
                self.assertEqual(complaint.sudo()._get_warnings().ids, given)
        self.assertEqual(complaint.term_state, "overdue")
        self.assertFalse(complaint.next_step_on)

    def test_leads_are_warned_where_nobody_is_assigned(self):
        complaint = self.give("complaint")
        self.watch("2026-05-29")
        self.assertIn(self.lead, self.warned(complaint))
        self.assertNotIn(self.agent, self.warned(complaint))

    def test_job_that_rested_warns_once(self):
        complaint = self.complaint()
        self.watch("2026-06-20")
        self.assertEqual(complaint.term_step, MISSED)
        own = (
            complaint.sudo()._get_warnings().filtered(lambda x: x.user_id == self.agent)
        )
        self.assertEqual(len(own), 1)

    def test_answer_ends_the_term(self):
        for day, state, late in (
            ("2026-06-13", "in_time", 0),
            ("2026-06-14", "late", 1),
            ("2026-07-13", "late", 30),
        ):
            complaint = self.complaint()
            self.watch(day)
            with freeze_time(f"{day} 20:00:00"):  # still the same day in Kyiv
                self.decide(complaint, "answer", "We are sorry")
            with self.subTest(day=day):
                self.assertEqual(complaint.term_state, state)
                self.assertEqual(complaint.late_days, late)
                self.assertEqual(complaint.state, "new")
                self.assertFalse(self.warned(complaint))
                self.watch("2026-08-01")
                self.assertEqual(complaint.term_state, state)
                self.assertFalse(self.warned(complaint))

    def test_finishing_needs_an_answer(self):
        complaint = self.complaint()
        with self.assertRaises(UserError):
            self.decide(complaint, "done")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            with self.env.cr.savepoint():
                complaint.sudo().state = "done"
                self.env.flush_all()
        self.decide(complaint, "done", "It is mended")
        self.assertEqual(complaint.answer, "It is mended")
        self.assertTrue(complaint.change_ids[-1].is_answer)
        self.assertEqual(complaint.term_state, "in_time")

    def test_second_word_is_no_second_answer(self):
        complaint = self.complaint()
        self.decide(complaint, "answer", "We look into it")
        with self.assertRaises(UserError):
            self.decide(complaint, "answer", "Again")
        self.decide(complaint, "done", "It is mended")
        self.assertEqual(complaint.answer, "We look into it")
        self.assertEqual(complaint.change_ids.mapped("is_answer"), [False, True, False])

    def test_joined_complaints_are_answered_together(self):
        main, same = self.complaint(), self.complaint(author=self.doctor)
        self.join(same, main)
        self.watch("2026-05-29")
        self.assertTrue(self.warned(same))
        self.decide(main, "done", "We are sorry")
        self.assertEqual(same.term_state, "in_time")
        self.assertEqual(same.answer, "We are sorry")
        self.assertFalse(self.warned(same))
        told = [x[0] for x in self.letters(main) if x[3] == "done"]
        self.assertEqual(sorted(told), ["Doctor", "Olena"])

    def test_only_a_lead_says_that_it_is_no_complaint(self):
        complaint = self.complaint()
        with self.assertRaises(AccessError):
            complaint.kind = "remark"
        complaint.with_user(self.lead).kind = "remark"
        self.assertFalse(complaint.answer_due)
        self.assertFalse(complaint.next_step_on)
        complaint.kind = "complaint"
        self.assertTrue(complaint.answer_due)

    def test_job_touches_only_what_is_due(self):
        waiting = self.complaint()
        due = self.complaint(received_on="2026-04-20")
        domain = due._get_due_domain(self.company, self.company._kbs_today())
        self.assertIn(due, due.search(domain))
        self.assertNotIn(waiting, due.search(domain))

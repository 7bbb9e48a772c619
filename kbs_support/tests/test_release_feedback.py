from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .feedback_common import FeedbackCase
from .updates_common import UpdatesCase


@tagged("post_install", "-at_install")
class TestReleaseFeedback(FeedbackCase, UpdatesCase):
    """A published version tells those who asked for what is in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("uk_UA")
        cls.draft = cls.release("8.10", state="review")

    def link(self, feedback):
        feedback.sudo().release_id = self.draft
        return feedback

    def publish(self):
        self.draft.with_user(self.lead).action_publish()

    def tell(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "kbs_support.ir_cron_kbs_feedback_letters"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def test_lead_says_in_which_release(self):
        proposal = self.give()
        self.decide(proposal, "planned", release_id=self.draft.id)
        self.assertEqual(proposal.release_id, self.draft)
        self.assertEqual(proposal.planned_for, "Accounting 8.10")
        self.assertIn(proposal, self.draft.feedback_ids)
        with self.assertRaises(AccessError):
            proposal.with_user(self.agent).release_id = False
        self.draft.with_user(self.lead).feedback_ids = False
        self.assertFalse(proposal.release_id)

    def test_what_is_out_is_planned_no_more(self):
        self.publish()
        proposal = self.give()
        with self.assertRaisesRegex(UserError, "published already"):
            self.decide(proposal, "planned", release_id=self.draft.id)
        self.decide(proposal, "done", "It is there", release_id=self.draft.id)
        self.assertEqual(proposal.state, "done")
        self.assertEqual(proposal.change_ids[-1].release_id, self.draft)

    def test_publication_finishes_what_is_open(self):
        new, analysis, planned = (self.link(self.give()) for _x in range(3))
        analysis.with_user(self.lead).action_analyse()
        self.decide(planned, "planned", release_id=self.draft.id)
        other = self.give()
        self.publish()
        self.assertEqual(
            (new | analysis | planned).mapped("state"), ["done", "done", "done"]
        )
        self.assertEqual(other.state, "new")
        self.assertEqual(new.change_ids[-1].user_id, self.lead)

    def test_what_was_decided_stays(self):
        done, declined, joined = (self.link(self.give()) for _x in range(3))
        self.decide(done, "done", "Long ago", release_id=self.draft.id)
        self.decide(declined, "declined", "No")
        main = self.give()
        self.join(joined, main)
        changes = (done | declined | joined | main).change_ids
        self.publish()
        self.assertEqual(
            (done | declined | joined | main).mapped("state"),
            ["done", "declined", "duplicate", "new"],
        )
        self.assertEqual((done | declined | joined | main).change_ids, changes)
        self.assertNotIn(
            "could not be finished", "".join(self.draft.message_ids.mapped("body"))
        )

    def test_author_and_voters_are_told_once(self):
        proposal = self.link(self.give())
        proposal._vote_sudo({proposal: self.doctor})
        complaint = self.link(self.give("complaint", author=self.doctor))
        self.publish()
        self.tell()
        self.assertEqual(
            [x for x in self.letters(proposal) if x[3] == "done"],
            [("Olena", "queued", True, "done"), ("Doctor", "queued", False, "done")],
        )
        self.assertEqual(
            [x for x in self.letters(complaint) if x[3] == "done"],
            [("Doctor", "queued", True, "done")],
        )
        self.tell()
        letter = self.mails(self.person)[-1].body_html
        self.assertIn("Accounting 8.10", letter)
        self.assertIn(proposal.name, letter)
        voters = [x for x in self.mails(self.doctor) if "support this proposal" in
                  x.body_html or "підтримуєте" in x.body_html]  # fmt: skip
        self.assertEqual(len(voters), 1)
        self.assertIn("Accounting 8.10", voters[0].body_html)

    def test_words_are_in_the_language_of_the_author(self):
        software = self.accounting.with_context(lang="uk_UA")
        software.name = "Облік"
        ukrainian = self.link(self.give())
        english = self.link(self.give(author=self.doctor))
        self.doctor.lang = "en_US"
        self.publish()
        self.assertIn("Облік 8.10", ukrainian.change_ids[-1].text)
        self.assertIn(
            f"Your proposal No. {english.name} was taken into account in the release "
            "Accounting 8.10.",
            english.change_ids[-1].text,
        )

    def test_words_to_each_kind(self):
        for kind, words in (
            ("proposal", "Your proposal"),
            ("complaint", "complained about"),
            ("remark", "Your remark"),
        ):
            feedback = self.link(self.give(kind, author=self.doctor))
            self.assertIn(words, feedback._tell_release())

    def test_complaint_is_answered_by_it(self):
        complaint = self.link(self.give("complaint"))
        self.publish()
        self.assertEqual(complaint.state, "done")
        self.assertTrue(complaint.answered_on)
        self.assertTrue(complaint.change_ids[-1].is_answer)

    def test_one_that_fails_stops_nothing(self):
        bad, good = self.link(self.give()), self.link(self.give())
        decide = type(bad)._decide_sudo

        def fail(feedback, *args, **kwargs):
            decide(feedback, *args, **kwargs)
            if feedback == bad:
                raise ValueError("No paper")

        with patch.object(type(bad), "_decide_sudo", fail):
            self.publish()
        self.assertEqual(self.draft.state, "published")
        self.assertEqual((bad | good).mapped("state"), ["new", "done"])
        self.assertFalse([x for x in self.letters(bad) if x[3] == "done"])
        self.assertIn("No paper", self.draft.message_ids[0].body)

    def test_withdrawal_tells_no_more_of_the_version(self):
        proposal = self.link(self.give())
        self.publish()
        change = proposal.change_ids[-1]
        self.assertEqual(change.release_id, self.draft)
        self.draft._withdraw_sudo("Bad")
        self.assertFalse(change.release_id)
        self.assertEqual(proposal.state, "done")

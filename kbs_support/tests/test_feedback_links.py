from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .feedback_common import FeedbackCase


@tagged("post_install", "-at_install")
class TestFeedbackTickets(FeedbackCase):
    """Feedback and the tickets in which clients spoke of it."""

    def ticket(self, author=None, **values):
        return self.env["helpdesk.ticket"].create(
            {
                "name": "Report",
                "description": "<p>By hand</p>",
                "partner_id": (author or self.person).id,
                "company_id": self.company.id,
                **values,
            }
        )

    def test_new_ticket_about_it_is_a_vote(self):
        proposal = self.give()
        self.ticket(self.doctor, kbs_feedback_id=proposal.id)
        self.assertEqual(proposal.vote_ids.partner_id, self.person | self.doctor)

    def test_feedback_of_another_company_is_not_linked(self):
        other = self._create_company("Another company")
        foreign = self.env["kbs.feedback"].create(
            {
                "title": "T",
                "text": "T",
                "partner_id": self.person.id,
                "company_id": other.id,
            }
        )
        ticket = self.ticket(self.doctor).with_user(self.agent)
        with self.assertRaises(ValidationError):
            ticket.kbs_feedback_id = foreign.id
            self.env.flush_all()

    def test_joining_moves_tickets(self):
        main, same, earlier = self.give(), self.give(), self.give()
        self.join(earlier, same)
        tickets = self.ticket(kbs_feedback_id=same.id)
        tickets |= self.ticket(self.doctor, kbs_feedback_id=same.id)
        self.join(same, main)
        self.assertEqual(main.ticket_ids, tickets)
        self.assertFalse((same | earlier).ticket_ids)
        self.assertEqual(main.ticket_count, 2)
        self.assertIn(self.doctor, main.vote_ids.partner_id)

    def test_merging_tickets_keeps_the_feedback(self):
        proposal = self.give()
        target = self.ticket()
        merged = self.ticket(self.person, kbs_feedback_id=proposal.id)
        merged.with_user(self.agent)._kbs_merge_into(target.with_user(self.agent))
        self.assertEqual(target.kbs_feedback_id, proposal)
        self.assertEqual(proposal.ticket_ids, target)

    def test_merging_two_tickets_with_feedback_loses_neither(self):
        first, second = self.give(), self.give("complaint")
        target = self.ticket(kbs_feedback_id=first.id)
        merged = self.ticket(kbs_feedback_id=second.id)
        merged.with_user(self.agent)._kbs_merge_into(target.with_user(self.agent))
        self.assertEqual(target.kbs_feedback_id, first)
        self.assertEqual(merged.kbs_feedback_id, second)

    def test_marking_as_duplicate_moves_nothing(self):
        proposal = self.give()
        target, merged = self.ticket(), self.ticket(kbs_feedback_id=proposal.id)
        merged._kbs_merge_into(target, is_moving=False)
        self.assertEqual(merged.kbs_feedback_id, proposal)


@tagged("post_install", "-at_install")
class TestFeedbackSecrets(FeedbackCase):
    """What one client must not learn of another one's words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # People follow what they make, unless nothing is tracked.
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=False))
        cls.user = cls._create_portal_user("fb_writer", cls.doctor, lang="uk_UA")

    def write_in_portal(self, files=(), **values):
        typed = {"kind": "proposal", "title": "Title", "text": "Text", **values}
        feedback = self.env["kbs.feedback"].with_user(self.user)
        return feedback._create_from_portal_sudo(self.user, typed, files)

    def test_who_changes_the_words_of_a_client_is_seen(self):
        own = self.write_in_portal(kind="complaint").with_user(self.agent)
        self.cr.flush()  # what is set while it is made is no change
        own.text = "Other words"
        self.env.flush_all()
        self.cr.flush()
        change = own.message_ids.sudo().tracking_value_ids
        self.assertEqual(change.mapped("old_value_text"), ["Text"])
        self.assertEqual(own.message_ids[0].author_id, self.agent.partner_id)

    def test_joined_author_reads_on_from_then(self):
        """What the other author was told before is no business of his."""
        main, same = self.give(), self.give(author=self.doctor)
        self.decide(main, "planned", "Dear Olena, in May")
        self.join(same, main)
        self.decide(main, "done", "It is there")
        told = same.sudo()._get_portal_history()
        self.assertEqual(told.mapped("state"), ["new", "duplicate", "done"])

    def test_voters_hear_of_decisions_only(self):
        proposal, main = self.give(), self.give()
        proposal._vote_sudo({proposal: self.doctor})
        proposal.action_analyse()
        self.assertNotIn(self.doctor.name, [x[0] for x in self.letters(proposal)])
        self.decide(proposal, "planned")
        self.assertIn(self.doctor.name, [x[0] for x in self.letters(proposal)])
        before = self.letters(proposal)
        self.join(proposal, main)
        told = self.letters(proposal)[len(before) :]
        self.assertEqual([x[0] for x in told], ["Olena"])

    def test_author_follows_nothing(self):
        own = self.write_in_portal()
        self.assertNotIn(self.doctor, own.message_partner_ids)

    def test_joining_makes_nobody_outside_a_follower(self):
        main, same = self.give(), self.give(author=self.doctor)
        same._message_subscribe((self.doctor | self.agent.partner_id).ids)
        self.join(same, main)
        self.assertNotIn(self.doctor, main.message_partner_ids)
        self.assertIn(self.agent.partner_id, main.message_partner_ids)

    def test_letter_without_a_language_is_in_that_of_the_company(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        self.company.partner_id.lang = "uk_UA"
        self.doctor.lang = False
        voted = self.give()
        voted._vote_sudo({voted: self.doctor})
        self.give(author=self.doctor)
        self.decide(voted, "done")
        self.run_job("feedback_letters")
        mails = self.mails(self.doctor)
        self.assertEqual(len(mails), 2)
        for mail in mails:
            self.assertTrue(mail.subject.startswith("Пропозиція"), mail.subject)

    def test_sent_again_with_a_file_keeps_the_file(self):
        first = self.write_in_portal([("a.txt", b"one")])
        again = self.write_in_portal([("a.txt", b"one"), ("b.txt", b"two")])
        self.assertEqual(again, first)
        names = sorted(first.client_attachment_ids.mapped("name"))
        self.assertEqual(names, ["a.txt", "b.txt"])

    def test_empty_file(self):
        own = self.write_in_portal([("empty.txt", b"")])
        self.assertEqual(own.client_attachment_ids.name, "empty.txt")
        stream = self.env["ir.binary"]._get_stream_from(own.client_attachment_ids)
        self.assertEqual(stream.read(), b"")

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import html2plaintext, mute_logger

from .feedback_common import FeedbackCase


@tagged("post_install", "-at_install")
class TestFeedback(FeedbackCase):
    """From taking in to a decision, and who may do what."""

    def test_number_of_each_company(self):
        other = self._create_company("Another company")

        def give_other():
            values = {"title": "T", "text": "T", "partner_id": self.person.id}
            return self.env["kbs.feedback"].create({**values, "company_id": other.id})

        def number(feedback):
            self.assertRegex(feedback.name, r"^FB-\d{6}$")
            return int(feedback.name[3:])

        # Taken in turn: neither moves the numbers of the other one.
        first, first_other = number(self.give()), number(give_other())
        self.assertEqual(number(self.give()), first + 1)
        self.assertEqual(number(give_other()), first_other + 1)

    def test_way_of_a_proposal(self):
        proposal = self.give()
        self.assertEqual(proposal.state, "new")
        self.assertEqual(str(proposal.received_on), "2026-05-14")
        proposal.action_analyse()
        self.decide(proposal, "planned", planned_for="Autumn")
        self.assertEqual((proposal.state, proposal.planned_for), ("planned", "Autumn"))
        self.decide(proposal, "done", "It is there")
        self.assertEqual(
            proposal.change_ids.mapped("state"), ["new", "analysis", "planned", "done"]
        )
        self.assertEqual(proposal.change_ids[-1].user_id, self.lead)
        with self.assertRaises(UserError):
            self.decide(proposal, "declined", "No")
        proposal.with_user(self.lead).action_reopen()
        self.assertEqual(proposal.state, "analysis")

    def test_declining_needs_a_reason(self):
        proposal = self.give()
        with self.assertRaises(UserError):
            self.decide(proposal, "declined", "  ")
        self.assertEqual(proposal.state, "new")
        self.decide(proposal, "declined", "The law forbids it")
        self.assertEqual(proposal.change_ids[-1].text, "The law forbids it")

    def test_specialist_goes_no_further_than_analysis(self):
        proposal = self.give()
        proposal.action_analyse()
        for action in ("action_plan", "action_finish", "action_decline",
                       "action_join", "action_publish", "action_reopen",
                       "action_unpublish", "action_answer"):  # fmt: skip
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(proposal, action)()
        with self.assertRaises(AccessError):
            self.decide(proposal, "done", "Yes", user=self.agent)
        with self.assertRaises(AccessError):
            self.join(proposal, self.give(), user=self.agent)

    def test_nobody_types_in_what_is_decided(self):
        proposal = self.give()
        for values in (
            {"state": "done"},
            {"answered_on": "2026-05-14"},
            {"answer_due": "2027-01-01"},
            {"name": "FB-1"},
            {"partner_id": self.doctor.id},
            {"duplicate_of_id": self.give().id},
            {"vote_ids": [Command.create({"partner_id": self.doctor.id})]},
        ):
            with self.subTest(**values), self.assertRaises(AccessError):
                proposal.with_user(self.manager).write(values)
        for values in ({"is_published": True}, {"received_on": "2026-05-01"}):
            with self.subTest(**values), self.assertRaises(AccessError):
                proposal.write(values)
        with self.assertRaises(AccessError):
            self.give(state="done")
        with self.assertRaises(ValidationError):
            self.give(received_on="2026-05-15")

    def test_table_of_rights(self):
        proposal = self.give()
        portal = self._create_portal_user("kbs_fb_portal", self.person, lang="uk_UA")
        for user, allowed in (
            (self.agent, "rwc"),
            (self.lead, "rwc"),
            (self.manager, "rwc"),
            (self.reader, "r"),
            (self.salesman, ""),
            (portal, ""),
            (self.env.ref("base.public_user"), ""),
        ):
            for records in (proposal, proposal.change_ids, proposal.vote_ids):
                if records is not proposal:
                    allowed = allowed[:1]
                found = "".join(
                    letter
                    for letter, operation in zip(
                        "rwcd", ("read", "write", "create", "unlink"), strict=True
                    )
                    if records.with_user(user).has_access(operation)
                )
                with self.subTest(user=user.login, model=records._name):
                    self.assertEqual(found, allowed)

    def test_other_company_is_invisible(self):
        proposal = self.give()
        other = self._create_company("Another company")
        stranger = new_test_user(
            self.env,
            "kbs_other",
            groups="kbs_support.group_kbs_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        letters = proposal.change_ids.sudo().letter_ids
        self.assertTrue(letters)
        for records in (proposal, proposal.change_ids, proposal.vote_ids, letters):
            own = records.with_user(stranger).with_context(
                allowed_company_ids=other.ids
            )
            self.assertFalse(own.search([("id", "in", records.ids)]))

    # === TICKETS === #

    def ticket(self, **values):
        return self.env["helpdesk.ticket"].create(
            {
                "name": "Report",
                "description": "<p>We count <b>by hand</b></p>",
                "partner_id": self.person.id,
                "company_id": self.company.id,
                **values,
            }
        )

    def test_ticket_becomes_feedback(self):
        ticket = self.ticket().with_user(self.agent)
        ticket.user_id = False
        action = ticket.action_kbs_feedback()
        form = Form(self.env["kbs.feedback"].with_user(self.agent).with_context(
            **action["context"]))  # fmt: skip
        feedback = form.save()
        self.assertEqual(feedback.title, "Report")
        self.assertIn("by hand", feedback.text)
        self.assertNotIn("<", feedback.text)
        self.assertEqual(feedback.partner_id, self.person)
        self.assertEqual(feedback.user_id, self.agent)
        self.assertEqual(ticket.kbs_feedback_id, feedback)
        self.assertEqual(ticket.action_kbs_feedback()["res_id"], feedback.id)
        self.assertEqual(feedback.action_view_tickets()["domain"],
                         [("kbs_feedback_id", "=", feedback.id)])  # fmt: skip

    def test_second_ticket_is_a_vote(self):
        proposal = self.give()
        ticket = self.ticket(partner_id=self.doctor.id).with_user(self.agent)
        ticket.kbs_feedback_id = proposal
        self.assertEqual(proposal.vote_count, 2)
        self.assertEqual(proposal.ticket_count, 1)

    # === VOTES === #

    def test_a_person_counts_once(self):
        proposal = self.give()
        self.assertEqual(proposal.vote_count, 1)
        colleague = self._create_person("Colleague", self.client)
        for _twice in range(2):
            proposal._vote_sudo({proposal: self.doctor | colleague})
        self.assertEqual(proposal.vote_count, 3)
        proposal._unvote_sudo(self.doctor)
        self.assertEqual(proposal.vote_count, 2)
        with self.assertRaises(UserError):
            proposal._unvote_sudo(self.person)
        self.decide(proposal, "done")
        with self.assertRaises(UserError):
            proposal._unvote_sudo(colleague)

    def test_database_refuses_a_second_vote(self):
        proposal = self.give()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env["kbs.feedback.vote"].create(
                {"feedback_id": proposal.id, "partner_id": self.person.id}
            )
            self.env.flush_all()

    def test_complaints_have_no_votes(self):
        complaint = self.give("complaint")
        complaint._vote_sudo({complaint: self.doctor})
        self.assertEqual(complaint.vote_count, 0)
        complaint.with_user(self.lead).kind = "proposal"
        self.assertEqual(complaint.vote_count, 1)

    # === JOINING === #

    def test_joining_keeps_voters_followers_and_history(self):
        main, same = self.give(), self.give(author=self.doctor)
        same.message_subscribe(self.agent.partner_id.ids)
        third = self._create_person("Third", self.hospital)
        same._vote_sudo({same: third | self.person})
        self.join(same, main)
        self.assertEqual(same.state, "duplicate")
        self.assertEqual(main.vote_ids.partner_id, self.person | self.doctor | third)
        self.assertEqual(main.vote_count, 3)
        self.assertIn(self.agent.partner_id, main.message_partner_ids)
        self.assertEqual(len(same.change_ids), 2)
        self.assertIn(same.name, main.message_ids[0].body)
        same._vote_sudo({same: self._create_person("Fourth", self.hospital)})
        self.assertEqual(main.vote_count, 4)

    def test_no_chains_and_no_cycles(self):
        first, second, third = self.give(), self.give(), self.give()
        self.join(first, second)
        with self.assertRaises(UserError):
            self.join(second, first)
        self.join(second, third)
        self.assertEqual(first.duplicate_of_id, third)
        self.assertEqual(third.duplicate_count, 2)
        with self.assertRaises(UserError):
            self.join(third, third)
        with self.assertRaises(UserError):
            self.join(first, third)

    def test_database_refuses_its_own_duplicate(self):
        proposal = self.give()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            proposal.sudo().write(
                {"state": "duplicate", "duplicate_of_id": proposal.id}
            )
            self.env.flush_all()

    def test_kinds_are_not_mixed(self):
        with self.assertRaises(UserError):
            self.join(self.give("complaint"), self.give())
        answered, waiting = self.give("complaint"), self.give("complaint")
        self.decide(answered, "answer", "Sorry")
        for feedback, main in ((answered, waiting), (waiting, answered)):
            with self.assertRaises(UserError):
                self.join(feedback, main)

    # === PUBLISHING === #

    def test_only_proposals_are_published(self):
        for kind in ("complaint", "remark"):
            with (
                self.subTest(kind=kind),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.give(kind).with_user(self.lead).action_publish()
                self.env.flush_all()

    def test_public_words_name_nobody(self):
        proposal = self.give(text="We of school no. 1 count by hand")
        with self.assertRaises(ValidationError):
            proposal.with_user(self.lead).action_publish()
        proposal = proposal.with_user(self.lead)
        proposal.write({"is_published": False, "public_text": "Counted by hand"})
        proposal.action_publish()
        domain = proposal._get_public_list_domain(self.company)
        [row] = proposal._get_public_page_sudo(domain, self.doctor, 10)
        self.assertEqual(row["text"], "Counted by hand")
        self.assertEqual(row["votes"], 1)
        self.assertFalse(row["has_voted"] or row["is_own"])

    def test_joining_hides_what_was_published(self):
        same, main = self.give(), self.give(author=self.doctor)
        same.with_user(self.lead).action_publish()
        self.join(same, main)
        self.assertFalse(same.is_published)


@tagged("post_install", "-at_install")
class TestFeedbackLetters(FeedbackCase):
    """Who is told, of what, and that nobody is told twice."""

    def write_letters(self):
        self.run_job("feedback_letters")

    def test_author_is_told_of_each_change_once(self):
        proposal = self.give()
        self.write_letters()
        self.decide(proposal, "declined", "The law forbids it")
        self.write_letters()
        self.write_letters()
        mails = self.mails(self.person)
        self.assertEqual(len(mails), 2)
        own = proposal.with_context(lang="uk_UA")  # of who reads it
        selection = own._fields["state"]._description_selection(own.env)
        states = [dict(selection)[x] for x in ("new", "declined")]
        kind = own._get_kind_name()
        for mail, state in zip(mails, states, strict=True):
            self.assertTrue(mail.subject.startswith(kind))
            self.assertTrue(mail.subject.endswith(f"{proposal.name}: {state}"))
        text = html2plaintext(mails[1].body_html)
        for words in ("The law forbids it", proposal.name, "Report by departments"):
            self.assertIn(words, text)
        self.assertNotIn("{{", mails[1].subject)
        self.assertEqual(mails[1].email_from, self.company.email_formatted)

    def test_voters_get_a_short_letter(self):
        proposal = self.give()
        proposal._vote_sudo({proposal: self.doctor})
        proposal.action_analyse()
        self.decide(proposal, "planned", "Dear Olena, we write it", planned_for="May")
        self.write_letters()
        mail = self.mails(self.doctor)[-1]
        text = html2plaintext(mail.body_html)
        self.assertIn("May", text)
        self.assertIn(proposal.name, text)
        self.assertNotIn("Olena", text)
        self.assertNotIn("Report by departments", text)

    def test_voters_are_not_told_when_the_company_does_not_want_it(self):
        self.company.kbs_tell_voters = False
        proposal = self.give()
        proposal._vote_sudo({proposal: self.doctor})
        self.decide(proposal, "done")
        self.assertNotIn("Doctor", [x[0] for x in self.letters(proposal)])

    def test_authors_of_what_was_joined_are_told(self):
        main, same = self.give(), self.give(author=self.doctor, title="Own title")
        self.join(same, main)
        self.decide(main, "done", "It is there")
        self.write_letters()
        mails = self.mails(self.doctor)
        self.assertEqual(len(mails), 3)  # taken in, joined, done
        text = html2plaintext(mails[-1].body_html)
        for words in ("Own title", same.name, "It is there"):
            self.assertIn(words, text)
        self.assertNotIn(main.name, text)

    def test_no_letters_to_whom_they_cannot_or_must_not_go(self):
        self.env["mail.blacklist"]._add(self.person.email)
        self.doctor.email = False
        first, second = self.give(), self.give(author=self.doctor)
        self.assertTrue(first.is_author_unreachable)
        self.write_letters()
        self.assertFalse(self.mails(self.person | self.doctor))
        self.assertEqual(self.letters(first)[0][1], "opted_out")
        self.assertEqual(self.letters(second)[0][1], "no_address")

    def test_database_refuses_a_second_letter(self):
        letter = self.env["kbs.feedback.letter"].search(
            [("feedback_id", "=", self.give().id)]
        )
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            letter.copy()

    def test_letter_leads_to_the_portal_for_who_has_an_account(self):
        self._create_portal_user("kbs_fb_portal", self.person, lang="uk_UA")
        proposal = self.give()
        self.give(author=self.doctor)
        self.write_letters()
        path = f"/my/feedback/{proposal.id}"
        self.assertIn(path, self.mails(self.person).body_html)
        self.assertNotIn("/my/feedback", self.mails(self.doctor).body_html)

from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .clock_common import kyiv
from .test_ticket_tools import ToolsCase


class MergeCase(ToolsCase):
    def two(self, first=None, **values):
        with freeze_time(kyiv("2026-05-13 10:00")):
            target = self.ticket(name="First", **(first or {}))
        with freeze_time(kyiv("2026-05-14 09:30")):
            other = self.ticket(name="Second", description="<p>Help!</p>", **values)
        return target, other

    def wait_for_client(self, ticket, at="2026-05-13 11:00"):
        with freeze_time(kyiv(at)):
            self.write(ticket, self.agent.partner_id, "Which version?")
            ticket.stage_id = self.stage_waiting

    def mails(self, ticket):
        return self.env["mail.mail"].search(
            [("model", "=", ticket._name), ("res_id", "=", ticket.id)]
        )


@tagged("post_install", "-at_install")
class TestMergeWaiting(MergeCase):
    """What a merge does to a ticket that waits for its client."""

    def test_a_duplicate_without_its_words_leaves_the_ticket_waiting(self):
        first, second = self.two()
        self.wait_for_client(first)
        second._kbs_merge_into(first, is_moving=False)
        self.assertEqual(first.stage_id, self.stage_waiting, "he has not answered us")
        self.assertEqual(self.clock(first, "resolution").state, "paused")
        clock = self.clock(first, "next_response")
        self.assertEqual(clock.state, "paused")
        self.assertEqual(clock.date_start, second.kbs_received_at)
        with freeze_time(kyiv("2026-05-14 15:00")):
            self.write(first, self.person, "Version 5")
        self.assertEqual(clock.state, "running")
        self.assertEqual(self.clock(first, "resolution").state, "running")

    def test_words_that_come_along_bring_it_back_to_work(self):
        first, second = self.two()
        self.wait_for_client(first)
        second._kbs_merge_into(first)
        self.assertFalse(first.stage_id.kbs_is_waiting)
        self.assertEqual(self.clock(first, "next_response").state, "running")

    def test_a_duplicate_without_its_words_keeps_the_promise(self):
        first, second = self.two()
        with freeze_time(kyiv("2026-05-13 11:00")):
            self.write(first, self.agent.partner_id, "Restart it")
        second._kbs_merge_into(first, is_moving=False)
        clock = self.clock(first, "next_response")
        self.assertEqual(
            (clock.state, clock.date_start), ("running", second.kbs_received_at)
        )


@tagged("post_install", "-at_install")
class TestMergeLetter(MergeCase):
    """The letter about a merge goes the way of all letters."""

    def test_client_who_is_only_an_address_is_told(self):
        unknown = {"partner_id": False, "partner_email": "olha@nobody.example.com"}
        first, second = self.two(unknown, **unknown)
        self.finish()
        second._kbs_merge_into(first)
        mails = self.mails(first).filtered(lambda x: second.number in x.body_html)
        self.assertEqual(mails.email_to, "olha@nobody.example.com")

    def test_other_address_of_the_merged_ticket_is_told_too(self):
        first, second = self.two(partner_email="home@example.com")
        second._kbs_merge_into(first)
        mails = self.mails(first).filtered(lambda x: second.number in x.body_html)
        self.assertIn("home@example.com", mails.mapped("email_to"))
        self.assertEqual(mails.recipient_ids, self.person)

    def test_a_letter_that_fails_undoes_no_merge(self):
        template = self.env.ref("kbs_support.mail_template_kbs_merged")
        first, second = self.two()
        logger = "odoo.addons.kbs_support.models.helpdesk_ticket_letters"
        with mute_logger(logger), self.broken_letters():
            second._kbs_merge_into(first)
        self.assertEqual(second.duplicate_id, first)
        self.assertIn(template.name, first.activity_ids.note)

    def test_letter_is_the_companys_and_shows_our_layout(self):
        first, second = self.two()
        second._kbs_merge_into(first)
        letter = first.message_ids.filtered(lambda x: x.message_type == "auto_comment")
        self.assertEqual(letter.author_id, self.company.partner_id)
        mail = self.mails(first).filtered(lambda x: x.mail_message_id == letter)
        self.assertIn(f"Request {first.number}", mail.body_html)


@tagged("post_install", "-at_install")
class TestMergeEdges(MergeCase):
    """What could be lost in a merge."""

    def test_ordered_call_is_not_lost(self):
        first, second = self.two(
            kbs_callback_at=kyiv("2026-05-15 11:00"),
            kbs_callback_phone="+380441234567",
        )
        second._kbs_merge_into(first)
        call = first.activity_ids
        self.assertEqual(str(call.date_deadline), "2026-05-15")
        self.assertEqual(call.user_id, self.agent)
        self.assertIn("+380441234567", call.summary)
        self.assertNotEqual(second.kbs_callback_state, "waiting", "nobody calls twice")

    def test_call_that_was_made_is_not_asked_for_again(self):
        first, second = self.two(
            kbs_callback_at=kyiv("2026-05-15 11:00"),
            kbs_callback_phone="+380441234567",
        )
        self.env["kbs.call"].create({"ticket_id": second.id, "result": "talked"})
        second._kbs_merge_into(first)
        self.assertFalse(first.activity_ids)

    def test_merged_ticket_asks_for_no_rating(self):
        first, second = self.two()
        with freeze_time(kyiv("2026-05-14 10:00")):
            second.stage_id = self.stage_done
        second._kbs_merge_into(first)
        with freeze_time(kyiv("2026-05-15 10:00")):
            self.run_job("ratings")
        self.assertFalse(self.mails(second).filtered(lambda x: "/rate/" in x.body_html))

    def test_not_into_the_archive(self):
        first, second = self.two()
        first.active = False
        with self.assertRaisesRegex(UserError, f"{first.number} is archived"):
            second._kbs_merge_into(first)
        first._kbs_merge_into(second)
        self.assertEqual(first.duplicate_id, second)

    def test_team_without_a_closed_stage_says_so(self):
        first, second = self.two()
        reason = self.env.ref("kbs_support.kbs_ticket_close_reason_withdrawn")
        stages = self.env["helpdesk.ticket.stage"]
        nothing = patch.object(
            type(self.env["helpdesk.ticket.team"]),
            "_get_applicable_stages",
            lambda team: stages.search([("closed", "=", False)]),
        )
        with nothing, self.assertRaisesRegex(UserError, self.team.name):
            second._kbs_close(reason)
        with nothing, self.assertRaisesRegex(UserError, self.team.name):
            second._kbs_merge_into(first)
        self.assertTrue(second.stage_id)

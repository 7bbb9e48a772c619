import doctest
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..tools import mail_headers, phone
from .mail_common import LINE, MailCase


@tagged("post_install", "-at_install")
class TestHeaders(BaseCase):
    """What headers, and numbers in them, say."""

    def test_doctests_hold(self):
        for module in (mail_headers, phone):
            self.assertEqual(doctest.testmod(module).failed, 0)
            self.assertGreater(doctest.testmod(module).attempted, 0)


@tagged("post_install", "-at_install")
class TestGatewayEdges(MailCase):
    """Letters that nobody writes on purpose, and that come all the same."""

    def leads(self):
        return self.env["crm.lead"].search([("company_id", "=", self.company.id)])

    # === MACHINES === #

    def test_vacation_of_a_colleague_is_sent_to_nobody(self):
        """The responder answers the client's own letter, with us in copy."""
        first = self.write()
        ticket = self.receive(first)
        self.send_queue()
        answer = self.write(
            body="On leave.",
            sender="colleague@school.example.com",
            subject="Автоматична відповідь",
            In_Reply_To=first["Message-Id"],
            Auto_Submitted="auto-replied",
        )
        self.assertFalse(self.receive(answer))
        self.assertIn("On leave", ticket.message_ids[0].body)
        self.assertFalse(ticket.message_ids[0].notified_partner_ids)
        self.assertFalse(self.send_queue())

    def test_flood_of_a_stranger_is_stopped(self):
        before = self.leads()
        for number in range(25):
            self.receive(self.write(sender=self.unknown(), subject=f"Offer {number}"))
        self.assertEqual(len(self.leads() - before), 20)

    @staticmethod
    def unknown():
        return "nobody@unknown.example.org"

    # === LETTERS THAT CANNOT BE READ === #

    def keep(self, letter):
        """What becomes of a letter that Odoo cannot parse."""

        def fail(self, *args, **kwargs):
            raise LookupError("unknown encoding")

        thread = type(self.env["mail.thread"])
        with (
            patch.object(thread, "message_parse", fail),
            self.assertLogs("odoo.addons.kbs_support", "ERROR"),
        ):
            return self.receive(letter)

    def test_kept_letter_tells_what_it_is_about_and_by_whom(self):
        letter = self.write(
            subject="Не друкується звіт",
            sender="Ольга Вчителька <Olha@School.example.com>",
        )
        ticket = self.keep(letter)
        self.assertEqual(ticket.name, "Не друкується звіт")
        self.assertEqual(ticket.partner_email, "olha@school.example.com")
        self.assertEqual(ticket.partner_name, "Ольга Вчителька")

    def test_kept_letter_whose_headers_make_no_sense(self):
        raw = (
            f"From: =?x-unknown?B?0J7Qu9GM0LPQsA==?= <olha@school.example.com>\r\n"
            f"To: {LINE}\r\nSubject: =?x-unknown?B?w4Q=?= text\r\n\r\nBody"
        ).encode()
        ticket = self.keep(raw)
        self.assertEqual(ticket.partner_email, "olha@school.example.com")
        self.assertTrue(ticket.name)

    def test_letter_is_kept_when_nobody_leads_the_team(self):
        self.team.user_id = False
        admin = self.env["ir.model.data"].search(
            [("module", "=", "base"), ("name", "=", "user_admin")]
        )
        admin.unlink()
        self.assertEqual(self.keep(self.write()).team_id, self.team)

    def test_letter_that_was_sent_on(self):
        ticket = self.keep(self.write(To="olha@elsewhere.example.com", Resent_To=LINE))
        self.assertEqual(ticket.team_id, self.team)

    # === LETTERS WITHOUT THIS OR THAT === #

    def test_letter_without_headers(self):
        for headers in ("", "From: \r\n", "From: undisclosed\r\n", "From: <>\r\n"):
            with self.subTest(headers=headers):
                before = self.leads()
                # With the clock of the tests Odoo would make one id for all.
                ident = f"Message-Id: <{self.next_id()}>\r\n"
                raw = f"{headers}{ident}To: {LINE}\r\n\r\nHello".encode()
                opened = self.receive(raw)
                self.assertEqual(len(opened) + len(self.leads() - before), 1)

    def test_letter_of_which_everything_is_large_or_empty(self):
        letter = self.write(body="слово\n" * 200_000)
        letter.add_attachment(b"", "application", "pdf", filename="empty.pdf")
        letter.add_attachment(b"x", "application", "pdf", filename="x" * 300 + ".pdf")
        # Lines too long for SMTP: a gateway may hand them over all the same.
        ticket_id = self.env["mail.thread"].message_process(None, letter.as_bytes())
        ticket = self.tickets.browse(ticket_id)
        self.assertEqual(ticket.description.count("слово"), 200_000)
        self.assertEqual(len(ticket.attachment_ids), 2)

    def test_letter_of_a_contact_who_was_put_away(self):
        self.teacher.active = False
        self.school.email = False
        before = self.leads()
        opened = self.receive(self.write())
        self.assertEqual(len(opened) + len(self.leads() - before), 1)

    def test_team_without_stages(self):
        stages = self.env["helpdesk.ticket.stage"].search([])
        stages.company_id = self._create_company("Another company")
        ticket = self.receive(self.write())
        self.assertEqual(len(ticket), 1)
        self.assertFalse(ticket.stage_id)

    # === WORDS OF OURS === #

    def test_answer_to_a_contact_who_was_put_away(self):
        ticket = self.receive(self.write())
        self.send_queue()
        self.teacher.active = False
        ticket.with_user(self.agent).message_post(
            body="Restart it.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        [letter] = self.send_queue()
        self.assertIn("olha@school.example.com", letter["To"])

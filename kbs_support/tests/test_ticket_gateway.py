from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.helpdesk_ticket_gateway import HelpdeskTicket as Gateway
from .mail_common import DOMAIN, LINE, MailCase


@tagged("post_install", "-at_install")
class TestGateway(MailCase):
    """Letters that come in."""

    def test_letter_opens_a_ticket(self):
        letter = self.write(Cc="Stranger <stranger@elsewhere.example.com>")
        letter.add_attachment(b"%PDF", "application", "pdf", filename="звіт.pdf")
        ticket = self.receive(letter)
        self.assertEqual(len(ticket), 1)
        self.assertEqual(ticket.name, "Program does not start")
        self.assertEqual(ticket.partner_id, self.teacher)
        self.assertEqual(ticket.partner_email, "olha@school.example.com")
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(
            ticket.channel_id,
            self.env.ref("helpdesk_mgmt.helpdesk_ticket_channel_email"),
        )
        self.assertIn("stranger@elsewhere.example.com", ticket.email_cc)
        self.assertEqual(ticket.attachment_ids.mapped("name"), ["звіт.pdf"])
        self.assertEqual(
            ticket._kbs_get_public_attachments_sudo(), ticket.attachment_ids
        )

    def test_robot_and_sender_answer_nothing(self):
        robot = self.env.ref("base.user_root")
        self.assertNotEqual(self.receive(self.write()).user_id, robot)
        user = self._create_portal_user("kbs_teacher", self.teacher)
        self.assertNotEqual(self.receive(self.write()).user_id, user)
        for person in (robot, user):
            defaults = self.tickets.with_user(person).default_get(["user_id"])
            self.assertFalse(defaults.get("user_id"))

    def test_who_is_in_copy(self):
        colleague = self.env["res.partner"].create(
            {
                "name": "Colleague",
                "parent_id": self.school.id,
                "email": "colleague@school.example.com",
            }
        )
        copies = f"{self.stranger.email}, {colleague.email}, {self.agent.email}"
        ticket = self.receive(self.write(Cc=copies))
        expected = colleague | self.agent.partner_id
        self.assertEqual(ticket.message_partner_ids, expected)
        self.receive(self.reply(ticket, Cc=copies))
        self.assertEqual(ticket.message_partner_ids, expected)
        suggested = ticket._message_get_suggested_recipients(reply_discussion=True)
        addresses = [x["email"] for x in suggested]
        self.assertNotIn(self.stranger.email, addresses)

    def test_person_may_add_anybody(self):
        ticket = self.ticket("optima")
        ticket.with_user(self.lead).message_subscribe(self.stranger.ids)
        self.assertIn(self.stranger, ticket.message_partner_ids)

    def reply(self, ticket, **headers):
        """The teacher's answer to the first letter of ``ticket``, thread intact."""
        message = ticket.message_ids.sorted("id").filtered("message_id")[0]
        headers.setdefault("subject", f"Re: {ticket.name}")
        return self.write(In_Reply_To=message.message_id, **headers)

    def test_reply_goes_to_its_ticket(self):
        ticket = self.receive(self.write())
        self.assertFalse(self.receive(self.reply(ticket, body="One thing more.")))
        self.assertIn("One thing more", ticket.message_ids[0].body)

    def test_letter_to_two_aliases_opens_one_ticket(self):
        other = self.env["helpdesk.ticket.team"].create(
            {"name": "Other", "alias_name": "help-us", "company_id": self.company.id}
        )
        self.assertEqual(other.alias_email, f"help-us@{DOMAIN}")
        self.assertEqual(len(self.receive(self.write(Cc=other.alias_email))), 1)

    # === CUT THREADS === #

    def test_number_in_the_subject(self):
        ticket = self.receive(self.write())
        subject = f"RE: FW: [{ticket.number}] ваше звернення"
        for sender in ("olha@school.example.com", "OFFICE@school.example.com"):
            with self.subTest(sender=sender):
                before = len(ticket.message_ids)
                self.assertFalse(
                    self.receive(self.write(sender=sender, subject=subject))
                )
                self.assertEqual(len(ticket.message_ids), before + 1)
                self.assertEqual(
                    ticket.message_ids[0].subtype_id, self.env.ref("mail.mt_comment")
                )

    def test_number_by_a_stranger(self):
        ticket = self.receive(self.write())
        before = ticket.message_ids
        letter = self.write(
            sender=self.stranger.email, subject=f"Re: [{ticket.number}] let me in"
        )
        opened = self.receive(letter)
        self.assertEqual(len(opened), 1)
        self.assertEqual(opened.partner_id, self.stranger)
        self.assertEqual(ticket.message_ids, before)
        self.assertNotIn(self.stranger, ticket.message_partner_ids)

    def test_number_by_an_address_that_only_wrote_from_there(self):
        address = "olha@gmail.example.com"  # on no contact
        ticket = self.ticket("optima", partner_email=address)
        subject = f"Re: [{ticket.number}]"
        self.assertFalse(self.receive(self.write(sender=address, subject=subject)))
        self.assertIn("does not start", ticket.message_ids[0].body)

    def test_forged_sender_of_ours_writes_to_no_client(self):
        ticket = self.receive(self.write())
        self.send_queue()
        letter = self.write(
            body="Pay here.", sender=self.agent.email, subject=f"[{ticket.number}]"
        )
        self.assertFalse(self.receive(letter))
        message = ticket.message_ids[0]
        self.assertIn("Pay here", message.body)
        self.assertTrue(message.subtype_id.internal)
        self.assertFalse(self.send_queue())

    def test_number_that_is_none(self):
        for subject in ("[HT99999] x", "[терміново] x", "[]", "[" * 60):
            with self.subTest(subject=subject[:20]):
                self.assertEqual(len(self.receive(self.write(subject=subject))), 1)

    def test_ticket_closed_lately_and_long_ago(self):
        ticket = self.receive(self.write())
        ticket.stage_id = self.stage_done
        ticket.closed_date = fields.Datetime.now() - timedelta(days=29)
        self.assertFalse(self.receive(self.reply(ticket)))
        self.assertFalse(ticket.closed)
        ticket.stage_id = self.stage_done
        ticket.closed_date = fields.Datetime.now() - timedelta(days=31)
        opened = self.receive(self.reply(ticket))
        self.assertEqual(opened.team_id, self.team)
        self.assertTrue(ticket.closed)

    def test_ticket_that_became_another_one(self):
        ticket = self.receive(self.write())
        target = self.receive(self.write(subject="The first"))
        ticket.write({"duplicate_id": target.id, "active": False})
        self.assertFalse(self.receive(self.reply(ticket, body="To whom?")))
        self.assertIn("To whom", target.message_ids[0].body)
        target.active = False
        self.assertEqual(len(self.receive(self.reply(ticket))), 1)

    # === MACHINES === #

    def test_automatic_answer_opens_nothing(self):
        for headers in (
            {"Auto_Submitted": "auto-replied"},
            {"Precedence": "auto_reply"},
            {"X_Autoreply": "yes"},
            {"Return_Path": "<>"},
            {"X_Auto_Response_Suppress": "All", "In_Reply_To": "<x@y.example.com>"},
            {"subject": "Автоматична відповідь: Program does not start"},
        ):
            with self.subTest(headers=headers):
                self.assertFalse(self.receive(self.write(**headers)))

    def test_automatic_answer_to_a_ticket_is_a_note(self):
        ticket = self.ticket("optima", partner_id=self.teacher.id)
        ticket.partner_email = self.teacher.email
        clock = self.clock(ticket)
        for stage in (self.stage_waiting, self.stage_done):
            ticket.stage_id = stage
            self.send_queue()
            letter = self.write(
                body="On leave.",
                subject=f"Re: [{ticket.number}]",
                Auto_Submitted="auto-replied",
            )
            self.assertFalse(self.receive(letter))
            self.assertIn("On leave", ticket.message_ids[0].body)
            self.assertTrue(ticket.message_ids[0].subtype_id.internal)
            self.assertEqual(ticket.stage_id, stage)
            self.assertNotEqual(clock.state, "met")
            self.assertFalse(self.send_queue())

    def test_letter_of_a_program_is_kept_without_an_answer(self):
        for headers in (
            {"Auto_Submitted": "auto-generated"},
            {"Precedence": "bulk"},
            {"X_Auto_Response_Suppress": "OOF"},
        ):
            with self.subTest(headers=headers):
                self.assertEqual(len(self.receive(self.write(**headers))), 1)
                self.assertFalse(self.send_queue())

    def test_flood_is_stopped_and_our_people_are_not(self):
        for number in range(1, 22):
            opened = self.receive(self.write(subject=f"No {number}"))
            self.assertEqual(len(opened), int(number <= 20), number)
        for number in range(1, 22):
            letter = self.write(sender=self.agent.email, subject=f"No {number}")
            self.assertEqual(len(self.receive(letter)), 1, number)

    # === NOTHING IS LOST === #

    def test_addition_that_fails(self):
        def fail(self, vals_list):
            raise ValueError("coverage cannot be found")

        with (
            patch.object(Gateway, "_kbs_complete_intake", fail),
            self.assertLogs("odoo.addons.kbs_support", "ERROR"),
        ):
            ticket = self.receive(self.write(body="Please help."))
        self.assertEqual(len(ticket), 1)
        self.assertIn("Please help", ticket.description)
        self.assertIn("Please help", str(ticket.message_ids.mapped("body")))
        self.assertEqual(ticket.partner_id, self.teacher)
        self.assertEqual(ticket.activity_ids.user_id, self.lead)
        self.assertEqual(self.team.alias_id.alias_status, "valid")

    def test_letter_that_cannot_be_read(self):
        def fail(self, *args, **kwargs):
            raise LookupError("unknown encoding")

        raw = self.write(subject="Zażółć").as_bytes()
        thread = type(self.env["mail.thread"])
        with (
            patch.object(thread, "message_parse", fail),
            self.assertLogs("odoo.addons.kbs_support", "ERROR"),
        ):
            ticket = self.receive(raw)
        self.assertEqual(ticket.team_id, self.team)
        kept = ticket.attachment_ids.raw
        self.assertEqual(kept.split(), raw.split())
        self.assertEqual(ticket.activity_ids.user_id, self.lead)

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_letter_to_nobody_stays_an_error(self):
        with self.assertRaises(ValueError):
            self.receive(self.write(To="nobody@elsewhere.example.com"))

    # === WHAT LETTERS LOOK LIKE === #

    def test_old_ukrainian_encodings(self):
        for charset in ("windows-1251", "koi8-u", "utf-8"):
            with self.subTest(charset=charset):
                subject = "Не друкується звіт: їжак, ґанок, єдність"
                letter = self.write(subject="x")
                letter.set_content("Помилка 17 — ґ".replace("—", "-"), charset=charset)
                raw = letter.as_bytes().replace(
                    b"Subject: x", b"Subject: " + self.encode(subject, charset)
                )
                ticket = self.receive(raw)
                self.assertEqual(ticket.name, subject)
                self.assertIn("Помилка", ticket.description)
                self.assertIn("ґ", ticket.description)

    @staticmethod
    def encode(text, charset):
        from email.header import Header

        return Header(text, charset, maxlinelen=70).encode(linesep="\r\n").encode()

    def test_body_that_does_not_say_its_encoding(self):
        raw = (
            f"From: olha@school.example.com\r\nTo: {LINE}\r\nSubject: Raw\r\n"
            "Message-Id: <raw@x.example.com>\r\nContent-Type: text/plain\r\n\r\n"
        ).encode() + "Помилка".encode("cp1251")
        self.assertTrue(self.receive(raw).description)

    def test_unknown_encoding(self):
        """Odoo cannot read such a letter, and would lose it."""
        raw = (
            f"From: olha@school.example.com\r\nTo: {LINE}\r\nSubject: Odd\r\n"
            "Message-Id: <odd@x.example.com>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: text/plain; charset="x-unknown"\r\n\r\nHello'
        ).encode()
        with self.assertLogs("odoo.addons.kbs_support", "ERROR"):
            ticket = self.receive(raw)
        self.assertEqual(ticket.name, "Odd")
        self.assertIn(b"Hello", ticket.attachment_ids.raw)
        self.assertEqual(ticket.activity_ids.user_id, self.lead)

    def test_subjects(self):
        long = "довга тема " * 100
        raw = self.write(subject="x").as_bytes()
        raw = raw.replace(b"Subject: x", b"Subject: " + self.encode(long, "utf-8"))
        ticket = self.receive(raw)
        self.assertEqual(ticket.name, long[:250])
        for subject, expected in (
            (None, "No subject"),
            ("   ", "No subject"),
        ):
            with self.subTest(subject=str(subject)[:10]):
                ticket = self.receive(self.write(subject=subject))
                self.assertEqual(ticket.name, expected)

    def test_empty_letter(self):
        ticket = self.receive(self.write(body="", subject=None))
        self.assertEqual(len(ticket), 1)

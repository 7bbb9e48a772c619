import socketserver
import threading
from email import message_from_bytes, policy
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import html2plaintext

from .test_reminders import ReminderCase

SPACE = "\N{NO-BREAK SPACE}"


class SmtpHandler(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs to hand over its letters."""

    def handle(self):
        self.reply(220, "ready")
        recipients = []
        while line := self.rfile.readline().decode().strip():
            command = line[:4].upper()
            if command == "RCPT":
                recipients.append(line[line.index("<") + 1 : line.rindex(">")])
            if command == "DATA":
                self.reply(354, "go on")
                self.server.letters.append((recipients, self.read_letter()))
                recipients = []
            self.reply(221 if command == "QUIT" else 250, "ok")
            if command == "QUIT":
                return

    def reply(self, code, text):
        self.wfile.write(f"{code} {text}\r\n".encode())

    def read_letter(self):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line[:2] == b".." else line)
        return message_from_bytes(b"".join(lines), policy=policy.default)


class SmtpServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), SmtpHandler)
        self.letters = []  # [([recipient], EmailMessage)]
        threading.Thread(target=self.serve_forever, daemon=True).start()


@tagged("post_install", "-at_install")
class TestReminderMail(ReminderCase):
    """What the client reads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"email": "office@example.com", "phone": "+380 44 1"})
        cls.salesman.write({"email": "seller@example.com"})
        cls.salesman.partner_id.phone = "+380 44 2"
        cls.client.lang = "uk_UA"

    def sold(self, name="optima_3", **kwargs):
        return self.sell_paid(name, user_id=self.salesman.id, **kwargs)

    def letter(self, order, moment="2026-07-14 06:00:00"):
        """The last letter about what ``order`` sold, after the jobs of ``moment``."""
        self.remind(moment)
        reminder = self.reminders(self.subscription(order))[-1:]
        return reminder.mail_id.sudo()

    def text(self, mail):
        return html2plaintext(mail.body_html).replace(SPACE, " ")

    def test_facts_of_the_offer(self):
        mail = self.letter(self.sold())
        text = self.text(mail)
        self.assertEqual(mail.recipient_ids, self.client)
        self.assertEqual(mail.email_from, self.salesman.email_formatted)
        self.assertEqual(mail.reply_to, mail.email_from)
        for fact in (
            "School No. 1",
            "ОПТИМА",
            "13.08.2026",
            "3 місяці",  # in the client's language
            "16 830,00 ₴",
            "5 610,00 ₴",
            "27.08.2026",  # valid as long as there is no gap
            "kbs_salesman",
            "+380 44 2",
        ):
            self.assertIn(fact, text)
        self.assertNotIn("{{", mail.subject + mail.body_html)
        self.assertNotIn("/my/orders", mail.body_html)

    def test_saving_of_the_loyalty_programme(self):
        regular = self.regular._get_product_price(self.product("optima_3"), 1)
        mail = self.letter(self.sold())
        saving = f"{regular - 16830:,.2f}".replace(",", " ").replace(".", ",")
        self.assertIn(f"{saving} ₴", self.text(mail))
        self.assertNotIn(
            "loyalty programme you save",
            self.text(self.letter(self.in_english(self.sold("optima_2")))),
        )

    def in_english(self, order):
        order.partner_id.lang = "en_US"
        return order

    def test_before_on_and_after_the_end(self):
        order = self.in_english(self.sold())
        for moment, words in (
            ("2026-07-14 06:00:00", "days left: 30"),
            ("2026-08-13 06:00:00", "is the last day of your support"),
            ("2026-08-20 06:00:00", "without a gap until 08/27/2026"),
        ):
            text = self.text(self.letter(order, moment)).replace("*", "")
            self.assertIn(words, text)
            self.assertIn("Good day!", text)

    def test_grace_that_is_over_is_not_promised(self):
        self.company.kbs_grace_days = 3
        order = self.in_english(self.sold())
        text = self.text(self.letter(order, "2026-08-16 06:00:00"))
        self.assertIn("without a gap", text)
        self.remind("2026-08-20 06:00:00")
        text = self.text(self.letter(order, "2026-08-20 06:00:00"))
        self.assertIn("Your support ended on", text)
        self.assertNotIn("without a gap", text)

    def test_quotation_is_shown_when_it_was_sent(self):
        order = self.in_english(self.sold())
        with freeze_time("2026-07-10 09:00:00"):
            subscription = self.subscription(order)
            quotation = subscription._create_renewal_order(
                self.env.ref("kbs_support.kbs_term_6")
            )
        mail = self.letter(order)
        self.assertNotIn("/my/orders", mail.body_html)
        self.assertIn("3 months", self.text(mail))
        quotation.action_quotation_sent()
        mail = self.letter(order, "2026-07-30 06:00:00")
        self.assertIn(f"/my/orders/{quotation.id}?access_token=", mail.body_html)
        self.assertIn(quotation.access_token, mail.body_html)
        self.assertIn("See the offer", self.text(mail))
        self.assertIn("6 months", self.text(mail))
        self.assertIn(f"{quotation.amount_total:,.2f}", self.text(mail))

    def test_order_is_to_be_paid(self):
        order = self.in_english(self.sold())
        with freeze_time("2026-07-10 09:00:00"):
            renewal = self.renew(order, "optima_6")
            renewal.action_confirm()
        mail = self.letter(order)
        self.assertIn("Waiting for payment", mail.subject)
        text = self.text(mail)
        self.assertIn(renewal.name, text)
        self.assertIn("See the order and pay", text)
        self.assertNotIn("Your support ends", text)

    def test_language_of_the_reader(self):
        ukrainian = self.letter(self.sold())
        english = self.letter(
            self.in_english(
                self.sold(
                    client=self._create_client("English", email="english@example.com")
                )
            )
        )
        self.assertIn("13.08.2026", ukrainian.subject)
        self.assertIn("08/13/2026", english.subject)
        self.assertIn("3 months", self.text(english))

    def test_letter_goes_out_by_smtp(self):
        server = SmtpServer()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        mail_server = self.env["ir.mail_server"].create(
            {
                "name": "loopback",
                "smtp_host": "127.0.0.1",
                "smtp_port": server.server_address[1],
                "smtp_encryption": "none",
                "sequence": 0,
            }
        )
        subscription = self.subscription(self.sold())
        mail = self.letter(subscription.period_ids.order_id)
        subject = mail.subject
        with patch.object(type(mail_server), "_disable_send", lambda self: False):
            self.env["mail.mail"].process_email_queue(email_ids=mail.ids)
        [(recipients, letter)] = server.letters
        self.assertEqual(recipients, ["school@example.com"])
        self.assertEqual(letter["Subject"], subject)
        self.assertIn("school@example.com", letter["To"])
        self.assertIn("seller@example.com", letter["Reply-To"])
        body = letter.get_body(("html",)).get_content().replace(SPACE, " ")
        for fact in ("3 місяці", "16 830,00 ₴", "13.08.2026"):
            self.assertIn(fact, body)
        self.assertIn("16", letter.get_body(("plain",)).get_content())
        reminder = self.reminders(subscription)
        self.assertFalse(reminder.mail_id)  # nothing piles up
        self.assertEqual(reminder.email_state, "sent")

    def test_letter_that_fails_is_seen(self):
        subscription = self.subscription(self.sold())
        mail = self.letter(subscription.period_ids.order_id)
        mail.write({"state": "exception"})
        self.assertEqual(self.reminders(subscription).email_state, "failed")

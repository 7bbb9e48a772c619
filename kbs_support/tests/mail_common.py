import smtplib
from email import message_from_bytes, policy
from email.message import EmailMessage
from unittest.mock import patch

from aiosmtpd.controller import Controller

from odoo.tools import html2plaintext

from .clock_common import ClockCase

DOMAIN = "line.example.com"
LINE = f"support@{DOMAIN}"


class Mailbox:
    """What a mail server on loopback has received: bytes, as they came."""

    def __init__(self):
        self.envelopes = []

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append(envelope)
        return "250 OK"


class LoopbackServer(Controller):
    """Takes a port that is free: tests of two checkouts may run at once."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailCase(ClockCase):
    """The line with a mailbox: letters go out and come in by SMTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Letters about stages follow the tracking of changes.
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=False))
        line = cls.env.ref("kbs_support.helpdesk_ticket_team_kbs_line")
        line.alias_name = False  # the line of the tests has its address
        domain = cls.env["mail.alias.domain"].create({"name": DOMAIN})
        cls.company.write(
            {"alias_domain_id": domain.id, "email": f"office@{DOMAIN}", "phone": "1"}
        )
        cls.company.partner_id.lang = "uk_UA"
        cls.team = cls.team.with_env(cls.env)
        cls.team.write({"alias_name": "support", "alias_domain_id": domain.id})
        cls.school = cls.clients["optima"].with_env(cls.env)
        cls.school.write({"email": "office@school.example.com", "lang": "uk_UA"})
        cls.teacher = cls.env["res.partner"].create(
            {
                "name": "Olha Teacher",
                "parent_id": cls.school.id,
                "email": "olha@school.example.com",
                "lang": "uk_UA",
            }
        )
        for user in (cls.agent, cls.lead, cls.manager):
            user.email = f"{user.login}@{DOMAIN}"
        cls.stranger = cls.env["res.partner"].create(
            {"name": "Stranger", "email": "stranger@elsewhere.example.com"}
        )
        cls.tickets = cls.env["helpdesk.ticket"]
        # Letters of the sales that made the clients are not of interest here.
        cls.env["mail.mail"].sudo().search([("state", "=", "outgoing")]).unlink()

        cls.mailbox = Mailbox()
        server = LoopbackServer(cls.mailbox, hostname="127.0.0.1", port=0)
        server.start()
        cls.addClassCleanup(server.stop)
        cls.port = server.port
        cls.server = cls.env["ir.mail_server"].create(
            {
                "name": "loopback",
                "smtp_host": "127.0.0.1",
                "smtp_port": cls.port,
                "smtp_encryption": "none",
                "sequence": 0,
                "from_filter": DOMAIN,
            }
        )

    # === OUT === #

    def send_queue(self):
        """Do what the mail queue does.

        :return: the letters that arrived by SMTP and are not for our own people
        """
        self.flush_tracking()
        del self.mailbox.envelopes[:]
        queue = self.env["mail.mail"].sudo().search([("state", "=", "outgoing")])
        with patch.object(type(self.server), "_disable_send", lambda self: False):
            self.env["mail.mail"].process_email_queue(email_ids=queue.ids)
        letters = [
            message_from_bytes(x.content, policy=policy.default)
            for x in self.mailbox.envelopes
        ]
        return [x for x in letters if DOMAIN not in x["To"]]

    def flush_tracking(self):
        self.env.flush_all()
        self.cr.flush()

    @staticmethod
    def language(letter):
        html = letter.get_body(("html",)).get_content()
        return html.split('lang="', 1)[1].split('"')[0]

    @staticmethod
    def text(letter):
        html = letter.get_body(("html",)).get_content()
        return html2plaintext(html).replace("\N{NO-BREAK SPACE}", " ")

    # === IN === #

    def write(self, body="It does not start.", sender=None, **headers):
        """A letter of the teacher, ready to be sent: ``In_Reply_To`` sets a header."""
        letter = EmailMessage()
        letter["From"] = sender or "Olha Teacher <Olha@School.example.com>"
        letter["To"] = LINE
        letter["Subject"] = headers.pop("subject", "Program does not start")
        letter["Message-Id"] = f"<{self.next_id()}@client.example.com>"
        for name, value in headers.items():
            del letter[name.replace("_", "-")]
            if value is not None:
                letter[name.replace("_", "-")] = value
        letter.set_content(body)
        return letter

    def next_id(self):
        self.letters = getattr(self, "letters", 0) + 1
        return f"{self.id()}.{self.letters}"

    def receive(self, letter):
        """Deliver a letter by SMTP, and hand over what arrived as a gateway does.

        :param letter: an ``EmailMessage``, or bytes
        :return: the tickets that it opened
        """
        raw = letter if isinstance(letter, bytes) else letter.as_bytes()
        del self.mailbox.envelopes[:]
        with smtplib.SMTP("127.0.0.1", self.port) as client:
            client.sendmail("client@example.com", [LINE], raw)
        [envelope] = self.mailbox.envelopes
        last = self.tickets.with_context(active_test=False).search(
            [], order="id desc", limit=1
        )
        self.env["mail.thread"].message_process(None, envelope.content)
        self.flush_tracking()
        return self.tickets.search([("id", ">", last.id or 0)])

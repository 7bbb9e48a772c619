from unittest.mock import patch

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .mail_common import LoopbackServer, Mailbox
from .updates_common import UpdatesCase

DOMAIN = "updates.example.com"


class PickyMailbox(Mailbox):
    """A mail server that refuses some addresses, as real ones do."""

    def __init__(self):
        super().__init__()
        self.answers = {}  # address: what the server says to it

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answers.get(address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    @property
    def recipients(self):
        return [x for envelope in self.envelopes for x in envelope.rcpt_tos]


class NoticeCase(UpdatesCase):
    """Clients of all plans who are told of a version, by a real mail server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"email": f"office@{DOMAIN}", "kbs_wave_minutes": 1})
        cls.company.partner_id.lang = "uk_UA"
        cls.mailbox = PickyMailbox()
        cls.smtp = LoopbackServer(cls.mailbox, hostname="127.0.0.1", port=0)
        cls.smtp.start()
        cls.addClassCleanup(cls.smtp.stop)
        cls.env["ir.mail_server"].search([]).active = False
        cls.mail_server = cls.env["ir.mail_server"].create(
            {
                "name": "loopback",
                "smtp_host": "127.0.0.1",
                "smtp_port": cls.smtp.port,
                "smtp_encryption": "none",
                "sequence": 0,
            }
        )
        cls.clients = {}
        for plan in ("prof", "optima", "premium"):
            cls.clients[plan] = cls.make_client(plan)
        cls.news = cls.release("8.10.2", summary="Нова форма 4-1мз")

    def setUp(self):
        super().setUp()
        self.mailbox.answers = {}
        del self.mailbox.envelopes[:]
        really_send = patch.object(IrMail_Server, "_disable_send", lambda self: False)
        really_send.start()
        self.addCleanup(really_send.stop)

    @classmethod
    def make_client(cls, plan="optima", name=None, **values):
        """A client with a paid support of the plan, an address and a phone."""
        name = name or f"{plan} client"
        client = cls._create_client(
            name,
            lang="uk_UA",
            **{
                "email": f"{name.replace(' ', '.')}@{plan}.example.com",
                "phone": "+380441234567",
                **values,
            },
        )
        order = cls.sell_paid(f"{plan}_6", client=client)
        cls.env.flush_all()
        cls.subscription(order).manager_id = cls.agent
        return client

    def campaign(self, release=None, is_started=False, **values):
        """A campaign with its list made; started when asked for."""
        notice = self.env["kbs.notice"].create(
            {
                "release_id": (release or self.news).id,
                "company_id": self.company.id,
                "user_id": self.lead.id,
                **values,
            }
        )
        notice.action_prepare()
        if is_started:
            notice.action_start()
        return notice

    def rows(self, notice, channel=None, client=None):
        return notice.contact_ids.filtered(
            lambda x: (
                (not channel or x.channel == channel)
                and (not client or x.commercial_partner_id == client)
            )
        )

    def states(self, notice, channel):
        """``{client name: state}`` of one channel."""
        rows = self.rows(notice, channel)
        return {x.commercial_partner_id.name: x.state for x in rows}

    def told(self, notice, channel="email"):
        """Names of the clients on the list of a channel."""
        return set(self.states(notice, channel))

    def get_jobs(self, notice):
        """Waves that wait in the queue."""
        return self.env["queue.job"].search(
            [
                ("identity_key", "=", f"kbs.notice-{notice.id}"),
                ("state", "=", "pending"),
            ]
        )

    def run_wave(self, notice):
        """Do what the job runner does with the wave that waits: one, once."""
        job = self.get_jobs(notice)
        self.assertEqual(len(job), 1)
        job.state = "started"
        self.env.flush_all()
        with self.enter_registry_test_mode():
            notice._job_send_wave()
        job.state = "done"
        self.env.invalidate_all()

    def run_waves(self, notice):
        """Run waves until none waits."""
        for _wave in range(50):
            if not self.get_jobs(notice):
                return
            self.run_wave(notice)
        self.fail("the waves do not end")

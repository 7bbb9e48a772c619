from unittest.mock import patch
from uuid import uuid4

from odoo import Command
from odoo.tests import tagged

from odoo.addons.base.models.ir_mail_server import IrMail_Server

from .mail_common import LoopbackServer
from .notice_common import PickyMailbox
from .two_workers_common import TwoWorkersCase


@tagged("post_install", "-at_install")
class TestTwoWorkersNotice(TwoWorkersCase):
    """Two waves, two starts, two calls at once: each client is told once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailbox = PickyMailbox()
        cls.smtp = LoopbackServer(cls.mailbox, hostname="127.0.0.1", port=0)
        cls.smtp.start()
        cls.addClassCleanup(cls.smtp.stop)

    def setUp(self):
        super().setUp()
        really_send = patch.object(IrMail_Server, "_disable_send", lambda self: False)
        really_send.start()
        self.addCleanup(really_send.stop)

    def make_campaign(self, env, count=6):
        """A campaign whose list is made, with ``count`` clients of its own."""
        env["res.company"].browse(self.company_id).email = "office@two.example.com"
        server = env["ir.mail_server"].search([("name", "=", "two workers")], limit=1)
        server = server or server.create(
            {"name": "two workers", "smtp_host": "127.0.0.1", "smtp_encryption": "none"}
        )
        server.write({"smtp_port": self.smtp.port, "sequence": 0})
        code = uuid4().hex
        software = env["kbs.software"].create({"name": code, "code": code})
        release = env["kbs.release"].create(
            {
                "software_id": software.id,
                "version": "1.0",
                "summary": "News",
                "note_ids": [Command.create({"text": "News"})],
            }
        )
        release.state = "published"
        notice = env["kbs.notice"].create(
            {"release_id": release.id, "company_id": self.company_id}
        )
        partners = env["res.partner"].create(
            [
                {"name": f"{code} {number}", "email": f"{number}@{code}.example.com"}
                for number in range(count)
            ]
        )
        env["kbs.notice.contact"].create(
            [
                {
                    "notice_id": notice.id,
                    "channel": channel,
                    "commercial_partner_id": partner.id,
                    "partner_id": partner.id,
                    "email": partner.email_normalized,
                    "phone": "1",
                    "state": "waiting",
                }
                for partner in partners
                for channel in ("email", "phone")
            ]
        )
        notice.state = "ready"
        return notice

    def end(self, notice_id):
        """Leave nothing for the watch over campaigns."""
        self.committed(lambda env: self.cancel(env, notice_id))

    def cancel(self, env, notice_id):
        notice = env["kbs.notice"].browse(notice_id)
        if notice.state not in ("done", "cancelled"):
            notice.action_cancel()
        env["queue.job"].search(
            [("identity_key", "=", f"kbs.notice-{notice_id}")]
        ).unlink()
        env["ir.mail_server"].search([("name", "=", "two workers")]).active = False
        return notice

    def test_two_waves_at_once_send_each_letter_once(self):
        notice_id = self.committed(self.make_campaign)
        self.committed(lambda env: self.start(env, notice_id))
        before = len(self.mailbox.recipients)

        def work(env):
            return env["kbs.notice"].browse(notice_id)._job_send_wave()

        self.race(work, work)
        sent = self.mailbox.recipients[before:]
        self.assertEqual((len(sent), len(set(sent))), (6, 6))
        self.end(notice_id)

    def start(self, env, notice_id):
        notice = env["kbs.notice"].browse(notice_id)
        notice.action_start()
        return notice

    def test_two_starts_at_once_queue_one_wave(self):
        notice_id = self.committed(self.make_campaign)

        def work(env):
            self.start(env, notice_id)
            return "started"

        outcomes = self.race(work, work)
        self.assertEqual([x for x in outcomes if x == "started"], ["started"])
        with self.registry.cursor() as cr:
            jobs = self.environment(cr)["queue.job"].search(
                [("identity_key", "=", f"kbs.notice-{notice_id}")]
            )
            self.assertEqual(len(jobs), 1)
        self.end(notice_id)

    def test_two_agents_note_one_call(self):
        notice_id = self.committed(self.make_campaign)
        self.committed(lambda env: self.start(env, notice_id))

        def call(env):
            rows = env["kbs.notice"].browse(notice_id).contact_ids
            return rows.filtered(lambda x: x.channel == "phone")[0]

        def work(env):
            call(env)._log_attempt("told")
            return "noted"

        outcomes = self.race(work, work)
        self.assertEqual([x for x in outcomes if x == "noted"], ["noted"])
        self.assertIn("need not be called", str(outcomes))
        with self.registry.cursor() as cr:
            self.assertEqual(len(call(self.environment(cr)).attempt_ids), 1)
        self.end(notice_id)

    def test_a_list_is_made_once_by_two_at_once(self):
        notice_id = self.committed(self.make_campaign)

        def work(env):
            partner = env["res.partner"].search([("name", "like", "% 0")], limit=1)
            env["kbs.notice.contact"].create(
                {
                    "notice_id": notice_id,
                    "channel": "web",
                    "commercial_partner_id": partner.id,
                }
            )
            return "made"

        outcomes = self.race(work, work)
        self.assertEqual([x for x in outcomes if x == "made"], ["made"])
        self.end(notice_id)

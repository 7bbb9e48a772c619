from datetime import timedelta

from odoo.fields import Datetime
from odoo.tests import Form, tagged

from .common import TODAY
from .notice_common import NoticeCase


@tagged("post_install", "-at_install")
class TestNoticeFollow(NoticeCase):
    """What ends the telling: a download, a returned letter, a withdrawal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan("premium").is_notified_phone = True

    def download(self, client, release=None):
        """What the controller does when a client takes a file."""
        release = release or self.news
        return self.env["kbs.release.download"].create(
            self.prepare_download(client, release)
        )

    def prepare_download(self, client, release):
        now = Datetime.now()
        return {
            "release_id": release.id,
            "file_id": release.file_ids[:1].id,
            "file_name": "setup.exe",
            "partner_id": client.id,
            "commercial_partner_id": client.id,
            "user_id": self.env.uid,
            "company_id": self.company.id,
            "reason": "covered",
            "issued_at": now,
            "started_at": now,
            "expires_at": now,
        }

    # === DOWNLOADS === #

    def take(self, client, release=None):
        rows = self.download(client, release)
        self.env["kbs.notice.contact"]._note_downloads_sudo(rows)

    def test_who_downloads_is_not_called(self):
        notice = self.campaign(is_started=True, call_mode="now")
        self.take(self.clients["premium"])
        row = self.rows(notice, "phone", self.clients["premium"])
        self.assertEqual((row.state, row.result), ("downloaded", "told"))
        self.assertTrue(row.downloaded_at)

    def test_letters_to_who_has_it_stop(self):
        notice = self.campaign(is_started=True)
        self.take(self.clients["premium"])
        self.run_waves(notice)
        self.assertNotIn(
            self.clients["premium"].email_normalized, self.mailbox.recipients
        )
        self.assertEqual(len(self.mailbox.recipients), 2)
        self.assertEqual(notice.downloaded_count, 1)

    def test_a_letter_that_was_sent_stays_sent(self):
        notice = self.campaign(is_started=True)
        self.run_waves(notice)
        self.take(self.clients["premium"])
        row = self.rows(notice, "email", self.clients["premium"])
        self.assertEqual(row.state, "sent")
        self.assertTrue(row.downloaded_at)

    def test_another_version_changes_nothing(self):
        notice = self.campaign(is_started=True, call_mode="now")
        self.take(self.clients["premium"], self.release("8.9"))
        row = self.rows(notice, "phone", self.clients["premium"])
        self.assertEqual((row.state, row.downloaded_at), ("waiting", False))

    def test_the_last_download_ends_the_campaign(self):
        notice = self.campaign(is_started=True)
        self.run_waves(notice)
        self.assertEqual(notice.state, "running")
        for client in self.clients.values():
            self.take(client)
        self.assertEqual(notice.state, "done")

    # === LETTERS THAT COME BACK === #

    def bounce(self, row, gateway=True):
        """A report of the client's mail server (RFC 3464) comes to our gateway."""
        domain = self.env["mail.alias.domain"].create({"name": "updates.example.com"})
        self.company.alias_domain_id = domain
        report = f"""Return-Path: <>
From: MAILER-DAEMON@premium.example.com
To: {domain.bounce_email}
Subject: Undelivered Mail Returned to Sender
Message-Id: <report@premium.example.com>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=us-ascii

The mailbox is full.

--part
Content-Type: message/delivery-status

Final-Recipient: rfc822; {row.email}
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 Mailbox full

--part
Content-Type: message/rfc822

Message-Id: {row.message_id}
To: {row.email}
Subject: News

News
--part--
"""
        self.env["mail.thread"].message_process(None, report.encode())
        self.env.invalidate_all()

    def test_a_returned_letter_moves_the_client_to_the_call_list(self):
        notice = self.campaign(is_started=True)
        self.run_waves(notice)
        row = self.rows(notice, "email", self.clients["premium"])
        call = self.rows(notice, "phone", self.clients["premium"])
        self.assertGreater(call.due_at, row.done_at)
        self.bounce(row)
        self.assertEqual((row.state, row.result), ("bounced", "not_told"))
        self.assertIn("mailbox is full", row.detail)
        self.assertEqual(call.due_at, row.done_at)
        others = self.rows(notice, "email") - row
        self.assertEqual(set(others.mapped("state")), {"sent"})

    def test_a_returned_letter_opens_no_ticket(self):
        notice = self.campaign(is_started=True)
        self.run_waves(notice)
        before = self.env["helpdesk.ticket"].search_count([])
        self.bounce(self.rows(notice, "email", self.clients["premium"]))
        self.assertEqual(self.env["helpdesk.ticket"].search_count([]), before)

    # === WITHDRAWAL === #

    def withdraw(self, **values):
        wizard = self.env["kbs.release.withdraw"].with_user(self.lead)
        form = Form(wizard.with_context(default_release_id=self.news.id))
        form.reason = "Підсумки форми хибні"
        for name, value in values.items():
            setattr(form, name, value)
        form.save().action_withdraw()
        return self.news.notice_ids.filtered(lambda x: x.kind == "withdrawal")

    def test_who_took_or_runs_it_is_told_at_once(self):
        self.download(self.clients["premium"])
        self.copy("7", self.clients["prof"], version="8.10.2")
        self.copy("8", self.clients["optima"], version="8.10.1")
        notice = self.withdraw()
        self.assertEqual(notice.state, "running")
        self.assertEqual(self.told(notice), {"premium client", "prof client"})
        self.run_waves(notice)
        self.assertEqual(len(self.mailbox.envelopes), 2)
        body = self.mailbox.envelopes[0].content.decode()
        self.assertIn("=?utf-8?", body)
        self.assertEqual(
            self.rows(notice, "phone").commercial_partner_id, self.clients["premium"]
        )

    def test_it_reaches_who_has_unsubscribed(self):
        self.clients["premium"].kbs_is_news_refused = True
        self.download(self.clients["premium"])
        notice = self.withdraw()
        self.assertEqual(self.states(notice, "email")["premium client"], "waiting")

    def test_nobody_is_told_of_it_any_more(self):
        campaign = self.campaign(is_started=True)
        self.withdraw()
        self.assertEqual(campaign.state, "cancelled")
        self.run_waves(campaign)
        self.assertFalse(self.mailbox.envelopes)

    def test_nobody_has_it_so_nobody_is_told(self):
        notice = self.withdraw()
        self.assertEqual(notice.state, "cancelled")
        self.assertFalse(notice.contact_ids)

    def test_nobody_is_told_when_the_lead_says_so(self):
        self.download(self.clients["premium"])
        self.assertFalse(self.withdraw(is_told=False))

    def test_how_many_have_it_is_said_before(self):
        self.download(self.clients["premium"])
        self.download(self.clients["premium"])
        self.copy("7", self.clients["prof"], version="8.10.2")
        self.copy("8", self.clients["premium"], version="8.10.2")
        wizard = self.env["kbs.release.withdraw"].create(
            {"release_id": self.news.id, "reason": "x"}
        )
        self.assertEqual(wizard.taker_count, 2)

    # === FROM THE VERSION === #

    def test_a_version_leads_to_its_campaign(self):
        action = self.news.action_notify()
        self.assertFalse(action["res_id"])
        self.assertEqual(action["context"]["default_release_id"], self.news.id)
        notice = self.campaign()
        self.assertEqual(self.news.action_notify()["res_id"], notice.id)
        self.assertEqual(self.news.notice_count, 1)

    def test_a_draft_is_not_announced(self):
        draft = self.release("9.0", state="review", date=TODAY + timedelta(days=1))
        notice = self.env["kbs.notice"].create(
            {"release_id": draft.id, "company_id": self.company.id}
        )
        notice.action_prepare()
        with self.assertRaisesRegex(Exception, "not published"):
            notice.action_start()

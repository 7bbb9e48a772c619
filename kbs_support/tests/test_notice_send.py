import smtplib
from datetime import timedelta
from email import message_from_bytes, policy
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Datetime
from odoo.tests import tagged

from .common import TODAY
from .notice_common import DOMAIN, NoticeCase


@tagged("post_install", "-at_install")
class TestNoticeSend(NoticeCase):
    """Letters go out in waves by a real mail server: nobody twice, nobody missed."""

    def letters(self):
        """What the mail server has, as parsed letters, by recipient."""
        return {
            x.rcpt_tos[0]: message_from_bytes(x.content, policy=policy.default)
            for x in self.mailbox.envelopes
        }

    def address(self, plan):
        return self.clients[plan].email_normalized

    # === WAVES === #

    def test_each_gets_one_letter(self):
        notice = self.campaign(is_started=True, call_mode="never")
        self.run_waves(notice)
        self.assertEqual(
            sorted(self.mailbox.recipients),
            sorted(self.address(x) for x in self.clients),
        )
        self.assertEqual(set(self.states(notice, "email").values()), {"sent"})
        self.assertEqual(notice.state, "done")
        self.assertEqual(notice.email_progress, 100)

    def test_a_wave_has_no_more_letters_than_it_may(self):
        notice = self.campaign(is_started=True, wave_size=2)
        self.run_wave(notice)
        self.assertEqual(len(self.mailbox.recipients), 2)
        [job] = self.get_jobs(notice)
        self.assertTrue(job.eta, "the next wave waits its minute")
        self.run_wave(notice)
        self.assertEqual(len(set(self.mailbox.recipients)), 3)
        self.assertFalse(self.get_jobs(notice))

    def test_an_urgent_campaign_has_no_waves(self):
        notice = self.campaign(is_urgent=True, wave_size=1)
        notice.action_start()
        job = self.get_jobs(notice)
        self.assertEqual((job.priority, bool(job.eta)), (1, False))
        self.run_wave(notice)
        self.assertEqual(len(self.mailbox.recipients), 3)

    def test_the_same_wave_twice_tells_nobody_twice(self):
        notice = self.campaign(is_started=True)
        self.run_wave(notice)
        with self.enter_registry_test_mode():
            notice._job_send_wave()
        self.assertEqual(len(self.mailbox.recipients), 3)

    def test_starting_twice_is_refused_and_queues_one_wave(self):
        notice = self.campaign(is_started=True)
        with self.assertRaisesRegex(UserError, "Running"):
            notice.action_start()
        notice._queue_wave()
        self.assertEqual(len(self.get_jobs(notice)), 1)

    # === PAUSE AND CANCEL === #

    def test_a_paused_campaign_sends_nothing_and_goes_on(self):
        notice = self.campaign(is_started=True, wave_size=1)
        self.run_wave(notice)
        notice.action_pause()
        self.run_wave(notice)
        self.assertEqual(len(self.mailbox.recipients), 1)
        self.assertFalse(self.get_jobs(notice))
        notice.action_resume()
        self.run_waves(notice)
        self.assertEqual(len(set(self.mailbox.recipients)), 3)

    def test_a_pause_works_in_the_middle_of_a_wave(self):
        notice = self.campaign(is_started=True)
        with patch("odoo.addons.kbs_support.models.kbs_notice_send.CHUNK", 1):
            asked = type(notice)._is_running_now

            def pause_after_two(campaign):
                if len(self.mailbox.recipients) == 2:
                    campaign.action_pause()
                return asked(campaign)

            with patch.object(type(notice), "_is_running_now", pause_after_two):
                self.run_wave(notice)
        self.assertEqual(len(self.mailbox.recipients), 2)
        self.assertEqual(notice.state, "paused")

    def test_cancelled_means_nobody_more(self):
        notice = self.campaign(is_started=True, wave_size=1)
        self.run_wave(notice)
        notice.action_cancel()
        self.run_waves(notice)
        self.assertEqual(len(self.mailbox.recipients), 1)
        self.assertEqual(
            sorted(self.states(notice, "email").values()),
            ["cancelled", "cancelled", "sent"],
        )

    # === WHAT GOES WRONG === #

    def test_a_letter_that_broke_off_is_shown_and_not_repeated(self):
        notice = self.campaign(is_started=True)
        row = self.rows(notice, "email", self.clients["optima"])
        row.state = "sending"  # what a killed worker leaves behind
        self.run_waves(notice)
        self.assertEqual(len(self.mailbox.recipients), 2)
        self.assertEqual(row.state, "unsure")
        self.assertEqual(notice.unsure_count, 1)

    def test_an_address_that_is_refused_stops_no_other(self):
        self.mailbox.answers[self.address("prof")] = "550 No such user"
        notice = self.campaign(is_started=True)
        self.run_waves(notice)
        self.assertEqual(len(self.mailbox.recipients), 2)
        row = self.rows(notice, "email", self.clients["prof"])
        self.assertEqual(row.state, "bounced")
        self.assertIn("No such user", row.detail)

    def test_a_server_that_says_later_is_asked_later(self):
        self.mailbox.answers[self.address("prof")] = "450 Grey list"
        notice = self.campaign(is_started=True)
        self.run_wave(notice)
        row = self.rows(notice, "email", self.clients["prof"])
        self.assertEqual((row.state, row.tries), ("waiting", 1))
        [job] = self.get_jobs(notice)
        self.assertTrue(job.eta)
        self.run_wave(notice)
        self.assertEqual(row.tries, 1, "not before its time")
        self.mailbox.answers = {}
        row.retry_at = Datetime.now() - timedelta(minutes=1)
        self.run_wave(notice)
        self.assertEqual(row.state, "sent")

    def test_a_server_that_always_says_later_is_given_up(self):
        self.mailbox.answers[self.address("prof")] = "450 Grey list"
        notice = self.campaign(is_started=True)
        row = self.rows(notice, "email", self.clients["prof"])
        for _wave in range(3):
            row.retry_at = False
            self.run_wave(notice)
        self.assertEqual(row.state, "bounced")

    def test_a_mail_server_that_is_down_loses_nobody(self):
        notice = self.campaign(is_started=True)
        self.mail_server.smtp_port = 9  # nobody listens there
        self.run_wave(notice)
        self.assertTrue(notice.trouble)
        self.assertEqual(set(self.states(notice, "email").values()), {"waiting"})
        [job] = self.get_jobs(notice)
        self.assertTrue(job.eta)
        self.mail_server.smtp_port = self.smtp.port
        self.run_waves(notice)
        self.assertFalse(notice.trouble)
        self.assertEqual(len(set(self.mailbox.recipients)), 3)

    def test_a_connection_that_breaks_leaves_one_in_doubt(self):
        notice = self.campaign(is_started=True)
        real = smtplib.SMTP.send_message
        calls = []

        def break_off(session, *args, **kwargs):
            calls.append(1)
            if len(calls) == 2:
                raise smtplib.SMTPServerDisconnected("gone")
            return real(session, *args, **kwargs)

        with patch.object(smtplib.SMTP, "send_message", break_off):
            self.run_wave(notice)
        self.assertEqual(
            sorted(self.states(notice, "email").values()),
            ["sent", "unsure", "waiting"],
        )
        self.run_waves(notice)
        self.assertEqual(len(self.mailbox.recipients), 2)

    def test_a_campaign_that_lost_its_job_goes_on(self):
        notice = self.campaign(is_started=True)
        self.get_jobs(notice).unlink()
        self.run_job("notice_watch")
        self.run_waves(notice)
        self.assertEqual(len(self.mailbox.recipients), 3)

    def test_the_watch_closes_what_is_over(self):
        notice = self.campaign(is_started=True, call_mode="never")
        self.rows(notice).state = "sent"
        self.run_job("notice_watch")
        self.assertEqual(notice.state, "done")

    # === THE LETTER === #

    def one_letter(self, plan="optima", **values):
        notice = self.campaign(is_started=True, **values)
        self.run_waves(notice)
        return self.letters()[self.address(plan)]

    def text(self, letter):
        return letter.get_body(("plain",)).get_content()

    def test_it_is_in_the_language_of_the_reader(self):
        self.clients["prof"].lang = "en_US"
        self.copy("100245", self.clients["optima"], version="8.10.1")
        letter = self.one_letter()
        self.assertIn("Нова форма 4-1мз", letter["Subject"])
        self.assertIn("Добрий день", self.text(letter))
        self.assertIn("100245 (8.10.1)", self.text(letter))
        self.assertIn("Good day", self.text(self.letters()[self.address("prof")]))
        html = letter.get_body(("html",)).get_content()
        self.assertIn('lang="uk"', html)

    def test_a_legal_deadline_is_said(self):
        self.news.mandatory_by = TODAY + timedelta(days=30)
        self.assertIn("13.06.2026", self.text(self.one_letter()))

    def test_headers_of_a_bulk_letter(self):
        letter = self.one_letter()
        self.assertEqual(letter["From"].addresses[0].addr_spec, f"office@{DOMAIN}")
        self.assertEqual(letter["Auto-Submitted"], "auto-generated")
        self.assertEqual(letter["Precedence"], "bulk")
        self.assertEqual(letter["List-Id"], f"<versions.{DOMAIN}>")
        self.assertEqual(letter["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertIn("/support/news/", letter["List-Unsubscribe"])
        self.assertIn(str(self.clients["optima"].id), letter["List-Unsubscribe"])

    def test_what_comes_back_comes_to_the_gateway(self):
        domain = self.env["mail.alias.domain"].create({"name": DOMAIN})
        self.company.alias_domain_id = domain
        self.one_letter()
        senders = {x.mail_from for x in self.mailbox.envelopes}
        self.assertEqual(senders, {domain.bounce_email})

    def test_no_letter_shows_the_link_of_another(self):
        self.one_letter()
        links = {x["List-Unsubscribe"] for x in self.letters().values()}
        self.assertEqual(len(links), 3)

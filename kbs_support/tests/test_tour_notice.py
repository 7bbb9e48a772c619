from odoo.tests import HttpCase, tagged

from .notice_common import NoticeCase


@tagged("post_install", "-at_install")
class TestTourNotice(NoticeCase, HttpCase):
    """A campaign and its calls in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan("premium").is_notified_phone = True
        for user in (cls.lead, cls.agent):
            user.write({"lang": "en_US", "tz": "Europe/Kyiv"})

    def test_from_the_version_to_the_letters(self):
        path = f"/odoo/support-releases/{self.news.id}"
        self.start_tour(path, "kbs_notice_tour", login="kbs_lead")
        notice = self.news.notice_ids
        self.assertEqual((notice.state, notice.user_id), ("running", self.lead))
        self.assertEqual(len(self.get_jobs(notice)), 1)

    def test_the_call_list(self):
        notice = self.campaign(is_started=True, call_mode="now")
        self.start_tour(
            "/odoo/support-notice-calls", "kbs_notice_calls_tour", login="kbs_agent"
        )
        call = self.rows(notice, "phone", self.clients["premium"])
        self.assertEqual(call.state, "refused")
        self.assertEqual(call.attempt_ids.mapped("outcome"), ["refused", "no_answer"])

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .notice_common import NoticeCase


@tagged("post_install", "-at_install")
class TestNoticePortal(NoticeCase):
    """What is urgent stands on the client's home page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        person = cls.env["res.partner"].create(
            {"name": "np_owner", "parent_id": cls.clients["optima"].id}
        )
        cls.owner = cls._create_portal_user("np_owner", person)
        other = cls.env["res.partner"].create(
            {"name": "np_stranger", "parent_id": cls._create_client("Stranger").id}
        )
        cls.stranger = cls._create_portal_user("np_stranger", other)

    def urgent(self, user=None):
        self.env.flush_all()
        rows = self.env["kbs.notice"]._prepare_portal_urgent_sudo(user or self.owner)
        return [(x["words"], bool(x["url"])) for x in rows]

    def test_an_urgent_version_is_told_until_it_is_downloaded(self):
        notice = self.campaign(is_urgent=True)
        self.assertEqual(self.urgent(), [], "not started yet")
        notice.action_start()
        name = self.news.display_name
        self.assertEqual(
            self.urgent(), [(f"{name} is urgent. Please install it.", True)]
        )
        self.assertEqual(self.urgent(self.stranger), [])
        rows = self.rows(notice, client=self.clients["optima"])
        rows[:1].sudo().downloaded_at = fields.Datetime.now()
        self.assertEqual(self.urgent(), [])

    def test_an_ordinary_version_makes_no_noise(self):
        self.campaign(is_started=True)
        self.assertEqual(self.urgent(), [])

    def test_after_a_month_it_is_quiet(self):
        notice = self.campaign(is_started=True, is_urgent=True)
        day = fields.Datetime.now() - timedelta(days=31)
        notice.sudo().started_at = day
        self.assertEqual(self.urgent(), [])

    def test_a_withdrawal_is_told_though_it_was_downloaded(self):
        self.env["kbs.installation"].create(
            {
                "number": "1",
                "software_id": self.accounting.id,
                "partner_id": self.clients["optima"].id,
                "company_id": self.company.id,
                "version": self.news.version,
            }
        )
        self.news.with_user(self.lead)._withdraw_sudo("Totals are wrong")
        notice = self.news._tell_withdrawal_sudo(self.company, self.lead)
        notice.contact_ids.sudo().downloaded_at = fields.Datetime.now()
        [(words, is_readable)] = self.urgent()
        self.assertIn("was withdrawn", words)
        # He has it from elsewhere, so its page is not for him.
        self.assertFalse(is_readable)

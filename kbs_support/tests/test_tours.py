from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .common import KbsCase


@tagged("post_install", "-at_install")
class TestTours(KbsCase, HttpCase):
    """What people click, in a real browser on the real pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = new_test_user(
            cls.env,
            "kbs_clerk",
            groups="sales_team.group_sale_manager,account.group_account_invoice,"
            "kbs_support.group_kbs_lead",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
            tz="Europe/Kyiv",
        )
        cls.hospital = cls._create_client("Tour Hospital")

    def test_sale_from_quotation_to_active(self):
        self.start_tour("/odoo/support-orders/new", "kbs_sale_tour", login="kbs_clerk")
        subscription = self.hospital.kbs_subscription_ids
        self.assertEqual(subscription.state, "active")
        self.assertEqual(subscription.period_ids.price_total, 36720)
        self.assertEqual(subscription.period_ids.price_kind, "regular")

    def test_renewal_from_offer_to_paid(self):
        sold = self.sell_paid("optima_1", client=self.hospital)
        self.start_tour("/odoo/support-renewals", "kbs_renewal_tour", login="kbs_clerk")
        subscription = self.subscription(sold)
        last = subscription.period_ids.sorted("date_start")[-1]
        self.assertEqual(last.price_total, 31860)
        self.assertEqual(last.price_kind, "loyalty")
        self.assertTrue(last.is_effective)
        self.assertEqual(subscription.renewal_ids.state, "won")

    def test_price_table_shows_and_opens_prices(self):
        self.start_tour("/odoo/support-prices", "kbs_price_table_tour", login="admin")

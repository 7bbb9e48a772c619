from odoo.tests import HttpCase, tagged

from .pay_online_common import PayOnlineMixin
from .portal_tour_common import DESK, PHONE, PortalTourCase


@tagged("post_install", "-at_install")
class TestTourPortalBuy(PayOnlineMixin, PortalTourCase, HttpCase):
    """An institution buys its first support and pays it online."""

    def buy_at(self, size):
        self.open_provider()
        self._create_newcomers()
        self.newcomer.lang = "uk_UA"
        self.walk(size, "/tariffs", "kbs_portal_buy_tour", self.newcomer)
        support = self.env["kbs.subscription"].search(
            [("partner_id", "=", self.academy.id)]
        )
        self.assertEqual(support.state, "active")
        self.assertEqual(support.plan_id, self.plan("prof"))
        order = support.period_ids.order_id
        self.assertEqual(order.kbs_portal_kind, "first")
        self.assertEqual(order.invoice_ids.transaction_ids.state, "done")

    def test_on_a_phone(self):
        self.buy_at(PHONE)

    def test_at_a_desk(self):
        self.buy_at(DESK)

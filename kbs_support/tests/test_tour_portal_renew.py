from odoo.tests import HttpCase, tagged

from .portal_tour_common import DESK, PHONE, PortalTourCase


@tagged("post_install", "-at_install")
class TestTourPortalRenew(PortalTourCase, HttpCase):
    """A client renews at the loyalty price, and pays."""

    def renew_at(self, size):
        self.open_window()
        self.walk(size, "/my/support", "kbs_portal_renew_tour", self.owner)
        order = self.orders
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.invoice_ids.payment_state, "not_paid")
        self.assertEqual(order.order_line.kbs_term_id.months, 3)
        self.pay(order)
        period = self.period(order)
        self.assertTrue(period.is_effective)
        self.assertEqual(period.price_kind, "loyalty")

    def test_on_a_phone(self):
        self.renew_at(PHONE)

    def test_at_a_desk(self):
        self.renew_at(DESK)

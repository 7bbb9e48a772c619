from odoo.tests import HttpCase, tagged

from .support_portal_common import SupportPortalCase


@tagged("post_install", "-at_install")
class TestTourPortalRenew(SupportPortalCase, HttpCase):
    """A client renews in a real browser, as wide as a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_from_the_home_to_the_payment(self):
        self.open_window()
        self.start_tour("/my/support", "kbs_portal_renew_tour", login="sp_owner")
        order = self.orders
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.invoice_ids.payment_state, "not_paid")
        self.assertEqual(order.order_line.kbs_term_id.months, 3)

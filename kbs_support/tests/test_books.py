from odoo.tests import tagged

from .common import KbsCase

BOOKS = ("account.move", "account.move.line", "account.payment")
# Work that an item bills refers to the item itself: one step, and nothing behind it.
BILLED = {"kbs.over.plan"}


@tagged("post_install", "-at_install")
class TestBooks(KbsCase):
    """The books of a company do not carry its supports (decision 0049)."""

    def test_an_entry_looks_through_no_support(self):
        for name in BOOKS:
            with self.subTest(name):
                self.assertLessEqual(self.find_followers(name), BILLED)

    def find_followers(self, name):
        """Return the models of ours that Odoo looks through at each entry."""
        fields = self.env[name]._fields.values()
        tree = self.env.registry.get_trigger_tree(fields)
        return {
            field.model_name
            for node in tree.depth_first()
            for field in node.root
            if field.model_name.startswith("kbs.")
        }

    def test_other_sales_are_not_touched(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.client.id,
                "order_line": [(0, 0, {"product_id": self.chair().id})],
            }
        )
        order.action_confirm()
        order._create_invoices().action_post()
        self.pay(order)
        self.assertEqual(order.invoice_ids.payment_state, "paid")
        self.assertTrue(order.order_line.kbs_is_settled)
        self.assertFalse(order.order_line.kbs_period_ids)

    def chair(self):
        return self.env["product.product"].create(
            {"name": "Chair", "list_price": 100, "invoice_policy": "order"}
        )

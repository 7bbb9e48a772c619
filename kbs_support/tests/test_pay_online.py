from lxml import html

from odoo.tests import HttpCase, tagged

from .pay_online_common import PayOnlineMixin
from .support_portal_common import SupportPortalCase


@tagged("post_install", "-at_install")
class TestPayOnline(PayOnlineMixin, SupportPortalCase, HttpCase):
    """An online provider of the company takes the money, and what is paid begins."""

    def ordered(self, order):
        """Confirm the chosen order as its client; return the invoice."""
        self.confirm(order)
        return order.invoice_ids

    def pay_online(self, invoice, provider, state="done"):
        """What the browser asks Odoo for on its own page; return the transaction."""
        self.become(self.owner)
        page = self.url_open(invoice._kbs_get_online_url())
        self.assertIn(f'data-provider-id="{provider.id}"', page.text)
        token = html.fromstring(page.text).xpath("//form/@data-access-token")
        values = self.make_jsonrpc_request(
            f"/invoice/transaction/{invoice.id}",
            {
                "provider_id": provider.id,
                "payment_method_id": provider.payment_method_ids[:1].id,
                "token_id": None,
                "amount": invoice.amount_residual,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": f"/my/invoices/{invoice.id}",
                "access_token": token and token[0],
            },
        )
        reference = values["reference"]
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {"reference": reference, "simulated_state": state, "payment_details": "1"},
        )
        self.make_jsonrpc_request("/payment/status/poll", {})
        self.env.invalidate_all()
        return invoice.transaction_ids.filtered(lambda x: x.reference == reference)

    def test_offered_only_where_a_provider_is_open(self):
        self.order_hours()
        invoice = self.ordered(self.orders)
        path = f"/pay/{invoice.id}"
        self.assertNotIn("Pay online", self.page(path))
        provider = self.open_provider()
        self.assertIn("Pay online", self.page(path))
        for closing in ({"is_published": False}, {"state": "disabled"}):
            with self.subTest(closing=closing):
                provider.write(closing)
                self.assertNotIn("Pay online", self.page(path))
                provider.write({"state": "test", "is_published": True})
        self.env["ir.config_parameter"].set_param(
            "account_payment.enable_portal_payment", False
        )
        self.assertNotIn("Pay online", self.page(path))

    def test_another_companys_provider_is_none(self):
        self.order_hours()
        invoice = self.ordered(self.orders)
        self.open_provider(self._create_company("Other company"))
        self.assertNotIn("Pay online", self.page(f"/pay/{invoice.id}"))

    def test_renewal_is_booked_at_once(self):
        self.open_window()
        provider = self.open_provider()
        self.choose()
        order = self.orders
        self.pay_online(self.ordered(order), provider)
        self.assertTrue(self.period(order).is_effective)
        self.assertEqual(self.support.date_end, self.period(order).date_end)

    def test_hours_are_granted_at_once(self):
        provider = self.open_provider()
        self.order_hours(name="hour_pack_5", quantity=2)
        left = self.support.minutes_left
        invoice = self.ordered(self.orders)
        transaction = self.pay_online(invoice, provider)
        self.assertEqual(transaction.state, "done")
        self.assertEqual(self.support.minutes_left, left + 600)
        self.assertIn("Nothing is left to pay", self.page(f"/pay/{invoice.id}"))

    def test_bigger_plan_takes_over(self):
        order = self.sell_paid("prof_3", client=self.client)
        provider = self.open_provider()
        support = self.support = self.subscription(order)
        self.owner.partner_id.parent_id = self.client
        self.order_plan(**self.change("optima"))
        change = self.orders_of(self.client) - order
        self.pay_online(self.ordered(change), provider)
        self.assertTrue(self.period(change).is_effective)
        self.assertEqual(support.period_ids.mapped("is_paid"), [True, True])

    def test_what_has_failed_or_waits_gives_nothing(self):
        provider = self.open_provider()
        self.order_hours()
        left = self.support.minutes_left
        invoice = self.ordered(self.orders)
        for state in ("error", "cancel", "pending"):
            with self.subTest(state=state):
                self.pay_online(invoice, provider, state)
                self.assertEqual(self.support.minutes_left, left)
                self.assertEqual(invoice.payment_state, "not_paid")
        # While the bank is at it, it is not offered once more.
        self.assertNotIn("Pay online", self.page(f"/pay/{invoice.id}"))

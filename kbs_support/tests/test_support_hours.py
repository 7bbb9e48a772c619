from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .support_portal_common import SupportPortalCase

FUZZ = ("", "0", "-1", "100", "1.5", "1e1", "9" * 400, "<script>", "\x00", "١")


@tagged("post_install", "-at_install")
class TestSupportHours(SupportPortalCase, HttpCase):
    """A client orders hours beyond his plan, pays, and the ledger has them."""

    def quote_hours(self, **kwargs):
        answer = self.order_hours(**kwargs)
        order = self.orders.filtered(lambda x: x.state == "sent")
        self.assertEqual(len(order), 1, self.words(answer)[-900:])
        self.assertTrue(answer.url.endswith(f"/order/{order.id}"), answer.url)
        return order

    @property
    def bought(self):
        """Bought minutes in the ledger of the support."""
        self.env.invalidate_all()
        packs = self.support.hour_entry_ids.filtered(lambda x: x.kind == "pack")
        return sum(packs.mapped("minutes"))

    # === WHAT IS OFFERED === #

    def test_kinds_prices_and_validity(self):
        answer = self.get(f"/{self.support.id}/hours")
        page = self.words(answer)
        self.assertIn("Specialist's work, 1 hour", page)
        self.assertIn("Specialist's work, pack of 5 hours", page)
        self.assertIn("They are good for 12 months from the payment", page)
        self.assertIn("to the end of support, now 08/13/2026", page)
        price = self.regular._get_product_price(self.product("hour_pack_5"), 1.0)
        self.assertIn(f"{price:,.2f}", page)
        self.assert_headings_in_order(answer)
        self.assertIn(
            f"/my/support/{self.support.id}/hours", self.get(f"/{self.support.id}").text
        )

    def test_a_new_kind_of_hours_is_there_by_itself(self):
        ten = self.product("hour_pack_5").copy({"name": "Ten hours"})
        ten.kbs_minutes = 600
        self.env["product.pricelist.item"].create(
            {
                "pricelist_id": self.regular.id,
                "applied_on": "0_product_variant",
                "product_id": ten.id,
                "compute_price": "fixed",
                "fixed_price": 9000,
            }
        )
        self.assertIn("Ten hours 9,000.00", self.page(f"/{self.support.id}/hours"))

    # === ORDERING === #

    def test_paid_hours_are_in_the_ledger(self):
        order = self.quote_hours(name="hour_pack_5", quantity=2)
        price = self.regular._get_product_price(self.product("hour_pack_5"), 1.0)
        self.assertEqual(order.amount_total, 2 * price)
        self.assertEqual(order.kbs_portal_kind, "hours")
        self.assertEqual(order.user_id, self.manager)
        answer = self.get(f"/order/{order.id}")
        self.assert_says("pack of 5 hours × 2", answer)
        self.assert_says("By confirming you order this from", answer)
        left = self.support.minutes_left
        answer = self.confirm(order, self.colleague)
        invoice = order.invoice_ids
        self.assertTrue(answer.url.endswith(f"/pay/{invoice.id}"), answer.url)
        self.assert_says("What you have ordered is yours as soon as", answer)
        self.assertEqual(invoice.amount_total, 2 * price)
        self.assertEqual(self.bought, 0)
        self.pay(order)
        self.assertEqual(self.bought, 600)
        self.assertEqual(self.support.minutes_left, left + 600)
        pack = self.support.hour_entry_ids.filtered(lambda x: x.kind == "pack")
        self.assertEqual(str(pack.valid_to), "2027-05-13")
        self.assertIn("Specialist's hours: 13 h", self.page())

    def test_documents_of_the_support_show_it(self):
        order = self.quote_hours()
        self.assertIn(order.name, self.page())
        before = self.support.order_count
        self.assertEqual(before, 2)
        self.confirm(order)
        page = self.page(f"/{self.support.id}")
        self.assertIn(order.name, page)
        self.assertIn(order.invoice_ids.name, page)
        self.env.invalidate_all()
        self.assertEqual(self.support.invoice_count, 2)
        action = self.support.action_view_orders()
        self.assertIn(order.id, action["domain"][0][2])

    def test_hours_go_to_the_support_they_were_ordered_for(self):
        """Another one lasts longer, and would have got them."""
        other = self.subscription(self.sell_paid("prof_12", client=self.hospital))
        order = self.orders_of(self.hospital).filtered(
            lambda x: x.kbs_portal_kind == "hours"
        )
        self.assertFalse(order)
        self.order_hours()
        order = self.orders_of(self.hospital).filtered(
            lambda x: x.kbs_portal_kind == "hours"
        )
        self.confirm(order)
        self.pay(order)
        self.assertEqual(self.bought, 60)
        self.assertFalse(other.hour_entry_ids.filtered(lambda x: x.kind == "pack"))

    def test_it_is_not_the_offer_of_the_renewal(self):
        self.open_window()
        running = self.env["kbs.renewal"]._open(self.support)[self.support]
        self.order_hours()
        hours = self.orders
        self.assertFalse(running.order_id)
        self.choose()
        renewal = self.orders - hours
        self.confirm(hours)
        self.env.invalidate_all()
        self.assertEqual((renewal.state, hours.state), ("sent", "sale"))
        self.assertEqual(running.order_id, renewal)

    def test_hours_are_for_ones_own_support(self):
        order = self.quote("hour", client=self.client)
        with self.assertRaises(ValidationError):
            order.kbs_hours_subscription_id = self.support

    def test_signed_on_odoos_own_page_it_is_invoiced_too(self):
        order = self.quote_hours()
        order.with_user(self.owner).sudo().action_confirm()
        self.assertEqual(order.invoice_ids.state, "posted")

    def test_the_same_twice_is_one_quotation(self):
        order = self.quote_hours(quantity=3)
        self.order_hours(self.colleague, quantity=3)
        self.assertEqual(self.orders, order)

    def test_another_choice_takes_its_place(self):
        order = self.quote_hours()
        for values in ({"quantity": 2}, {"name": "hour_pack_5"}):
            other = self.quote_hours(**values)
            self.assertEqual(order.state, "cancel")
            order = other

    def test_what_a_person_has_agreed_stays(self):
        order = self.quote_hours()
        order.order_line.price_unit = 1
        self.assert_says("has prepared the offer", self.order_hours(quantity=2))
        self.assertEqual(self.orders.state, "sent")

    def test_confirmed_twice_is_one_invoice(self):
        order = self.quote_hours()
        first, second = self.confirm(order), self.confirm(order, self.colleague)
        self.assertEqual(first.url, second.url)
        self.assertEqual(len(order.invoice_ids), 1)

    def test_offer_that_is_over_is_not_confirmed(self):
        order = self.quote_hours()
        with freeze_time("2026-06-30 09:00:00"):
            answer = self.confirm(order)
            self.assert_says("The offer was valid until", answer)
            self.assertNotIn(order.name, self.page())
            self.assertNotEqual(self.quote_hours(), order)

    # === WHAT IS TAMPERED WITH === #

    def test_how_many(self):
        for quantity in FUZZ:
            with self.subTest(quantity=quantity):
                answer = self.order_hours(quantity=quantity)
                self.assert_says("Choose how many: from 1 to 99.", answer)
        self.assertFalse(self.orders)
        self.assertEqual(self.quote_hours(quantity=99).order_line.product_uom_qty, 99)

    def test_price_and_kind_are_those_of_the_page(self):
        plan = str(self.product("optima_1").id)
        for values in (
            *({"price": x} for x in ("1.0", "nan", *FUZZ)),
            *({"product": x} for x in (plan, *FUZZ)),
        ):
            with self.subTest(values=values):
                answer = self.order_hours(**values)
                self.assert_says("This offer no longer holds", answer)
        self.assertFalse(self.orders)

    def test_amount_of_the_order_is_the_one_that_was_read(self):
        order = self.quote_hours()
        self.assert_says("no longer holds", self.confirm(order, amount="1.0"))
        self.assertEqual(order.state, "sent")

    # === WHETHER, AND WHO === #

    def test_who_leaves_buys_no_hours(self):
        order = self.quote_hours()
        reason = self.env["kbs.close.reason"].search([], limit=1)
        self.support.write({"closed_on": "2026-05-14", "close_reason_id": reason.id})
        words = "Hours are sold while support is paid and goes on"
        self.assert_says(words, self.order_hours(quantity=2))
        self.assert_says(words, self.confirm(order))
        self.assertEqual(self.orders.state, "sent")
        page = self.get(f"/{self.support.id}/hours")
        self.assertNotIn('name="choose"', page.text)
        self.assertNotIn("Order hours", self.page(f"/{self.support.id}"))

    def test_company_may_keep_orders_to_itself(self):
        self.company.kbs_portal_orders = False
        answer = self.get(f"/{self.support.id}/hours")
        self.assert_says("To order, write or call your manager", answer)
        self.assertNotIn('name="choose"', answer.text)
        self.assert_says("orders are taken by him", self.order_hours())
        self.assertFalse(self.orders)

    @mute_logger("odoo.http")
    def test_who_may_not(self):
        order = self.quote_hours()
        path = f"/{self.support.id}/hours"
        self.assertEqual(self.get(path, self.stranger).status_code, 404)
        self.assertEqual(self.order_hours(self.stranger).status_code, 404)
        self.assertEqual(self.confirm(order, self.stranger).status_code, 404)
        data = self.hour("hour", 2)
        self.assertEqual(self.post(path, data, csrf=False).status_code, 400)
        self.page(f"{path}?product={data['product']}&quantity=2&price={data['price']}")
        self.become(None)
        self.assertIn("/web/login", self.url_open(f"/my/support{path}").url)
        self.assertEqual(self.orders, order)
        self.assertEqual(order.state, "sent")

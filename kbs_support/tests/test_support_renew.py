import io

from freezegun import freeze_time
from PIL import Image

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .support_portal_common import EDRPOU, IBAN, SupportPortalCase

FUZZ = (
    "",
    "0",
    "-1",
    "1e9",
    "9" * 400,
    "<script>alert(1)</script>",
    "'; DROP TABLE sale_order; --",
    "😀" * 100,
    "\x00",
    "{{ 7*7 }}",
)


@tagged("post_install", "-at_install")
class TestSupportRenew(SupportPortalCase, HttpCase):
    """A client renews his support himself, and pays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.kbs_renewal_days = 365

    def quote_in_portal(self):
        answer = self.choose()
        order = self.orders
        self.assertEqual(len(order), 1)
        self.assertTrue(answer.url.endswith(f"/order/{order.id}"), answer.url)
        return order

    # === CHOOSING === #

    def test_offers_side_by_side(self):
        page = self.page(f"/{self.support.id}/renew")
        self.assertIn("3 months as before", page)
        self.assertLess(page.index("3 months as before"), page.index("1 month "))
        self.assertIn("12 months", page)
        self.assertIn("per month", page)
        self.assertIn("you save", page)
        self.assertIn("Loyalty price: renewal without a gap", page)
        self.assertIn("valid until 08/27/2026", page)
        self.assertIn("Days of support: 08/14/2026–", page)

    def test_choice_becomes_a_quotation_in_the_name_of_the_client(self):
        order = self.quote_in_portal()
        self.assertEqual(order.partner_id, self.hospital)
        self.assertEqual(order.state, "sent")
        self.assertEqual(order.kbs_portal_kind, "renewal")
        self.assertEqual(order.user_id, self.manager)
        self.assertEqual(order.kbs_renewal_id, self.support.renewal_id)
        self.assertEqual(order.pricelist_id, self.loyalty)
        self.assertEqual(order.company_id, self.company)
        note = order.message_ids.filtered(lambda x: "Chosen in the portal" in x.body)
        self.assertEqual(note.author_id, self.owner.partner_id)

    def test_two_clicks_are_one_quotation(self):
        order = self.quote_in_portal()
        self.choose()
        self.choose(self.colleague)
        self.assertEqual(self.orders, order)

    def test_another_choice_takes_its_place(self):
        first = self.quote_in_portal()
        self.choose(**self.offer("6"))
        self.assertEqual(first.state, "cancel")
        second = self.orders - first
        self.assertEqual(second.state, "sent")
        self.assertEqual(second.order_line.kbs_term_id.months, 6)

    def test_what_a_manager_has_agreed_is_not_withdrawn(self):
        sold = self.support.period_ids.order_id
        order = self.renew(sold, "optima_12", client=self.hospital)
        order.order_line.price_unit = 1
        order.state = "sent"
        answer = self.choose(**self.offer("6"))
        self.assert_says(f"has prepared the offer {order.name} for you", answer)
        self.assertEqual(self.orders, order)
        self.assertEqual(order.state, "sent")

    def test_price_that_is_not_the_shown_one(self):
        for price in ("1.0", "0", "-6900.0", "nan", *FUZZ):
            with self.subTest(price=price):
                answer = self.choose(price=price)
                self.assert_says("This offer no longer holds", answer)
        self.assertFalse(self.orders)

    def test_term_that_is_none(self):
        for term in FUZZ:
            with self.subTest(term=term):
                answer = self.choose(term=term)
                self.assert_says("This offer no longer holds", answer)
        self.assertFalse(self.orders)

    def test_files_and_nothing_in_the_place_of_words(self):
        path = f"/{self.support.id}/renew"
        answer = self.post(path, {}, files={"term": b"x", "price": b"y"})
        self.assert_says("This offer no longer holds", answer)
        self.assertFalse(self.orders)

    def test_before_the_window_nothing_is_sold(self):
        data = self.offer()
        self.company.kbs_renewal_days = 10
        answer = self.post(f"/{self.support.id}/renew", data)
        self.assert_says("It can be renewed from 08/03/2026 on.", answer)
        self.assertFalse(self.orders)

    def test_days_of_a_gap_are_for_a_manager(self):
        with freeze_time("2026-09-30 09:00:00"):
            self.run_daily_job()
            page = self.page(f"/{self.support.id}/renew")
            self.assertNotIn("08/14/2026–", page)
            self.assertIn("09/30/2026–", page)
            self.assertNotIn("Loyalty price: renewal", page)
            self.assertIn("Renew", self.page())

    def test_company_may_keep_orders_to_itself(self):
        data = self.offer()
        self.company.kbs_portal_orders = False
        page = self.page(f"/{self.support.id}/renew")
        self.assertIn("To order, write or call your manager", page)
        self.assertNotIn("Choose 3 months", page)
        answer = self.post(f"/{self.support.id}/renew", data)
        self.assert_says("orders are taken by him", answer)
        self.assertFalse(self.orders)

    # === CONFIRMING === #

    def test_confirmed_order_leads_to_the_payment(self):
        order = self.quote_in_portal()
        answer = self.get(f"/order/{order.id}")
        page = self.words(answer)
        self.assertIn("Order with obligation to pay", page)
        self.assertIn(order.name, page)
        self.assert_headings_in_order(answer)
        answer = self.confirm(order)
        invoice = order.invoice_ids
        self.assertEqual(order.state, "sale")
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(len(self.period(order)), 1)
        self.assertTrue(answer.url.endswith(f"/pay/{invoice.id}"), answer.url)
        note = order.message_ids.filtered(lambda x: "Confirmed in the" in x.body)
        self.assertEqual(note.author_id, self.owner.partner_id)
        self.assertIn(self.manager.partner_id, note.notified_partner_ids)
        self.assertIn("Waits for payment", self.page(f"/{self.support.id}"))

        self.pay(order)
        self.env.flush_all()
        self.assertIn("Nothing is left to pay", self.page(f"/pay/{invoice.id}"))
        self.assertIn(f"Paid until {self.day(order)}", self.page())

    def day(self, order):
        return self.period(order).date_end.strftime("%m/%d/%Y")

    def test_confirmed_twice_is_one_order(self):
        order = self.quote_in_portal()
        first, second = self.confirm(order), self.confirm(order, self.colleague)
        self.assertEqual(first.url, second.url)
        self.assertEqual(len(order.invoice_ids), 1)
        self.assertEqual(len(self.period(order)), 1)

    def test_order_that_has_changed_is_not_confirmed(self):
        order = self.quote_in_portal()
        for amount in ("1.0", *FUZZ):
            with self.subTest(amount=amount):
                answer = self.confirm(order, amount=amount)
                self.assert_says("This offer no longer holds", answer)
                self.assertEqual(self.orders.state, "sent")

    def test_order_that_is_none(self):
        order = self.quote_in_portal()
        foreign = self.quote("optima_12", client=self.client)
        foreign.state = "sent"
        amount = {"amount": str(foreign.amount_total)}
        for wanted in (foreign.id, order.id + 99, order.id - 1, 0, "9" * 20, "x"):
            with self.subTest(wanted=wanted):
                answer = self.post(f"/order/{wanted}", amount)
                self.assertEqual(answer.status_code, 404)
                self.assertEqual(self.get(f"/order/{wanted}").status_code, 404)
        self.assertEqual((order.state, foreign.state), ("sent", "sent"))

    def test_draft_of_ours_is_not_confirmed(self):
        renewal = self.env["kbs.renewal"]._open(self.support)[self.support]
        sold = self.support.period_ids.order_id
        order = self.renew(sold, "optima_12", client=self.hospital)
        self.confirm(order)
        self.assertEqual(renewal.order_id, order)
        self.assertEqual(order.state, "draft")

    def test_loyalty_is_asked_again(self):
        """The offer was made in time, and is confirmed after the grace."""
        order = self.quote_in_portal()
        order.validity_date = "2027-01-01"
        with freeze_time("2026-09-30 09:00:00"):
            answer = self.confirm(order)
        self.assertIn("alert-danger", answer.text)
        self.assertEqual(order.state, "sent")
        self.assertFalse(order.invoice_ids)

    def test_without_an_invoice_at_once(self):
        self.company.kbs_invoice_on_confirm = False
        answer = self.confirm(self.quote_in_portal())
        self.assert_says("the order is confirmed. We send you the invoice", answer)

    # === WHO, AND HOW === #

    def test_strangers_order_nothing(self):
        order, data = self.quote_in_portal(), self.offer("6")
        confirmed = {"amount": str(order.amount_total)}
        renew = f"/{self.support.id}/renew"
        for path, sent in ((renew, data), (f"/order/{order.id}", confirmed)):
            with self.subTest(path=path):
                answer = self.post(path, sent, self.stranger)
                self.assertEqual(answer.status_code, 404)
                self.become(None)
                answer = self.url_open(f"/my/support{path}", data=sent)
                self.assertIn("/web/login", answer.url)
        self.assertEqual(self.orders, order)
        self.assertEqual(order.state, "sent")

    @mute_logger("odoo.http")
    def test_nothing_without_the_token_of_the_session(self):
        order, data = self.quote_in_portal(), self.offer("6")
        confirmed = {"amount": str(order.amount_total)}
        renew = f"/{self.support.id}/renew"
        for path, sent in ((renew, data), (f"/order/{order.id}", confirmed)):
            answer = self.post(path, sent, csrf=False)
            self.assertEqual(answer.status_code, 400)
        self.assertEqual(self.orders, order)
        self.assertEqual(order.state, "sent")

    def test_looking_changes_nothing(self):
        order, data = self.quote_in_portal(), self.offer("6")
        query = f"term={data['term']}&price={data['price']}"
        self.page(f"/{self.support.id}/renew?{query}")
        self.page(f"/order/{order.id}?amount={order.amount_total}")
        self.assertEqual(self.orders, order)
        self.assertEqual(order.state, "sent")

    # === PAYING === #

    def bill(self):
        order = self.quote_in_portal()
        self.confirm(order)
        return order.invoice_ids

    def test_all_that_a_transfer_needs(self):
        invoice = self.bill()
        answer = self.get(f"/pay/{invoice.id}", self.colleague)
        page = self.words(answer)
        for words in (IBAN, EDRPOU, self.company.name, invoice.name):
            self.assertIn(words, page)
        self.assertIn(
            f"Payment of invoice No. {invoice.name} of 05/14/2026, without VAT", page
        )
        self.assertIn(f'data-copy="{invoice.amount_residual:.2f}"', answer.text)
        self.assert_headings_in_order(answer)

    def test_purpose_is_in_the_language_of_the_client(self):
        self.hospital.lang = "uk_UA"
        self.assertIn(" 14.05.2026", self.bill()._kbs_get_purpose())

    def test_qr_is_a_picture_for_who_may_read_the_invoice(self):
        invoice = self.bill()
        path = f"/pay/{invoice.id}/qr"
        for form in ("003", "002"):
            self.company.kbs_qr_format = form
            answer = self.get(path, self.colleague)
            self.assertEqual(answer.headers["Content-Type"], "image/png")
            self.assertIn("no-store", answer.headers["Cache-Control"])
            picture = Image.open(io.BytesIO(answer.content)).convert("L")
            self.assert_hryvnia(picture)
        for end in ("", "/qr"):
            path = f"/pay/{invoice.id}{end}"
            self.assertEqual(self.get(path, self.stranger).status_code, 404)
            self.become(None)
            self.assertIn("/web/login", self.url_open(f"/my/support{path}").url)

    def assert_hryvnia(self, picture):
        """The sign in a white circle in the middle, as the National Bank wants it."""
        x, y = (size // 2 for size in picture.size)
        self.assertLess(picture.getpixel((x, y)), 64)
        for point in ((x - 34, y), (x + 34, y), (x, y - 34), (x, y + 34)):
            self.assertEqual(picture.getpixel(point), 255)

    def test_amount_of_the_code_is_what_is_left(self):
        invoice = self.bill()
        full = invoice._kbs_get_qr_link()
        self.pay(self.orders, amount=100)
        self.assertNotEqual(invoice._kbs_get_qr_link(), full)
        self.assertIn(
            f'data-copy="{invoice.amount_total - 100:.2f}"',
            self.get(f"/pay/{invoice.id}").text,
        )

    def test_without_an_account_there_is_no_code(self):
        invoice = self.bill()
        self.company.company_registry = False
        self.assertNotIn("By the app of your bank", self.page(f"/pay/{invoice.id}"))
        self.assertEqual(self.get(f"/pay/{invoice.id}/qr").status_code, 404)

    def test_draft_and_cancelled_are_not_paid(self):
        invoice = self.bill()
        invoice.button_draft()
        self.assertEqual(self.get(f"/pay/{invoice.id}").status_code, 404)
        invoice.button_cancel()
        self.assertEqual(self.get(f"/pay/{invoice.id}/qr").status_code, 404)

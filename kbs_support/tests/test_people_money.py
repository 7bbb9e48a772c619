from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .people_common import PeopleCase
from .scale_common import ScaleMixin

SEERS, BLIND = ("boss", "colleague"), ("blind", "owner")


@tagged("post_install", "-at_install")
class TestPeopleMoney(PeopleCase, HttpCase):
    """Who of an institution sees its invoices and orders, wherever he looks."""

    def sees(self, user, record):
        return record in record.with_user(user).search([("id", "in", record.ids)])

    def test_everybody_by_default(self):
        for name in (*SEERS, *BLIND):
            self.assertTrue(self.sees(getattr(self, name), self.invoice), name)
        self.assertFalse(self.sees(self.stranger, self.invoice))

    def test_named_people_only_at_once_and_without_clearing_caches(self):
        order = self.support.period_ids.order_id
        records = (
            self.invoice,
            self.invoice.invoice_line_ids,
            order,
            order.order_line,
        )
        for record in records:  # the rules of each are remembered from here on
            for name in (*SEERS, *BLIND):
                self.assertTrue(self.sees(getattr(self, name), record[0]), name)
        self.limit()
        for record in records:
            for name in SEERS:
                with self.subTest(record=record, name=name):
                    user = getattr(self, name)
                    self.assertTrue(self.sees(user, record[0]))
                    self.assertTrue(record.with_user(user).has_access("read"))
            for name in BLIND:
                with self.subTest(record=record, name=name):
                    user = getattr(self, name)
                    self.assertFalse(self.sees(user, record[0]))
                    self.assertFalse(record.with_user(user).has_access("read"))
        self.blind.partner_id.kbs_sees_invoices = True
        self.assertTrue(self.sees(self.blind, self.invoice))
        self.blind.partner_id.kbs_sees_invoices = False
        self.assertFalse(self.sees(self.blind, self.invoice))
        self.blind.partner_id.kbs_is_administrator = True
        self.assertTrue(self.sees(self.blind, self.invoice))

    def test_our_own_people_are_not_touched(self):
        self.limit()
        self.assertTrue(self.sees(self.accountant, self.invoice))
        self.assertTrue(self.sees(self.manager, self.support.period_ids.order_id))

    def test_a_right_at_one_employer_opens_nothing_of_another(self):
        """Who moves there does not see what the new employer limits."""
        self.limit()
        self.stranger.partner_id.kbs_sees_invoices = True
        self.assertFalse(self.sees(self.stranger, self.invoice))
        self.stranger.partner_id.parent_id = self.hospital
        self.assertFalse(self.sees(self.stranger, self.invoice))
        self.colleague.partner_id.parent_id = self.client
        self.assertFalse(self.sees(self.colleague, self.invoice))

    def test_an_invoice_in_the_name_of_a_person_follows_the_same_right(self):
        bill = self._create_bill(self.blind.partner_id)
        self.assertTrue(self.sees(self.blind, bill))
        self.limit()
        self.assertFalse(self.sees(self.blind, bill))
        self.assertTrue(self.sees(self.boss, bill))

    # === PAGES OF ODOO === #

    def test_pages_of_odoo_follow(self):
        self.limit()
        order = self.support.period_ids.order_id
        paths = (
            f"/my/invoices/{self.invoice.id}",
            f"/my/invoices/{self.invoice.id}?report_type=html",
            f"/my/orders/{order.id}",
            f"/my/orders/{order.id}?report_type=html",
        )
        for name, is_seen in ((SEERS[1], True), (BLIND[0], False)):
            self.become(getattr(self, name))
            for path in ("/my/invoices", "/my/orders"):
                with self.subTest(name=name, path=path):
                    number = self.invoice.name if "inv" in path else order.name
                    self.assertEqual(number in self.url_open(path).text, is_seen)
            for path in paths:
                with self.subTest(name=name, path=path):
                    answer = self.url_open(path)
                    self.assertEqual(
                        self.invoice.name in answer.text or order.name in answer.text,
                        is_seen,
                    )

    def test_the_file_of_an_invoice_follows(self):
        self.limit()
        path = f"/my/invoices/{self.invoice.id}?report_type=pdf&download=1"
        for name, is_seen in ((SEERS[1], True), (BLIND[0], False)):
            self.become(getattr(self, name))
            kind = self.url_open(path).headers["Content-Type"]
            self.assertEqual(kind == "application/pdf", is_seen, name)

    def test_a_letter_opens_the_invoice_for_whoever_got_it(self):
        """The link of a letter is a permission of its own: who sent it chose."""
        self.limit()
        token = self.invoice._portal_ensure_token()
        self.become(self.blind)
        path = f"/my/invoices/{self.invoice.id}?access_token="
        self.assertIn(self.invoice.name, self.url_open(path + token).text)
        answer = self.url_open(path + "x" * 36)
        self.assertNotIn(self.invoice.name, answer.text)

    def test_counters_of_the_home_page_are_empty(self):
        self.limit()
        for name, count in ((SEERS[1], 1), (BLIND[0], 0)):
            self.become(getattr(self, name))
            answer = self.make_jsonrpc_request(
                "/my/counters", {"counters": ["invoice_count", "order_count"]}
            )
            self.assertEqual(answer["invoice_count"], count, name)
            self.assertEqual(answer["order_count"], count, name)

    def test_calls_of_the_model_follow(self):
        self.limit()
        for model in ("account.move", "sale.order", "account.move.line"):
            records = self.env[model].with_user(self.blind)
            self.assertFalse(records.search([]), model)
        with self.assertRaises(AccessError):
            self.invoice.with_user(self.blind).read(["amount_total"])

    # === OUR PAGES === #

    def test_our_pages_say_nothing_of_money(self):
        bill = self._create_bill(self.hospital)
        self.limit()
        page = self.page(user=self.colleague)
        self.assertIn(f"To be paid {bill.name}", page)
        price = self.words(self.get(f"/{self.support.id}", self.colleague))
        self.assertIn("₴", price)
        for path in ("", f"/{self.support.id}"):
            page = self.page(path, self.blind)
            for words in ("To be paid", bill.name, self.invoice.name, "₴"):
                self.assertNotIn(words, page)
            self.assertIn(self.support.name, page)
        self.assertIn("not given you the right to see invoices", page)
        for path in (f"/pay/{bill.id}", f"/pay/{bill.id}/qr"):
            self.assertEqual(self.get(path, self.colleague).status_code, 200, path)
            self.assertEqual(self.get(path, self.blind).status_code, 404, path)

    def test_who_sees_no_invoices_reads_offers_and_asks(self):
        self.open_window()
        self.limit()
        page = self.page(f"/{self.support.id}/renew", self.blind)
        self.assertIn("12 months", page)
        self.assertIn("Ask Olena Boss, your administrator.", page)
        self.assertNotIn("Choose", page)
        self.assertIn("Choose", self.page(f"/{self.support.id}/renew", self.colleague))
        home = self.page(user=self.blind)
        self.assertIn("Ask Olena Boss, your administrator.", home)

    def test_who_sees_no_invoices_orders_nothing(self):
        self.open_window()
        self.limit()
        answer = self.choose(self.blind)
        self.assert_says("Ask Olena Boss, your administrator.", answer)
        self.assertFalse(self.orders)
        self.choose(self.colleague)
        quotation = self.orders
        self.assertEqual(quotation.state, "sent")
        self.confirm(quotation, self.blind)
        self.assertEqual(quotation.state, "sent")
        self.assertNotIn(quotation.name, self.page(user=self.blind))
        self.confirm(quotation, self.colleague)
        self.assertEqual(quotation.state, "sale")

    def test_the_right_goes_between_choosing_and_confirming(self):
        self.open_window()
        self.limit()
        self.choose(self.colleague)
        quotation = self.orders
        self.colleague.partner_id.kbs_sees_invoices = False
        self.confirm(quotation, self.colleague)
        self.assertEqual(quotation.state, "sent")

    # === THE SETTING === #

    def test_an_administrator_limits_and_names(self):
        answer = self.do("invoices", who="named")
        self.assert_says("Saved.", answer)
        self.assertTrue(self.hospital.kbs_are_invoices_limited)
        self.assert_noted("Invoices are now for named people only", self.boss)
        self.assertFalse(self.sees(self.blind, self.invoice))
        self.do_to(self.blind, "invoices", on="1")
        self.assertTrue(self.sees(self.blind, self.invoice))
        self.assert_noted("Olena Blind now sees the invoices", self.boss)
        self.do_to(self.blind, "invoices", on="0")
        self.assertFalse(self.sees(self.blind, self.invoice))
        self.do("invoices", who="all")
        self.assertTrue(self.sees(self.blind, self.invoice))
        self.assert_noted("Invoices are now for everybody", self.boss)

    def test_what_is_none_of_the_answers_shows_to_everybody_what_it_did(self):
        """A request without the answer leaves the setting as it was."""
        self.limit()
        self.do("invoices")
        self.assertTrue(self.hospital.kbs_are_invoices_limited)


@tagged("post_install", "-at_install")
class TestPeopleMoneyScale(ScaleMixin, PeopleCase):
    """The rules cost the same for fifty invoices, and for fifty colleagues."""

    def test_reading(self):
        self.limit()
        bills = self._create_bill(self.hospital)

        def read(records):
            moves = records.with_user(self.colleague)
            moves.search([("id", "in", records.ids)]).read(["name"])

        read(bills)
        one = self.count_queries(bills, read)
        for _number in range(20):
            bills |= self._create_bill(self.hospital)
        many = self.count_queries(bills, read)
        self.assertLessEqual(many - one, 1, (one, many))

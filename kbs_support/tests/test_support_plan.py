from freezegun import freeze_time

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .support_portal_common import SupportPortalCase

FUZZ = ("", "0", "-1", "1e9", "nan", "9" * 400, "<script>", "\x00")
TOMORROW = "2026-05-15 09:00:00"


@tagged("post_install", "-at_install")
class TestSupportPlan(SupportPortalCase, HttpCase):
    """A client takes a bigger plan in the middle of what he has paid for."""

    def quote_plan(self, **kwargs):
        answer = self.order_plan(**kwargs)
        order = self.orders.filtered(lambda x: x.state == "sent")
        self.assertEqual(len(order), 1, self.words(answer)[-900:])
        self.assertTrue(answer.url.endswith(f"/order/{order.id}"), answer.url)
        return order

    # === WHAT IS SHOWN === #

    def test_difference_days_and_what_is_gained(self):
        answer = self.get(f"/{self.support.id}/plan")
        page = self.words(answer)
        change = self.support._get_portal_changes()[0]
        self.assertEqual(change.plan, self.plan("premium"))
        self.assertIn(f"{change.difference:,.2f}", page)
        self.assertIn(f"{change.credit:,.2f}", page)
        self.assertIn("From 05/15/2026 until 08/13/2026, 91 days", page)
        self.assertIn("Work included in a month 3 hours 6 hours", page)
        self.assertNotIn("Letters about versions", page)  # both plans have them
        prof = self.plan("prof").name
        self.assertIn(f"From the renewal on only: {prof}.", page)
        self.assert_headings_in_order(answer)

    def test_who_sees_no_invoices_reads_no_prices(self):
        self.hospital.kbs_are_invoices_limited = True
        change = self.support._get_portal_changes()[0]
        page = self.page(f"/{self.support.id}/plan", self.colleague)
        self.assertIn("Work included in a month 3 hours 6 hours", page)
        self.company.kbs_portal_orders = False
        asked = self.page(f"/{self.support.id}/request", self.colleague)
        self.assertIn("Hours beyond the plan", asked)
        for amount in (change.difference, change.credit):
            self.assertNotIn(f"{amount:,.2f}", page)
            self.assertNotIn(f"{amount:,.2f}", asked)

    def test_who_has_the_biggest_one(self):
        order = self.sell_paid("premium_3", client=self.client)
        support = self.subscription(order)
        page = self.page(f"/{support.id}/plan", self.stranger)
        self.assertIn("There is no bigger plan than yours", page)

    def test_a_smaller_plan_is_asked_for(self):
        path = f"/{self.support.id}/request?kind=plan"
        self.assertIn(f"/my/support{path}", self.get(f"/{self.support.id}/plan").text)
        page = self.page(path)
        self.assertIn("Another plan from the renewal on", page)

    # === ORDERING === #

    def test_new_plan_is_active_once_paid(self):
        change = self.support._get_portal_changes()[0]
        order = self.quote_plan()
        self.assertEqual(order.kbs_portal_kind, "change")
        self.assertEqual(order.kbs_changed_period_id, self.support.period_ids)
        self.assertAlmostEqual(order.amount_total, change.difference, 2)
        self.assertEqual(order.user_id, self.manager)
        answer = self.get(f"/order/{order.id}")
        self.assert_says("Unused days of support", answer)
        self.assert_says("05/15/2026–08/13/2026", answer)
        answer = self.confirm(order, self.colleague)
        invoice = order.invoice_ids
        self.assertTrue(answer.url.endswith(f"/pay/{invoice.id}"), answer.url)
        self.assertAlmostEqual(invoice.amount_total, change.difference, 2)
        with freeze_time(TOMORROW):
            self.run_daily_job()
            self.assertEqual(self.support.plan_id, self.plan("optima"))
            self.pay(order)
            self.env.invalidate_all()
            self.assertEqual(self.support.plan_id, self.plan("premium"))
            self.assertEqual(self.support.state, "active")
            page = self.page(f"/{self.support.id}")
            self.assertIn(self.plan("premium").name, page)

    def test_the_same_twice_is_one_quotation(self):
        order = self.quote_plan()
        self.colleague.lang = "uk_UA"
        self.order_plan(self.colleague)
        self.assertEqual(self.orders, order)

    def test_another_choice_takes_its_place(self):
        order = self.sell_paid("prof_3", client=self.client)
        support = self.support = self.subscription(order)

        def choose(plan):
            change = self.change(plan)
            return self.post(f"/{support.id}/plan", change, self.stranger)

        choose("optima")
        choose("premium")
        first, second = (self.orders_of(self.client) - order).sorted("id")
        self.assertEqual((first.state, second.state), ("cancel", "sent"))

    def test_yesterdays_choice_is_made_anew(self):
        order = self.quote_plan()
        with freeze_time("2026-05-20 09:00:00"):
            answer = self.confirm(order)
            self.assertIn("alert-danger", answer.text)
            self.assertEqual(order.state, "sent")
            other = self.quote_plan()
            self.assertEqual(order.state, "cancel")
            self.assertEqual(str(other.order_line[0].kbs_date_start), "2026-05-20")

    def test_what_a_person_has_agreed_stays(self):
        order = self.quote_plan()
        order.order_line[0].price_unit -= 1
        self.assert_says("has prepared the offer", self.order_plan())
        self.assertEqual(self.orders, order)

    def test_price_and_plan_are_those_of_the_page(self):
        prof = str(self.plan("prof").id)
        for values in (
            *({"price": x} for x in ("1.0", *FUZZ)),
            *({"plan": x} for x in (prof, *FUZZ)),
        ):
            with self.subTest(values=values):
                answer = self.order_plan(**values)
                self.assert_says("This offer no longer holds", answer)
        self.assertFalse(self.orders)

    # === WHETHER, AND WHO === #

    def test_why_not_now(self):
        data, path = self.change(), f"/{self.support.id}/plan"
        self.open_window()
        self.choose()
        self.confirm(self.orders)
        words = "ordered already and waits for its payment"
        self.assertIn(words, self.page(path))
        self.assert_says(words, self.post(path, data))
        self.pay(self.orders)
        reason = self.env["kbs.close.reason"].search([], limit=1)
        self.support.write({"closed_on": "2026-05-14", "close_reason_id": reason.id})
        self.assertIn("This support is closed", self.page(path))
        self.assert_says("This support is closed", self.post(path, data))
        self.assertFalse(self.orders.kbs_changed_period_id)

    def test_nothing_is_changed_before_the_payment(self):
        order = self.sell("optima_3", client=self.client)
        support = self.subscription(order)
        page = self.page(f"/{support.id}/plan", self.stranger)
        self.assertIn("waits for its payment", page)

    def test_company_may_keep_orders_to_itself(self):
        data = self.change()
        self.company.kbs_portal_orders = False
        answer = self.get(f"/{self.support.id}/plan")
        self.assert_says("To order, write or call your manager", answer)
        self.assertNotIn('name="choose"', answer.text)
        answer = self.post(f"/{self.support.id}/plan", data)
        self.assert_says("orders are taken by him", answer)
        self.assertFalse(self.orders)
        self.assert_says(
            "More hours of a specialist", self.get(f"/{self.support.id}/request")
        )

    @mute_logger("odoo.http")
    def test_who_may_not(self):
        order, data = self.quote_plan(), self.change()
        path = f"/{self.support.id}/plan"
        self.assertEqual(self.get(path, self.stranger).status_code, 404)
        self.assertEqual(self.order_plan(self.stranger).status_code, 404)
        self.assertEqual(self.confirm(order, self.stranger).status_code, 404)
        self.assertEqual(self.post(path, data, csrf=False).status_code, 400)
        self.page(f"{path}?plan={data['plan']}&price={data['price']}")
        self.become(None)
        self.assertIn("/web/login", self.url_open(f"/my/support{path}").url)
        self.assertEqual(self.orders, order)
        self.assertEqual(order.state, "sent")

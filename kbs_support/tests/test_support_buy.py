from freezegun import freeze_time

from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from .support_portal_common import SupportPortalCase

# A picture of one dot, in the place of a signature.
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
FUZZ = ("", "0", "-1", "1e9", "nan", "9" * 400, "<script>alert(1)</script>", "\x00")


@tagged("post_install", "-at_install")
class TestSupportBuy(SupportPortalCase, HttpCase):
    """An institution without support buys its first one by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_newcomers()
        cls.env["website"].search([], limit=1).company_id = cls.company
        cls.company.kbs_renewal_user_id = cls.manager

    def page_of(self, name="optima_3", user=None):
        data = self.first(name)
        path = f"/buy?plan={data['plan']}&term={data['term']}"
        return self.get(path, user or self.newcomer)

    def choose_first(self, **values):
        answer = self.buy(**values)
        order = self.orders_of(self.academy).filtered(lambda x: x.state == "sent")
        self.assertEqual(len(order), 1)
        self.assertTrue(answer.url.endswith(f"/order/{order.id}"), answer.url)
        return order

    @property
    def bought(self):
        self.env.invalidate_all()
        client = [("partner_id", "=", self.academy.id)]
        return self.env["kbs.subscription"].search(client)

    # === THE TARIFFS LEAD THERE === #

    def test_every_price_can_be_ordered(self):
        self.become(self.newcomer)
        text = self.url_open("/tariffs").text
        data = self.first("premium_12")
        path = f"/my/support/buy?plan={data['plan']}&amp;term={data['term']}"
        self.assertIn(f'href="{path}"', text)
        query = f"plan={data['plan']}&term={data['term']}"
        answer = self.url_open(f"/tariffs?{query}")
        self.assertEqual(answer.text.count(f'href="{path}"'), 2)
        self.assertNotIn("No account yet", answer.text)

    def test_a_stranger_logs_in_first(self):
        self.become(None)
        website = self.env["website"].search([], limit=1)
        website.auth_signup_uninvited = "b2b"
        answer = self.url_open("/tariffs")
        self.assert_says("No account yet? Write to us", answer)
        website.auth_signup_uninvited = "b2c"
        self.assert_says("No account yet? Sign up", self.url_open("/tariffs"))
        data = self.first()
        path = f"/my/support/buy?plan={data['plan']}&term={data['term']}"
        answer = self.url_open(path)
        self.assertIn("/web/login", answer.url)
        self.assertIn(f"term%3D{data['term']}", answer.url)  # comes back to his choice

    def test_where_people_take_orders_there_is_no_button(self):
        self.company.kbs_portal_orders = False
        self.become(self.newcomer)
        answer = self.url_open("/tariffs")
        self.assert_says("19,260.00", answer)
        self.assertNotIn("/my/support/buy", answer.text)
        self.assert_says("To order, write or call your manager", self.page_of())
        self.assert_says("orders are taken by him", self.buy())
        self.assertFalse(self.orders_of(self.academy))

    def test_our_own_people_order_in_the_back_office(self):
        self.become(self.manager)
        answer = self.url_open("/tariffs")
        self.assert_says("19,260.00", answer)
        self.assertNotIn("/my/support/buy", answer.text)

    # === WHAT IT COSTS === #

    def test_plan_term_days_and_price(self):
        answer = self.page_of()
        page = self.words(answer)
        plan = self.plan("optima").name
        self.assertIn(f"Plan {plan}, 3 months", page)
        self.assertIn("05/14/2026–08/13/2026", page)
        self.assertIn("Support begins with the payment", page)
        self.assertIn("Client Academy, 02123456", page)
        self.assertIn("19,260.00", page)
        self.assertIn("6,420.00 ₴ per month", page.replace("\N{NO-BREAK SPACE}", " "))
        self.assert_headings_in_order(answer)

    def test_days_of_a_budget_year_do_not_move(self):
        page = self.words(self.page_of("optima_budget_year"))
        self.assertIn("01/01/2026–12/31/2026", page)
        self.assertNotIn("Support begins with the payment", page)

    def test_what_is_not_sold_leads_to_the_tariffs(self):
        for query in ("", "?plan=0&term=0", "?plan=x&term=1e9", f"?plan={'9' * 30}"):
            with self.subTest(query=query):
                answer = self.get(f"/buy{query}", self.newcomer)
                self.assert_says("Choose a plan and a term among the tariffs", answer)
                self.assertNotIn('name="choose"', answer.text)

    # === CHOOSING === #

    def test_choice_becomes_a_quotation_of_the_institution(self):
        order = self.choose_first()
        self.assertEqual(order.partner_id, self.academy)
        self.assertEqual(order.company_id, self.company)
        self.assertEqual(order.pricelist_id, self.regular)
        self.assertEqual(order.order_line.product_id, self.product("optima_3"))
        self.assertEqual(order.amount_total, 19260)
        self.assertEqual(order.kbs_portal_kind, "first")
        self.assertFalse(order.kbs_subscription_id or self.bought)
        note = order.message_ids.filtered(lambda x: "Chosen in the portal" in x.body)
        self.assertEqual(note.author_id, self.newcomer.partner_id)

    def test_a_salesperson_is_told(self):
        order = self.choose_first()
        self.assertEqual(order.user_id, self.manager)
        self.assertEqual(order.activity_ids.user_id, self.manager)
        self.assertIn("Academy", order.activity_ids.summary)
        self.academy.user_id = self.lead
        other = self.choose_first(name="optima_6")
        self.assertEqual(other.user_id, self.lead)
        self.assertFalse(order.activity_ids)  # of what is withdrawn nothing is planned

    def test_the_same_twice_is_one_quotation(self):
        order = self.choose_first()
        self.buy(user=self.fellow)
        self.assertEqual(self.orders_of(self.academy), order)
        self.assertEqual(len(order.activity_ids), 1)

    def test_another_choice_takes_its_place(self):
        order = self.choose_first()
        other = self.choose_first(name="premium_1")
        self.assertEqual(order.state, "cancel")
        self.assertEqual(other.order_line.product_id, self.product("premium_1"))

    def test_our_own_offer_is_not_withdrawn(self):
        ours = self.quote("optima_12", client=self.academy)
        ours.state = "sent"
        order = self.buy() and self.orders_of(self.academy) - ours
        self.assertEqual((order.state, ours.state), ("sent", "sent"))
        page = self.page(user=self.newcomer)
        self.assertIn(f"Offers for you {order.name}", page.replace(ours.name, ""))
        self.assertIn(ours.name, page)

    def test_just_what_we_have_offered_is_confirmed(self):
        ours = self.quote("optima_3", client=self.academy, pricelist_id=self.regular.id)
        ours.state = "sent"
        self.buy()
        self.assertEqual(self.orders_of(self.academy), ours)

    def test_what_a_person_has_agreed_stays(self):
        order = self.choose_first()
        order.order_line.price_unit = 1
        answer = self.buy(name="optima_6")
        self.assert_says(f"has prepared the offer {order.name} for you", answer)
        self.assertEqual(order.state, "sent")

    def test_a_list_that_moved_is_nobodys_agreement(self):
        order = self.choose_first()
        rule = self.env.ref("kbs_support.product_pricelist_item_kbs_regular_optima_3")
        rule.fixed_price = 20000
        other = self.choose_first()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(other.amount_total, 20000)

    def test_price_plan_and_term_are_those_of_the_page(self):
        for key in ("price", "plan", "term"):
            for value in ("1.0", *FUZZ):
                with self.subTest(key=key, value=value):
                    answer = self.buy(**{key: value})
                    self.assert_says("This offer no longer holds", answer)
        self.assertFalse(self.orders_of(self.academy))

    # === CONFIRMING AND PAYING === #

    def test_paid_is_active_at_once(self):
        order = self.choose_first()
        self.assertIn(order.name, self.page(user=self.newcomer))
        answer = self.confirm(order, self.fellow)
        invoice = order.invoice_ids
        self.assertTrue(answer.url.endswith(f"/pay/{invoice.id}"), answer.url)
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(self.bought.state, "draft")
        self.assertEqual(self.bought.manager_id, self.manager)
        self.assert_says("To be paid", self.get(user=self.newcomer))
        with freeze_time("2026-05-20 09:00:00"):
            self.pay(order)
            self.assertEqual(self.bought.state, "active")
            self.assertIn("Paid until 08/19/2026", self.page(user=self.newcomer))

    def test_confirmed_twice_is_one_support(self):
        order = self.choose_first()
        first = self.confirm(order, self.newcomer)
        second = self.confirm(order, self.fellow)
        self.assertEqual(first.url, second.url)
        self.assertEqual(self.get(f"/order/{order.id}", self.fellow).url, first.url)
        self.assertEqual(len(self.bought), 1)
        self.assertEqual(len(order.invoice_ids), 1)

    def test_without_an_invoice_at_once(self):
        self.company.kbs_invoice_on_confirm = False
        answer = self.confirm(self.choose_first(), self.newcomer)
        self.assert_says("the order is confirmed. We send you the invoice", answer)
        self.assertTrue(answer.url.endswith(f"/{self.bought.id}?ordered=1"))

    def test_amount_is_the_one_that_was_read(self):
        order = self.choose_first()
        for amount in ("1.0", *FUZZ):
            with self.subTest(amount=amount):
                answer = self.confirm(order, self.newcomer, amount=amount)
                self.assert_says("This offer no longer holds", answer)
        self.assertEqual(order.state, "sent")

    # === WHO === #

    def test_who_has_support_is_led_to_it(self):
        for call in (
            lambda: self.page_of(user=self.owner),
            lambda: self.buy(self.owner),
        ):
            answer = call()
            self.assertTrue(answer.url.endswith(f"/my/support/{self.support.id}"))
        self.assertFalse(self.orders)

    def test_who_has_bought_meanwhile_does_not_buy_again(self):
        order = self.choose_first()
        self.sell("optima_6", client=self.academy)
        answer = self.confirm(order, self.newcomer)
        self.assert_says("Your institution has support already", answer)
        self.assertEqual(order.state, "sent")

    def sign(self, order):
        """Confirm it on Odoo's own page of the order."""
        self.become(self.newcomer)
        return self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {
                "access_token": order._portal_ensure_token(),
                "name": "Newcomer",
                "signature": PIXEL,
            },
        )

    def test_odoos_own_page_holds_the_same_rules(self):
        order = self.choose_first()
        other = self.sell("optima_6", client=self.academy)
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.sign(order)
        self.assertEqual(order.state, "sent")
        other._action_cancel()
        self.env.flush_all()
        self.sign(order)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.invoice_ids.state, "posted")

    def test_a_manager_may_confirm_it_as_a_second_one(self):
        order = self.choose_first()
        self.sell("optima_6", client=self.academy)
        order.with_user(self.manager).action_confirm()
        self.assertEqual(len(self.bought), 2)

    def test_after_the_end_it_is_renewed_after_closing_bought(self):
        reason = self.env["kbs.close.reason"].search([], limit=1)
        with freeze_time("2026-10-30 09:00:00"):
            self.run_daily_job()
            self.assertEqual(self.support.state, "ended")
            self.assertIn(f"/{self.support.id}", self.page_of(user=self.owner).url)
            self.support.write(
                {"closed_on": "2026-10-30", "close_reason_id": reason.id}
            )
            self.assertIn("/order/", self.buy(self.owner).url)
            self.assertFalse(self.orders.kbs_subscription_id)

    def test_who_belongs_to_no_institution(self):
        person = self.env["res.partner"].create({"name": "Somebody"})
        alone = self._create_portal_user("sp_alone", person)
        answer = self.page_of(user=alone)
        self.assert_says("belongs to no institution yet", answer)
        self.assertNotIn('name="choose"', answer.text)
        self.assert_says("belongs to no institution yet", self.buy(alone))
        self.assertFalse(self.orders_of(person))

    def test_strangers_see_and_confirm_nothing(self):
        order = self.choose_first()
        for user in (self.stranger, self.owner):
            self.assertEqual(self.get(f"/order/{order.id}", user).status_code, 404)
            self.assertEqual(self.confirm(order, user).status_code, 404)
            self.assertNotIn(order.name, self.page(user=user))
        self.become(None)
        answer = self.url_open(f"/my/support/order/{order.id}")
        self.assertIn("/web/login", answer.url)
        self.assertEqual(order.state, "sent")

    def test_a_draft_of_ours_is_not_the_clients(self):
        order = self.quote("optima_12", client=self.academy)
        self.assertNotIn(order.name, self.page(user=self.newcomer))
        self.assertEqual(self.confirm(order, self.newcomer).status_code, 404)
        self.assertEqual(order.state, "draft")

    @mute_logger("odoo.http")
    def test_nothing_by_a_look_or_without_the_token(self):
        data = self.first()
        query = "&".join(f"{key}={value}" for key, value in data.items())
        self.page(f"/buy?{query}", self.newcomer)
        answer = self.post("/buy", data, self.newcomer, csrf=False)
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.orders_of(self.academy))

    def test_an_order_of_something_else_is_not_confirmed_here(self):
        product = self.env["product.product"].create({"name": "Printer"})
        order = self.env["sale.order"].create(
            {
                "partner_id": self.academy.id,
                "company_id": self.company.id,
                "order_line": [(0, 0, {"product_id": product.id})],
                "state": "sent",
            }
        )
        self.assertEqual(self.confirm(order, self.newcomer).status_code, 404)

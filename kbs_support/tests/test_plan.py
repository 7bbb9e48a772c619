from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import KbsCase


@tagged("post_install", "-at_install")
class TestPlan(KbsCase):
    """Plans and terms are records: the company makes its own without code."""

    def test_new_plan_can_be_sold(self):
        with Form(self.env["kbs.plan"].with_user(self.manager)) as form:
            form.name = "START"
            form.code = "start"
            form.included_hours = 1.5
        plan = form.record
        self.assertEqual(plan.included_minutes, 90)
        self.assertEqual(plan.product_tmpl_id.kbs_plan_id, plan)
        products = plan.product_tmpl_id.product_variant_ids
        self.assertEqual(len(products), 13)
        self.assertEqual(len(products.kbs_term_id), 13)
        self.env["product.pricelist.item"].create(
            {
                "pricelist_id": self.regular.id,
                "applied_on": "0_product_variant",
                "product_id": products[0].id,
                "compute_price": "fixed",
                "fixed_price": 1000,
            }
        )
        order = self.quote("optima_3")
        order.order_line.product_id = products[0]
        order.action_confirm()
        self.assertEqual(self.subscription(order).plan_id, plan)
        self.assertEqual(order.amount_total, 1000)

    def test_new_term_is_offered_with_every_plan(self):
        term = self.env["kbs.term"].create({"name": "18 months", "months": 18})
        for code in ("prof", "optima", "premium"):
            products = self.plan(code).product_tmpl_id.product_variant_ids
            self.assertIn(term, products.kbs_term_id)

    def test_term_is_its_attribute_value(self):
        term = self.env.ref("kbs_support.kbs_term_3")
        self.assertEqual(term.attribute_value_id.kbs_term_ids, term)
        term.name = "A quarter"
        self.assertEqual(term.attribute_value_id.name, "A quarter")
        self.assertEqual(self.product("optima_3").kbs_term_id, term)
        self.assertIn("A quarter", self.product("optima_3").display_name)

    def test_terms_and_codes_are_unique(self):
        for model, values in (
            ("kbs.term", {"name": "Again", "months": 3}),
            ("kbs.term", {"name": "No time", "months": 0}),
            ("kbs.plan", {"name": "Again", "code": "optima"}),
        ):
            with (
                self.subTest(**values),
                self.assertRaises(Exception) as raised,
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                self.env[model].create(values)
            self.assertIn("Violation", type(raised.exception).__name__)

    def test_sold_term_keeps_its_length(self):
        self.sell("optima_3")
        with self.assertRaisesRegex(UserError, "was sold already"):
            self.env.ref("kbs_support.kbs_term_3").months = 14
        self.env.ref("kbs_support.kbs_term_11").months = 18

    def test_plan_is_archived_with_its_product(self):
        plan = self.plan("premium")
        plan.active = False
        self.assertFalse(plan.product_tmpl_id.active)
        self.assertEqual(plan.product_tmpl_id.kbs_plan_id, plan)
        plan.active = True
        self.assertTrue(plan.product_tmpl_id.active)

    def test_copied_plan_has_its_own_product(self):
        plan = self.plan("premium").copy()
        self.assertEqual(plan.code, "premium-copy")
        self.assertNotEqual(plan.product_tmpl_id, self.plan("premium").product_tmpl_id)
        self.assertEqual(plan.included_minutes, 360)
        self.assertFalse(plan.product_tmpl_id.taxes_id)

    def test_count_of_active_subscriptions(self):
        plan = self.plan("premium")
        before = plan.subscription_count
        self.sell_paid("premium_1")
        self.sell("premium_1")
        plan.invalidate_recordset(["subscription_count"])
        self.assertEqual(plan.subscription_count, before + 1)


@tagged("post_install", "-at_install")
class TestPriceTable(KbsCase):
    """One table of all prices, from the price list API."""

    def cell(self, table, plan, pricelist, months):
        (term,) = (x for x in table["terms"] if x["name"] == months)
        return term["prices"].get(f"{self.plan(plan).id}-{pricelist.id}")

    def test_table_of_today(self):
        table = self.env["kbs.plan"].with_user(self.agent).get_price_table()
        self.assertEqual(table["date"], "2026-05-14")
        self.assertEqual(table["currency_id"], self.env.ref("base.UAH").id)
        self.assertEqual([x["name"] for x in table["plans"]],
                         ["PROF", "OPTIMA", "PREMIUM"])  # fmt: skip
        self.assertEqual([x["kind"] for x in table["lists"]], ["regular", "loyalty"])
        self.assertEqual(len(table["terms"]), 13)
        self.assertEqual(
            self.cell(table, "optima", self.loyalty, "3 months"),
            {
                "price": 16830.0,
                "month": 5610.0,
                "saving": 2430.0,
                "rule_id": self.env.ref(
                    "kbs_support.product_pricelist_item_kbs_loyalty_optima_3"
                ).id,
            },
        )
        self.assertIsNone(self.cell(table, "optima", self.loyalty, "4 months"))
        self.assertEqual(
            [(x["minutes"], x["price"]) for x in table["hours"]],
            [(60, 1500.0), (300, 6900.0)],
        )
        prices = [x for term in table["terms"] for x in term["prices"].values()]
        self.assertEqual(len(prices) + len(table["hours"]), 53)

    def test_table_of_another_day(self):
        rule = self.env.ref("kbs_support.product_pricelist_item_kbs_regular_prof_1")
        rule.date_end = "2026-06-30 20:59:59"
        rule.copy({"date_start": "2026-06-30 21:00:00", "date_end": False,
                   "fixed_price": 3000})  # fmt: skip
        get_table = self.env["kbs.plan"].get_price_table
        for day, price in (("2026-06-30", 2460), ("2026-07-01", 3000)):
            table = get_table(day)
            with self.subTest(day=day):
                self.assertEqual(table["date"], day)
                self.assertEqual(
                    self.cell(table, "prof", self.regular, "1 month")["price"], price
                )

    def test_table_agrees_with_the_quotation(self):
        table = self.env["kbs.plan"].get_price_table()
        for term in ("3 months", "12 months"):
            name = f"optima_{term.split()[0]}"
            cell = self.cell(table, "optima", self.regular, term)
            line = self.quote(name).order_line
            self.assertEqual(line.price_total, cell["price"])
            self.assertEqual(line.kbs_price_month, cell["month"])

    def test_queries_do_not_grow_with_prices(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["kbs.plan"].get_price_table()
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        for months in range(13, 25):
            self.env["kbs.term"].create({"name": f"{months}", "months": months})
        self.assertEqual(count(), few)

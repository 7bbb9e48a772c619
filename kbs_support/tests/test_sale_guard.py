from datetime import date

import psycopg2
from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.fields import Datetime
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY, KbsCase


@tagged("post_install", "-at_install")
class TestSaleGuard(KbsCase):
    """Bad input gets a clear message and changes nothing."""

    def assert_refused(self, order, text):
        before = self.env["kbs.subscription.period"].search_count([])
        with self.assertRaisesRegex(UserError, text), self.env.cr.savepoint():
            order.action_confirm()
        order.invalidate_recordset()
        self.assertIn(order.state, ("draft", "sent"))
        self.assertFalse(order.invoice_ids)
        self.assertEqual(self.env["kbs.subscription.period"].search_count([]), before)

    def test_plan_without_term(self):
        template = self.env["product.template"].create({"name": "Bare"})
        self.plan("optima").copy(
            {"name": "BARE", "code": "bare", "product_tmpl_id": template.id}
        )
        order = self.quote("optima_3")
        order.order_line.product_id = template.product_variant_id
        order.order_line.price_unit = 10
        self.assert_refused(order, "BARE has no term")

    def test_past_budget_year(self):
        order = self.quote(
            "prof_budget_year", line={"kbs_date_start": date(2025, 12, 31)}
        )
        self.assertFalse(order.order_line.kbs_date_end)
        self.assert_refused(order, "budget year 2025 is over")

    def test_budget_year_already_covered(self):
        first = self.sell("prof_12", line={"kbs_date_start": date(2026, 1, 1)})
        self.pay(first, on=date(2026, 1, 1))
        self.assertEqual(self.period(first).date_end, date(2026, 12, 31))
        order = self.renew(first, "prof_budget_year")
        self.assert_refused(order, "already covered until")

    def test_two_plans_in_one_order(self):
        first = self.sell_paid("optima_3")
        for values in ({}, {"kbs_subscription_id": self.subscription(first).id}):
            order = self.quote("optima_3", **values)
            order.order_line = [
                Command.create({"product_id": self.product("prof_3").id})
            ]
            self.assert_refused(order, "has 2 plans")

    def test_quantity_other_than_one(self):
        for quantity in (0, 2, 0.5):
            order = self.quote("optima_3", line={"product_uom_qty": quantity})
            self.assert_refused(order, "choose a longer term")

    def test_end_before_start(self):
        order = self.quote("optima_3")
        with (
            self.assertRaises(psycopg2.errors.CheckViolation) as raised,
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            order.order_line.write({"kbs_date_end": date(2026, 1, 1)})
            self.env.flush_all()
        message = self.env["sale.order.line"]._sql_error_to_message(raised.exception)
        self.assertIn("cannot end before it starts", message)

    def test_client_without_a_name(self):
        nameless = self.env["res.partner"].create({"type": "invoice"})
        self.assert_refused(self.quote("optima_3", client=nameless), "has no name")

    def test_currency_without_a_rate(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        order = self.quote(
            "optima_3", pricelist_id=pricelist.id, line={"price_unit": 100}
        )
        self.assert_refused(order, "no rate of EUR to UAH")
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-05-01", "rate": 0.02,
             "company_id": self.company.id}
        )  # fmt: skip
        order.kbs_override_reason = "Agreed with the donor"
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_plan_without_a_price(self):
        pricelist = self.env["product.pricelist"].create(
            {"name": "Empty", "currency_id": self.env.ref("base.UAH").id}
        )
        order = self.quote("optima_3", pricelist_id=pricelist.id)
        self.assert_refused(order, "has no price in the list “Empty”")

    def test_subscription_of_another_client(self):
        first = self.sell_paid("optima_3")
        stranger = self._create_client("Hospital")
        order = self.quote("optima_3", client=stranger)
        order.kbs_subscription_id = self.subscription(first)
        self.assert_refused(order, "belongs to School No. 1")

    def test_second_renewal_before_the_first_is_paid(self):
        first = self.sell_paid("optima_3")
        one = self.renew(first, "optima_3")
        two = self.renew(first, "optima_3")
        one.action_confirm()
        self.assert_refused(two, f"order {one.name}")
        self.pay(one)
        two.action_confirm()
        self.assertEqual(self.period(two).date_start, date(2026, 11, 14))

    def test_closed_subscription(self):
        first = self.sell("optima_3")
        subscription = self.subscription(first)
        subscription._close(self.env.ref("kbs_support.kbs_close_reason_mistake"))
        self.assert_refused(self.renew(first, "optima_3"), "is closed")

    def test_all_faults_are_told_at_once(self):
        order = self.quote(
            "prof_budget_year",
            line={"kbs_date_start": date(2025, 5, 5), "product_uom_qty": 3},
        )
        with self.assertRaises(UserError) as raised:
            order.action_confirm()
        self.assertIn("is not 1", str(raised.exception))
        self.assertIn("is over", str(raised.exception))

    def test_term_that_is_over(self):
        order = self.quote("prof_1", line={"kbs_date_start": date(2026, 4, 13)})
        self.assert_refused(order, "days of this term are over")
        order.order_line.kbs_date_start = date(2026, 4, 15)
        order.action_confirm()
        self.assertEqual(self.period(order).date_end, TODAY)

    def test_copied_order_asks_for_new_days(self):
        order = self.sell("optima_3")
        with freeze_time("2027-05-14 09:00:00"):
            line = order.copy().order_line
            self.assertEqual(line.kbs_date_start, date(2027, 5, 14))
            self.assertEqual(line.kbs_date_end, date(2027, 8, 13))

    def test_sold_line_stays_as_it_was_sold(self):
        self.company.kbs_invoice_on_confirm = False
        order = self.sell("optima_3", user=self.salesman)
        for values in (
            {"price_unit": 1},
            {"product_uom_qty": 2},
            {"product_id": self.product("prof_1").id},
            {"kbs_date_start": "2020-01-01"},
            {"discount": 50},
        ):
            with self.subTest(**values):
                with self.assertRaisesRegex(UserError, "stays as it was sold"):
                    order.order_line.write(values)
        with self.assertRaisesRegex(UserError, "stays as it was sold"):
            order.order_line = [
                Command.create({"product_id": self.product("prof_1").id})
            ]
        with self.assertRaisesRegex(UserError, "client cannot be changed"):
            order.partner_id = self._create_client("Hospital")

    def test_plan_offered_as_an_option(self):
        order = self.quote("optima_3")
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Or",
                            "is_optional": True, "sequence": 20}),
            Command.create({"product_id": self.product("premium_3").id,
                            "product_uom_qty": 0, "sequence": 21}),
        ]  # fmt: skip
        order.action_confirm()
        self.assertEqual(len(order.order_line.kbs_period_ids), 1)

    def test_own_text_of_a_line_is_kept(self):
        order = self.quote("optima_3")
        order.order_line.name = "As agreed by phone"
        order.action_confirm()
        self.assertEqual(order.order_line.name, "As agreed by phone")

    def test_order_that_sold_support_is_not_deleted(self):
        order = self.sell("optima_3")
        order._action_cancel()
        with self.assertRaisesRegex(UserError, "stays for the record"):
            order.unlink()

    def test_setting_that_cannot_be_read(self):
        with self.assertRaisesRegex(UserError, "cannot be read: -60, soon"):
            self.company.kbs_reminder_days = "-60, soon"
        self.company.kbs_reminder_days = "7, −30,0 , 7"
        self.assertEqual(self.company._kbs_get_reminder_days(), [-30, 0, 7])


@tagged("post_install", "-at_install")
class TestPriceRules(KbsCase):
    """Rules P3 to P5: which price holds, and who may allow another one."""

    def loyal(self, order, name="optima_3", **kwargs):
        return self.renew(order, name, pricelist_id=self.loyalty.id, **kwargs)

    def assert_refused(self, order, text):
        with self.assertRaisesRegex(UserError, text), self.env.cr.savepoint():
            order.action_confirm()

    def test_loyalty_price_of_a_renewal(self):
        first = self.sell_paid("optima_3")
        renewal = self.loyal(first)
        renewal.action_confirm()
        period = self.period(renewal)
        self.assertEqual(period.price_total, 16830)
        self.assertEqual(period.price_kind, "loyalty")
        self.assertIn("05/14/2026", period.price_reason)

    def test_loyalty_list_without_a_loyalty_price_is_regular(self):
        first = self.sell_paid("optima_3")
        renewal = self.loyal(first, "optima_4")
        renewal.action_confirm()
        self.assertEqual(self.period(renewal).price_total, 24480)
        self.assertEqual(self.period(renewal).price_kind, "regular")

    def test_no_loyalty_for_a_new_client(self):
        order = self.quote("optima_3", pricelist_id=self.loyalty.id)
        self.assert_refused(order, "nothing is renewed")
        self.assert_refused(order, r"19,260\.00")

    def test_no_loyalty_is_told_without_a_regular_list(self):
        self.regular.kbs_kind = False
        order = self.quote("optima_3", pricelist_id=self.loyalty.id)
        self.assert_refused(order, "nothing is renewed")

    def test_no_loyalty_after_the_grace(self):
        first = self.sell_paid("optima_3")
        with freeze_time("2026-08-27 20:59:00"):
            renewal = self.loyal(first)
            renewal.action_confirm()
            renewal._action_cancel()
        with freeze_time("2026-08-27 21:00:00"):  # the 15th day in Kyiv
            self.assert_refused(self.loyal(first), "the grace is over")

    def test_no_loyalty_on_a_change_of_plan_unless_set(self):
        first = self.sell_paid("optima_3")
        renewal = self.loyal(first, "premium_3")
        self.assert_refused(renewal, "previous period was OPTIMA")
        self.company.kbs_loyalty_on_plan_change = True
        renewal.action_confirm()
        self.assertEqual(self.period(renewal).price_kind, "loyalty")

    def test_loyalty_needs_the_tenure_of_the_setting(self):
        first = self.sell_paid("optima_3")
        self.company.kbs_loyalty_min_months = 4
        self.assert_refused(self.loyal(first), "3 months, 4 are needed")
        self.company.kbs_loyalty_min_months = 3
        self.loyal(first).action_confirm()

    def test_plan_without_loyalty(self):
        first = self.sell_paid("optima_3")
        self.plan("optima").has_loyalty = False
        self.assert_refused(self.loyal(first), "no loyalty programme")

    def test_price_changed_by_hand_needs_a_manager(self):
        order = self.quote("optima_3", user=self.salesman)
        order.order_line.price_unit = 18000
        self.assert_refused(order, "changed by hand")
        with self.assertRaises(AccessError):
            order.kbs_override_reason = "I want it"
        order.with_user(self.manager).kbs_override_reason = "Pilot school"
        self.assertEqual(order.kbs_override_user_id, self.manager)
        order.action_confirm()
        period = self.period(order.sudo())
        self.assertEqual(period.price_kind, "manual")
        self.assertEqual(period.price_total, 18000)
        self.assertIn("Pilot school", period.price_reason)
        self.assertIn("19,260.00", period.price_reason)

    def test_manager_allows_one_total_and_no_other(self):
        order = self.quote("optima_3", user=self.salesman)
        order.order_line.price_unit = 15000
        order.with_user(self.manager).kbs_override_reason = "Pilot school"
        order.order_line.price_unit = 1
        self.assert_refused(order, "changed by hand")
        order.order_line.price_unit = 15000
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_signature_is_not_forged(self):
        order = self.quote("optima_3", user=self.salesman, kbs_override_reason=False)
        order.write({"kbs_override_user_id": self.manager.id, "kbs_override_total": 1})
        self.assertFalse(order.sudo().kbs_override_user_id)
        self.assertFalse(order.sudo().kbs_override_total)

    def test_money_taken_off_by_another_line_is_a_changed_price(self):
        order = self.quote("optima_3")
        order.order_line = [
            Command.create({"product_id": self.product("hour").id, "price_unit": -5000})
        ]
        self.assert_refused(order, "changed by hand")
        order.kbs_override_reason = "Pilot school"
        order.action_confirm()
        self.assertEqual(self.period(order).price_kind, "manual")
        self.assertEqual(self.period(order).price_total, 14260)

    def test_list_edited_after_the_quotation(self):
        order = self.quote("optima_3")
        rule = self.env.ref("kbs_support.product_pricelist_item_kbs_regular_optima_3")
        rule.fixed_price = 20000
        self.assert_refused(order, "The price list has changed")
        order.action_update_prices()
        order.action_confirm()
        self.assertEqual(order.amount_total, 20000)

    def test_list_derived_from_the_loyalty_list_is_loyalty(self):
        derived = self.env["product.pricelist"].create(
            {
                "name": "Schools",
                "currency_id": self.env.ref("base.UAH").id,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "3_global",
                            "compute_price": "percentage",
                            "base": "pricelist",
                            "base_pricelist_id": self.loyalty.id,
                            "percent_price": 0,
                        }
                    )
                ],
            }
        )
        order = self.quote("optima_3", pricelist_id=derived.id)
        self.assertEqual(order.amount_total, 16830)
        self.assert_refused(order, "nothing is renewed")
        regular = self.quote("optima_4", pricelist_id=derived.id)
        regular.action_confirm()
        self.assertEqual(self.period(regular).price_kind, "regular")

    def test_discount_is_a_changed_price(self):
        order = self.quote("optima_3", line={"discount": 10})
        self.assert_refused(order, "changed by hand")

    def test_manager_allows_a_lost_loyalty_price(self):
        first = self.sell_paid("optima_3")
        with freeze_time("2026-09-30 09:00:00"):
            renewal = self.loyal(first)
            renewal.with_user(self.manager).kbs_override_reason = "War, no bank"
            renewal.action_confirm()
            period = self.period(renewal)
            self.assertEqual(period.price_kind, "loyalty")
            self.assertEqual(period.price_total, 16830)
            self.assertIn("War, no bank", period.price_reason)

    def test_reason_is_not_copied_to_a_new_quotation(self):
        order = self.quote("optima_3", kbs_override_reason="Once")
        self.assertFalse(order.copy().kbs_override_reason)
        self.assertFalse(order.copy().kbs_override_user_id)

    def test_two_versions_on_one_day_are_refused(self):
        rule = self.env.ref("kbs_support.product_pricelist_item_kbs_regular_optima_3")
        refused = "two prices on the same day"
        with self.assertRaisesRegex(UserError, refused), self.env.cr.savepoint():
            rule.copy({"fixed_price": 1})
        rule.date_end = "2026-06-30 20:59:59"
        with self.assertRaisesRegex(UserError, refused), self.env.cr.savepoint():
            rule.copy({"date_start": "2026-06-30 10:00:00", "date_end": False})
        later = rule.copy({"date_start": "2026-06-30 21:00:00", "date_end": False})
        self.assertTrue(later)
        hour = self.env.ref("kbs_support.product_pricelist_item_kbs_regular_hour")
        with self.assertRaisesRegex(UserError, refused), self.env.cr.savepoint():
            hour.copy({"fixed_price": 1})

    def test_new_price_from_a_date(self):
        rule = self.env.ref("kbs_support.product_pricelist_item_kbs_regular_optima_3")
        rule.date_end = "2026-12-31 21:59:59"
        action = rule.with_user(self.manager).action_kbs_new_version()
        wizard = self.env[action["res_model"]].with_user(self.manager)
        wizard = wizard.with_context(**action["context"])
        with self.assertRaisesRegex(UserError, "within the days of the old one"):
            wizard.create({"date_from": "2027-01-01", "price": 1}).action_apply()
        wizard.create({"date_from": "2026-07-01", "price": 21000}).action_apply()
        get_price = self.regular._get_product_price
        for moment, price in (
            ("2026-06-30 20:59:59", 19260),  # the last second in Kyiv
            ("2026-06-30 21:00:00", 21000),
            ("2026-12-31 21:59:59", 21000),
        ):
            with self.subTest(moment=moment):
                product = self.product("optima_3")
                self.assertEqual(
                    get_price(product, 1.0, date=Datetime.to_datetime(moment)), price
                )

from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common import TODAY, KbsCase


@tagged("post_install", "-at_install")
class TestSale(KbsCase):
    """From quotation to active subscription, as the people of the company do it."""

    def test_salesman_sells_and_accountant_makes_it_active(self):
        order = self.quote("optima_3", user=self.salesman)
        line = order.order_line
        self.assertEqual(line.kbs_date_start, TODAY)
        self.assertEqual(line.kbs_date_end, date(2026, 8, 13))
        self.assertEqual(line.price_total, 19260)
        self.assertEqual(line.kbs_price_month, 6420)
        order.action_confirm()
        subscription = self.subscription(order.sudo())
        self.assertRegex(subscription.name, r"^KBS-\d{6}$")
        self.assertEqual(subscription.partner_id, self.client)
        self.assertEqual(subscription.plan_id, self.plan("optima"))
        self.assertEqual(subscription.manager_id, self.salesman)
        self.assertEqual(subscription.state, "draft")
        self.assertFalse(subscription.date_end)
        invoice = order.sudo().invoice_ids
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.amount_total, 19260)
        invoice.with_user(self.accountant).env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": TODAY}).action_create_payments()
        self.assertEqual(subscription.state, "active")
        self.assertEqual(subscription.date_start, TODAY)
        self.assertEqual(subscription.date_end, date(2026, 8, 13))

    def test_period_keeps_how_it_was_sold(self):
        order = self.sell("optima_3")
        period = self.period(order)
        self.assertEqual(order.order_line.kbs_period_id, period)
        self.assertEqual(period.price_total, 19260)
        self.assertEqual(period.price_kind, "regular")
        self.assertIn("Support: regular prices", period.price_reason)
        self.assertEqual(period.currency_id, self.env.ref("base.UAH"))
        self.assertFalse(period.is_effective)
        rule = self.env.ref("kbs_support.product_pricelist_item_kbs_regular_optima_3")
        rule.fixed_price = 20000
        self.assertEqual(period.price_total, 19260)

    def test_quotation_text_and_dates_follow_the_term(self):
        order = self.quote("optima_3")
        self.assertIn("05/14/2026", order.order_line.name)
        self.assertIn("08/13/2026", order.order_line.name)
        order.order_line.kbs_date_start = date(2026, 6, 1)
        self.assertEqual(order.order_line.kbs_date_end, date(2026, 8, 31))
        self.assertIn("08/31/2026", order.order_line.name)

    def test_confirmed_line_keeps_its_dates(self):
        order = self.sell_paid("optima_12")
        renewal = self.renew(order, "optima_12", pricelist_id=self.loyalty.id)
        renewal.action_confirm()
        line = renewal.order_line
        self.assertEqual(line.kbs_date_start, date(2027, 5, 14))
        self.assertEqual(line.kbs_date_end, date(2028, 5, 13))
        self.assertIn("05/13/2028", line.name)
        self.assertIn("05/13/2028", renewal.invoice_ids.invoice_line_ids.name)

    def test_invoice_is_left_to_the_accountant_by_setting(self):
        self.company.kbs_invoice_on_confirm = False
        order = self.sell("optima_3")
        self.assertFalse(order.invoice_ids)
        self.assertTrue(self.period(order))
        invoice = order._create_invoices()
        invoice.action_post()
        self.pay(order)
        self.assertEqual(self.subscription(order).state, "active")

    def test_invoice_has_the_local_date(self):
        with freeze_time("2026-05-14 22:30:00"):  # 01:30 of the next day in Kyiv
            order = self.sell("optima_3")
            self.assertEqual(order.invoice_ids.invoice_date, date(2026, 5, 15))
            self.assertEqual(self.period(order).date_start, date(2026, 5, 15))

    def test_order_paid_online_is_left_to_automatic_invoicing(self):
        order = self.quote("optima_3")
        provider = self.env["payment.provider"].create({"name": "Bank", "code": "none"})
        self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref("payment.payment_method_unknown").id,
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "reference": "test",
                "state": "done",
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        self.env["ir.config_parameter"].set_param("sale.automatic_invoice", "True")
        order.action_confirm()
        self.assertTrue(self.period(order))
        self.assertFalse(order.invoice_ids)

    def test_tax_is_included_whatever_its_configuration(self):
        tax = self.company.account_sale_tax_id
        self.assertFalse(tax.price_include)
        self.product("optima_3").taxes_id = tax
        order = self.sell("optima_3")
        self.assertEqual(order.order_line.tax_ids, tax)
        self.assertEqual(order.amount_total, 19260)
        self.assertEqual(order.amount_tax, 3210)
        invoice = order.invoice_ids
        self.assertEqual(invoice.amount_total, 19260)
        self.assertEqual(invoice.amount_tax, 3210)
        self.assertEqual(self.period(order).price_total, 19260)
        self.pay(order)
        self.assertTrue(self.period(order).is_effective)

    def test_tax_of_other_products_stays_as_it_is(self):
        tax = self.company.account_sale_tax_id
        cable = self.env["product.product"].create(
            {"name": "Cable", "list_price": 100, "taxes_id": [Command.set(tax.ids)]}
        )
        order = self.quote("optima_3")
        line = self.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": cable.id, "price_unit": 100}
        )
        self.assertEqual(line.price_total, 120)

    def test_hours_are_sold_without_a_period(self):
        self.sell_paid("optima_3")
        order = self.sell("hour_pack_5")
        self.assertEqual(order.amount_total, 6900)
        self.assertFalse(order.order_line.kbs_period_ids)
        self.assertFalse(order.kbs_subscription_count)

    def test_other_goods_may_stand_beside_a_plan(self):
        order = self.quote("optima_3")
        order.write(
            {"order_line": [Command.create({"product_id": self.product("hour").id})]}
        )
        order.action_confirm()
        self.assertEqual(len(order.order_line.kbs_period_ids), 1)
        self.assertEqual(order.amount_total, 19260 + 1500)

    def test_price_version_of_the_day_of_the_order(self):
        old = self.env.ref("kbs_support.product_pricelist_item_kbs_regular_optima_3")
        old.date_end = "2026-06-30 20:59:59"
        old.copy({"date_start": "2026-06-30 21:00:00", "date_end": False,
                  "fixed_price": 21000})  # fmt: skip
        self.assertEqual(self.quote("optima_3").amount_total, 19260)
        with freeze_time("2026-06-30 21:00:00"):  # midnight in Kyiv
            order = self.quote("optima_3")
            self.assertEqual(order.amount_total, 21000)
            self.assertEqual(order.order_line.kbs_date_start, date(2026, 7, 1))


@tagged("post_install", "-at_install")
class TestBudgetYear(KbsCase):
    """Rule T2: 01.01 to 31.12, whenever it is paid."""

    def test_running_year(self):
        order = self.sell_paid("prof_budget_year")
        period = self.period(order)
        self.assertEqual(period.date_start, date(2026, 1, 1))
        self.assertEqual(period.date_end, date(2026, 12, 31))
        self.assertEqual(period.price_total, 15300)
        self.assertEqual(period.price_month, 1275)
        self.assertEqual(period.price_kind, "budget_year")
        self.assertIn("2026", period.price_reason)

    def test_next_year_ordered_in_autumn(self):
        with freeze_time("2026-11-02 09:00:00"):
            order = self.sell_paid("prof_budget_year")
            self.assertEqual(self.period(order).date_start, date(2027, 1, 1))
            self.assertEqual(self.subscription(order).state, "upcoming")

    def test_any_day_of_the_year_means_the_year(self):
        order = self.sell("prof_budget_year", line={"kbs_date_start": date(2027, 3, 8)})
        self.assertEqual(self.period(order).date_start, date(2027, 1, 1))
        self.assertEqual(order.order_line.kbs_date_start, date(2027, 1, 1))
        self.assertEqual(order.order_line.kbs_date_end, date(2027, 12, 31))

    def test_paid_late_it_does_not_move(self):
        order = self.sell("prof_budget_year")
        self.pay(order, on=date(2026, 7, 1))
        self.assertEqual(self.period(order).date_start, date(2026, 1, 1))

    def test_starts_after_paid_coverage_at_the_same_price(self):
        order = self.sell_paid("optima_3")  # until 13.08
        renewal = self.renew(order, "optima_budget_year")
        self.assertIn("08/14/2026", renewal.kbs_date_note)
        renewal.action_confirm()
        period = self.period(renewal)
        self.assertEqual(period.date_start, date(2026, 8, 14))
        self.assertEqual(period.date_end, date(2026, 12, 31))
        self.assertEqual(period.price_total, 55620)


@tagged("post_install", "-at_install")
class TestStartOnPayment(KbsCase):
    """Rule T4: a new subscription paid late starts on the day of payment."""

    def test_paid_later_it_starts_later(self):
        order = self.sell("optima_3")
        self.pay(order, on=date(2026, 5, 31))
        period = self.period(order)
        self.assertEqual(period.date_start, date(2026, 5, 31))
        self.assertEqual(period.date_end, date(2026, 8, 30))
        self.assertEqual(period.chain_start, date(2026, 5, 31))
        # and the next one is counted from there
        with freeze_time("2026-08-30 09:00:00"):
            renewal = self.renew(order, "optima_1")
            self.assertEqual(renewal.order_line.kbs_date_start, date(2026, 8, 31))
            self.assertEqual(renewal.order_line.kbs_date_end, date(2026, 9, 29))

    def test_paid_in_time_it_starts_as_ordered(self):
        order = self.sell("optima_3", line={"kbs_date_start": date(2026, 6, 1)})
        self.pay(order, on=date(2026, 5, 20))
        self.assertEqual(self.period(order).date_start, date(2026, 6, 1))

    def test_setting_switches_it_off(self):
        self.company.kbs_start_on_payment = False
        order = self.sell("optima_3")
        self.pay(order, on=date(2026, 5, 31))
        self.assertEqual(self.period(order).date_start, TODAY)

    def test_renewal_within_grace_never_moves(self):
        order = self.sell_paid("optima_3")
        with freeze_time("2026-08-20 09:00:00"):
            renewal = self.renew(order, "optima_3")
            renewal.action_confirm()
            self.pay(renewal, on=date(2026, 9, 25))
            self.assertEqual(self.period(renewal).date_start, date(2026, 8, 14))

    def test_payment_taken_back_and_made_again_moves_nothing(self):
        order = self.sell_paid("optima_3")
        period = self.period(order)
        order.invoice_ids.line_ids.remove_move_reconcile()
        order.invoice_ids.matched_payment_ids.action_draft()
        self.assertFalse(period.is_paid)
        self.pay(order, on=date(2026, 6, 20))
        self.assertTrue(period.is_paid)
        self.assertEqual(period.date_start, TODAY)

    def test_payment_does_not_run_over_the_next_period(self):
        order = self.sell("optima_3")
        period = self.period(order)
        self.env["kbs.subscription.period"].create(
            {
                "subscription_id": period.subscription_id.id,
                "plan_id": period.plan_id.id,
                "term_id": period.term_id.id,
                "date_start": date(2026, 8, 14),
                "date_end": date(2026, 9, 13),
                "currency_id": period.currency_id.id,
            }
        )
        self.pay(order, on=date(2026, 5, 31))
        self.assertEqual(period.date_start, TODAY)
        self.assertTrue(period.is_effective)


@tagged("post_install", "-at_install")
class TestRenewal(KbsCase):
    """Rules T1 and T3 through real orders."""

    def test_renewals_are_counted_from_the_first_day(self):
        with freeze_time("2026-01-31 09:00:00"):
            first = self.sell_paid("optima_1")
            second = self.renew(first, "optima_1")
            second.action_confirm()
            self.pay(second)
            third = self.renew(first, "optima_1")
            third.action_confirm()
        self.assertEqual(
            [
                (str(x.date_start), str(x.date_end))
                for x in self.subscription(first).period_ids.sorted("date_start")
            ],
            [
                ("2026-01-31", "2026-02-27"),
                ("2026-02-28", "2026-03-30"),
                ("2026-03-31", "2026-04-29"),
            ],
        )

    def test_renewal_within_grace_keeps_tenure(self):
        first = self.sell_paid("optima_3")
        subscription = self.subscription(first)
        with freeze_time("2026-08-27 09:00:00"):  # 14 days after the end
            renewal = self.renew(first, "optima_3")
            self.assertIn("08/14/2026", renewal.kbs_date_note)
            renewal.action_confirm()
            self.pay(renewal)
            self.assertEqual(self.period(renewal).date_start, date(2026, 8, 14))
            self.assertEqual(subscription.tenure_start, TODAY)
            self.assertEqual(subscription.state, "active")
            self.assertEqual(subscription.tenure_months, 3)

    def test_renewal_after_grace_starts_anew(self):
        first = self.sell_paid("optima_3")
        with freeze_time("2026-08-28 09:00:00"):
            renewal = self.renew(first, "optima_3")
            renewal.action_confirm()
            self.pay(renewal)
            subscription = self.subscription(first)
            self.assertEqual(self.subscription(renewal), subscription)
            self.assertEqual(self.period(renewal).date_start, date(2026, 8, 28))
            self.assertEqual(subscription.tenure_start, date(2026, 8, 28))

    def test_kyiv_midnight_decides_the_day(self):
        with freeze_time("2026-05-14 20:59:00"):  # 23:59 in Kyiv
            self.assertEqual(
                self.quote("optima_1").order_line.kbs_date_start, date(2026, 5, 14)
            )
        with freeze_time("2026-05-14 21:00:00"):  # 00:00 in Kyiv
            self.assertEqual(
                self.quote("optima_1").order_line.kbs_date_start, date(2026, 5, 15)
            )


@tagged("post_install", "-at_install")
class TestWords(KbsCase):
    """Amounts in words are real Ukrainian."""

    def test_hryvnias(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        hryvnia = self.env.ref("base.UAH").with_context(lang="uk_UA")
        for amount, words in (
            (6900, "Шість тисяч дев'ятсот гривень 00 копійок"),
            (1, "Одна гривня 00 копійок"),
            (2460.02, "Дві тисячі чотириста шістдесят гривень 02 копійки"),
            (113040.41, "Сто тринадцять тисяч сорок гривень 41 копійка"),
        ):
            with self.subTest(amount=amount):
                self.assertEqual(hryvnia.amount_to_text(amount), words)

    def test_other_currencies_and_languages_are_left_alone(self):
        hryvnia = self.env.ref("base.UAH").with_context(lang="en_US")
        self.assertIn("Hryvnia", hryvnia.amount_to_text(6900))
        euro = self.env.ref("base.EUR").with_context(lang="en_US")
        self.assertIn("Euro", euro.amount_to_text(5))

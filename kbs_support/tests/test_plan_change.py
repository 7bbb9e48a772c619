import base64
from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import TODAY, KbsCase

JUNE = "2026-06-01 09:00:00"
JULY = "2026-07-01 09:00:00"


class ChangeCase(KbsCase):
    """ПРОФ for 92 days, from 14.05 to 13.08."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.sell_paid("prof_3")
        cls.sub = cls.subscription(cls.order)
        cls.old = cls.period(cls.order)

    def quote_change(self, code="optima", day=None, user=None):
        """The quotation that the dialog makes for another plan."""
        wizard = self.env["kbs.plan.change"].with_user(user or self.env.user)
        values = {
            "subscription_id": self.sub.id,
            "plan_id": self.plan(code).id,
            "reason": "More questions",
        }
        if day:
            values["date"] = day
        action = wizard.create(values).action_quote()
        return self.env["sale.order"].browse(action["res_id"])

    def change(self, code="optima", is_paid=True, **kwargs):
        order = self.quote_change(code, **kwargs)
        order.action_confirm()
        if is_paid:
            self.pay(order)
        self.check_overlaps()
        return order

    def check_overlaps(self):
        """Let PostgreSQL look now for what it would look for at the commit."""
        self.env.cr.flush()

    def plan_on(self, text):
        """Code of the plan that covers the client on a day, or None."""
        day = date.fromisoformat(text)
        periods = self.sub.period_ids.filtered(
            lambda x: x.is_effective and x.date_start <= day <= x.date_end
        )
        self.assertLessEqual(len(periods), 1)
        return periods.plan_id.code or None

    def assert_refused(self, order, text):
        with self.assertRaisesRegex(UserError, text):
            order.action_confirm()
        self.assertEqual(order.state, "draft")

    def pause(self, start, end=False):
        return self.env["kbs.pause"].create(
            {
                "subscription_id": self.sub.id,
                "reason_id": self.env["kbs.pause.reason"].search([], limit=1).id,
                "date_start": start,
                "date_end": end,
            }
        )


@tagged("post_install", "-at_install")
class TestPlanChange(ChangeCase):
    """Rule P7: a dearer plan from a day on, for the days that are left."""

    @freeze_time(JUNE)
    def test_quotation_says_what_is_paid(self):
        order = self.quote_change(user=self.salesman)
        plan_line, credit = order.order_line
        self.assertEqual(plan_line.product_id, self.product("optima_3"))
        self.assertEqual(plan_line.price_total, 15491.74)  # 19260 × 74 / 92
        self.assertEqual(credit.price_total, -5936.09)  # 7380 × 74 / 92
        self.assertEqual(order.amount_total, 9555.65)
        self.assertEqual(plan_line.kbs_date_start, date(2026, 6, 1))
        self.assertEqual(plan_line.kbs_date_end, date(2026, 8, 13))
        self.assertAlmostEqual(plan_line.kbs_price_month, 6420, 1)  # 19260 / 3
        self.assertIn("74 of 92 days", plan_line.name)
        self.assertIn("PROF from 06/01/2026 to 08/13/2026: 74 of 92", credit.name)
        self.assertIn("OPTIMA takes over from PROF", order.kbs_date_note)
        self.assertEqual(order.kbs_change_reason, "More questions")
        self.assertEqual(order.kbs_changed_period_id, self.old)

    @freeze_time(JUNE)
    def test_no_more_is_carried_than_credits_have_left(self):
        self.credit(self.order.invoice_ids, 7000)
        order = self.quote_change(user=self.salesman)
        self.assertEqual(order._kbs_get_carried(), 380)
        order.action_confirm()
        self.assertEqual(self.period(order).price_carried, 380)

    @freeze_time(JUNE)
    def test_change_needs_a_day(self):
        wizard = self.env["kbs.plan.change"].create(
            {
                "subscription_id": self.sub.id,
                "plan_id": self.plan("optima").id,
                "reason": "x",
                "date": False,
            }
        )
        wizard.date = False
        with self.assertRaisesRegex(UserError, "can begin from 05/15/2026"):
            wizard.action_quote()

    @freeze_time(JUNE)
    def test_new_plan_takes_over_when_it_is_paid(self):
        order = self.change(is_paid=False, user=self.salesman)
        new = self.period(order)
        self.assertEqual(order.invoice_ids.amount_total, 9555.65)
        self.assertEqual(new.subscription_id, self.sub)
        self.assertEqual(new.replaced_period_id, self.old)
        self.assertEqual(self.old.date_end, date(2026, 8, 13))
        self.assertEqual(self.sub.plan_id.code, "prof")
        self.assertEqual(self.plan_on("2026-06-01"), "prof")
        self.pay(order)
        self.check_overlaps()
        self.assertEqual(self.sub.plan_id.code, "optima")
        self.assertEqual(self.sub.state, "active")
        self.assertEqual(self.old.date_end, date(2026, 5, 31))
        self.assertEqual(self.old.sold_until, date(2026, 8, 13))
        self.assertEqual(new.date_start, date(2026, 6, 1))
        self.assertEqual(new.date_end, date(2026, 8, 13))
        self.assertEqual(self.sub.date_end, date(2026, 8, 13))
        self.assertEqual(self.sub.tenure_start, TODAY)
        self.assertEqual(self.plan_on("2026-05-31"), "prof")

    @freeze_time(JUNE)
    def test_period_keeps_how_it_was_sold(self):
        new = self.period(self.change())
        self.assertEqual(new.price_total, 15491.74)
        self.assertEqual(new.price_carried, 5936.09)
        self.assertEqual(new.price_kind, "regular")
        self.assertAlmostEqual(new.price_month, 6420, 1)
        self.assertIn("74 of 92 days of 19,260.00", new.price_reason)
        self.assertEqual(new.chain_start, self.old.chain_start)
        self.assertEqual(new.chain_months, 3)
        self.assertEqual(self.old.price_total, 7380)  # nothing sold is recomputed

    @freeze_time(JUNE)
    def test_renewal_follows_the_new_plan_and_the_same_end(self):
        self.change()
        self.assertEqual(self.sub._get_renewed_period(), self.old)
        renewal = self.env["kbs.renewal"]._open(self.sub)[self.sub]
        self.assertEqual(renewal.state, "open")
        order = self.sub._create_renewal_order(self.env.ref("kbs_support.kbs_term_3"))
        line = order.order_line
        self.assertEqual(line.product_id, self.product("optima_3"))
        self.assertEqual(line.kbs_date_start, date(2026, 8, 14))
        self.assertEqual(line.kbs_date_end, date(2026, 11, 13))  # the same chain

    @freeze_time(JUNE)
    def test_payment_taken_back_gives_the_old_plan_back(self):
        order = self.change()
        order.invoice_ids.button_draft()
        self.check_overlaps()
        self.assertEqual(self.plan_on("2026-06-01"), "prof")
        self.assertEqual(self.old.date_end, date(2026, 8, 13))
        order.invoice_ids.action_post()

    @freeze_time(JUNE)
    def test_refund_gives_the_old_plan_back(self):
        order = self.change()
        self.credit(order.invoice_ids)
        self.check_overlaps()
        self.assertEqual(self.plan_on("2026-06-01"), "prof")
        self.assertFalse(self.period(order).is_paid)

    @freeze_time(JUNE)
    def test_without_the_old_money_nothing_is_paid(self):
        """The price of the new plan was paid by the old period for a part."""
        order = self.change()
        self.credit(self.order.invoice_ids)
        self.check_overlaps()
        self.assertFalse(self.period(order).is_paid)
        self.assertEqual(self.sub.state, "draft")
        with self.assertRaisesRegex(UserError, "counts on this one"):
            self.order._action_cancel()

    @freeze_time(JUNE)
    def test_guarantee_carries_the_new_plan_until_it_lapses(self):
        order = self.change(is_paid=False)
        self.env["kbs.guarantee"].create(
            {
                "period_id": self.period(order).id,
                "date_until": "2026-06-10",
                "reason": "Letter 1",
                "letter": base64.b64encode(b"scan"),
            }
        )
        self.check_overlaps()
        self.assertEqual(self.plan_on("2026-06-01"), "optima")
        self.assertEqual(self.old.date_end, date(2026, 5, 31))
        with freeze_time("2026-06-11 09:00:00"):
            self.run_daily_job()
            self.check_overlaps()
            self.assertEqual(self.plan_on("2026-06-11"), "prof")
            self.assertEqual(self.sub.plan_id.code, "prof")
            self.pay(order)
            self.check_overlaps()
            self.assertEqual(self.plan_on("2026-06-11"), "optima")

    @freeze_time(JUNE)
    def test_rows_may_be_written_in_any_order(self):
        order = self.change(is_paid=False)
        self.pay(order)
        Period = self.env["kbs.subscription.period"]
        Period.flush_model(["is_effective"])
        Period.search([("is_effective", "=", True)])
        self.check_overlaps()
        order.invoice_ids.button_draft()
        Period.search([("date_end", ">", "2026-07-01"), ("is_paid", "=", True)])
        self.check_overlaps()
        self.assertEqual(self.old.date_end, date(2026, 8, 13))

    @freeze_time(JUNE)
    def test_unpaid_change_is_cancelled(self):
        order = self.change(is_paid=False)
        order._action_cancel()
        self.check_overlaps()
        self.assertTrue(self.period(order).is_cancelled)
        self.assertEqual(order.invoice_ids.state, "cancel")
        self.assertEqual(self.plan_on("2026-06-01"), "prof")
        self.change()
        self.assertEqual(self.plan_on("2026-06-01"), "optima")

    def test_two_changes_in_a_row(self):
        with freeze_time(JUNE):
            first = self.period(self.change("optima"))
        with freeze_time(JULY):
            order = self.change("premium")
            second = self.period(order)
            self.assertEqual(second.price_total, 15237.39)  # 31860 × 44 / 92
            self.assertEqual(second.price_carried, 9211.30)  # 15491.74 × 44 / 74
            self.assertEqual(order.amount_total, 6026.09)
            for day, code in (
                ("2026-05-31", "prof"),
                ("2026-06-30", "optima"),
                ("2026-07-01", "premium"),
                ("2026-08-13", "premium"),
                ("2026-08-14", None),
            ):
                self.assertEqual(self.plan_on(day), code)
            self.assertAlmostEqual(second.price_month, 10620, 1)  # 31860 / 3
            self.assertEqual(self.sub._get_renewed_period(), self.old)
            order.invoice_ids.button_draft()
            self.check_overlaps()
            self.assertEqual(self.plan_on("2026-07-01"), "optima")
            self.assertEqual(first.date_end, date(2026, 8, 13))

    @freeze_time(JUNE)
    def test_later_paid_period_stays(self):
        later = self.period(self.sell_paid_renewal("prof_3"))
        self.change()
        self.assertEqual(later.date_start, date(2026, 8, 14))
        self.assertEqual(self.plan_on("2026-08-13"), "optima")
        self.assertEqual(self.plan_on("2026-08-14"), "prof")
        self.assertEqual(self.sub.date_end, date(2026, 11, 13))

    def sell_paid_renewal(self, name):
        order = self.renew(self.order, name)
        order.action_confirm()
        self.pay(order)
        return order

    @freeze_time("2026-06-11 09:00:00")
    def test_change_after_a_pause(self):
        self.pause("2026-06-01", "2026-06-10")  # 10 days: the end moves to 23.08
        order = self.change()
        new = self.period(order)
        self.assertEqual(order.order_line[0].price_total, 15491.74)
        self.assertEqual(order.order_line[1].price_total, -5936.09)
        self.assertEqual(new.date_start, date(2026, 6, 11))
        self.assertEqual(new.date_end, date(2026, 8, 23))

    def test_change_during_a_pause_whose_end_is_known(self):
        with freeze_time(JUNE):
            self.pause("2026-06-01", "2026-06-10")
        with freeze_time("2026-06-05 09:00:00"):
            with self.assertRaisesRegex(UserError, "Choose 06/11/2026"):
                self.quote_change(day="2026-06-05")
            order = self.change()
        self.assertEqual(self.period(order).date_start, date(2026, 6, 11))
        self.assertEqual(order.amount_total, 9555.65)

    def test_change_during_a_pause_begins_after_it(self):
        with freeze_time(JUNE):
            self.pause("2026-06-01")
        with freeze_time("2026-06-05 09:00:00"):
            with self.assertRaisesRegex(UserError, "Choose 06/01/2026"):
                self.quote_change(day="2026-06-05")
            order = self.change()
            new = self.period(order)
            self.assertEqual(order.amount_total, 9555.65)
            self.assertEqual(self.sub.state, "paused")
        with freeze_time("2026-06-11 09:00:00"):
            self.sub._resume()
            self.check_overlaps()
            self.assertEqual(new.date_start, date(2026, 6, 11))
            self.assertEqual(new.date_end, date(2026, 8, 23))
            self.assertEqual(self.old.date_end, date(2026, 6, 10))
            self.assertEqual(new._get_sold_days(), 74)
            self.assertEqual(self.plan_on("2026-06-11"), "optima")

    @freeze_time(JUNE)
    def test_pause_after_the_change_moves_its_end(self):
        order = self.change()
        with freeze_time(JULY):
            self.pause("2026-07-01", "2026-07-10")
            self.check_overlaps()
            self.assertEqual(self.period(order).date_end, date(2026, 8, 23))
            self.assertEqual(self.old.date_end, date(2026, 5, 31))
            self.assertEqual(
                self.sub._get_renewed_period().sold_until, self.sub.date_end
            )

    def test_period_that_begins_today(self):
        wizard = Form(
            self.env["kbs.plan.change"].with_context(
                default_subscription_id=self.sub.id
            )
        )
        self.assertEqual(wizard.date, date(2026, 5, 15))
        with self.assertRaisesRegex(UserError, "from 05/15/2026 to 08/13/2026"):
            self.quote_change(day="2026-05-14")
        with self.assertRaisesRegex(UserError, "from 05/15/2026 to 08/13/2026"):
            self.quote_change(day="2026-08-14")
        order = self.change(day="2026-08-13")  # the last day alone
        self.assertEqual(order.amount_total, 129.13)  # 209.35 − 80.22

    def test_budget_year_has_its_own_price(self):
        order = self.sell_paid("prof_budget_year", client=self._create_client("No. 2"))
        self.sub = self.subscription(order)
        self.assertEqual(self.sub.date_start, date(2026, 1, 1))
        with freeze_time(JULY):
            new = self.period(self.change())
        self.assertEqual(new.price_kind, "budget_year")
        self.assertEqual(new.price_total, 28038.58)  # 55620 × 184 / 365
        self.assertEqual(new.price_carried, 7712.88)  # 15300 × 184 / 365
        self.assertEqual(new.chain_months, 0)

    def test_loyalty_only_within_a_renewal_and_by_the_setting(self):
        self.company.kbs_loyalty_on_plan_change = True
        with freeze_time(JUNE):
            order = self.quote_change()
            self.assertEqual(order.pricelist_id, self.regular)  # his first period
        self.sell_paid_renewal("prof_3")
        with freeze_time("2026-08-15 09:00:00"):
            order = self.change()
            self.assertEqual(order.pricelist_id, self.loyalty)
            self.assertEqual(self.period(order).price_kind, "loyalty")
            self.assertEqual(
                self.period(order).price_total,
                16647.07,  # 16830 × 91 / 92
            )

    @freeze_time(JUNE)
    def test_taxes_of_the_old_plan_are_taken_back_with_it(self):
        """The client pays the same, and the tax is that of the difference."""
        tax = self.env["account.tax"].create(
            {"name": "VAT", "amount": 20, "company_id": self.company.id}
        )
        plans = self.plan("prof") | self.plan("optima")
        plans.product_tmpl_id.taxes_id = tax
        client = self._create_client("Taxed")
        self.order = self.sell_paid("prof_3", client=client)
        self.sub, self.old = self.subscription(self.order), self.period(self.order)
        order = self.change(day="2026-06-02")
        days = self.old._get_unused_days(date(2026, 6, 2))
        worth = self.old._prorate(19260, days, 92)
        credit = self.old._prorate(7380, days, 92)
        self.assertAlmostEqual(order.amount_total, worth - credit, 2)
        self.assertAlmostEqual(order.amount_tax, (worth - credit) / 6, 1)
        self.assertAlmostEqual(order.invoice_ids.amount_total, worth - credit, 2)

    @freeze_time(JUNE)
    def test_credit_leaves_the_account_of_the_sale(self):
        account = self.order.invoice_ids.invoice_line_ids.account_id.copy(
            {"code": "703999"}
        )
        self.order.invoice_ids.button_draft()
        self.order.invoice_ids.invoice_line_ids.account_id = account
        self.order.invoice_ids.action_post()
        order = self.change()
        line = order.order_line[1].invoice_lines
        self.assertEqual(line.account_id, account)


@tagged("post_install", "-at_install")
class TestPlanChangeGuard(ChangeCase):
    """What is refused, who may, and what PostgreSQL holds."""

    @freeze_time(JUNE)
    def test_amounts_are_checked_again(self):
        for line, values in ((0, {"price_unit": 1000}), (1, {"price_unit": -9000})):
            order = self.quote_change()
            order.order_line[line].write(values)
            self.assert_refused(order, "Make the change anew")
        order = self.quote_change()
        order.order_line[1].unlink()
        self.assert_refused(order, "Make the change anew")
        order = self.quote_change()
        order.order_line[0].kbs_date_start = "2026-06-20"
        self.assert_refused(order, "Make the change anew")
        order = self.quote_change()
        order.order_line = [
            Command.create({"product_id": self.product("hour").id, "price_unit": -1})
        ]
        self.assert_refused(order, "Make the change anew")

    @freeze_time(JUNE)
    def test_list_moved_since(self):
        order = self.quote_change()
        self.env.ref(
            "kbs_support.product_pricelist_item_kbs_regular_optima_3"
        ).fixed_price = 20000
        self.assert_refused(order, "costs 16,086.96")

    def test_day_that_is_over(self):
        with freeze_time(JUNE):
            order = self.quote_change()
        with freeze_time("2026-06-02 09:00:00"):
            self.assert_refused(order, "is over")

    @freeze_time(JUNE)
    def test_pause_since_the_quotation(self):
        order = self.quote_change(day="2026-06-20")
        self.pause("2026-06-02", "2026-06-05")
        self.assert_refused(order, "Make the change anew")

    @freeze_time(JUNE)
    def test_manager_allows_another_amount(self):
        order = self.quote_change()
        order.order_line[0].price_unit = 12000
        order.with_user(self.manager).kbs_override_reason = "Old client"
        order.action_confirm()
        self.pay(order)
        self.check_overlaps()
        new = self.period(order)
        self.assertEqual(new.price_kind, "manual")
        self.assertEqual(new.price_total, 12000)
        self.assertEqual(new.price_carried, 5936.09)
        self.assertIn("Old client", new.price_reason)
        self.assertEqual(self.plan_on("2026-06-01"), "optima")

    @freeze_time(JUNE)
    def test_other_plan_or_term_on_the_line(self):
        order = self.quote_change()
        order.order_line[0].product_id = self.product("optima_6")
        self.assert_refused(order, "keeps the term")
        order = self.quote_change()
        order.order_line[0].product_id = self.product("prof_3")
        self.assert_refused(order, "The plan is PROF already")

    @freeze_time(JUNE)
    def test_sold_lines_stay(self):
        self.company.kbs_invoice_on_confirm = False
        order = self.change(is_paid=False, user=self.salesman)
        for line in order.order_line:
            with self.assertRaisesRegex(UserError, "stays as it was"):
                line.with_user(self.salesman).price_unit = 1

    @freeze_time(JUNE)
    def test_one_change_at_a_time(self):
        first = self.quote_change()
        second = self.quote_change("premium")
        self.assertEqual(first.state, "cancel")  # one quotation for one period
        second.action_confirm()
        with self.assertRaisesRegex(UserError, "already changed"):
            self.quote_change()
        self.assert_refused(self.renew(self.order, "prof_3"), "waits for payment")
        self.pay(second)
        with self.assertRaisesRegex(UserError, "from 06/02/2026"):
            self.quote_change(day="2026-06-01")

    @freeze_time(JUNE)
    def test_asking_twice_gives_one_quotation(self):
        first = self.quote_change()
        self.assertEqual(self.quote_change(), first)
        self.assertEqual(first.state, "draft")
        later = self.quote_change(day="2026-06-20")
        self.assertNotEqual(later, first)
        self.assertEqual(first.state, "cancel")

    @mute_logger("odoo.sql_db")
    @freeze_time(JUNE)
    def test_database_keeps_one_quotation_of_a_change(self):
        first = self.quote_change()
        second = self.quote_change("premium")
        second.flush_recordset()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            first.state = "draft"
            first.flush_recordset()

    @freeze_time(JUNE)
    def test_unpaid_renewal_comes_first(self):
        self.renew(self.order, "prof_3").action_confirm()
        with self.assertRaisesRegex(UserError, "waits for payment"):
            self.quote_change()

    @freeze_time(JUNE)
    def test_renewal_quotations_are_left_alone(self):
        renewal = self.sub._create_renewal_order(self.env.ref("kbs_support.kbs_term_3"))
        order = self.change()
        self.assertEqual(renewal.state, "draft")
        self.assertFalse(order.kbs_renewal_id)
        self.assertEqual(self.sub.renewal_id.order_id, renewal)

    @freeze_time(JUNE)
    def test_unpaid_period_has_no_unused_days(self):
        sub, self.sub = (
            self.sub,
            self.subscription(self.sell("prof_3", client=self._create_client("No. 2"))),
        )
        with self.assertRaisesRegex(UserError, "Nothing runs|No paid period"):
            self.quote_change(day="2026-06-10")
        self.sub = sub
        self.order.invoice_ids.button_draft()
        with self.assertRaisesRegex(UserError, "No paid period"):
            self.quote_change(day="2026-06-10")

    @mute_logger("odoo.sql_db")
    @freeze_time(JUNE)
    def test_database_keeps_one_change_of_a_period(self):
        new = self.period(self.change(is_paid=False))
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            dates = {"date_start": "2026-07-01", "sold_until": "2026-08-13"}
            new.copy({"replaced_period_id": self.old.id, **dates})
            self.env.flush_all()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.old.price_carried = 1
            self.env.flush_all()

    @freeze_time(JUNE)
    def test_change_stays_with_its_subscription(self):
        order = self.quote_change()
        with self.assertRaisesRegex(ValidationError, "whose plan it changes"):
            order.kbs_subscription_id = False

    @freeze_time(JUNE)
    def test_lead_sees_what_it_costs(self):
        dialog = self.env["kbs.plan.change"].with_context(
            default_subscription_id=self.sub.id
        )
        form = Form(dialog.with_user(self.lead))
        form.plan_id = self.plan("optima")
        self.assertEqual(form.difference, 9555.65)

    @freeze_time(JUNE)
    def test_stopped_period_is_not_changed(self):
        self.sub._leave_at_once(
            self.env.ref("kbs_support.kbs_close_reason_mistake"), date(2026, 7, 1)
        )
        self.sub.action_reopen()
        with self.assertRaisesRegex(UserError, "Support ends on 06/30/2026"):
            self.quote_change()

    @freeze_time(JUNE)
    def test_who_may_change(self):
        Wizard = self.env["kbs.plan.change"]
        for user, may in (
            (self.salesman, True),
            (self.lead, True),
            (self.agent, False),
            (self.accountant, False),
        ):
            self.assertEqual(Wizard.with_user(user).has_access("create"), may)
        order = self.quote_change(user=self.salesman)
        order.with_user(self.salesman).action_confirm()
        self.assertTrue(self.period(order))


@tagged("post_install", "-at_install")
class TestNextPlan(ChangeCase):
    """A cheaper plan, or one from the renewal on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.sell_paid("optima_3", client=cls._create_client("No. 2"))
        cls.sub, cls.old = cls.subscription(cls.order), cls.period(cls.order)
        cls.term = cls.env.ref("kbs_support.kbs_term_3")

    def agree(self, code="prof", user=None):
        self.env["kbs.plan.change"].with_user(user or self.salesman).create(
            {
                "subscription_id": self.sub.id,
                "plan_id": self.plan(code).id,
                "reason": "Less money",
            }
        ).action_agree()

    @freeze_time(JUNE)
    def test_cheaper_plan_waits_for_the_renewal(self):
        with self.assertRaisesRegex(UserError, "takes effect at the renewal"):
            self.quote_change("prof")
        form = Form(
            self.env["kbs.plan.change"]
            .with_user(self.salesman)
            .with_context(default_subscription_id=self.sub.id)
        )
        form.plan_id = self.plan("prof")
        self.assertFalse(form.is_now)
        self.assertIn("takes effect at the renewal", form.refusal)
        form.plan_id = self.plan("premium")
        self.assertTrue(form.is_now)
        self.assertFalse(form.refusal)
        self.assertIn("the same end as now", form.summary)

    @freeze_time(JUNE)
    def test_renewed_with_the_agreed_plan(self):
        stale = self.sub._create_renewal_order(self.term)
        self.agree()
        self.assertEqual(self.sub.next_plan_id.code, "prof")
        self.assertEqual(self.sub.agreed_because, "Less money")
        self.assertEqual(self.sub.plan_id.code, "optima")
        self.assertEqual(stale.state, "cancel")
        self.assertEqual(self.sub.renewal_id.amount_expected, 7380)
        order = self.sub._create_renewal_order(self.term)
        self.assertEqual(order.order_line.kbs_plan_id.code, "prof")
        order.action_confirm()
        self.assertTrue(self.sub.next_plan_id)
        self.pay(order)
        self.assertFalse(self.sub.next_plan_id)
        order.invoice_ids.button_draft()
        self.assertTrue(self.sub.next_plan_id)  # not renewed after all

    @freeze_time(JUNE)
    def test_another_plan_follows(self):
        self.agree()
        order = self.sub._create_renewal_order(self.term, self.plan("premium"))
        order.action_confirm()
        self.pay(order)
        self.assertFalse(self.sub.next_plan_id)
        self.assertEqual(self.sub._get_renewal_plan().code, "premium")

    @freeze_time(JUNE)
    def test_taken_back(self):
        self.agree()
        with self.assertRaises(AccessError):
            self.sub.with_user(self.salesman).action_forget_next_plan()
        self.sub.with_user(self.lead).action_forget_next_plan()
        self.assertFalse(self.sub.next_plan_id)
        with self.assertRaisesRegex(UserError, "OPTIMA already"):
            self.agree("optima")
        with self.assertRaises(AccessError):
            self.sub.with_user(self.lead).agreed_plan_id = self.plan("prof")

    @freeze_time(JUNE)
    def test_change_now_keeps_what_was_agreed(self):
        self.agree()
        self.change("premium")
        self.assertEqual(self.sub.plan_id.code, "premium")
        self.assertEqual(self.sub.next_plan_id.code, "prof")


@tagged("post_install", "-at_install")
class TestChangeIsNoRenewal(ChangeCase):
    """A change of plan is never the offer of a renewal, which follows it (R3)."""

    def test_unpaid_change_is_not_tied(self):
        with freeze_time("2026-05-20 09:00:00"):
            order = self.quote_change(day="2026-06-01")
            order.action_confirm()
        with freeze_time(JULY):
            self.run_job("renewals")
            renewal = self.sub.renewal_ids
            self.assertTrue(renewal)
            self.assertFalse(renewal.order_id)
            self.assertEqual(renewal.offer_state, "none")

    @freeze_time(JULY)
    def test_changed_subscription_is_renewed(self):
        renewal = self.env["kbs.renewal"]._open(self.sub)[self.sub]
        self.change("optima")
        self.assertEqual(renewal.offer_state, "none")
        order = self.sub._create_renewal_order(self.env.ref("kbs_support.kbs_term_3"))
        self.assertEqual(order.kbs_renewal_id, renewal)
        self.assertEqual(order.order_line.kbs_plan_id.code, "optima")
        order.action_confirm()
        self.pay(order)
        self.assertEqual(renewal.state, "won")

    @freeze_time(JULY)
    def test_database_keeps_them_apart(self):
        renewal = self.env["kbs.renewal"]._open(self.sub)[self.sub]
        order = self.quote_change()
        with (
            self.assertRaises(IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            order.kbs_renewal_id = renewal
            self.env.flush_all()

    @freeze_time(JUNE)
    def test_forgetting_the_plan_withdraws_its_quotation(self):
        term = self.env.ref("kbs_support.kbs_term_3")
        self.sub._agree_next_plan_sudo(self.plan("optima"), "More questions")
        order = self.sub._create_renewal_order(term)
        renewal = order.kbs_renewal_id
        self.sub.action_forget_next_plan()
        self.assertEqual(order.state, "cancel")
        offer = self.sub._get_default_offer(self.sub._get_offers()[self.sub])
        self.assertEqual(offer.plan.code, "prof")
        self.assertEqual(renewal.amount_expected, offer.price)

    @freeze_time(JUNE)
    def test_forgetting_the_plan_keeps_another_quotation(self):
        self.sub._agree_next_plan_sudo(self.plan("optima"), "More questions")
        order = self.sub._create_renewal_order(
            self.env.ref("kbs_support.kbs_term_3"), self.plan("premium")
        )
        self.sub.action_forget_next_plan()
        self.assertEqual(order.state, "draft")

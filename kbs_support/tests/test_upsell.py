from datetime import date

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .hours_common import HoursCase


@tagged("post_install", "-at_install")
class TestUpsell(HoursCase):
    """Three calendar months over the plan: sales offer a bigger one, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support.manager_id = cls.manager

    def be_over(self, *months, minutes=240, **values):
        """Work of ``minutes`` in each of these months of 2026: 180 are included."""
        for month in months:
            day = date(2026, month, 10)
            with freeze_time(f"{day} 09:00:00"):
                self.work(minutes, on=day, **values)

    def run_on(self, day):
        """Run the job in the morning of ``day`` and return all opportunities."""
        with freeze_time(f"{day} 05:00:00"):
            self.run_job("upsell")
        return self.leads()

    def leads(self, subscription=None):
        leads = self.env["crm.lead"].with_context(active_test=False)
        subscription = subscription or self.support
        return leads.search([("kbs_upsell_subscription_id", "=", subscription.id)])

    def test_after_three_months(self):
        self.be_over(5, 6, 7)
        self.assertFalse(self.run_on("2026-07-31"), "July is not over")
        lead = self.run_on("2026-08-01")
        self.assertEqual(len(lead), 1)
        self.assertEqual(lead.partner_id, self.hospital)
        self.assertEqual(lead.user_id, self.manager)
        self.assertEqual(lead.type, "opportunity")
        self.assertEqual(lead.kbs_plan_id, self.plan("premium"))
        self.assertEqual(lead.kbs_term_id, self.env.ref("kbs_support.kbs_term_12"))
        self.assertEqual(lead.expected_revenue, 113040 - 69840)
        for text in ("May 2026", "July 2026", "3 h", "1 h", "PREMIUM"):
            self.assertIn(text, lead.description)

    def test_midnight_in_kyiv_ends_the_month(self):
        self.be_over(5, 6, 7)
        for moment, count in (("2026-07-31 20:59", 0), ("2026-07-31 21:01", 1)):
            with freeze_time(moment):
                self.run_job("upsell")
            self.assertEqual(len(self.leads()), count, moment)

    def test_not_without_a_month_between(self):
        self.be_over(5, 7, 8)
        self.assertFalse(self.run_on("2026-09-01"))

    def test_any_decision_counts(self):
        self.be_over(5, 6, 7)
        rows = self.env["kbs.over.plan"].search([("ticket_id", "=", self.case.id)])
        rows[0].with_user(self.lead)._give("Our mistake")
        rows[1].with_user(self.agent).action_bill()
        self.assertEqual(len(self.run_on("2026-08-01")), 1)

    def test_work_entered_later_counts(self):
        self.be_over(5, 6)
        self.assertFalse(self.run_on("2026-08-01"))
        with freeze_time("2026-08-03 09:00:00"):
            self.work(240, on=date(2026, 7, 31))
        self.assertEqual(len(self.run_on("2026-08-04")), 1)

    def test_once_while_it_is_open(self):
        self.be_over(5, 6, 7, 8, 9, 10)
        for day in ("2026-08-01", "2026-08-02", "2026-09-01", "2026-11-01"):
            self.assertEqual(len(self.run_on(day)), 1, day)

    def test_another_three_months_after_it_was_closed(self):
        self.be_over(5, 6, 7, 8, 9, 10)
        lead = self.run_on("2026-08-01")
        with freeze_time("2026-08-20 09:00:00"):
            lead.action_set_lost()
        self.assertEqual(len(self.run_on("2026-09-01")), 1)
        self.assertEqual(len(self.run_on("2026-10-01")), 1, "Aug and Sep only")
        self.assertEqual(len(self.run_on("2026-11-01")), 2)

    def test_won_is_closed_too(self):
        self.be_over(5, 6, 7, 8, 9, 10)
        lead = self.run_on("2026-08-01")
        with freeze_time("2026-08-20 09:00:00"):
            lead.action_set_won()
        self.assertEqual(len(self.run_on("2026-09-01")), 1)
        self.assertEqual(len(self.run_on("2026-11-01")), 2)

    def test_no_plan_is_big_enough(self):
        self.be_over(5, 6, minutes=240)
        self.be_over(7, minutes=400)
        lead = self.run_on("2026-08-01")
        self.assertFalse(lead.kbs_plan_id)
        self.assertIn("Offer packs of hours", lead.description)

    def test_work_that_the_bigger_plan_does_not_include(self):
        for code in ("optima", "premium"):
            self.plan(code).is_programmer_included = False
        self.be_over(5, 6, 7, minutes=30, kind="programmer")
        self.assertFalse(self.run_on("2026-08-01").kbs_plan_id)

    def test_who_left_is_not_asked(self):
        self.be_over(5, 6, 7)
        reason = self.env.ref("kbs_support.kbs_close_reason_no_budget")
        with freeze_time("2026-07-31 09:00:00"):
            self.support._leave_at_once(reason, date(2026, 7, 31), "")
        self.assertFalse(self.run_on("2026-08-01"))

    def test_without_a_manager_who_works(self):
        self.company.kbs_renewal_user_id = self.salesman
        self.manager.sudo().active = False
        self.be_over(5, 6, 7)
        self.assertEqual(self.run_on("2026-08-01").user_id, self.salesman)

    def test_quotation_is_a_change_of_plan(self):
        self.be_over(5, 6, 7)
        action = self.run_on("2026-08-01").action_sale_quotations_new()
        self.assertEqual(action["res_model"], "kbs.plan.change")
        context = action["context"]
        self.assertEqual(context["default_subscription_id"], self.support.id)
        self.assertEqual(context["default_plan_id"], self.plan("premium").id)

    def test_stays_for_the_record(self):
        self.be_over(5, 6, 7)
        lead = self.run_on("2026-08-01")
        with self.assertRaisesRegex(UserError, "stays for the record"):
            lead.unlink()
        self.assertFalse(lead.copy().kbs_upsell_subscription_id)

    @mute_logger("odoo.sql_db")
    def test_database_keeps_one_for_a_series(self):
        self.be_over(5, 6, 7)
        lead = self.run_on("2026-08-01")
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.cr.savepoint():
            lead.copy(
                {
                    "kbs_upsell_subscription_id": self.support.id,
                    "kbs_upsell_month": lead.kbs_upsell_month,
                }
            )
            self.env.flush_all()

    def test_in_the_language_of_the_manager(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        self.manager.lang = "uk_UA"
        self.be_over(5, 6, 7)
        lead = self.run_on("2026-08-01")
        self.assertEqual(lead.name, "Більший тариф: Hospital")
        for text in ("травень 2026", "Понад тариф", "ПРЕМІУМ", "3 год"):
            self.assertIn(text, lead.description)

    def test_costs_the_same_for_1_and_20(self):
        first = date(2026, 5, 1)
        orders = self.env["sale.order"].union(
            *(
                self.sell("optima_12", client=self._create_client(f"C{number}"))
                for number in range(20)
            )
        )
        self.pay(orders)
        subscriptions = self.subscription(orders)
        for client in orders.partner_id:
            self.be_over(5, 6, 7, ticket=self.ticket(client))
        self.env.flush_all()
        counts = []
        for some in (subscriptions[:1], subscriptions[1:]):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            some._offer_upgrade(first)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(len(self.leads(subscriptions[5])), 1)
        self.assertLess(counts[1], counts[0] * 2, counts)

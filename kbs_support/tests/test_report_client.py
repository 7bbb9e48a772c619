from datetime import date, datetime, timedelta

from odoo.tests import tagged

from .common import NOON, TODAY
from .report_common import ReportCase


@tagged("post_install", "-at_install")
class TestReportClient(ReportCase):
    """Signs that a client may leave, and what renewals will bring, by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {"name": "Line", "company_id": cls.company.id}
        )
        cls.support = cls.sell_on("2025-12-01", "optima_12")

    def ask(self, *days_ago):
        """Tickets of the client so many days ago, at noon."""
        for days in days_ago:
            noon = datetime.fromisoformat(NOON) - timedelta(days=days)
            self.env["helpdesk.ticket"].create(
                {
                    "name": "Question",
                    "description": "Error",
                    "team_id": self.team.id,
                    "partner_id": self.support.partner_id.id,
                    "kbs_received_at": noon,
                }
            )
        self.env.flush_all()

    def row(self, support=None):
        self.count("client")
        return self.env["kbs.report.client"].search(
            [("subscription_id", "=", (support or self.support).id)]
        )

    def test_who_pays_and_never_asks(self):
        self.assertTrue(self.row().is_silent)
        self.assertEqual(self.row().risk_count, 1)
        self.ask(91)
        self.assertTrue(self.row().is_silent)
        self.ask(90)
        self.assertFalse(self.row().is_silent)
        self.assertEqual((self.row().ticket_count, self.row().earlier_count), (1, 1))

    def test_new_client_is_not_silent(self):
        for day, is_silent in (("2026-02-13", True), ("2026-02-14", False)):
            support = self.sell_on(day, "optima_12")
            self.assertIs(self.row(support).is_silent, is_silent)

    def test_who_asks_less(self):
        self.ask(100, 101, 120)
        self.assertFalse(self.row().is_falling)  # three say nothing
        self.ask(179, 5, 6)
        self.assertTrue(self.row().is_falling)
        self.ask(7)
        self.assertFalse(self.row().is_falling)

    def test_who_was_let_down(self):
        self.ask(20)
        clocks = self.env["kbs.sla.target"].search(
            [("company_id", "=", self.company.id)]
        )
        clock = clocks[:1]
        (clocks - clock).unlink()
        clock.write({"state": "missed", "missed_at": "2026-02-12 12:00:00"})
        self.assertFalse(self.row().is_missed)
        clock.write({"missed_at": "2026-02-13 12:00:00"})
        self.assertTrue(self.row().is_missed)
        self.assertEqual(self.row().missed_count, 1)

    def test_who_is_over_the_plan(self):
        self.ask(1)
        ticket = self.env["helpdesk.ticket"].search(
            [("partner_id", "=", self.support.partner_id.id)], limit=1
        )
        self.env["hr.employee"].create(
            {"name": "Agent", "user_id": self.agent.id, "company_id": self.company.id}
        )
        self.env["account.analytic.line"].with_user(self.agent).create(
            {
                "kbs_ticket_id": ticket.id,
                "kbs_kind": "other",
                "unit_amount": 4,
                "name": "Work",
                "date": TODAY,
            }
        )
        row = self.row()
        self.assertTrue(row.is_over_plan)
        self.assertEqual(row.over_minutes, 60)

    def test_forecast_before_the_renewal_opens(self):
        row = self.row()
        self.assertEqual(
            (row.date_end, row.renewal_amount), (date(2026, 11, 30), 69840)
        )

    def test_forecast_of_the_rest_of_a_term_is_the_price_of_the_whole(self):
        support = self.sell_on("2026-01-20", "prof_1")
        self.renew_on("2026-02-10", support, "budget_year")
        # 315 days of the year are sold, at the price of the year.
        self.assertEqual(self.row(support).renewal_amount, 15300)
        self.change_on("2026-04-20", support, "optima")
        price = self.env["kbs.subscription"]._get_offer_prices(
            self.company, self.plan("optima")
        )[self.product("optima_budget_year")][0][1]
        # The kopeck is that of the price of the rest.
        self.assertAlmostEqual(self.row(support).renewal_amount, price, delta=0.02)

    def test_forecast_is_not_rounded_by_months(self):
        self.support.period_ids.price_total = 10000
        self.assertEqual(self.row().renewal_amount, 10000)

    def test_forecast_of_a_running_renewal(self):
        support = self.sell_on("2026-03-01", "optima_3")
        self.run_job("renewals")
        self.env.flush_all()
        renewal = support.renewal_ids.filtered(lambda x: x.state == "open")
        # The best price, by loyalty.
        self.assertEqual(renewal.amount_expected, 16830)
        self.assertEqual(self.row(support).renewal_amount, 16830)

    def test_who_leaves_brings_nothing(self):
        self.support.write({"leaving_since": TODAY})
        row = self.row()
        self.assertEqual((row.is_leaving, row.renewal_amount), (True, 0))

    def test_only_covered_ones_are_clients_of_today(self):
        ended = self.sell_on("2026-01-01", "prof_1")
        paused = self.sell_on("2026-03-01", "prof_6")
        self.pause(paused, "2026-05-01", False)
        self.run_daily_job()
        self.assertFalse(self.row(ended))
        self.assertEqual(self.row(paused).state, "paused")

    def test_row_opens_its_subscription(self):
        action = self.row().with_user(self.reader).action_open()
        self.assertEqual(action["res_id"], self.support.id)

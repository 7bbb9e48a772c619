from collections import Counter
from datetime import date
from random import Random

from odoo.tests import tagged

from .hours_common import HoursCase

MAY = date(2026, 5, 1)


@tagged("post_install", "-at_install")
class TestReportWork(HoursCase):
    """What paid for the work, and what was left over, against a count by hand.

    ОПТИМА includes three hours a month; an hour costs 300 to us, 1,500 to the client.
    """

    def count(self):
        for name in ("revenue", "work"):
            self.env[f"kbs.report.{name}"]._count_sudo(self.company)

    def overs(self):
        domain = [("company_id", "=", self.company.id)]
        return self.env["kbs.over.plan"].search(domain)

    def sums(self, groupby="source", domain=()):
        found = self.env["kbs.report.work"]._read_group(
            [("company_id", "=", self.company.id), *domain],
            [groupby],
            ["minutes:sum", "income:sum", "cost:sum", "margin:sum"],
        )
        return {
            key: (values[0], *(round(x, 2) for x in values[1:]))
            for key, *values in found
        }

    def test_each_source_has_its_minutes_and_cost(self):
        self.sell_hours("hour")
        self.work(30, kind="consultation")  # nothing is drawn
        self.work(150)  # of 180 included
        self.pay(self.env["sale.order"].search([], order="id desc", limit=1))
        self.work(100)  # 30 included, 60 bought, 10 over the plan
        self.count()
        found = self.sums()
        self.assertEqual(found["line"], (30, 0, 150, -150))
        self.assertEqual(found["grant"], (180, 0, 900, -900))
        self.assertEqual(found["pack"], (60, 0, 300, -300))
        self.assertEqual(found["pending"], (10, 0, 50, -50))
        # The hour was sold for 1,500.
        self.assertEqual(found["hours"], (0, 1500, 0, 1500))
        # 14 of 365 days are over, but the whole month of May counts.
        self.assertEqual(found["support"][0], 0)

    def test_work_over_the_plan_earns_when_its_invoice_is_posted(self):
        self.work(200, on="2026-05-04")
        over = self.overs()
        over.action_bill()
        self.count()
        self.assertEqual(self.sums()["to_bill"], (20, 0, 100, -100))
        move = over._bill()
        self.count()
        self.assertEqual(self.sums()["billed"], (20, 0, 100, -100))
        move.action_post()
        self.count()
        # Rounded up to 30 minutes.
        self.assertEqual(self.sums()["billed"], (20, 750, 100, 650))
        self.assertNotIn("hours", self.sums())

    def test_hours_of_an_invoice_are_rounded_and_its_income_is_not(self):
        self.company.kbs_over_plan_rounding = 20
        self.work(200, on="2026-05-04")
        over = self.overs()
        over.action_bill()
        move = over._bill()
        move.action_post()
        self.assertEqual(move.invoice_line_ids.quantity, 0.33)
        self.count()
        self.assertEqual(self.sums()["billed"][1], move.amount_total)

    def test_goodwill_costs_and_earns_nothing(self):
        self.work(200)
        self.overs()._give("Our fault")
        self.count()
        self.assertEqual(self.sums()["goodwill"], (20, 0, 100, -100))
        row = self.env["kbs.report.work"].search([("source", "=", "goodwill")])
        self.assertEqual(row.goodwill_cost, 100)

    def test_margin_of_a_client_and_a_plan(self):
        self.work(120)
        self.count()
        domain = [("month", "=", MAY)]
        price = self.support.period_ids.price_total
        earned = round(price * 31 / 365, 2)
        expected = (120, earned, 600, round(earned - 600, 2))
        self.assertEqual(self.sums("partner_id", domain)[self.hospital], expected)
        self.assertEqual(self.sums("plan_id", domain)[self.plan("optima")], expected)

    def test_months_to_come_are_no_income_yet(self):
        self.count()
        months = self.env["kbs.report.work"]._read_group(
            [("company_id", "=", self.company.id)], ["month:month"], ["income:sum"]
        )
        self.assertEqual([x for x, _income in months], [MAY])

    def test_work_given_back_is_counted_once(self):
        line = self.work(100)
        line.unit_amount = 0.5
        self.count()
        self.assertEqual(self.sums()["grant"], (30, 0, 150, -150))

    def test_any_work_is_counted_alike_two_ways(self):
        random = Random(19)
        self.sell_hours("hour_pack_5")
        self.pay(self.env["sale.order"].search([], order="id desc", limit=1))
        for _number in range(25):
            kind = random.choice(("consultation", "remote", "programmer", "other"))
            self.work(
                random.randrange(1, 90),
                kind=kind,
                on=f"2026-05-{random.randrange(1, 15):02d}",
                user=random.choice((self.agent, self.lead)),
            )
        overs = self.overs()
        overs[:2].action_bill()
        overs[2:3]._give("Our fault")
        self.count()
        lines = self.env["account.analytic.line"].search(
            [("kbs_ticket_id", "=", self.case.id)]
        )
        counted = Counter()
        for line in lines:
            rest = line.kbs_minutes
            for entry in line.kbs_entry_ids.filtered(lambda x: x.kind == "use"):
                counted[entry.source_id.kind] -= entry.minutes
                rest += entry.minutes
            for over in line.kbs_over_ids.filtered(lambda x: x.decision != "pack"):
                counted[over.state] += over.minutes
                rest -= over.minutes
            counted["line"] += rest
        found = self.sums(domain=[("source", "not in", ("support", "hours"))])
        told = {source: values[0] for source, values in found.items()}
        self.assertEqual(told, {x: m for x, m in counted.items() if m})
        self.assertAlmostEqual(
            sum(values[2] for values in found.values()), -sum(lines.mapped("amount")), 1
        )

    def test_row_opens_its_support(self):
        self.work(20)
        self.count()
        row = self.env["kbs.report.work"].search([("source", "=", "grant")])
        action = row.with_user(self.reader).action_open()
        self.assertEqual(action["res_id"], self.support.id)

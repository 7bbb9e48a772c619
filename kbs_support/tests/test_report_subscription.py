from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta
from hypothesis.stateful import invariant

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..tools.coverage import ONE_DAY, months_between
from .report_common import ReportCase, months_between_months
from .stories import tell_stories
from .test_life_cycle import LifeOfASubscription

JANUARY, FEBRUARY, MARCH, APRIL, MAY = (date(2026, x, 1) for x in range(1, 6))
COUNTS = ("active_count", "paused_count", "new_count", "added_count",
          "won_back_count", "renewed_count", "lost_count")  # fmt: skip


@tagged("post_install", "-at_install")
class TestReportSubscription(ReportCase):
    """Subscriptions by month, against a count by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tell()
        cls.report = cls.env["kbs.report.subscription"]
        cls.report._count_sudo(cls.company)

    def rows(self, subscription):
        """``{month: row}`` of a subscription."""
        found = self.report.search([("subscription_id", "=", subscription.id)])
        return {x.month: x for x in found}

    def story(self, subscription):
        """``[(month, cause, price, change)]`` in the order of time."""
        rows = self.rows(subscription)
        return [
            (month.month, rows[month].cause, rows[month].mrr, rows[month].mrr_change)
            for month in sorted(rows)
        ]

    def by_month(self, *aggregates):
        found = self.report._read_group(
            [("company_id", "=", self.company.id)], ["month:month"], aggregates
        )
        return {month: tuple(values) for month, *values in found}

    def test_counts_of_the_months(self):
        found = self.by_month(*(f"{x}:sum" for x in COUNTS))
        self.assertEqual(
            found,
            {
                #         active paused new added back renewed lost
                JANUARY: (4, 0, 4, 0, 0, 0, 0),
                FEBRUARY: (7, 0, 3, 0, 0, 1, 0),
                MARCH: (7, 1, 2, 1, 0, 0, 2),
                APRIL: (7, 0, 0, 0, 0, 2, 1),
                MAY: (7, 0, 0, 0, 1, 0, 0),
            },
        )

    def test_monthly_price_and_its_change(self):
        found = self.by_month("mrr:sum", "mrr_change:sum")
        expected = {
            JANUARY: (12615.00, 12615.00),
            FEBRUARY: (26632.38, 14017.38),
            MARCH: (22372.38, -4260.00),
            APRIL: (25222.38, 2850.00),
            MAY: (25222.38, 0.00),
        }
        self.assertEqual(set(found), set(expected))
        for month, amounts in expected.items():
            with self.subTest(month=month):
                for amount, value in zip(amounts, found[month], strict=True):
                    self.assertAlmostEqual(value, amount, 2)

    def test_loyalty_price_at_the_renewal_is_another_price(self):
        self.assertEqual(
            self.story(self.stays),
            [(1, "new", 6420, 6420), (2, "same", 6420, 0), (3, "same", 6420, 0),
             (4, "price", 5610, -810), (5, "same", 5610, 0)],
        )  # fmt: skip
        self.assertEqual(self.rows(self.stays)[APRIL].renewed_count, 1)

    def test_who_ends_is_lost_and_may_be_won_back(self):
        self.assertEqual(
            self.story(self.returns),
            [(2, "new", 2460, 2460), (3, "lost", 0, -2460), (5, "won_back", 2460,
                                                              2460)],
        )  # fmt: skip

    def test_change_of_plan_in_the_middle_of_a_term(self):
        self.assertEqual(
            self.story(self.upgraded),
            [(1, "new", 2460, 2460), (2, "same", 2460, 0), (3, "upgrade", 5820, 3360),
             (4, "same", 5820, 0), (5, "same", 5820, 0)],
        )  # fmt: skip
        self.assertEqual(self.rows(self.upgraded)[MARCH].renewed_count, 0)

    def test_paused_support_has_no_monthly_price(self):
        self.assertEqual(
            self.story(self.paused),
            [(2, "new", 6120, 6120), (3, "pause", 0, -6120), (4, "resumed", 6120, 6120),
             (5, "same", 6120, 0)],
        )  # fmt: skip
        # From 1 February to 30 April, without 22 paused days.
        self.assertEqual(self.rows(self.paused)[APRIL].tenure_months, 2)

    def test_open_pause_holds_the_subscription(self):
        self.env["kbs.pause"].create(
            {
                "subscription_id": self.added.id,
                "reason_id": self.env.ref("kbs_support.kbs_pause_reason_relocation").id,
                "date_start": "2026-05-10",
            }
        )
        # What was sold ends on 31 May, but time stands still.
        with self.at("2026-08-20"):
            self.count("subscription")
        story = self.story(self.added)
        self.assertEqual([x[:2] for x in story[:3]],
                         [(3, "added"), (4, "same"), (5, "pause")])  # fmt: skip
        self.assertEqual([x[1] for x in story[3:]], ["same"] * 3)
        self.assertEqual({x[2] for x in story[2:]}, {0})

    def test_refunded_support_never_was(self):
        self.assertEqual(self.story(self.refunded), [])

    def test_guaranteed_support_counts_as_long_as_the_letter(self):
        self.assertEqual(
            self.story(self.guaranteed),
            [(3, "new", 2460, 2460), (4, "lost", 0, -2460)],
        )

    def test_budget_year_counts_from_january_whenever_it_is_paid(self):
        self.assertEqual(
            self.story(self.budget)[:2], [(1, "new", 1275, 1275), (2, "same", 1275, 0)]
        )
        self.assertEqual(len(self.story(self.budget)), 5)

    def test_shortened_budget_year_costs_more_a_month(self):
        # 15,300 for the 315 days from 20 February on.
        price = 1477.38
        rows = self.rows(self.shortened)
        self.assertEqual(rows[FEBRUARY].cause, "term")
        self.assertAlmostEqual(rows[FEBRUARY].mrr, price, 2)
        self.assertEqual(rows[FEBRUARY].renewed_count, 1)

    def test_back_dated_renewal_leaves_no_gap(self):
        self.assertEqual(
            self.story(self.late),
            [(3, "new", 2460, 2460), (4, "renewed", 2460, 0), (5, "grace", 0, -2460)],
        )

    def test_grace_becomes_a_loss_when_it_is_over(self):
        for day, cause in (("2026-05-18", "grace"), ("2026-05-19", "lost")):
            with self.at(day):
                self.count("subscription")
            self.assertEqual(self.rows(self.late)[MAY].cause, cause)
            self.assertEqual(self.rows(self.late)[MAY].lost_count, cause == "lost")

    def test_who_said_that_he_leaves_has_no_grace(self):
        self.late.write({"leaving_since": "2026-05-01"})
        self.count("subscription")
        self.assertEqual(self.rows(self.late)[MAY].cause, "lost")

    def test_stopped_support_is_lost_in_its_month(self):
        self.assertEqual(
            self.story(self.stopped),
            [(2, "new", 6420, 6420), (3, "lost", 0, -6420)],
        )

    def test_second_support_of_a_client_is_no_new_client(self):
        self.assertEqual(self.story(self.added)[0], (3, "added", 2460, 2460))

    def test_other_support_of_a_former_client_wins_him_back(self):
        again = self.sell_on("2026-05-12", "prof_3", client=self.stopped.partner_id)
        self.assertNotEqual(again, self.stopped)
        self.count("subscription")
        self.assertEqual(self.story(again), [(5, "won_back", 2460, 2460)])

    def test_shares_and_tenure_are_of_active_ones(self):
        found = self.by_month("loyalty_share:avg", "tenure_months:avg")
        # One of seven has the loyalty price.
        self.assertAlmostEqual(found[MAY][0], 100 / 7, 6)
        # 4, 0, 4, 2, 4, 3 and 2 months.
        self.assertAlmostEqual(found[MAY][1], 19 / 7, 6)

    def test_who_was_taken_over_is_no_new_client(self):
        support = self.take_over(
            "2026-03-01", "2027-02-28", 9000,
            chain_start="2025-03-01", opened_tenure_start="2023-03-01",
        )  # fmt: skip
        self.count("subscription")
        self.assertEqual(self.story(support)[0], (3, "taken_over", 750, 750))
        row = self.rows(support)[MAY]
        self.assertEqual((row.active_count, row.mrr), (1, 750))
        self.assertEqual((row.tenure_months, support.tenure_months), (38, 38))
        self.assertEqual(self.by_month("new_count:sum")[MARCH], (2,))

    def test_taken_over_first_term_of_a_client_is_new(self):
        support = self.take_over("2026-03-01", "2027-02-28", 9000)
        self.count("subscription")
        self.assertEqual(self.story(support)[0], (3, "new", 750, 750))

    def test_several_months_show_the_average_of_a_stock(self):
        ((active, lost, price),) = self.report._read_group(
            [("company_id", "=", self.company.id)],
            [],
            ["active_count:sum", "lost_count:sum", "mrr:sum"],
        )
        self.assertAlmostEqual(float(active), (4 + 7 + 7 + 7 + 7) / 5)
        self.assertEqual(lost, 3)
        self.assertAlmostEqual(float(price), 112064.52 / 5, 2)

    def test_months_that_are_not_there_are_not_averaged(self):
        ((active,),) = self.report._read_group(
            [("subscription_id", "=", self.returns.id)], [], ["active_count:sum"]
        )
        # Covered at the end of February and May, not of March; no row in April.
        self.assertAlmostEqual(float(active), 2 / 3)

    def test_first_months_and_who_stays(self):
        found = self.report._read_group(
            [("company_id", "=", self.company.id), ("cohort_month", "=", FEBRUARY)],
            ["cohort_age"],
            ["kept_count:sum"],
        )
        self.assertEqual(dict(found), {0: 3, 1: 1, 2: 1, 3: 2})

    def test_counting_twice_changes_nothing(self):
        before = self.by_month("mrr:sum", "__count")
        self.count("subscription")
        self.assertEqual(self.by_month("mrr:sum", "__count"), before)

    def test_job_counts_all_companies_and_says_when(self):
        with self.at("2026-06-02"):
            self.run_job("reports")
            row = self.rows(self.stays)[date(2026, 6, 1)]
            self.assertEqual(str(row.counted_at), "2026-06-02 09:00:00")
            action = self.report.with_user(self.reader).action_open_report()
        self.assertIn("06/02/2026", action["name"].replace("6/2/26", "06/02/2026"))

    def test_row_opens_its_subscription(self):
        row = self.rows(self.stays)[MAY].with_user(self.reader)
        action = row.action_open()
        opened = self.env[action["res_model"]].with_user(self.reader)
        self.assertEqual(opened.browse(action["res_id"]).name, self.stays.name)


@tagged("post_install", "-at_install")
class TestReportRights(ReportCase):
    """Who reads reports, and what else he may open."""

    REPORTS = ("subscription", "revenue", "sla", "work", "client")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.support = cls.sell_on("2026-04-10", "optima_3")
        team = cls.env["helpdesk.ticket.team"].create(
            {"name": "Line", "company_id": cls.company.id}
        )
        cls.ticket = cls.env["helpdesk.ticket"].create(
            {
                "name": "Question",
                "description": "Error",
                "team_id": team.id,
                "partner_id": cls.support.partner_id.id,
            }
        )
        cls.env.flush_all()
        for name in cls.REPORTS:
            cls.env[f"kbs.report.{name}"]._count_sudo(cls.company)

    def test_readers_of_reports_read_and_change_nothing(self):
        for name in self.REPORTS:
            report = self.env[f"kbs.report.{name}"]
            row = report.search([("company_id", "=", self.company.id)], limit=1)
            for user in (self.reader, self.manager):
                own = row.with_user(user)
                with self.subTest(report=name, user=user.login):
                    self.assertTrue(own.has_access("read"))
                    for operation in ("write", "create", "unlink"):
                        self.assertFalse(own.has_access(operation))

    def test_nobody_else_reads_them(self):
        for name in self.REPORTS:
            for user in (self.agent, self.lead, self.salesman, self.accountant):
                report = self.env[f"kbs.report.{name}"].with_user(user)
                with self.subTest(report=name, user=user.login):
                    self.assertFalse(report.has_access("read"))
                    with self.assertRaises(AccessError):
                        report.action_open_report()

    def test_reader_cannot_open_what_he_may_not(self):
        order = self.support.period_ids.order_id
        for record in (order, order.invoice_ids, self.ticket):
            with self.assertRaises(AccessError):
                record.with_user(self.reader).check_access("read")

    def test_only_a_manager_counts_anew(self):
        report = self.env["kbs.report.subscription"]
        with self.assertRaises(AccessError):
            report.with_user(self.reader).action_count()
        action = report.with_user(self.manager).action_count()
        self.assertEqual(action["params"]["type"], "success")

    def test_companies_are_apart(self):
        other = self._create_company("Another company")
        stranger = new_test_user(
            self.env,
            "kbs_other",
            groups="kbs_support.group_kbs_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for name in self.REPORTS:
            report = self.env[f"kbs.report.{name}"].with_user(stranger)
            report = report.with_context(allowed_company_ids=other.ids)
            self.assertFalse(report.search([]))
            # Counting one company leaves the rows of the others.
            report.sudo()._count_sudo(other)
            own = self.env[f"kbs.report.{name}"].with_user(self.reader)
            self.assertTrue(own.search_count([]))

    def test_first_opening_counts(self):
        report = self.env["kbs.report.subscription"].with_user(self.reader)
        self.env.cr.execute("DELETE FROM kbs_report_subscription")
        self.assertIn("counted", report.action_open_report()["name"])
        self.assertTrue(report.search_count([]))

    def test_two_do_not_count_at_once(self):
        # This transaction holds the lock of its own company since it has counted.
        company = self._create_company("Another company")
        report = self.env["kbs.report.subscription"]
        take = "SELECT pg_advisory_xact_lock(hashtext('kbs_report_subscription'), %s)"
        with self.env.registry.cursor() as other:
            other.execute(take, [company.id])
            self.assertFalse(report._count_sudo(company))
            action = report.with_company(company).action_count()
            self.assertEqual(action["params"]["type"], "warning")
        self.assertTrue(report._count_sudo(company))


class CountedLife(LifeOfASubscription):
    """After each step the report is counted a second way: day by day, in Python."""

    def is_served(self, period, day):
        if period.is_cancelled:
            return False
        return period.is_paid or (
            period.guarantee_until and period.guarantee_until >= day
        )

    def get_covering(self, day):
        running = self.sub.pause_ids.filtered(
            lambda x: not x.date_end and x.date_start <= day
        )
        periods = self.sub.period_ids.filtered(lambda x: self.is_served(x, day))
        if running:
            # Time stands still on the eve of the pause.
            eve = running.date_start - ONE_DAY
            found = periods.filtered(lambda x: x.date_start <= eve <= x.date_end)
        else:
            found = periods.filtered(lambda x: x.date_start <= day <= x.date_end)
        return found.sorted("date_start")[-1:]

    def is_paused(self, day):
        return bool(self.sub.pause_ids.filtered(lambda x: x._covers(day)))

    def get_price(self, period):
        days, months = period._get_sold_days(), period.term_id.months
        whole = period._get_root_period()._get_sold_days()
        if period.term_id.is_budget_year:
            year = period.date_start.year
            whole = max((date(year + 1, 1, 1) - date(year, 1, 1)).days, days)
        price = Decimal(str(period.price_total)) * whole / (months * days)
        return price.quantize(Decimal("0.01"), ROUND_HALF_UP)

    def get_tenure(self, day):
        start, paused = day, 0
        while self.get_covering(start - ONE_DAY):
            start -= ONE_DAY
        for number in range((day - start).days + 1):
            paused += self.is_paused(start + timedelta(days=number))
        return months_between(start, day, paused)

    def count_month(self, month):
        """``(is covered, is paused, price, tenure)`` at the end of ``month``."""
        day = min(month + relativedelta(months=1) - ONE_DAY, self.today)
        period = self.get_covering(day)
        is_paused = bool(period) and self.is_paused(day)
        if not period or is_paused:
            return (bool(period), is_paused, Decimal(0), 0)
        return (True, False, self.get_price(period), self.get_tenure(day))

    @invariant()
    def report_says_the_same(self):
        if not self.sub:
            return
        report = self.env["kbs.report.subscription"]
        with self.at_noon():
            report._count_sudo(self.case.company)
            found = report.search([("subscription_id", "=", self.sub.id)])
            rows = {x.month: x for x in found}
            first = min(self.sub.period_ids.mapped("date_start"))
            before = (False, False, Decimal(0), 0)
            for month in months_between_months(first, self.today):
                counted = self.count_month(month)
                if row := rows.pop(month, None):
                    self.compare(row, counted, before)
                else:
                    assert not counted[0] and not before[0], f"{month} is missing"
                before = counted
        assert not rows, "months of which nothing is known"

    def compare(self, row, counted, before):
        is_covered, is_paused, price, tenure = counted
        told = (
            bool(row.kept_count),
            bool(row.paused_count),
            Decimal(str(row.mrr)),
            row.tenure_months,
        )
        assert told == counted, (row.month, told, counted)
        assert Decimal(str(row.mrr_change)) == price - before[2], row.month
        is_over = row.cause in ("lost", "grace")
        assert is_over is (before[0] and not is_covered), (row.month, row.cause)
        is_start = row.cause in ("new", "won_back", "added")
        assert is_start is (is_covered and not before[0]), (row.month, row.cause)


@tagged("post_install", "-at_install")
class TestReportStories(ReportCase):
    def test_any_story_is_counted_alike_two_ways(self):
        tell_stories(lambda: CountedLife(self))

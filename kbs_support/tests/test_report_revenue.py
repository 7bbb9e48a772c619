from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from hypothesis.stateful import invariant

from odoo.tests import tagged

from .report_common import ReportCase
from .stories import tell_stories
from .test_life_cycle import LifeOfASubscription

JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE, JULY = (
    date(2026, x, 1) for x in range(1, 8)
)


@tagged("post_install", "-at_install")
class TestReportRevenue(ReportCase):
    """What was earned, invoiced and paid, against a count by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tell()
        cls.report = cls.env["kbs.report.revenue"]
        cls.report._count_sudo(cls.company)

    def earned(self, period):
        found = self.report.search(
            [("period_id", "=", period.id), ("source", "=", "service")]
        )
        return {x.month: x.revenue for x in found}

    def periods(self, subscription):
        return subscription.period_ids.sorted("date_start")

    def by_month(self, measure):
        found = self.report._read_group(
            [("company_id", "=", self.company.id)], ["month:month"], [f"{measure}:sum"]
        )
        return {month: round(value, 2) for month, value in found if value}

    def test_price_is_spread_by_days(self):
        first, second = self.periods(self.stays)
        # 19,260 for 90 days from 10 January on: 214 a day.
        self.assertEqual(
            self.earned(first),
            {JANUARY: 4708, FEBRUARY: 5992, MARCH: 6634, APRIL: 1926},
        )
        # 16,830 for 91 days: the kopecks of rounding fall on the last month.
        self.assertEqual(
            self.earned(second),
            {APRIL: 3883.85, MAY: 5733.30, JUNE: 5548.35, JULY: 1664.50},
        )

    def test_change_of_plan_splits_what_was_paid(self):
        old, new = self.periods(self.upgraded)
        # 29,520 less the 24,748.27 of 306 days that went to the new plan.
        self.assertEqual(
            self.earned(old), {JANUARY: 1374.91, FEBRUARY: 2264.55, MARCH: 1132.27}
        )
        self.assertAlmostEqual(sum(self.earned(new).values()), 58550.79, 2)

    def test_paused_days_earn_nothing(self):
        earned = self.earned(self.paused.period_ids)
        self.assertEqual(
            (earned[FEBRUARY], earned[MARCH], earned[APRIL]),
            (5680.44, 3854.59, 4057.46),
        )
        self.assertIn(date(2026, 8, 1), earned)
        self.assertAlmostEqual(sum(earned.values()), 36720, 2)

    def test_open_pause_earns_nothing_until_today(self):
        with self.at("2026-05-14"):
            self.env["kbs.pause"].create(
                {
                    "subscription_id": self.added.id,
                    "reason_id": self.env.ref(
                        "kbs_support.kbs_pause_reason_relocation"
                    ).id,
                    "date_start": "2026-05-05",
                }
            )
        with self.at("2026-06-10"):
            self.count("revenue")
        # 7,380 for 92 days; 4 of May and 27 from 11 June on are left of them.
        earned = self.earned(self.added.period_ids)
        self.assertEqual(earned[MAY], 320.87)
        self.assertEqual(set(earned), {MARCH, APRIL, MAY, JUNE, JULY})
        self.assertAlmostEqual(sum(earned.values()), 7380, 2)

    def test_refunded_period_earns_nothing(self):
        self.assertEqual(self.earned(self.refunded.period_ids), {})

    def test_lapsed_guarantee_earns_nothing_until_it_is_paid(self):
        self.assertEqual(self.earned(self.guaranteed.period_ids), {})
        self.pay(self.guaranteed.period_ids.order_id)
        self.count("revenue")
        self.assertAlmostEqual(
            sum(self.earned(self.guaranteed.period_ids).values()), 7380, 2
        )

    def test_credited_part_is_not_earned(self):
        invoice = self.added.period_ids.order_id.invoice_ids
        self.credit(invoice, amount=1000)
        self.count("revenue")
        self.assertAlmostEqual(
            sum(self.earned(self.added.period_ids).values()), 6380, 2
        )

    def test_stopped_period_earns_its_served_days(self):
        # 19,260 less 11,036.63 for 51 of 89 days.
        self.assertEqual(
            self.earned(self.stopped.period_ids),
            {FEBRUARY: 4111.69, MARCH: 4111.68},
        )

    def test_budget_year_earns_from_january_on(self):
        earned = self.earned(self.budget.period_ids)
        self.assertEqual((len(earned), earned[JANUARY]), (12, 1299.45))
        self.assertAlmostEqual(sum(earned.values()), 15300, 2)

    def test_taken_over_period_is_earned_and_marked(self):
        # 9,000 for 365 days; paid elsewhere, so there is neither invoice nor payment.
        support = self.take_over("2026-03-01", "2027-02-28", 9000)
        self.count("revenue")
        self.assertEqual(self.earned(support.period_ids)[APRIL], 739.73)
        own = [("company_id", "=", self.company.id)]
        rows = self.report.search([*own, ("period_id", "=", support.period_ids.id)])
        self.assertAlmostEqual(sum(rows.mapped("revenue")), 9000, 2)
        self.assertEqual(set(rows.mapped("source")), {"service"})
        taken = self.report.search([*own, ("is_taken_over", "=", True)])
        self.assertEqual(taken, rows)

    def test_invoiced_by_month(self):
        self.assertEqual(
            self.by_month("invoiced"),
            {JANUARY: 51240, FEBRUARY: 73740, MARCH: 62665.89, APRIL: 11910, MAY: 7380},
        )

    def test_paid_by_month(self):
        # The guaranteed one is not paid, credit notes are not paid out.
        self.assertEqual(
            self.by_month("paid"),
            {JANUARY: 51240, FEBRUARY: 73740, MARCH: 66322.52, APRIL: 19290, MAY: 7380},
        )

    def test_part_of_a_payment_counts_as_a_part(self):
        support = self.sell_on("2026-05-12", "prof_3", is_paid=False)
        with self.at("2026-05-13"):
            self.pay(support.period_ids.order_id, amount=1000)
        self.count("revenue")
        found = self.report.search(
            [("period_id", "=", support.period_ids.id), ("source", "=", "payment")]
        )
        self.assertEqual((found.month, found.paid), (MAY, 1000))

    def paid_for(self, support):
        self.count("revenue")
        found = self.report.search(
            [("subscription_id", "=", support.id), ("source", "=", "payment")]
        )
        return round(sum(found.mapped("paid")), 2)

    def test_order_that_was_confirmed_again_counts_once(self):
        order = self.sell("prof_3", client=self._create_client("Again"))
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        self.pay(order)
        self.count("revenue")
        rows = self.report.search([("partner_id", "=", order.partner_id.id)])
        for measure in ("revenue", "invoiced", "paid"):
            self.assertAlmostEqual(sum(rows.mapped(measure)), order.amount_total, 2)

    def test_letter_earns_its_own_days_only(self):
        support = self.sell_on("2026-04-01", "prof_12", is_paid=False)
        self.guarantee(support, "2026-04-01", "2026-05-20")
        self.count("revenue")
        # 29,520 for 365 days: 30 of April and 20 of May.
        self.assertEqual(
            self.earned(support.period_ids), {APRIL: 2426.30, MAY: 1617.53}
        )
        self.pay(support.period_ids.order_id)
        self.count("revenue")
        self.assertEqual(self.earned(support.period_ids)[APRIL], 2426.30)
        self.assertAlmostEqual(sum(self.earned(support.period_ids).values()), 29520, 2)

    def pay_without_entry(self, invoices, amount):
        """A payment as add-ons of accounting leave it until the statement comes."""
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        payment = self.env["account.payment"].create(
            {
                "partner_id": invoices.commercial_partner_id.id,
                "amount": amount,
                "date": "2026-05-13",
                "journal_id": journal.id,
                "invoice_ids": invoices.ids,
            }
        )
        self.env.flush_all()
        # Only such an add-on lets the button leave out the entry.
        self.env.cr.execute(
            "UPDATE account_payment SET state = 'in_process',"
            " outstanding_account_id = NULL WHERE id = %s",
            [payment.id],
        )
        self.env.invalidate_all()
        self.assertFalse(payment.move_id)
        return payment

    def test_payment_counts_once_when_the_statement_settles_it(self):
        support = self.sell_on("2026-05-12", "prof_3", is_paid=False)
        invoice = support.period_ids.order_id.invoice_ids
        payment = self.pay_without_entry(invoice, invoice.amount_total)
        self.assertEqual(self.paid_for(support), 7380)
        owed = invoice.line_ids.filtered(
            lambda x: x.account_id.account_type == "asset_receivable"
        )
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": payment.journal_id.id,
                "amount": invoice.amount_total,
                "date": "2026-05-13",
                "payment_ref": "Invoice",
                "partner_id": invoice.partner_id.id,
                "counterpart_account_id": owed.account_id.id,
            }
        )
        came = line.move_id.line_ids.filtered(lambda x: x.account_id == owed.account_id)
        (came | owed).reconcile()
        self.assertEqual(self.paid_for(support), 7380)

    def test_payment_of_something_else_too_counts_by_its_share(self):
        support = self.sell_on("2026-05-12", "prof_3", is_paid=False)
        invoice = support.period_ids.order_id.invoice_ids
        other = invoice.copy({"invoice_date": "2026-05-12"})
        other.invoice_line_ids.sale_line_ids = False
        other.action_post()
        self.pay_without_entry(invoice | other, 10000)
        self.assertEqual(self.paid_for(support), 5000)

    def test_row_opens_its_period(self):
        row = self.report.search([("source", "=", "service")], limit=1)
        action = row.with_user(self.reader).action_open()
        opened = self.env[action["res_model"]].with_user(self.reader)
        self.assertEqual(opened.browse(action["res_id"]), row.period_id)


class EarningLife(LifeOfASubscription):
    """After each step what was earned is counted a second way, in Python by days."""

    def is_stopped_time(self, day):
        return any(
            x.date_start <= day <= (x.date_end or max(self.today, x.date_start))
            for x in self.sub.pause_ids
            if x.date_end or x.date_start <= self.today
        )

    def get_days(self, period):
        """The days on which ``period`` serves; an open pause ends today."""
        first, last = period.date_start, period.date_end
        for pause in self.sub.pause_ids.filtered(
            lambda x: not x.date_end and x.date_start <= self.today
        ):
            moved = self.today - pause.date_start + timedelta(days=1)
            if last + timedelta(days=1) >= pause.date_start:
                last += moved
            if first >= pause.date_start:
                first += moved
        if not period.is_paid:
            last = min(last, period.guarantee_until)
        return sorted(x for x in self.days_of(first, last)
                      if not self.is_stopped_time(x))  # fmt: skip

    def get_worth(self, period):
        money = Decimal(0)
        for line in period.sale_line_id.invoice_lines:
            if line.parent_state == "posted":
                sign = -1 if line.move_type == "out_refund" else 1
                money += sign * Decimal(str(line.price_total))
        for note in period.credit_note_ids.filtered(lambda x: x.state == "posted"):
            money -= Decimal(str(note.amount_total))
        successor = period.replaced_by_ids.filtered("is_effective")
        return money - Decimal(str(successor.price_carried or 0))

    def count_period(self, period):
        days, worth, earned = self.get_days(period), self.get_worth(period), {}
        months = {}
        for day in days:
            months.setdefault(day.replace(day=1), []).append(day)
        for month, own in list(months.items())[:-1]:
            part = worth * len(own) / len(days)
            earned[month] = part.quantize(Decimal("0.01"), ROUND_HALF_UP)
        if months:
            earned[max(months)] = worth - sum(earned.values())
        return earned

    @invariant()
    def report_says_the_same(self):
        if not self.sub:
            return
        report = self.env["kbs.report.revenue"]
        with self.at_noon():
            report._count_sudo(self.case.company)
            for period in self.sub.period_ids:
                found = report.search(
                    [("period_id", "=", period.id), ("source", "=", "service")]
                )
                told = {x.month: Decimal(str(x.revenue)) for x in found}
                counted = self.count_period(period) if period.is_effective else {}
                assert told == counted, (period.display_name, told, counted)


@tagged("post_install", "-at_install")
class TestRevenueStories(ReportCase):
    def test_any_story_is_counted_alike_two_ways(self):
        tell_stories(lambda: EarningLife(self))

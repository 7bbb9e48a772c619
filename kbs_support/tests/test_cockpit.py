from datetime import date

from freezegun import freeze_time
from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import KbsCase


@tagged("post_install", "-at_install")
class TestCockpit(KbsCase):
    """Who ends when, who owes what, and what it costs to come back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sub = cls.subscription(cls.sell_paid("optima_3"))  # until 13.08.2026
        cls.subs = cls.env["kbs.subscription"]

    def found(self, domain, day):
        with freeze_time(f"{day} 09:00:00"):
            self.sub.modified(["closed_on"])  # the days of the test go back too
            return self.sub in self.subs.search(domain)

    def filter_domain(self, name):
        view = self.env.ref("kbs_support.kbs_subscription_view_search_cockpit")
        arch = self.subs.get_views([(view.id, "search")])["views"]["search"]["arch"]
        node = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")[0]
        return safe_eval(node.get("domain"), {"uid": self.env.uid})

    def test_filters(self):
        for name, day, is_found in (
            ("window", "2026-06-13", False),
            ("window", "2026-06-14", True),
            ("window", "2026-08-20", True),
            ("this_month", "2026-07-31", False),
            ("this_month", "2026-08-01", True),
            ("this_month", "2026-08-31", True),
            ("this_month", "2026-09-01", False),
            ("grace", "2026-08-13", False),
            ("grace", "2026-08-14", True),
            ("lapsed", "2026-08-27", False),
            ("lapsed", "2026-08-28", True),
        ):
            with self.subTest(name=name, day=day):
                domain = self.filter_domain(name)
                self.assertEqual(self.found(domain, day), is_found)

    def test_offer_state_is_stored_for_filters(self):
        sub = self.sub
        self.assertIn(sub, self.subs.search([("offer_state", "in", (False, "none"))]))
        order = sub._create_renewal_order(self.env.ref("kbs_support.kbs_term_6"))
        self.assertIn(sub, self.subs.search([("offer_state", "=", "draft")]))
        self.assertEqual(sub.renewal_amount, 31860)
        order.action_quotation_sent()
        self.assertIn(sub, self.subs.search([("offer_state", "=", "sent")]))
        order.action_confirm()
        self.assertIn(sub, self.subs.search([("offer_state", "=", "sale")]))
        self.pay(order)
        self.assertNotIn(sub, self.subs.search([("offer_state", "!=", False)]))

    def test_debt_is_what_is_due_before_today(self):
        order = self.sub._create_renewal_order(self.env.ref("kbs_support.kbs_term_3"))
        order.action_confirm()
        order.invoice_ids.invoice_date_due = date(2026, 5, 20)
        for day, debt in (("2026-05-20", 0), ("2026-05-21", 16830)):
            with self.subTest(day=day), freeze_time(f"{day} 09:00:00"):
                self.sub.invalidate_recordset(["debt"])
                self.assertEqual(self.sub.with_user(self.agent).debt, debt)
                found = self.subs.search([("debt", ">", 0)])
                self.assertEqual(self.sub in found, bool(debt))
        with freeze_time("2026-05-25 09:00:00"):
            self.pay(order)
            self.sub.invalidate_recordset(["debt"])
            self.assertEqual(self.sub.debt, 0)

    def test_credit_note_is_no_debt(self):
        refund = self.credit(self.sub.period_ids.order_id.invoice_ids, amount=100)
        refund.invoice_date_due = date(2026, 5, 15)
        with freeze_time("2026-05-25 09:00:00"):
            self.sub.invalidate_recordset(["debt"])
            self.assertEqual(self.sub.debt, 0)
            self.assertNotIn(self.sub, self.subs.search([("debt", ">", 0)]))

    def test_two_ways_back(self):
        with freeze_time("2026-09-13 09:00:00"):
            self.run_daily_job()
            self.assertEqual(self.sub.gap_days, 30)
            self.assertEqual(self.sub.winback_new_price, 19260)
            self.assertEqual(self.sub.winback_new_until, date(2026, 12, 12))
            self.assertEqual(self.sub.winback_gap_price, 16830)
            self.assertEqual(self.sub.winback_gap_until, date(2026, 11, 13))
        with freeze_time("2026-11-20 09:00:00"):  # these three months are over
            self.sub.invalidate_recordset()
            self.assertEqual(self.sub.winback_new_price, 19260)
            self.assertEqual(self.sub.winback_gap_term_id.months, 4)
            self.assertEqual(self.sub.winback_gap_price, 24480)
            self.assertEqual(self.sub.winback_gap_until, date(2026, 12, 13))

    def test_queries_of_a_page(self):
        subs = self.sub
        for number in range(29):
            client = self._create_client(f"Client {number}")
            subs |= self.subscription(self.sell_paid("optima_3", client=client))
        cockpit = ["partner_id", "plan_id", "term_id", "date_end", "state", "debt",
                   "offer_state", "renewal_amount", "days_left"]  # fmt: skip
        winback = ["gap_days", "winback_new_price", "winback_gap_price", "term_id"]
        with freeze_time("2026-09-13 09:00:00"):
            self.run_daily_job()
            for names in (cockpit, winback):
                counts = []
                for records in (subs[:1], subs):
                    self.env.flush_all()
                    self.env.invalidate_all()
                    before = self.env.cr.sql_log_count
                    records.browse(records.ids).read(names)
                    counts.append(self.env.cr.sql_log_count - before)
                with self.subTest(names=names):
                    self.assertLessEqual(counts[1], counts[0])

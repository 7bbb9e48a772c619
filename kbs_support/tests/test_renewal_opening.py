from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common import TODAY, KbsCase


@tagged("post_install", "-at_install")
class TestRenewalOpening(KbsCase):
    """Rule T6: no client lapses unnoticed."""

    def open_renewals(self, moment):
        with freeze_time(moment):
            self.run_job("renewals")

    def test_opens_on_its_local_day(self):
        # Ends on 13.08.2026; 60 days before is 14.06, midnight in Kyiv is 21:00 UTC.
        subscription = self.subscription(self.sell_paid("optima_3"))
        self.assertEqual(subscription.renewal_opens_on, date(2026, 6, 14))
        self.open_renewals("2026-06-13 20:59:59")
        self.assertFalse(subscription.renewal_id)
        self.open_renewals("2026-06-13 21:00:00")
        self.assertEqual(subscription.renewal_id.state, "open")
        self.assertEqual(subscription.renewal_id.ends_on, date(2026, 8, 13))
        self.assertEqual(subscription.renewal_id.amount_expected, 16830)

    def test_its_name_has_the_day_as_the_reader_writes_it(self):
        subscription = self.subscription(self.sell_paid("optima_3"))
        self.open_renewals("2026-06-20 09:00:00")
        renewal = subscription.renewal_id
        for lang, day in (("en_US", "08/13/2026"), ("uk_UA", "13.08.2026")):
            name = renewal.with_context(lang=lang).display_name
            self.assertEqual(name, f"{subscription.name} {day}")

    def test_opens_on_the_winter_day_too(self):
        with freeze_time("2026-12-10 10:00:00"):
            subscription = self.subscription(self.sell_paid("optima_3"))
        self.assertEqual(subscription.renewal_opens_on, date(2027, 1, 8))
        self.open_renewals("2027-01-07 21:59:59")
        self.assertFalse(subscription.renewal_id)
        self.open_renewals("2027-01-07 22:00:00")
        self.assertTrue(subscription.renewal_id)

    def test_second_run_finds_nothing(self):
        subscription = self.subscription(self.sell_paid("optima_3"))
        self.open_renewals("2026-06-20 09:00:00")
        with freeze_time("2026-06-20 10:00:00"):
            domain = self.env["kbs.renewal"]._get_unopened_domain(
                self.company, date(2026, 6, 20)
            )
            self.assertFalse(subscription.search(domain))
            self.run_job("renewals")
        self.assertEqual(len(subscription.renewal_ids), 1)

    def test_catches_up_in_grace_and_not_after_it(self):
        subscription = self.subscription(self.sell_paid("optima_1"))  # to 13.06
        self.open_renewals("2026-06-28 09:00:00")
        self.assertFalse(subscription.renewal_id)
        self.open_renewals("2026-06-27 09:00:00")
        self.assertTrue(subscription.renewal_id)

    def test_budget_year_opens_in_september(self):
        budget = self.subscription(self.sell_paid("prof_budget_year"))
        months = self.subscription(
            self.sell_paid("prof_3", line={"kbs_date_start": date(2026, 10, 1)})
        )
        self.assertEqual(months.date_end, date(2026, 12, 31))
        self.assertEqual(budget.renewal_opens_on, date(2026, 9, 1))
        self.open_renewals("2026-08-31 20:59:59")
        self.assertFalse(budget.renewal_id)
        self.open_renewals("2026-08-31 21:00:00")
        self.assertEqual(budget.renewal_id.ends_on, date(2026, 12, 31))
        self.assertFalse(months.renewal_id)

    def test_nobody_renews_what_does_not_run(self):
        paused = self.subscription(self.sell_paid("optima_1"))
        self.env["kbs.pause"].create(
            {
                "subscription_id": paused.id,
                "reason_id": self.env["kbs.pause.reason"].search([], limit=1).id,
                "date_start": TODAY,
            }
        )
        unpaid = self.subscription(self.sell("optima_1"))
        credited = self.sell_paid("optima_1")
        self.credit(credited.invoice_ids)
        closed = self.subscription(self.sell_paid("optima_1"))
        stopped = self.subscription(self.sell_paid("optima_1"))
        stopped.period_ids.sudo().write(
            {"stopped_on": date(2026, 6, 1), "date_end": date(2026, 5, 31)}
        )
        with freeze_time("2026-06-20 09:00:00"):
            closed._close(self.env.ref("kbs_support.kbs_close_reason_no_budget"))
            self.env.flush_all()
        lost = self.subscription(self.sell_paid("optima_1"))
        renewal = self.env["kbs.renewal"]._open(lost)[lost]
        renewal._lose(self.env.ref("kbs_support.kbs_close_reason_no_budget"))
        for moment in ("2026-06-10 09:00:00", "2026-06-20 09:00:00"):
            self.open_renewals(moment)
        for subscription in (paused, unpaid, stopped):
            self.assertFalse(subscription.renewal_ids)
        self.assertEqual(closed.renewal_ids.state, "lost")
        self.assertFalse(self.subscription(credited).renewal_ids)
        self.assertEqual(lost.renewal_ids, renewal)

    def test_pause_that_is_over_counts_no_more(self):
        subscription = self.subscription(self.sell_paid("optima_1"))
        self.env["kbs.pause"].create(
            {
                "subscription_id": subscription.id,
                "reason_id": self.env["kbs.pause.reason"].search([], limit=1).id,
                "date_start": TODAY,
                "date_end": TODAY + timedelta(days=9),
            }
        )
        self.open_renewals("2026-05-23 09:00:00")
        self.assertFalse(subscription.renewal_id)
        self.open_renewals("2026-05-24 09:00:00")
        self.assertEqual(subscription.renewal_id.ends_on, date(2026, 6, 23))

    def test_order_confirmed_before_is_the_renewals_order(self):
        first = self.sell_paid("optima_3")
        early = self.renew(first, "optima_3")
        early.action_confirm()
        self.open_renewals("2026-06-20 09:00:00")
        renewal = self.subscription(first).renewal_id
        self.assertEqual(renewal.order_id, early)
        self.assertEqual(renewal.offer_state, "sale")
        self.assertEqual(renewal.amount_expected, early.amount_total)

    def test_quotation_beside_a_confirmed_order_is_withdrawn(self):
        first = self.sell_paid("optima_3")
        early, other = (self.renew(first, "optima_3") for __ in range(2))
        early.action_confirm()
        self.assertEqual(other.state, "draft")
        self.open_renewals("2026-06-20 09:00:00")
        self.assertEqual(self.subscription(first).renewal_id.order_id, early)
        self.assertEqual(other.state, "cancel")

    def test_closing_is_a_refusal(self):
        subscription = self.subscription(self.sell_paid("optima_1"))
        renewal = self.env["kbs.renewal"]._open(subscription)[subscription]
        with freeze_time("2026-06-20 09:00:00"):
            self.run_daily_job()
            subscription._close(self.env.ref("kbs_support.kbs_close_reason_no_budget"))
            self.assertEqual(renewal.state, "lost")
            subscription.action_reopen()
            self.assertEqual(renewal.state, "open")

    def test_one_bad_record_stops_nobody(self):
        subscriptions = self.env["kbs.subscription"]
        for __ in range(5):
            subscriptions |= self.subscription(self.sell_paid("optima_1"))
        self.env.flush_all()
        bad = subscriptions[2]
        prepare = type(self.env["kbs.renewal"])._prepare_values

        def fail_for_bad(model, subscription, period, offers):
            if subscription == bad:
                raise ValueError("bad record")
            return prepare(model, subscription, period, offers)

        with (
            patch.object(
                type(self.env["kbs.renewal"]), "_prepare_values", fail_for_bad
            ),
            patch("odoo.addons.kbs_support.tools.batches.BATCH", 2),
            self.assertLogs("odoo.addons.kbs_support", "ERROR") as logs,
        ):
            self.open_renewals("2026-05-20 09:00:00")
        self.assertIn("bad record", logs.output[-1])
        self.assertTrue(all(x.renewal_id for x in subscriptions - bad))
        self.open_renewals("2026-05-20 10:00:00")
        self.assertTrue(bad.renewal_id)

    def test_each_company_by_its_own_window(self):
        self.company.kbs_renewal_days = 20
        subscription = self.subscription(self.sell_paid("optima_1"))
        other = self._create_company("SOFTKOM other")
        self.env.user.company_ids |= other
        order = (
            self.env["sale.order"]
            .with_company(other)
            .create(
                {
                    "partner_id": self._create_client("Other").id,
                    "company_id": other.id,
                    "order_line": [
                        Command.create({"product_id": self.product("optima_1").id})
                    ],
                }
            )
        )
        order.action_confirm()
        self.pay(order)
        self.open_renewals("2026-05-20 09:00:00")
        self.assertFalse(subscription.renewal_ids)
        self.assertTrue(self.subscription(order).renewal_ids)

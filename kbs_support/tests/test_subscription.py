from datetime import date
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY, KbsCase


@tagged("post_install", "-at_install")
class TestStates(KbsCase):
    """Rule S2: what the calendar alone moves, and what events move."""

    def test_life_of_a_subscription(self):
        order = self.sell("optima_1", line={"kbs_date_start": date(2026, 5, 20)})
        subscription = self.subscription(order)
        self.assertEqual(subscription.state, "draft")
        self.pay(order)
        self.assertEqual(subscription.state, "upcoming")
        for moment, state in (
            ("2026-05-19 20:59:59", "upcoming"),
            ("2026-05-19 21:00:00", "active"),  # midnight in Kyiv, summer
            ("2026-06-19 20:59:59", "active"),
            ("2026-06-19 21:00:00", "grace"),
            ("2026-07-03 20:59:59", "grace"),
            ("2026-07-03 21:00:00", "ended"),
            ("2027-01-01 00:00:00", "ended"),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                self.run_daily_job()
                self.assertEqual(subscription.state, state)
                subscription.modified(["closed_on"])  # any event of that day
                self.assertEqual(subscription.state, state)

    def test_daily_job_twice_changes_nothing(self):
        subscription = self.subscription(self.sell_paid("optima_1"))
        with freeze_time("2026-06-14 09:00:00"):
            self.run_daily_job()
            self.assertEqual(subscription.state, "grace")
            written = subscription.write_date
            due = [
                ("company_id", "=", self.company.id),
                ("state_changes_on", "<=", date(2026, 6, 14)),
            ]
            self.assertFalse(subscription.search(due))
            self.run_daily_job()
            self.assertEqual(subscription.write_date, written)

    def test_daily_job_catches_up_after_days_without_it(self):
        subscription = self.subscription(self.sell_paid("optima_1"))
        with freeze_time("2026-12-01 09:00:00"):
            self.run_daily_job()
            self.assertEqual(subscription.state, "ended")
            self.assertFalse(subscription.state_changes_on)

    def test_daily_job_takes_more_than_one_batch(self):
        subscriptions = self.env["kbs.subscription"]
        for __ in range(5):
            subscriptions |= self.subscription(self.sell_paid("optima_1"))
        module = "odoo.addons.kbs_support.tools.batches.BATCH"
        with freeze_time("2026-06-14 09:00:00"), patch(module, 2):
            self.run_daily_job()
        self.assertEqual(set(subscriptions.mapped("state")), {"grace"})

    def test_daily_job_goes_on_where_time_ran_out(self):
        subscriptions = self.env["kbs.subscription"]
        for __ in range(3):
            subscriptions |= self.subscription(self.sell_paid("optima_1"))
        self.env.flush_all()  # of today: what follows happens a month later
        progress = []

        def commit_progress(cron, processed=0, *, remaining=None, **kwargs):
            progress.append((processed, remaining))
            return 0  # no time for more

        batch = "odoo.addons.kbs_support.tools.batches.BATCH"
        commit = patch.object(type(self.env["ir.cron"]), "_commit_progress",
                              commit_progress)  # fmt: skip
        with freeze_time("2026-06-14 09:00:00"), patch(batch, 2):
            with commit:
                self.env["kbs.subscription"]._cron_update_states()
            self.assertEqual(progress, [(0, 3), (2, None)])
            self.assertEqual(
                sorted(subscriptions.mapped("state")), ["active", "grace", "grace"]
            )
            self.run_daily_job()
            self.assertEqual(set(subscriptions.mapped("state")), {"grace"})

    def test_one_bad_record_stops_nobody(self):
        good = self.subscription(self.sell_paid("optima_1"))
        bad = self.subscription(self.sell_paid("optima_1"))
        self.env.flush_all()  # of today: what follows happens a month later
        compute = type(good)._set_coverage

        def fail_for_bad(subscription, today):
            if subscription == bad:
                raise ValueError("bad record")
            return compute(subscription, today)

        with (
            freeze_time("2026-06-14 09:00:00"),
            patch.object(type(good), "_set_coverage", fail_for_bad),
            self.assertLogs("odoo.addons.kbs_support", "ERROR") as logs,
        ):
            self.run_daily_job()
            self.assertEqual(good.state, "grace")
        self.assertIn("bad record", logs.output[-1])
        with freeze_time("2026-06-14 09:00:00"):
            self.run_daily_job()
            self.assertEqual(bad.state, "grace")

    def test_plan_changes_with_the_period(self):
        first = self.sell_paid("optima_1")
        renewal = self.renew(first, "premium_1")
        renewal.action_confirm()
        self.pay(renewal)
        subscription = self.subscription(first)
        self.assertEqual(subscription.plan_id, self.plan("optima"))
        with freeze_time("2026-06-13 21:00:00"):
            self.run_daily_job()
            self.assertEqual(subscription.plan_id, self.plan("premium"))

    def test_grace_setting_moves_states_at_once(self):
        subscription = self.subscription(self.sell_paid("optima_1"))
        with freeze_time("2026-06-20 09:00:00"):
            self.run_daily_job()
            self.assertEqual(subscription.state, "grace")
            self.company.kbs_grace_days = 3
            self.assertEqual(subscription.state, "ended")

    def test_cancelled_order_that_was_never_paid(self):
        order = self.sell("optima_3")
        invoice = order.invoice_ids
        order._action_cancel()
        self.assertTrue(self.period(order).is_cancelled)
        self.assertEqual(self.subscription(order).state, "cancelled")
        self.assertEqual(invoice.state, "cancel")

    def test_paid_order_is_not_cancelled(self):
        order = self.sell_paid("optima_3")
        with self.assertRaisesRegex(UserError, "Credit the invoice first"):
            order._action_cancel()
        self.credit(order.invoice_ids)
        order._action_cancel()
        self.assertEqual(self.subscription(order).state, "cancelled")

    def test_salesman_cancels_what_nobody_paid(self):
        order = self.sell("optima_3", user=self.salesman)
        order.with_user(self.salesman).action_cancel()
        self.assertEqual(order.sudo().invoice_ids.state, "cancel")
        self.assertEqual(order.state, "cancel")

    def test_cancelled_period_cancels_its_order_and_invoice(self):
        order = self.sell("optima_3")
        self.period(order).with_user(self.lead).action_cancel()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(order.invoice_ids.state, "cancel")
        self.assertEqual(self.subscription(order).state, "cancelled")

    def test_paid_period_is_not_cancelled(self):
        order = self.sell_paid("optima_3")
        with self.assertRaisesRegex(UserError, "is paid"):
            self.period(order).with_user(self.lead).action_cancel()

    def test_invoice_of_two_orders_is_not_withdrawn(self):
        self.company.kbs_invoice_on_confirm = False
        orders = self.sell("optima_3") | self.sell("prof_3")
        invoice = orders._create_invoices()
        self.assertEqual(len(invoice), 1)
        invoice.action_post()
        with self.assertRaisesRegex(UserError, "also bills"):
            orders[0]._action_cancel()
        self.assertEqual(invoice.state, "posted")

    def test_partly_paid_order_is_not_cancelled(self):
        order = self.sell("optima_3")
        self.pay(order, amount=100)
        with self.assertRaisesRegex(UserError, "A part of the invoice"):
            order._action_cancel()

    def test_cancelled_order_confirmed_again_stays_with_its_subscription(self):
        order = self.sell("optima_3")
        period = self.period(order)
        order._action_cancel()
        order.action_draft()
        with freeze_time("2026-05-20 09:00:00"):
            order.order_line.kbs_date_start = date(2026, 5, 20)
            order.action_confirm()
            again = order.order_line.kbs_period_id
            self.assertEqual(self.period(order), period | again)
            self.assertTrue(period.is_cancelled)  # for the record, as it was sold
            self.assertEqual(period.date_start, TODAY)
            self.assertEqual(again.date_start, date(2026, 5, 20))
            self.assertEqual(again.date_end, date(2026, 8, 19))
            self.assertEqual(len(self.subscription(order)), 1)
            self.assertEqual(self.subscription(order).state, "draft")
            self.pay(order)
            self.assertEqual(self.subscription(order).state, "active")

    def test_close_with_a_reason(self):
        reason = self.env.ref("kbs_support.kbs_close_reason_no_budget")
        order = self.sell("optima_1")
        subscription = self.subscription(order)
        wizard = (
            self.env["kbs.subscription.close"]
            .with_user(self.lead)
            .create(
                {
                    "subscription_ids": subscription.ids,
                    "reason_id": reason.id,
                    "note": "Next year",
                }
            )
        )
        wizard.action_close()
        self.assertEqual(subscription.state, "cancelled")
        self.assertEqual(subscription.close_reason_id, reason)
        self.assertEqual(subscription.closed_on, TODAY)
        self.assertTrue(self.period(order).is_cancelled)
        self.assertEqual(order.invoice_ids.state, "cancel")
        self.assertIn("Next year", subscription.message_ids[0].body)
        subscription.with_user(self.lead).action_reopen()
        self.assertFalse(subscription.closed_on)

    def test_covered_subscription_is_not_closed(self):
        subscription = self.subscription(self.sell_paid("optima_1"))
        reason = self.env.ref("kbs_support.kbs_close_reason_no_budget")
        with self.assertRaisesRegex(UserError, "is covered until 06/13/2026"):
            subscription._close(reason)
        self.assertEqual(subscription.state, "active")

    def test_sold_records_are_not_deleted(self):
        subscription = self.subscription(self.sell("optima_1"))
        with self.assertRaisesRegex(UserError, "stays for the record"):
            subscription.unlink()
        with self.assertRaisesRegex(UserError, "stays for the record"):
            subscription.period_ids.unlink()


@tagged("post_install", "-at_install")
class TestGetActive(KbsCase):
    """The one question of all other parts: who is covered, by what."""

    def setUp(self):
        super().setUp()
        self.get_active = self.env["kbs.subscription"]._get_active

    def test_every_contact_of_the_company_is_covered(self):
        subscription = self.subscription(self.sell_paid("optima_1"))
        contact = self.env["res.partner"].create(
            {"name": "Accountant", "parent_id": self.client.id}
        )
        stranger = self._create_client("Hospital")
        self.assertEqual(
            self.get_active(contact | self.client | stranger, TODAY),
            {
                contact: subscription,
                self.client: subscription,
                stranger: self.env["kbs.subscription"],
            },
        )
        self.assertEqual(contact.kbs_subscription_id, subscription)
        self.assertEqual(contact.kbs_subscription_count, 1)

    def test_sold_to_a_contact_it_covers_the_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Accountant", "parent_id": self.client.id}
        )
        order = self.sell_paid("optima_1", client=contact)
        self.assertEqual(self.subscription(order).partner_id, self.client)
        self.assertTrue(self.get_active(self.client)[self.client])

    def test_first_and_last_day(self):
        self.sell_paid("optima_1")
        for day, is_covered in (
            (date(2026, 5, 13), False),
            (date(2026, 5, 14), True),
            (date(2026, 6, 13), True),
            (date(2026, 6, 14), False),
        ):
            with self.subTest(day=day):
                found = self.get_active(self.client, day)[self.client]
                self.assertEqual(bool(found), is_covered)

    def test_longest_of_several(self):
        self.sell_paid("optima_1")
        longer = self.subscription(self.sell_paid("prof_3"))
        self.sell_paid("premium_1")
        self.assertEqual(self.get_active(self.client)[self.client], longer)

    def test_nobody(self):
        self.assertEqual(self.get_active(self.env["res.partner"]), {})

    def test_contact_that_moves_to_another_company(self):
        subscription = self.subscription(self.sell_paid("optima_1"))
        network = self._create_client("City")
        self.client.parent_id = network
        self.client.is_company = False
        self.assertEqual(subscription.commercial_partner_id, network)
        self.assertEqual(self.get_active(network)[network], subscription)


@tagged("post_install", "-at_install")
class TestDatabase(KbsCase):
    """PostgreSQL holds the invariants, not only Python (T5, S4)."""

    def assert_sql_refuses(self, error, query, *params):
        self.env.flush_all()
        with (
            self.assertRaises(error),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(query, params)

    def copy_period(self, period, **values):
        """Insert a copy of the row, past all Python."""
        columns = [
            "subscription_id", "company_id", "plan_id", "term_id", "currency_id",
            "price_kind", "date_start", "date_end", "sold_until", "sale_line_id",
            "is_cancelled",
        ]  # fmt: skip
        picked = [f"%({x})s" if x in values else x for x in columns]
        return (
            f"INSERT INTO kbs_subscription_period ({', '.join(columns)}) "
            f"SELECT {', '.join(picked)} FROM kbs_subscription_period "
            f"WHERE id = {period.id}"
        )

    def assert_insert_refused(self, error, period, **values):
        self.env.flush_all()
        with (
            self.assertRaises(error),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(self.copy_period(period, **values), values)

    def test_periods_never_overlap(self):
        period = self.period(self.sell_paid("optima_1"))  # 14.05 – 13.06
        for start, end in (
            ("2026-05-14", "2026-06-13"),
            ("2026-06-13", "2026-07-12"),
            ("2026-04-01", "2026-05-14"),
            ("2026-05-20", "2026-05-20"),
        ):
            with self.subTest(start=start):
                self.assert_insert_refused(
                    psycopg2.errors.ExclusionViolation,
                    period,
                    date_start=start,
                    date_end=end,
                    sold_until=end,
                    sale_line_id=None,
                )
        query = self.copy_period(
            period, date_start=1, date_end=1, sold_until=1, sale_line_id=1
        )
        self.env.cr.execute(
            query,
            {
                "date_start": "2026-06-14",
                "date_end": "2026-07-13",
                "sold_until": "2026-07-13",
                "sale_line_id": None,
            },
        )
        self.env.cr.execute(
            self.copy_period(period, is_cancelled=1, sale_line_id=1),
            {"is_cancelled": True, "sale_line_id": None},
        )

    def test_overlap_has_a_readable_message(self):
        period = self.period(self.sell_paid("optima_1"))
        with (
            self.assertRaises(psycopg2.errors.ExclusionViolation) as raised,
            mute_logger("odoo.sql_db"),
        ):
            period.copy({"date_start": date(2026, 6, 13), "date_end": date(2026, 7, 1)})
        message = period._sql_error_to_message(raised.exception)
        self.assertEqual(message, "Periods of one subscription cannot overlap.")

    def test_one_period_per_order_line(self):
        period = self.period(self.sell_paid("optima_1"))
        self.assert_insert_refused(
            psycopg2.errors.UniqueViolation,
            period,
            date_start="2026-08-01",
            date_end="2026-08-31",
            sold_until="2026-08-31",
        )

    def test_end_is_not_before_start(self):
        period = self.period(self.sell_paid("optima_1"))
        self.assert_insert_refused(
            psycopg2.errors.Error,
            period,
            date_start="2026-08-31",
            date_end="2026-08-01",
            sale_line_id=None,
        )

    def test_one_number_per_subscription(self):
        first = self.subscription(self.sell("optima_1"))
        second = self.subscription(self.sell("optima_1"))
        self.assertNotEqual(first.name, second.name)
        self.assert_sql_refuses(
            psycopg2.errors.UniqueViolation,
            "UPDATE kbs_subscription SET name = %s WHERE id = %s",
            first.name,
            second.id,
        )

    def test_one_version_of_a_price_a_day(self):
        rule = self.env.ref("kbs_support.product_pricelist_item_kbs_regular_optima_3")
        rule.date_end = "2026-06-30 20:59:59"
        later = rule.copy({"date_start": "2026-06-30 21:00:00", "date_end": False})
        self.assert_sql_refuses(
            psycopg2.errors.ExclusionViolation,
            "UPDATE product_pricelist_item SET date_start = %s WHERE id = %s",
            "2026-06-30 20:59:59",
            later.id,
        )

    def test_confirming_twice_gives_one_period_and_one_invoice(self):
        order = self.sell("optima_1")
        self.assertTrue(order.action_confirm())
        self.assertEqual(len(self.period(order)), 1)
        self.assertEqual(len(order.invoice_ids), 1)

import base64
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import KbsCase
from .test_plan_change import JULY, JUNE, ChangeCase


class LeaveCase(ChangeCase):
    """ПРОФ for 92 days, from 14.05 to 13.08; 7380 UAH."""

    def setUp(self):
        super().setUp()
        self.reason = self.env.ref("kbs_support.kbs_close_reason_no_budget")

    def leave(self, way="end", user=None, **values):
        wizard = self.env["kbs.subscription.close"].with_user(user or self.lead)
        wizard.create(
            {
                "subscription_ids": self.sub.ids,
                "reason_id": self.reason.id,
                "note": "Next year maybe",
                "way": way,
                **values,
            }
        ).action_close()
        self.check_overlaps()

    def leave_at_once(self, day="2026-06-01", **kwargs):
        self.leave("at_once", user=self.manager, day=day, **kwargs)
        return self.sub.period_ids.credit_note_ids


@tagged("post_install", "-at_install")
class TestLeaveAtTheEnd(LeaveCase):
    """Rule S5: served to the end, not renewed."""

    @freeze_time(JUNE)
    def test_covered_until_the_end_and_cancelled_after_it(self):
        quotation = self.sub._create_renewal_order(
            self.env.ref("kbs_support.kbs_term_3")
        )
        self.leave()
        self.assertEqual(self.sub.state, "active")
        self.assertEqual(self.sub.leaving_since, date(2026, 6, 1))
        self.assertEqual(self.sub.close_reason_id, self.reason)
        self.assertFalse(self.sub.closed_on)
        self.assertEqual(quotation.state, "cancel")
        renewal = self.sub.renewal_ids
        self.assertEqual(renewal.state, "lost")
        self.assertEqual(renewal.close_reason_id, self.reason)
        self.assertFalse(self.sub.renewal_id)
        self.assertIn("Next year maybe", self.sub.message_ids[0].body)
        with freeze_time("2026-08-13 09:00:00"):
            self.run_daily_job()
            self.assertEqual(self.sub.state, "active")
        with freeze_time("2026-08-14 09:00:00"):
            self.run_daily_job()
            self.assertEqual(self.sub.state, "cancelled")

    @freeze_time(JUNE)
    def test_nothing_more_is_sold(self):
        renewal, change = self.renew(self.order, "prof_3"), self.quote_change()
        self.leave()
        self.assertEqual(renewal.state, "cancel")
        self.assert_refused(change, "leaves at the end")
        with self.assertRaisesRegex(UserError, "leaves at the end"):
            self.sub._create_renewal_order(self.env.ref("kbs_support.kbs_term_3"))
        with self.assertRaisesRegex(UserError, "leaves at the end"):
            self.quote_change()
        with self.assertRaisesRegex(UserError, "leaves at the end"):
            self.sub._agree_next_plan_sudo(self.plan("optima"), "x")

    @freeze_time(JUNE)
    def test_taken_back(self):
        self.leave()
        with self.assertRaises(AccessError):
            self.sub.with_user(self.salesman).action_reopen()
        self.sub.with_user(self.lead).action_reopen()
        self.assertFalse(self.sub.leaving_since)
        self.assertFalse(self.sub.close_reason_id)
        self.assertEqual(self.sub.renewal_id.state, "open")
        with freeze_time("2026-08-14 09:00:00"):
            self.run_daily_job()
            self.assertEqual(self.sub.state, "grace")

    @freeze_time(JUNE)
    def test_unpaid_renewal_is_cancelled(self):
        order = self.renew(self.order, "prof_3")
        order.action_confirm()
        self.leave()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(order.invoice_ids.state, "cancel")
        self.assertEqual(self.old.state, "current")

    @freeze_time(JUNE)
    def test_later_paid_period_is_served_too(self):
        order = self.renew(self.order, "prof_3")
        order.action_confirm()
        self.pay(order)
        self.leave()
        with freeze_time("2026-11-13 09:00:00"):
            self.run_daily_job()
            self.assertEqual(self.sub.state, "active")
        with freeze_time("2026-11-14 09:00:00"):
            self.run_daily_job()
            self.assertEqual(self.sub.state, "cancelled")

    @freeze_time(JUNE)
    def test_who_may(self):
        Wizard = self.env["kbs.subscription.close"]
        for user, may in ((self.lead, True), (self.manager, True),
                          (self.salesman, False), (self.agent, False)):  # fmt: skip
            self.assertEqual(Wizard.with_user(user).has_access("create"), may)
        with self.assertRaises(AccessError):
            self.sub.with_user(self.lead).leaving_since = "2026-06-01"

    def test_many_leave_together(self):
        """One more subscription costs no more than the first."""

        def subscriptions(count):
            orders = self.env["sale.order"]
            for number in range(count):
                client = self._create_client(f"Client {number}")
                orders |= self.quote("prof_3", client=client)
            orders.action_confirm()
            for order in orders:
                self.pay(order)
            return self.subscription(orders)

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            records = records.browse(records.ids)  # prefetch each other
            before = self.env.cr.sql_log_count
            records._leave_at_end(self.reason)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(subscriptions(1))
        one, twenty = count(subscriptions(1)), count(subscriptions(20))
        self.assertLessEqual(twenty, one + 10)


@tagged("post_install", "-at_install")
class TestLeaveAtOnce(LeaveCase):
    """Rule S5: stopped before the end, with the money for unused days."""

    @freeze_time(JUNE)
    def test_money_for_unused_days_goes_back(self):
        note = self.leave_at_once()
        self.assertEqual(note.move_type, "out_refund")
        self.assertEqual(note.state, "posted")
        self.assertEqual(note.amount_total, 5936.09)  # 7380 × 74 / 92
        self.assertEqual(note.ref, self.order.invoice_ids.name)
        self.assertEqual(note.partner_id, self.order.invoice_ids.partner_id)
        self.assertIn("74 of 92 days", note.invoice_line_ids.name)
        self.assertFalse(note.reversed_entry_id)
        self.assertEqual(note.kbs_subscription_count, 1)
        self.assertEqual(self.old.stopped_on, date(2026, 6, 1))
        self.assertEqual(self.old.date_end, date(2026, 5, 31))
        self.assertTrue(self.old.is_paid)  # its served days stay paid
        self.assertEqual(self.old.price_total, 7380)
        self.assertEqual(self.sub.state, "cancelled")
        self.assertEqual(self.sub.closed_on, date(2026, 6, 1))
        self.assertEqual(self.sub.close_reason_id, self.reason)
        self.assertEqual(self.sub.renewal_ids.state, "lost")
        self.assertEqual(self.sub.invoice_count, 2)
        self.assertIn(note, self.env["account.move"].search(
            self.sub.action_view_invoices()["domain"]))  # fmt: skip

    def test_used_and_returned_are_what_was_paid(self):
        with freeze_time(JUNE):
            order = self.change()
        with freeze_time(JULY):
            note = self.leave_at_once("2026-07-01")
        new = self.period(order)
        self.assertEqual(note.kbs_stopped_period_id, new)
        self.assertEqual(note.amount_total, 9211.30)  # 15491.74 × 44 / 74: by worth
        self.assertTrue(new.is_paid)
        self.assertEqual(new.date_end, date(2026, 6, 30))
        paid = 7380 + order.amount_total
        used = (7380 - 5936.09) + (15491.74 - 9211.30)
        self.assertAlmostEqual(paid - note.amount_total, used, 2)

    @freeze_time(JUNE)
    def test_change_that_is_still_to_come_is_undone(self):
        order = self.change(day="2026-07-01")
        notes = self.leave_at_once("2026-06-11")
        paid = 7380 + order.amount_total
        used = self.old._prorate(7380, 28, 92)
        self.assertAlmostEqual(paid - sum(notes.mapped("amount_total")), used, 2)
        self.assertTrue(self.period(order).is_cancelled)
        self.assertEqual(self.old.date_end, date(2026, 6, 10))

    @freeze_time(JUNE)
    def test_later_periods_are_credited_in_full(self):
        later = self.renew(self.order, "prof_3")
        later.action_confirm()
        self.pay(later)
        notes = self.leave_at_once()
        self.assertEqual(sorted(notes.mapped("amount_total")), [5936.09, 7380])
        self.assertTrue(self.period(later).is_cancelled)
        self.assertEqual(self.sub.date_end, date(2026, 5, 31))

    @freeze_time(JUNE)
    def test_unpaid_orders_are_cancelled(self):
        order = self.change(is_paid=False)
        note = self.leave_at_once()
        self.assertEqual(note.amount_total, 5936.09)
        self.assertEqual(order.state, "cancel")

    @freeze_time(JUNE)
    def test_from_a_later_day_on(self):
        note = self.leave_at_once("2026-06-11")
        self.assertEqual(note.amount_total, 5133.91)  # 7380 × 64 / 92
        self.assertEqual(self.sub.state, "active")
        self.assertFalse(self.sub.closed_on)
        with freeze_time("2026-06-11 09:00:00"):
            self.run_daily_job()
            self.assertEqual(self.sub.state, "cancelled")

    @freeze_time(JUNE)
    def test_stopped_earlier_than_agreed_at_first(self):
        first = self.leave_at_once("2026-07-01")
        notes = self.leave_at_once("2026-06-11")
        self.assertEqual(first.amount_total, 3529.57)  # 7380 × 44 / 92
        self.assertEqual(sum(notes.mapped("amount_total")), 5133.91)  # × 64 / 92
        self.assertEqual(self.old.date_end, date(2026, 6, 10))

    def test_during_a_pause(self):
        with freeze_time(JUNE):
            self.pause("2026-06-01")
        with freeze_time(JULY):
            form = Form(
                self.env["kbs.subscription.close"]
                .with_user(self.manager)
                .with_context(default_subscription_ids=self.sub.ids)
            )
            form.way = "at_once"
            form.day = "2026-07-01"
            self.assertIn("5,936.09", form.preview)
            note = self.leave_at_once("2026-07-01")
            self.assertEqual(note.amount_total, 5936.09)
            self.assertEqual(self.old.date_end, date(2026, 6, 30))
            self.assertEqual(self.sub.pause_ids.date_end, date(2026, 6, 30))
            self.assertEqual(self.sub.state, "cancelled")

    def test_during_a_pause_later_periods_have_not_begun(self):
        later = self.renew(self.order, "prof_3")
        later.action_confirm()
        self.pay(later)
        with freeze_time(JUNE):
            self.pause("2026-06-01")
        with freeze_time("2026-09-01 09:00:00"):
            preview = [x.amount for x in self.sub._get_unused(date(2026, 9, 1))]
            notes = self.leave_at_once("2026-09-01")
        self.assertEqual(preview, [5936.09, 7380])
        self.assertEqual(sorted(notes.mapped("amount_total")), [5936.09, 7380])

    @freeze_time(JUNE)
    def test_guaranteed_period_owes_only_for_served_days(self):
        client = self._create_client("No. 2")
        order = self.sell("prof_3", client=client)
        self.sub, period = self.subscription(order), self.period(order)
        self.env["kbs.guarantee"].create(
            {
                "period_id": period.id,
                "date_until": "2026-07-30",
                "reason": "Letter 1",
                "letter": base64.b64encode(b"scan"),
            }
        )
        with freeze_time("2026-06-11 09:00:00"):
            note = self.leave_at_once("2026-06-11")
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.invoice_ids.state, "posted")
        lines = (note | order.invoice_ids).line_ids.filtered(
            lambda x: x.account_type == "asset_receivable"
        )
        lines.reconcile()
        self.assertEqual(
            order.invoice_ids.amount_residual,
            period._prorate(7380, 10, period._get_sold_days()),
        )

    @freeze_time(JUNE)
    def test_day_has_to_cut_the_running_period(self):
        for day in ("2026-05-14", "2026-08-14", "2027-01-01"):
            with self.assertRaisesRegex(UserError, "has to be a day within"):
                self.leave_at_once(day)
        self.assertFalse(self.sub.period_ids.credit_note_ids)

    @freeze_time(JUNE)
    def test_only_a_manager(self):
        with self.assertRaises(AccessError):
            self.leave("at_once", user=self.lead, day="2026-06-01")
        form = self.env["kbs.subscription.close"].with_context(
            default_subscription_ids=self.sub.ids
        )
        self.assertTrue(Form(form.with_user(self.manager)).may_stop)
        self.assertFalse(Form(form.with_user(self.lead)).may_stop)

    @freeze_time(JUNE)
    def test_dialog_shows_what_goes_back(self):
        form = Form(
            self.env["kbs.subscription.close"]
            .with_user(self.manager)
            .with_context(default_subscription_ids=self.sub.ids)
        )
        self.assertTrue(form.is_covered)
        self.assertFalse(form.preview)
        form.way = "at_once"
        self.assertEqual(form.day, date(2026, 6, 1))
        self.assertIn("74 of 92", form.preview)
        self.assertIn("5,936.09", form.preview)
        form.day = "2026-05-14"
        self.assertIn("has to be a day within", form.preview)

    @freeze_time(JUNE)
    def test_reopened_after_a_stop(self):
        """The stop stays; the client buys anew and goes on without a gap."""
        self.leave_at_once()
        self.sub.with_user(self.lead).action_reopen()
        self.assertEqual(self.sub.state, "grace")
        self.assertEqual(self.sub.renewal_ids.state, "lost")
        order = self.renew(self.order, "prof_3")
        order.action_confirm()
        self.pay(order)
        self.check_overlaps()
        self.assertEqual(self.period(order).date_start, date(2026, 6, 1))
        self.assertEqual(self.period(order).date_end, date(2026, 8, 31))
        self.assertEqual(self.sub.state, "active")
        self.assertEqual(self.old.date_end, date(2026, 5, 31))

    @freeze_time(JUNE)
    def test_sold_periods_cannot_be_cancelled_by_closing(self):
        with self.assertRaisesRegex(UserError, "is covered until 08/13/2026"):
            self.sub._close(self.reason)


@tagged("post_install", "-at_install")
class TestCloseNow(KbsCase):
    """Whose coverage is over is closed, and his renewal is lost."""

    def test_renewal_is_lost(self):
        order = self.sell_paid("prof_1")
        subscription = self.subscription(order)
        reason = self.env.ref("kbs_support.kbs_close_reason_program")
        with freeze_time("2026-06-20 09:00:00"):
            self.run_daily_job()
            self.env["kbs.renewal"]._open(subscription)
            self.env["kbs.subscription.close"].with_user(self.lead).create(
                {"subscription_ids": subscription.ids, "reason_id": reason.id}
            ).action_close()
            self.assertEqual(subscription.state, "cancelled")
            self.assertEqual(subscription.renewal_ids.state, "lost")
            subscription.action_reopen()
            self.assertEqual(subscription.renewal_ids.state, "open")
            self.assertEqual(subscription.state, "grace")

    def test_what_a_guarantee_has_served_is_still_owed(self):
        order = self.sell("prof_3")
        period, subscription = self.period(order), self.subscription(order)
        self.env["kbs.guarantee"].create(
            {
                "period_id": period.id,
                "date_until": "2026-08-13",
                "reason": "Letter 1",
                "letter": base64.b64encode(b"scan"),
            }
        )
        with freeze_time("2026-08-20 09:00:00"):
            self.run_daily_job()
            self.assertFalse(period.is_effective)
            subscription._close(self.env.ref("kbs_support.kbs_close_reason_no_budget"))
        self.assertEqual(subscription.state, "cancelled")
        self.assertFalse(period.is_cancelled)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.invoice_ids.state, "posted")

    def test_earlier_refusal_stays(self):
        subscription = self.subscription(self.sell_paid("prof_1"))
        refused = self.env.ref("kbs_support.kbs_close_reason_program")
        renewal = self.env["kbs.renewal"]._open(subscription)[subscription]
        renewal._lose(refused)
        with freeze_time("2026-07-20 09:00:00"):
            self.run_daily_job()
            subscription._close(self.env.ref("kbs_support.kbs_close_reason_no_budget"))
            self.assertEqual(renewal.close_reason_id, refused)
            self.assertEqual(renewal.lost_on, date(2026, 5, 14))
            subscription.action_reopen()
            self.assertEqual(renewal.state, "lost")
            self.assertEqual(renewal.close_reason_id, refused)


@tagged("post_install", "-at_install")
class TestLeaveSeams(LeaveCase):
    """Leaving meets a guaranteed change, credits, pauses and renewals (S5)."""

    def test_guaranteed_change_to_come_takes_no_money(self):
        with freeze_time("2026-05-20 09:00:00"):
            order = self.change(day="2026-07-01", is_paid=False)
            new = self.period(order)
            self.env["kbs.guarantee"].create(
                {
                    "period_id": new.id,
                    "date_until": "2026-08-01",
                    "reason": "Letter 1",
                    "letter": base64.b64encode(b"scan"),
                }
            )
            self.assertEqual(self.old.date_end, date(2026, 6, 30))
        with freeze_time(JUNE):
            preview = [x.amount for x in self.sub._get_unused(date(2026, 6, 1))]
            note = self.leave_at_once()
        self.assertEqual(preview, [5936.09])
        self.assertEqual(note.amount_total, 5936.09)
        self.assertIn("08/13/2026", note.invoice_line_ids.name)
        self.assertTrue(new.is_cancelled)
        self.assertEqual(self.old.date_end, date(2026, 5, 31))

    @freeze_time("2026-05-15 09:00:00")
    def test_never_more_than_credits_have_left(self):
        self.credit(self.order.invoice_ids, 3000)
        first = self.leave_at_once("2026-07-01")
        self.assertEqual(first.amount_total, 3529.57)  # 7380 × 44 / 92
        notes = self.leave_at_once("2026-05-15")
        self.assertAlmostEqual(sum(notes.mapped("amount_total")), 4380, 2)

    def test_pauses_after_the_last_day_fall_away(self):
        for end in ("2026-07-31", False):
            with self.subTest(end=end), freeze_time(JUNE):
                self.order = self.sell_paid("prof_3", client=self._create_client("X"))
                self.sub = self.subscription(self.order)
                self.pause("2026-08-01", end and "2026-08-31")
                self.assertFalse(self.sub._get_stop_refusal(date(2026, 6, 11)))
                preview = [x.amount for x in self.sub._get_unused(date(2026, 6, 11))]
                note = self.leave_at_once("2026-06-11")
                self.assertEqual(note.mapped("amount_total"), preview)
                self.assertEqual(preview, [6577.83])  # 7380 × 82 / 92
                self.assertFalse(self.sub.pause_ids)
                self.assertEqual(self.sub.date_end, date(2026, 6, 10))
            with freeze_time("2026-08-05 09:00:00"):
                self.run_daily_job()
                self.assertEqual(self.sub.state, "cancelled")

    def test_pause_outside_coverage_does_not_count(self):
        later = self.renew(self.order, "prof_3")
        later.action_confirm()
        self.pay(later)
        self.pause("2026-09-01", "2026-09-30")
        self.credit(later.invoice_ids)
        with freeze_time("2026-09-05 09:00:00"):
            self.run_daily_job()
            self.assertEqual(self.sub.state, "ended")

    @freeze_time(JUNE)
    def test_paid_renewal_that_was_given_back_is_no_offer(self):
        three, six = (self.env.ref(f"kbs_support.kbs_term_{x}") for x in (3, 6))
        paid = self.sub._create_renewal_order(three)
        paid.action_confirm()
        self.pay(paid)
        self.leave_at_once()
        self.assertEqual(paid.state, "sale")
        self.assertFalse(paid.kbs_renewal_id)
        self.sub.action_reopen()
        same = self.sub._create_renewal_order(three)
        self.assertEqual(same.state, "draft")
        self.assertEqual(self.sub._create_renewal_order(three), same)
        other = self.sub._create_renewal_order(six)
        self.assertEqual(other.state, "draft")
        self.assertEqual(same.state, "cancel")

    def test_next_periods_are_renewed_after_a_stop(self):
        order = self.sell_paid("prof_12")
        self.sub = self.subscription(order)
        with freeze_time(JUNE):
            self.leave_at_once()
            stopped = self.sub.renewal_ids
            self.assertEqual(stopped.ends_on, date(2026, 5, 31))
            self.sub.action_reopen()
            again = self.renew(order, "prof_1")
            again.action_confirm()
            self.pay(again)
            self.assertEqual(stopped.state, "won")
        with freeze_time("2026-06-20 09:00:00"):
            self.run_job("renewals")
            renewal = self.sub.renewal_ids - stopped
            self.assertEqual(renewal.period_id, self.period(again))
            self.assertEqual(renewal.ends_on, date(2026, 6, 30))
            self.assertEqual(renewal.state, "open")

    def test_renewal_ends_where_a_changed_plan_was_stopped(self):
        with freeze_time(JUNE):
            self.change()
            renewal = self.env["kbs.renewal"]._open(self.sub)[self.sub]
            self.assertEqual(renewal.ends_on, date(2026, 8, 13))
        with freeze_time(JULY):
            self.leave_at_once("2026-07-01")
        self.assertEqual(renewal.ends_on, date(2026, 6, 30))
        self.assertEqual(renewal.state, "lost")

    @freeze_time(JUNE)
    def test_only_one_client_leaves_at_once(self):
        other = self.subscription(
            self.sell_paid("prof_3", client=self._create_client("B"))
        )
        with self.assertRaisesRegex(UserError, "one client"):
            self.leave_at_once(subscription_ids=(self.sub | other).ids)
        self.assertEqual(other.state, "active")

    @freeze_time(JUNE)
    def test_leaving_at_once_needs_a_day(self):
        with self.assertRaisesRegex(UserError, "first day without service"):
            self.leave_at_once(False)

    @freeze_time(JUNE)
    def test_product_of_unused_days_is_kept(self):
        product = self.env.ref("kbs_support.product_product_kbs_unused_days")
        for record in (product, product.product_tmpl_id):
            with self.assertRaisesRegex(UserError, "cannot be deleted"):
                record.unlink()

    @freeze_time(JUNE)
    def test_product_of_unused_days_is_missing(self):
        self.env["ir.model.data"].search(
            [("name", "=", "product_product_kbs_unused_days")]
        ).unlink()
        with self.assertRaisesRegex(UserError, "is missing"):
            self.leave_at_once()
        with self.assertRaisesRegex(UserError, "is missing"):
            self.quote_change()

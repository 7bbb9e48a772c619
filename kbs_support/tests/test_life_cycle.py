from contextlib import suppress
from datetime import date, datetime, time, timedelta

from freezegun import freeze_time
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)
from psycopg2.errors import ExclusionViolation

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools.coverage import month_end
from .common import TODAY, KbsCase
from .stories import tell_stories

PLANS = ("prof", "optima", "premium")
OFTEN = st.sampled_from((True, True, True, False))
TERMS = ("1", "2", "3", "6", "12", "budget_year")


class LifeOfASubscription(RuleBasedStateMachine):
    """One client through sales, payments, renewals, pauses, changes and leaving.

    Every step is what a person or the calendar does; what the rules refuse with a
    message changes nothing. After each step the invariants are counted day by day,
    past the code that is tested.
    """

    def __init__(self, case):
        super().__init__()
        self.case, self.env = case, case.env
        self.today = TODAY
        self.savepoint = self.env.cr.savepoint()
        self.client = case._create_client("Story")
        self.sub = self.env["kbs.subscription"]
        self.orders = self.env["sale.order"]

    def teardown(self):
        self.env.cr.precommit.clear()
        self.env.invalidate_all(flush=False)
        self.savepoint.rollback()
        self.savepoint.close()
        self.env.invalidate_all(flush=False)
        super().teardown()

    # === THE WORLD === #

    def at_noon(self):
        return freeze_time(datetime.combine(self.today, time(9)))

    def do(self, step, *args):
        """Do a step; a refusal by rule is part of the story, a crash is not.

        PostgreSQL itself refuses pauses that overlap, with a message of its own.
        """
        try:
            with self.at_noon(), suppress(UserError), self.env.cr.savepoint():
                step(*args)
                self.env.flush_all()
        except ExclusionViolation as error:
            if error.diag.constraint_name != "kbs_pause_no_overlap":
                raise
            self.env.invalidate_all(flush=False)

    def variant(self, plan, term):
        return self.case.product(f"{plan}_{term}")

    @property
    def unpaid(self):
        return self.orders.invoice_ids.filtered(
            lambda x: (
                x.state == "posted"
                and x.move_type == "out_invoice"
                and x.payment_state in ("not_paid", "partial")
            )
        )

    @property
    def paid(self):
        return self.orders.invoice_ids.filtered(
            lambda x: x.move_type == "out_invoice" and x.payment_state == "paid"
        )

    # === WHAT HAPPENS === #

    @precondition(lambda self: not self.sub)
    @rule(
        plan=st.sampled_from(PLANS), term=st.sampled_from(TERMS), is_paid=st.booleans()
    )
    def sell(self, plan, term, is_paid):
        with self.at_noon():
            order = self.case.sell(f"{plan}_{term}", client=self.client)
            self.orders |= order
            self.sub = self.case.subscription(order)
        if is_paid:
            self.pay()

    @precondition(lambda self: self.unpaid)
    @rule()
    def pay(self):
        self.do(self._pay, self.unpaid[:1])

    def _pay(self, invoice):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": self.today})._create_payments()

    # Some story first, and then the money goes back.
    @precondition(lambda self: self.paid and (self.today - TODAY).days > 60)
    @rule(number=st.integers(0, 5), is_credited=st.booleans())
    def money_goes_back(self, number, is_credited):
        invoice = self.paid[number % len(self.paid)]
        if not is_credited:
            self.do(lambda: invoice.line_ids.remove_move_reconcile())
        elif not invoice._kbs_is_reversed():
            self.do(self.case.credit, invoice)

    @precondition(lambda self: self.sub)
    @rule(
        term=st.sampled_from(TERMS),
        plan=st.sampled_from((None, None, *PLANS)),
        is_paid=OFTEN,
    )
    def renew(self, term, plan, is_paid):
        self.do(self._renew, term, plan)
        if is_paid and self.unpaid:
            self.pay()

    def _renew(self, term, plan):
        term = self.env.ref(f"kbs_support.kbs_term_{term}")
        plan = plan and self.case.plan(plan)
        order = self.sub._create_renewal_order(term, plan)
        if self.sub._create_renewal_order(term, plan) != order:
            raise AssertionError("asking twice made two quotations")
        self.orders |= order
        order.action_confirm()

    @precondition(lambda self: self.sub)
    @rule(plan=st.sampled_from(PLANS), days=st.integers(0, 20), is_paid=OFTEN)
    def change(self, plan, days, is_paid):
        self.do(self._change, plan, days)
        if is_paid and self.unpaid:
            self.pay()

    def _change(self, plan, days):
        quoted = self.sub._quote_change(
            self.case.plan(plan), self.today + timedelta(days=days)
        )
        order = self.sub._create_change_order(quoted, "Story")
        self.orders |= order
        order.action_confirm()

    @precondition(lambda self: self.sub.state == "active")
    @rule(days=st.integers(-2, 4), length=st.integers(0, 40))
    def pause(self, days, length):
        """A pause of ``length`` days; 0: nobody knows until when."""
        start = self.today + timedelta(days=days)
        end = length and start + timedelta(days=length - 1)
        values = {
            "subscription_id": self.sub.id,
            "reason_id": self.env.ref("kbs_support.kbs_pause_reason_relocation").id,
            "date_start": start,
            "date_end": end or False,
        }
        self.do(self.env["kbs.pause"].create, values)

    @precondition(lambda self: self.sub.pause_ids.filtered(lambda x: not x.date_end))
    @rule()
    def resume(self):
        self.do(self.sub._resume)

    @precondition(lambda self: self.unpaid and self.sub.date_end)
    @rule(number=st.integers(0, 5))
    def cancel(self, number):
        order = self.orders[number % len(self.orders)]
        self.do(order._action_cancel)

    # Not at once, or there would be no story.
    @precondition(lambda self: self.sub and (self.today - TODAY).days > 120)
    @rule(days=st.integers(0, 10), is_reopened=st.booleans())
    def leave(self, days, is_reopened):
        self.do(self._leave, self.today + timedelta(days=days), is_reopened)

    def _leave(self, day, is_reopened):
        reason = self.env.ref("kbs_support.kbs_close_reason_no_budget")
        self.sub._leave_at_once(reason, day, "")
        if is_reopened:
            self.sub.action_reopen()

    @precondition(lambda self: self.sub.date_end)
    @rule(days=st.integers(1, 10))
    def days_pass(self, days):
        self.time_passes(days)

    @precondition(lambda self: self.sub)
    @rule(days=st.integers(10, 60))
    def time_passes(self, days):
        self.today += timedelta(days=days)
        with self.at_noon():
            for model, domain, name in self.sub._get_due():
                model.search(domain).modified([name])
            self.env.flush_all()
            self.env.invalidate_all()

    # === WHAT IS ALWAYS TRUE === #

    def days_of(self, start, end):
        return {start + timedelta(days=x) for x in range((end - start).days + 1)}

    def paused_days(self):
        days = set()
        horizon = self.today + timedelta(days=2000)
        for pause in self.sub.pause_ids:
            days |= self.days_of(pause.date_start, pause.date_end or horizon)
        return days

    def effective(self):
        return self.sub.period_ids.filtered("is_effective").sorted("date_start")

    @invariant()
    def no_day_is_sold_twice(self):
        taken = set()
        for period in self.effective():
            days = self.days_of(period.date_start, period.date_end)
            assert not days & taken, "two periods cover one day"
            taken |= days

    @invariant()
    def nothing_is_invoiced_twice(self):
        for line in self.orders.order_line:
            invoices = line.invoice_lines.move_id.filtered(
                lambda x: x.state == "posted" and x.move_type == "out_invoice"
            )
            assert len(invoices) <= 1, "an order line has two invoices"
        for order in self.orders:
            live = order.order_line.kbs_period_ids.filtered(
                lambda x: not x.is_cancelled
            )
            assert len(live) <= 1, "an order has two periods"

    @invariant()
    def effective_only_if_paid(self):
        for period in self.sub.period_ids:
            invoices = period.sale_line_id.invoice_lines.move_id
            paid = invoices.filtered(
                lambda x: (
                    x.move_type == "out_invoice"
                    and x.state == "posted"
                    and x.payment_state in ("paid", "in_payment", "reversed")
                    and not x._kbs_is_reversed()
                )
            )
            if period.is_effective:
                assert paid, "effective, and not paid"
                assert not period.is_cancelled
            elif not period.is_cancelled and not period.replaced_period_id:
                assert not paid, "paid, and not effective"

    @invariant()
    def tenure_is_the_sum_of_uninterrupted_coverage(self):
        with self.at_noon():
            periods = self.effective()
            if not periods:
                assert not self.sub.tenure_start
                return
            covered = set()
            for period in periods:
                covered |= self.days_of(period.date_start, period.date_end)
            start = max(covered)
            while start - timedelta(days=1) in covered:
                start -= timedelta(days=1)
            assert self.sub.tenure_start == start, "tenure begins elsewhere"
            if self.sub.state not in ("active", "upcoming", "paused", "grace"):
                return
            run = self.days_of(start, min(self.today, max(covered)))
            served = len(run - self.paused_days())
            months = 0
            while (month_end(start, months + 1) - start).days + 1 <= served:
                months += 1
            assert self.sub.tenure_months == months, "tenure has other months"

    @invariant()
    def state_follows_the_days(self):
        if not self.sub:
            return
        with self.at_noon():
            active = self.env["kbs.subscription"]._get_active(self.client, self.today)
            covering = [
                x for x in self.effective() if x.date_start <= self.today <= x.date_end
            ]
            is_covered = bool(covering) and self.today not in self.paused_days()
            assert (active[self.client] == self.sub) is is_covered
            if self.sub.closed_on:
                return
            assert (self.sub.state == "active") is is_covered, self.sub.state

    @invariant()
    def one_renewal_runs(self):
        renewals = self.sub.renewal_ids
        assert len(renewals.filtered(lambda x: x.state == "open")) <= 1
        assert len(renewals.period_id) == len(renewals)
        for renewal in renewals:
            running = renewal.order_ids.filtered(lambda x: x.state != "cancel")
            assert len(running) <= 1


@tagged("post_install", "-at_install")
class TestLifeCycle(KbsCase):
    def test_any_story_keeps_the_invariants(self):
        tell_stories(lambda: LifeOfASubscription(self))

    def test_year_of_one_client(self):
        """A story that is always told: sold late, paused, upgraded, renewed."""
        story = LifeOfASubscription(self)
        story.sell("prof", "3", is_paid=True)
        story.time_passes(10)
        story.pause(0, 0)
        story.time_passes(7)
        story.resume()
        story.change("optima", 1, is_paid=True)
        story.time_passes(60)
        story.renew("6", None, is_paid=True)
        for check in (
            story.no_day_is_sold_twice,
            story.nothing_is_invoiced_twice,
            story.effective_only_if_paid,
            story.tenure_is_the_sum_of_uninterrupted_coverage,
            story.state_follows_the_days,
            story.one_renewal_runs,
        ):
            check()
        self.assertEqual(story.sub.tenure_start, TODAY)
        self.assertEqual(story.sub.plan_id, self.plan("optima"))
        # three months and seven paused days, then six months more
        self.assertEqual(story.sub.date_end, date(2027, 2, 13) + timedelta(days=7))
        story.teardown()

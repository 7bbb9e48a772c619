from contextlib import suppress
from datetime import date

from freezegun import freeze_time
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools.act_sums import FREQUENCIES, to_kopecks
from ..tools.coverage import ONE_DAY
from .act_common import ActCase
from .common import KbsCase
from .stories import tell_stories
from .test_life_cycle import PLANS, TERMS, LifeOfASubscription

FAR = date(2100, 1, 1)


def correct(acts):
    """What the dialog proposes, for each act in turn."""
    wizards = acts.env["kbs.act.correct"]
    corrections = acts.browse()
    for act in acts:
        wizard = wizards.create({"act_id": act.id, "reason": "What came later"})
        with suppress(UserError):  # nothing changes
            corrections |= acts.browse(wizard.action_correct()["res_id"])
    return corrections


@tagged("post_install", "-at_install")
class TestActHistory(ActCase):
    """What comes to be known after the issue: acts and corrections are the worth."""

    def told(self, period):
        """``[(days, kopecks)]`` of a period by month, corrections included."""
        lines = period.act_line_ids.grouped(lambda x: x.act_id.date_start)
        return [
            (sum(x.mapped("days")), to_kopecks(sum(x.mapped("amount"))))
            for _month, x in sorted(lines.items())
        ]

    def upgrade(self, day, paid_on):
        with freeze_time(f"{day} 09:00:00"):
            change = self.sub._quote_change(
                self.plan("premium"), date.fromisoformat(day)
            )
            order = self.sub._create_change_order(change, "More questions")
            order.action_confirm()
        with freeze_time(f"{paid_on} 09:00:00"):
            acts = self.issue("2026-05-31")
            self.pay(order)
            self.env.flush_all()
        return acts, self.period.replaced_by_ids

    def stop(self, day, on):
        with freeze_time(f"{on} 09:00:00"):
            reason = self.env["kbs.close.reason"].search([], limit=1)
            return self.sub._leave_at_once(reason, date.fromisoformat(day))

    def test_change_of_plan_that_is_paid_after_the_act(self):
        acts, new = self.upgrade("2026-05-20", "2026-06-05")
        self.sub.manager_id = self.manager
        june = self.make("2026-06-30")
        self.assertEqual(self.stretches(june), [("2026-06-01", "2026-06-30")])
        self.assertEqual(june.line_ids.period_id, new)
        # The manager is asked for the correction of May, once.
        self.make("2026-07-31")
        self.assertEqual(acts.activity_ids.mapped("user_id"), self.manager)
        self.assertEqual(len(acts[-1].activity_ids), 1)
        correction = correct(acts)
        self.assertEqual(correction.corrected_act_id, acts[-1])
        self.assertEqual(
            [(x.period_id, x.days) for x in correction.line_ids],
            [(self.period, -12), (new, 12)],
        )
        self.assertFalse(correct(acts))
        self.make()
        for period in self.period | new:
            self.assertEqual(
                sum(x for _days, x in self.told(period)), period._get_sold().due
            )
        self.assertTrue(self.period.is_acted and new.is_acted)

    def test_added_line_is_corrected_and_cancelled_with_its_act(self):
        acts, new = self.upgrade("2026-05-20", "2026-06-05")
        correct(acts)
        self.assertEqual([x for x, _amount in self.told(new)], [12])
        self.pause("2026-05-25", "2026-05-29")
        correct(acts)
        self.assertEqual([x for x, _amount in self.told(new)], [7])
        acts[-1]._correct_sudo({}, "Letter", is_whole=True)
        self.assertEqual([x for x, _amount in self.told(new)], [0])
        self.assertFalse(new.acted_until)
        again = self.make("2026-05-31")
        self.assertEqual(again.line_ids.mapped("days"), [19, 7])

    def test_pause_that_moves_days_of_two_periods(self):
        client = self._create_client("School No. 2")
        with freeze_time("2026-03-01 09:00:00"):
            old = self.sell_paid("optima_3", client=client).order_line.kbs_period_ids
        sub = old.subscription_id
        with freeze_time("2026-05-20 09:00:00"):
            term = self.env.ref("kbs_support.kbs_term_3")
            order = sub._create_renewal_order(term)
            order.action_confirm()
            self.pay(order)
        new = order.order_line.kbs_period_ids
        acts = self.issue("2026-06-30", sub)
        with freeze_time("2026-07-05 09:00:00"):
            self.env["kbs.pause"].create(
                {
                    "subscription_id": sub.id,
                    "reason_id": self.reason.id,
                    "date_start": "2026-05-20",
                    "date_end": "2026-05-24",
                }
            )
        self.assertEqual(self.stretches(self.make("2026-07-31", sub)),
                         [("2026-07-01", "2026-07-31")])  # fmt: skip
        correct(acts)
        self.make(subs=sub)
        self.assertEqual([x for x, _amount in self.told(old)], [31, 30, 26, 5])
        self.assertEqual([x for x, _amount in self.told(new)], [25, 31, 31, 5])
        for period in old | new:
            total = sum(amount for _days, amount in self.told(period))
            self.assertEqual(total, to_kopecks(period.price_total))

    def test_stop_in_the_past_is_corrected_in_any_order(self):
        for step in (1, -1):
            with self.subTest(step=step), self.env.cr.savepoint() as point:
                acts = self.issue("2026-06-30")
                note = self.stop("2026-04-10", "2026-07-05")
                corrections = correct(acts[::step])
                self.assertEqual(len(corrections), 3)
                self.assertEqual(
                    [x for x, _amount in self.told(self.period)], [17, 28, 31, 9, 0, 0]
                )
                paid = round(self.period.price_total - note.amount_total, 2)
                self.assertEqual(self.total(acts | corrections), paid)
                point.rollback()
                self.env.invalidate_all(flush=False)

    def test_later_period_that_a_stop_has_cancelled(self):
        with freeze_time("2026-12-20 09:00:00"):
            term = self.env.ref("kbs_support.kbs_term_3")
            order = self.sub._create_renewal_order(term)
            order.action_confirm()
            self.pay(order)
        later = order.order_line.kbs_period_ids
        acts = self.issue("2027-02-28")
        self.stop("2026-12-10", "2027-03-05")
        self.assertTrue(later.is_cancelled and later.is_paid)
        correct(acts)
        self.assertEqual(self.told(later), [(0, 0), (0, 0)])

    def test_part_that_was_credited_stands_on_no_act(self):
        self.credit(self.period.order_id.invoice_ids, amount=1000)
        self.env.flush_all()
        self.assertTrue(self.period.is_paid)
        self.assertEqual(self.total(self.make()), self.period.price_total - 1000)

    def test_draft_that_others_follow_is_not_deleted(self):
        acts = self.make("2026-04-30")
        with self.assertRaisesRegex(UserError, "follows"):
            acts[1].with_user(self.accountant).unlink()
        acts[1:].with_user(self.accountant).unlink()
        again = self.make("2026-04-30")
        self.assertEqual(self.stretches(again)[0], ("2026-02-01", "2026-02-28"))


class ActedLife(LifeOfASubscription):
    """Acts are made and issued month by month, whatever happens in between."""

    def __init__(self, case):
        super().__init__(case)
        case.company.kbs_act_since = "2020-01-01"

    @initialize(
        plan=st.sampled_from(PLANS),
        term=st.sampled_from(TERMS),
        frequency=st.sampled_from(FREQUENCIES),
        months=st.integers(1, 4),
    )
    def begin(self, plan, term, frequency, months):
        """Paid, and served for some months: without acts there is nothing to tell."""
        self.client.kbs_act_frequency = frequency
        self.sell(plan, term, True)
        for _month in range(months):
            self.month_is_over(31)

    @precondition(lambda self: self.sub.date_start)
    @rule(days=st.integers(20, 60))
    def month_is_over(self, days):
        self.time_passes(days)
        with self.at_noon():
            self.make(self.today.replace(day=1) - ONE_DAY)._issue_sudo()

    @precondition(lambda self: self.sub.state == "active")
    @rule(days=st.integers(-60, -3), length=st.integers(1, 30))
    def pause_is_told_late(self, days, length):
        self.pause(days, length)

    @precondition(lambda self: self.sub.period_ids.act_line_ids)
    @rule(days=st.integers(-60, 0))
    def leaving_is_told_late(self, days):
        self.leave(days, True)

    def make(self, until):
        acts = self.env["kbs.act"]._make_sudo(self.sub, until)
        self.env.flush_all()
        return acts

    @precondition(lambda self: self.sub.period_ids.act_line_ids)
    @rule(step=st.sampled_from((1, -1)))
    def settle(self, step):
        """All acts are corrected, the rest is made; then it never was."""
        with self.at_noon(), self.env.cr.savepoint() as point:
            acts = self.env["kbs.act"].search(
                [
                    ("subscription_id", "=", self.sub.id),
                    ("kind", "=", "service"),
                    ("state", "!=", "cancelled"),
                ],
                order="date_start",
            )
            correct(acts[::step])
            self.env.flush_all()
            self.make(FAR)
            for period in self.sub.period_ids:
                self.compare(period)
            point.rollback()
        self.env.invalidate_all(flush=False)

    def teardown(self):
        if self.sub.period_ids.act_line_ids:
            self.settle(1)
        super().teardown()

    def compare(self, period):
        lines = period.act_line_ids
        told = (sum(lines.mapped("days")), to_kopecks(sum(lines.mapped("amount"))))
        sold = period._get_sold()
        if not sold.told_until:
            assert told == (0, 0), (period.display_name, told)
        elif period.is_paid and not sold.open_pause:
            served = sold.count_served(sold.first, sold.last)
            assert told == (served, sold.due), (period.display_name, told, sold)


@tagged("post_install", "-at_install")
class TestActStories(KbsCase):
    def test_any_story_comes_to_the_worth(self):
        tell_stories(lambda: ActedLife(self))

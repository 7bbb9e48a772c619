from datetime import date, timedelta

from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..tools import coverage as cov
from .common import NOON, TODAY, KbsCase

ONE_DAY = timedelta(days=1)


def day(text):
    return date.fromisoformat(text)


def shift_all(stretches, first, days, moved):
    return [
        cov.shift_by_pause(*x, first, days) if i in moved else x
        for i, x in enumerate(stretches)
    ]


@tagged("post_install", "-at_install")
class TestPauseArithmetic(KbsCase):
    """Rule S2: what a pause moves, as arithmetic over dates."""

    def test_what_a_pause_moves(self):
        jan, feb = ("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28")
        for first, days, before, after in (
            # In the middle: the running one ends later, the next moves as a whole.
            ("2026-01-10", 5, [jan, feb], ["01-01 02-05", "02-06 03-05"]),
            # On the first day of the next one: the previous one reaches to it.
            ("2026-02-01", 5, [jan, feb], ["01-01 02-05", "02-06 03-05"]),
            # A day later: the first one is over.
            ("2026-02-02", 5, [jan, feb], ["01-01 01-31", "02-01 03-05"]),
            # On the last day.
            ("2026-01-31", 1, [jan, feb], ["01-01 02-01", "02-02 03-01"]),
            # On the very first day everything moves.
            ("2026-01-01", 5, [jan], ["01-06 02-05"]),
        ):
            with self.subTest(first=first):
                stretches = [(day(a), day(b)) for a, b in before]
                moved = cov.get_moved_by_pause(stretches, day(first), day(first))
                found = shift_all(stretches, day(first), days, moved)
                self.assertEqual([f"{a:%m-%d} {b:%m-%d}" for a, b in found], after)

    def test_new_chain_that_runs_stays(self):
        old = (day("2026-01-01"), day("2026-01-31"))
        new = (day("2026-04-01"), day("2026-04-30"))
        moved = cov.get_moved_by_pause([old, new], day("2026-01-10"), day("2026-04-02"))
        self.assertEqual(moved, [0])
        # What is paid for and has not begun was not served: it moves.
        moved = cov.get_moved_by_pause([old, new], day("2026-01-10"), day("2026-01-20"))
        self.assertEqual(moved, [0, 1])

    @settings(deadline=None, max_examples=300)
    @given(
        start=st.dates(date(2023, 1, 1), date(2028, 12, 31)),
        lengths=st.lists(
            st.tuples(st.integers(1, 400), st.integers(0, 30)), min_size=1, max_size=12
        ),
        offset=st.integers(0, 800),
        days=st.integers(1, 900),
    )
    def test_any_pause_moves_the_end_and_is_undone(self, start, lengths, offset, days):
        stretches = []
        for length, gap in lengths:
            end = start + timedelta(days=length - 1)
            stretches.append((start, end))
            start = end + timedelta(days=1 + gap)
        first = stretches[0][0] + timedelta(days=offset)
        if not any(a <= first <= b for a, b in stretches):
            return
        moved = cov.get_moved_by_pause(stretches, first, first)
        after = shift_all(stretches, first, days, moved)
        # The end moves by exactly the days paused, nothing overlaps, gaps stay.
        self.assertEqual(after[-1][1] - stretches[-1][1], timedelta(days=days))
        gaps = [b[0] - a[1] for a, b in zip(stretches, stretches[1:], strict=False)]
        found = [b[0] - a[1] for a, b in zip(after, after[1:], strict=False)]
        for gap, new_gap in zip(gaps, found, strict=True):
            self.assertGreater(new_gap, timedelta(0))
            if gap == ONE_DAY:
                self.assertEqual(new_gap, gap)
        # Nobody loses a day of service.
        pause = [(first, first + timedelta(days=days - 1))]
        served = sum((b - a).days + 1 for a, b in stretches)
        left = sum((b - a).days + 1 - cov.days_within(pause, a, b) for a, b in after)
        self.assertEqual(served, left)
        back = shift_all(after, first + timedelta(days=days), -days, moved)
        self.assertEqual(back, stretches)

    def test_paused_days_are_no_tenure(self):
        for start, end, paused, months in (
            ("2026-01-01", "2026-03-31", 0, 3),
            ("2026-01-01", "2026-03-31", 1, 2),
            ("2026-01-01", "2026-04-10", 10, 3),
            ("2026-01-01", "2026-04-09", 10, 2),
            ("2026-01-01", "2026-01-10", 10, 0),
        ):
            with self.subTest(end=end, paused=paused):
                found = cov.months_between(day(start), day(end), paused)
                self.assertEqual(found, months)


class PauseCase(KbsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env.ref("kbs_support.kbs_pause_reason_mobilisation")
        cls.order = cls.sell_paid("optima_3")  # 14.05 – 13.08
        cls.sub = cls.subscription(cls.order)

    @classmethod
    def pause(cls, start=TODAY, end=False, sub=None, user=None, **values):
        return (
            cls.env["kbs.pause"]
            .with_user(user or cls.lead)
            .create(
                {
                    "subscription_id": (sub or cls.sub).id,
                    "reason_id": cls.reason.id,
                    "date_start": start,
                    "date_end": end,
                    **values,
                }
            )
        )

    def days(self, periods=None):
        periods = periods or self.sub.period_ids._get_booked()
        return [f"{x.date_start:%d.%m.%y}–{x.date_end:%d.%m.%y}" for x in periods]


@tagged("post_install", "-at_install")
class TestPause(PauseCase):
    """Rule S2: the end moves by the days paused, and the tenure stays."""

    def test_end_moves_by_exactly_the_days_paused(self):
        with freeze_time("2026-06-01 09:00:00"):
            self.pause(day("2026-06-01"))
            self.assertEqual(self.sub.state, "paused")
            self.assertEqual(self.sub.date_end, day("2026-08-13"))
        with freeze_time("2026-06-11 09:00:00"):
            self.sub.with_user(self.lead).action_resume()
            self.assertEqual(self.sub.state, "active")
            self.assertEqual(self.sub.pause_ids.date_end, day("2026-06-10"))
            self.assertEqual(self.sub.pause_ids.days, 10)
        self.assertEqual(self.days(), ["14.05.26–23.08.26"])
        self.assertEqual(self.sub.date_end, day("2026-08-23"))
        self.assertEqual(self.sub.tenure_start, TODAY)

    def test_paused_days_are_not_covered(self):
        self.pause(day("2026-06-01"), day("2026-06-10"))
        for text, is_covered in (
            ("2026-05-31", True),
            ("2026-06-01", False),
            ("2026-06-10", False),
            ("2026-06-11", True),
            ("2026-08-23", True),
            ("2026-08-24", False),
        ):
            with self.subTest(day=text):
                found = self.sub._get_active(self.client, day(text))[self.client]
                self.assertEqual(bool(found), is_covered)

    def test_open_pause_outlasts_the_nominal_end(self):
        with freeze_time("2026-08-04 09:00:00"):
            self.pause(day("2026-08-04"))
        with freeze_time("2026-12-01 09:00:00"):
            self.run_daily_job()
            self.assertEqual(self.sub.state, "paused")
            self.assertEqual(self.sub.days_left, 10)
            self.assertEqual(self.sub.plan_id, self.plan("optima"))
            self.assertEqual(self.sub.period_ids.state, "current")
            self.assertEqual(self.sub.tenure_months, 2)
            self.assertFalse(self.sub._get_active(self.client)[self.client])
            self.sub.with_user(self.lead).action_resume()
            self.assertEqual(self.sub.state, "active")
            self.assertEqual(self.sub.date_end, day("2026-12-10"))
            self.assertTrue(self.sub._get_active(self.client)[self.client])
            self.assertEqual(self.sub.days_left, 10)
        with freeze_time("2026-12-11 09:00:00"):
            self.run_daily_job()
            self.assertEqual(self.sub.state, "grace")
            self.assertEqual(self.sub.tenure_months, 3)

    def test_planned_pause_works_by_the_daily_job(self):
        self.pause(day("2026-06-01"), day("2026-06-10"))
        self.assertEqual(self.sub.state, "active")
        self.assertEqual(self.sub.state_changes_on, day("2026-06-01"))
        # 92 sold, and the days that will be paused are not among those left.
        self.assertEqual(self.sub.days_left, 92)
        for moment, state in (
            ("2026-05-31 20:00:00", "active"),
            ("2026-05-31 21:30:00", "paused"),  # midnight in Kyiv is over
            ("2026-06-10 09:00:00", "paused"),
            ("2026-06-10 21:30:00", "active"),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                self.run_daily_job()
                self.assertEqual(self.sub.state, state)

    def test_planned_pause_without_a_last_day(self):
        self.pause(day("2026-06-01"))
        self.assertEqual(self.sub.state_changes_on, day("2026-06-01"))
        with freeze_time("2026-06-02 09:00:00"):
            self.run_daily_job()
            self.assertEqual(self.sub.state, "paused")

    def test_resumed_earlier_than_planned(self):
        self.pause(day("2026-06-01"), day("2026-06-30"))
        self.assertEqual(self.sub.date_end, day("2026-09-12"))
        with freeze_time("2026-06-11 09:00:00"):
            self.run_daily_job()
            self.sub.with_user(self.lead).action_resume()
            self.assertEqual(self.sub.state, "active")
        self.assertEqual(self.days(), ["14.05.26–23.08.26"])

    def test_resumed_on_the_first_day(self):
        self.pause()
        self.sub.with_user(self.lead).action_resume()
        self.assertFalse(self.sub.pause_ids)
        self.assertEqual(self.sub.state, "active")
        self.assertEqual(self.days(), ["14.05.26–13.08.26"])

    def test_resumed_from_an_earlier_day(self):
        self.pause(day("2026-06-01"))
        with freeze_time("2026-06-20 09:00:00"):
            self.sub.with_user(self.lead)._resume(day("2026-06-06"))
            self.assertEqual(self.sub.pause_ids.days, 5)
            with self.assertRaisesRegex(UserError, "not paused"):
                self.sub.with_user(self.lead).action_resume()

    def test_pause_on_the_first_day_of_the_next_period(self):
        order = self.renew(self.order, "optima_3")
        order.action_confirm()
        self.pay(order)
        self.assertEqual(self.days(), ["14.05.26–13.08.26", "14.08.26–13.11.26"])
        self.pause(day("2026-08-14"), day("2026-08-23"))
        self.assertEqual(self.days(), ["14.05.26–23.08.26", "24.08.26–23.11.26"])
        self.assertEqual(self.sub.tenure_start, TODAY)

    def test_chain_is_counted_from_its_first_day(self):
        """Rule T1 with pauses: months from the first start, and the days paused."""
        with freeze_time("2026-01-31 09:00:00"):
            order = self.sell_paid("prof_1", client=self._create_client("Chain"))
            sub = self.subscription(order)
            self.pause(day("2026-02-10"), day("2026-02-14"), sub=sub)
            for __ in range(2):
                last = self.renew(order, "prof_1", client=sub.partner_id)
                last.action_confirm()
                self.pay(last)
        # Without the pause: 31.01–27.02, 28.02–30.03, 31.03–29.04.
        self.assertEqual(
            self.days(sub.period_ids._get_booked()),
            ["31.01.26–04.03.26", "05.03.26–04.04.26", "05.04.26–04.05.26"],
        )

    def test_renewal_sold_during_a_pause_moves_with_it(self):
        self.pause(day("2026-06-01"))
        with freeze_time("2026-10-01 09:00:00"):
            order = self.renew(self.order, "optima_3", pricelist_id=self.loyalty.id)
            order.action_confirm()
            self.pay(order)
            self.assertEqual(self.period(order).price_kind, "loyalty")
            self.assertEqual(self.days(), ["14.05.26–13.08.26", "14.08.26–13.11.26"])
            self.assertEqual(self.sub.state, "paused")
            self.assertFalse(order.kbs_date_note)
            self.sub.with_user(self.lead).action_resume()
        # 01.06 – 30.09 are 122 days.
        self.assertEqual(self.days(), ["14.05.26–13.12.26", "14.12.26–15.03.27"])
        self.assertEqual(self.sub.tenure_start, TODAY)

    def test_one_month_sold_long_after_the_nominal_end(self):
        """The term would be over by the calendar, and is not: time stands still."""
        self.pause(day("2026-06-01"))
        with freeze_time("2026-12-01 09:00:00"):
            order = self.renew(self.order, "optima_1")
            order.action_confirm()
            self.assertEqual(self.period(order).date_start, day("2026-08-14"))
            term = self.env.ref("kbs_support.kbs_term_1")
            self.pay(order)
            offers = self.sub._get_offers(terms=term)[self.sub]
            self.assertTrue(offers)
            self.assertGreater(offers[0].valid_until, day("2026-12-01"))

    def test_budget_year_that_waits_moves_as_a_whole(self):
        order = self.renew(
            self.order, "optima_budget_year", line={"kbs_date_start": "2027-01-01"}
        )
        order.action_confirm()
        self.pay(order)
        self.pause(day("2026-06-01"), day("2026-11-15"))  # 168 days
        self.assertEqual(self.days(), ["14.05.26–28.01.27", "18.06.27–16.06.28"])

    def test_renewal_ends_with_its_period(self):
        renewal = self.env["kbs.renewal"]._open(self.sub)[self.sub]
        self.pause(day("2026-06-01"), day("2026-06-10"))
        self.assertEqual(renewal.ends_on, day("2026-08-23"))
        self.assertEqual(renewal.state, "open")
        self.assertEqual(self.env["kbs.renewal"]._open(self.sub)[self.sub], renewal)

    def test_stop_that_is_agreed_on_moves_too(self):
        self.sub.period_ids.stopped_on = day("2026-07-01")
        self.pause(day("2026-06-01"), day("2026-06-10"))
        self.assertEqual(self.days(), ["14.05.26–10.07.26"])
        self.sub.pause_ids.with_user(self.manager).unlink()
        self.assertEqual(self.days(), ["14.05.26–30.06.26"])

    def test_change_of_plan_moves_as_one(self):
        """The old period ends where the new one starts, before and after."""
        old = self.sub.period_ids
        new = old.copy(
            {
                "plan_id": self.plan("premium").id,
                "date_start": "2026-07-01",
                "sold_until": old.sold_until,
                "replaced_period_id": old.id,
                "subscription_id": self.sub.id,
            }
        )
        self.env["kbs.guarantee"].create(
            {
                "period_id": new.id,
                "date_until": "2026-12-31",
                "reason": "test",
                "letter": b"bGV0dGVy",
            }
        )
        before = ["14.05.26–30.06.26", "01.07.26–13.08.26"]
        self.assertEqual(self.days(), before)
        self.pause(day("2026-07-01"), day("2026-07-10"))
        self.assertEqual(self.days(), ["14.05.26–10.07.26", "11.07.26–23.08.26"])
        self.sub.pause_ids.with_user(self.manager).unlink()
        self.assertEqual(self.days(), before)
        self.pause(day("2026-06-01"), day("2026-06-10"))
        self.assertEqual(self.days(), ["14.05.26–10.07.26", "11.07.26–23.08.26"])
        self.sub.pause_ids.with_user(self.manager).unlink()
        self.assertEqual(self.days(), before)
        self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")

    # === PAYMENT === #

    def test_unpaid_period_moves_and_is_paid_during_the_pause(self):
        order = self.renew(self.order, "optima_3")
        order.action_confirm()
        self.pause(day("2026-06-01"))
        with freeze_time("2026-06-11 09:00:00"):
            self.pay(order)
            self.assertEqual(self.sub.state, "paused")
            self.sub.with_user(self.lead).action_resume()
        self.assertEqual(self.days(), ["14.05.26–23.08.26", "24.08.26–23.11.26"])

    def test_dates_change_together(self):
        """Rule T4: a payment after the last day moves both ends in one step."""
        order = self.sell("prof_1", client=self._create_client("Late"))
        self.env.flush_all()
        self.env.invalidate_all()
        with freeze_time("2026-09-01 09:00:00"):
            self.pay(order)
        self.assertEqual(self.days(self.period(order)), ["01.09.26–30.09.26"])

    def test_long_pause_of_a_short_period_is_undone(self):
        order = self.sell_paid("prof_1", client=self._create_client("Short"))
        sub = self.subscription(order)
        pause = self.pause(TODAY, day("2026-12-31"), sub=sub)
        self.assertEqual(self.days(self.period(order)), ["01.01.27–31.01.27"])
        self.env.flush_all()
        self.env.invalidate_all()
        pause.with_user(self.manager).unlink()
        self.assertEqual(self.days(self.period(order)), ["14.05.26–13.06.26"])

    def test_payment_taken_back_during_a_pause(self):
        self.pause()
        self.credit(self.order.invoice_ids)
        self.assertEqual(self.sub.state, "draft")
        with freeze_time("2026-05-24 09:00:00"):
            self.sub.with_user(self.lead).action_resume()
            self.assertEqual(self.sub.state, "draft")

    def test_guarantee_lapses_during_a_pause(self):
        """The client promised to pay by a day of the calendar, paused or not."""
        order = self.sell("optima_3", client=self._create_client("Museum"))
        sub, period = self.subscription(order), self.period(order)
        with self.assertRaisesRegex(UserError, "nothing to pause"):
            with self.cr.savepoint():
                self.pause(sub=sub)
        self.env.invalidate_all()
        self.env["kbs.guarantee"].create(
            {
                "period_id": period.id,
                "date_until": "2026-05-31",
                "reason": "test",
                "letter": b"bGV0dGVy",
            }
        )
        self.pause(day("2026-05-20"), sub=sub)
        with freeze_time("2026-06-01 09:00:00"):
            self.run_daily_job()
            self.assertEqual(sub.state, "draft")
            self.pay(order)
            self.assertEqual(sub.state, "paused")
            sub.with_user(self.lead).action_resume()
        # 12 days: the payment moved nothing, service had begun by the letter.
        self.assertEqual(self.days(period), ["14.05.26–25.08.26"])

    # === UNDONE === #

    def test_deleting_the_last_pause_undoes_it(self):
        pause = self.pause(day("2026-06-01"), day("2026-06-10"))
        with self.assertRaises(AccessError):
            pause.unlink()
        order = self.renew(self.order, "optima_3")
        order.action_confirm()
        self.assertEqual(self.days(), ["14.05.26–23.08.26", "24.08.26–23.11.26"])
        pause.with_user(self.manager).unlink()
        # Months that were sold later continue the chain, so they move back as well.
        self.assertEqual(self.days(), ["14.05.26–13.08.26", "14.08.26–13.11.26"])
        self.assertEqual(self.sub.state, "active")

    def test_new_chain_stays_when_an_old_pause_is_deleted(self):
        self.pause(day("2026-06-01"), day("2026-06-10"))
        with freeze_time("2026-12-01 09:00:00"):
            order = self.renew(self.order, "optima_3")
            order.action_confirm()
            self.pay(order)
            self.assertEqual(self.days()[1], "01.12.26–28.02.27")
            self.sub.pause_ids.with_user(self.manager).unlink()
        self.assertEqual(self.days(), ["14.05.26–13.08.26", "01.12.26–28.02.27"])

    def test_budget_year_that_was_sold_later_cannot_be_counted_back(self):
        self.pause(day("2026-06-01"), day("2026-12-31"))
        order = self.renew(
            self.order, "optima_budget_year", line={"kbs_date_start": "2027-06-01"}
        )
        order.action_confirm()
        self.pay(order)
        with self.assertRaisesRegex(UserError, "sold after this pause"):
            self.sub.pause_ids.with_user(self.manager).unlink()

    def test_back_dated_pause_does_not_run_over_a_new_chain(self):
        with freeze_time("2026-09-01 09:00:00"):
            order = self.renew(self.order, "optima_3")
            order.action_confirm()
            self.pay(order)
            self.assertEqual(self.days(), ["14.05.26–13.08.26", "01.09.26–30.11.26"])
            with self.assertRaisesRegex(UserError, "run into"), self.cr.savepoint():
                self.pause(day("2026-06-01"), day("2026-06-30"))
            self.env.invalidate_all()
            self.pause(day("2026-06-01"), day("2026-06-10"))
        self.assertEqual(self.days(), ["14.05.26–23.08.26", "01.09.26–30.11.26"])

    def test_pauses_are_entered_in_the_order_of_time(self):
        self.pause(day("2026-06-01"), day("2026-06-10"))
        for start, end in (("2026-05-20", "2026-05-25"), ("2026-05-20", "2026-05-20")):
            with self.assertRaisesRegex(UserError, "Another pause"):
                with self.cr.savepoint():
                    self.pause(day(start), day(end))
        later = self.pause(day("2026-07-01"), day("2026-07-10"))
        first = self.sub.pause_ids - later
        with self.assertRaisesRegex(UserError, "Another pause"):
            first.with_user(self.manager).unlink()
        with self.assertRaisesRegex(UserError, "Another pause"):
            first.with_user(self.lead).date_end = day("2026-06-12")
        self.sub.pause_ids.with_user(self.manager).unlink()
        self.assertEqual(self.days(), ["14.05.26–13.08.26"])

    def test_last_day_of_the_last_pause_can_be_corrected(self):
        pause = self.pause(day("2026-06-01"), day("2026-06-10"))
        pause.write({"date_end": day("2026-06-20"), "note": "Order 5"})
        self.assertEqual(self.sub.date_end, day("2026-09-02"))
        pause.date_end = day("2026-06-01")
        self.assertEqual(self.sub.date_end, day("2026-08-14"))
        pause.date_end = False
        self.assertEqual(self.sub.date_end, day("2026-08-13"))
        with self.assertRaisesRegex(UserError, "first day"):
            pause.date_start = day("2026-06-02")
        with self.assertRaisesRegex(UserError, "first day"):
            pause.subscription_id = self.sub.copy({"name": "other"})

    @mute_logger("odoo.sql_db")
    def test_database_refuses_overlapping_and_reversed_pauses(self):
        self.pause(day("2026-06-01"))
        for start, end in (("2026-07-01", False), ("2026-06-01", "2026-06-01")):
            with self.assertRaises(IntegrityError), self.cr.savepoint():
                self.pause(day(start), day(end) if end else end)
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.sub.pause_ids.date_end = day("2026-05-31")

    # === WHO MAY, AND WHAT STAYS === #

    def test_who_may_pause(self):
        for user in (self.agent, self.salesman, self.accountant, self.reader):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.pause(user=user)
        pause = self.pause(user_id=self.manager.id)
        self.assertEqual(pause.user_id, self.lead)
        for user in (self.agent, self.salesman):
            self.assertTrue(pause.with_user(user).has_access("read"))
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.sub.with_user(user).action_resume()
        self.assertTrue(self.sub.pause_ids)
        pause.note = "Order No. 7"
        said = " ".join(self.sub.message_ids.mapped("body"))
        self.assertIn("Support is paused: Mobilisation", said)

    def test_lead_edits_a_pause_on_the_form(self):
        self.pause(day("2026-06-01"))
        with Form(self.sub.with_user(self.lead)) as form:
            with form.pause_ids.edit(0) as line:
                line.note = "Order No. 9"
                line.date_end = day("2026-06-10")
        self.assertEqual(self.sub.pause_ids.note, "Order No. 9")
        self.assertEqual(self.sub.date_end, day("2026-08-23"))

    def test_pause_dialog(self):
        action = self.sub.with_user(self.lead).action_pause()
        form = Form(
            self.env["kbs.pause"].with_user(self.lead).with_context(**action["context"])
        )
        form.reason_id = self.reason
        form.save()
        self.assertEqual(self.sub.state, "paused")
        self.assertEqual(self.sub.pause_ids.user_id, self.lead)

    def test_other_company_cannot_pause(self):
        other = self._create_company("Another company")
        stranger = new_test_user(
            self.env,
            "kbs_other",
            groups="kbs_support.group_kbs_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        own = {"allowed_company_ids": other.ids}
        with self.assertRaises(AccessError):
            self.env["kbs.pause"].with_user(stranger).with_context(**own).create(
                {
                    "subscription_id": self.sub.id,
                    "reason_id": self.reason.id,
                    "date_start": TODAY,
                }
            )
        pause = self.pause().with_user(stranger).with_context(**own)
        self.assertFalse(pause.has_access("read"))
        with self.assertRaises(AccessError):
            pause.subscription_id.action_resume()

    def test_closing_a_paused_subscription(self):
        reason = self.env["kbs.close.reason"].search([], limit=1)
        self.pause(day("2026-06-01"))
        with freeze_time("2026-12-01 09:00:00"):
            with self.assertRaisesRegex(UserError, "74 days of it are paid"):
                self.sub.with_user(self.lead)._close(reason)
            self.credit(self.order.invoice_ids)
            self.sub.with_user(self.lead)._close(reason)
            self.assertEqual(self.sub.state, "cancelled")
            self.assertEqual(self.sub.pause_ids.date_end, day("2026-11-30"))
            self.sub.with_user(self.lead).action_reopen()
            self.assertNotEqual(self.sub.state, "paused")

    def test_note_on_the_form(self):
        self.assertFalse(self.sub.pause_note)
        action = self.sub.with_user(self.lead).action_pause()
        self.assertEqual(action["context"]["default_date_start"], TODAY)
        pause = self.pause(day("2026-06-01"))
        self.assertIn("from 06/01/2026 on: Mobilisation", self.sub.pause_note)
        pause.date_end = day("2026-06-10")
        self.assertIn("to 06/10/2026", self.sub.pause_note)
        with freeze_time("2026-06-11 09:00:00"):
            self.env.invalidate_all()
            self.assertFalse(self.sub.pause_note)

    def test_pausing_fifty_costs_the_same_for_each(self):
        orders = self.env["sale.order"]
        for number in range(50):
            orders |= self.quote("prof_3", client=self._create_client(f"C{number}"))
        orders.action_confirm()
        self.pay(orders)
        subs = orders.order_line.kbs_period_ids.subscription_id
        self.env.flush_all()

        def count(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["kbs.pause"].create(
                [
                    {
                        "subscription_id": x.id,
                        "reason_id": self.reason.id,
                        "date_start": TODAY,
                        "date_end": TODAY,
                    }
                    for x in records
                ]
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(subs[:1])
        one, ten, many = count(subs[1:2]), count(subs[2:12]), count(subs[12:])
        self.assertLessEqual((many - ten) / 28, one)
        # A year of 100,000 subscriptions: the list reads them by batches.
        self.env.invalidate_all()
        names = ["state", "days_left", "tenure_months", "pause_note"]

        def read(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.browse(records.ids).read(names)
            return self.env.cr.sql_log_count - before

        self.assertEqual(read(subs[:1]), read(subs))


@tagged("post_install", "-at_install")
class TestAnyPause(PauseCase):
    """Any pauses on any chain: the end moves by them, and they can be undone."""

    @settings(
        deadline=None,
        max_examples=12,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(
        terms=st.lists(st.sampled_from(["1", "3", "budget_year"]), max_size=2),
        pauses=st.lists(
            st.tuples(st.integers(0, 45), st.integers(1, 200)), min_size=1, max_size=3
        ),
    )
    def test_records(self, terms, pauses):
        with self.cr.savepoint() as savepoint, freeze_time(NOON):
            self.check_records(terms, pauses)
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all()

    def check_records(self, terms, pauses):
        order = self.sell_paid("prof_3", client=self._create_client("Any"))
        sub = self.subscription(order)
        for term in terms:
            last = self.renew(order, f"prof_{term}", client=sub.partner_id)
            if last._kbs_get_faults():
                continue
            last.action_confirm()
            self.pay(last)
        states, first = [], TODAY
        for offset, length in pauses:
            first += timedelta(days=offset)
            if not sub._get_active(sub.partner_id, first)[sub.partner_id]:
                break
            states.append(self.snapshot(sub))
            tenure, end = sub.tenure_start, sub.date_end
            until = first + timedelta(days=length - 1)
            self.pause(first, until, sub=sub)
            self.assertEqual(sub.date_end - end, timedelta(days=length))
            if tenure < first:
                self.assertEqual(sub.tenure_start, tenure)
            first = until + ONE_DAY
        for state in reversed(states):
            last = sub.pause_ids.sorted("date_start")[-1:]
            last.with_user(self.manager).unlink()
            self.assertEqual(self.snapshot(sub), state)

    def snapshot(self, sub):
        names = ["date_start", "date_end", "sold_until", "chain_start", "state"]
        return sub.period_ids.sorted("id").read(names), sub.read(
            ["date_start", "date_end", "tenure_start", "state", "state_changes_on"]
        )

from datetime import date

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .hours_common import HoursCase


@tagged("post_install", "-at_install")
class TestGrants(HoursCase):
    """Included hours: given when a period becomes effective, for each month (E2)."""

    def test_a_year_of_optima(self):
        grants = self.grants()
        self.assertEqual(len(grants), 12)
        self.assertEqual(set(grants.mapped("minutes")), {180})
        self.assertEqual(self.spans()[0], ("2026-05-01", "2026-05-31", 180))
        self.assertEqual(self.spans()[-1], ("2027-04-01", "2027-04-30", 180))
        self.assertEqual(self.support.minutes_left, 180)

    def test_nothing_before_the_payment_and_nothing_after_it_is_gone(self):
        order = self.sell("optima_3")
        subscription = self.subscription(order)
        self.assertFalse(subscription.hour_entry_ids)
        self.pay(order)
        self.assertEqual(self.left(subscription=subscription), 180)
        self.unpay(order)
        self.assertEqual(self.left(subscription=subscription), 0)
        self.assertEqual(set(self.grants(subscription).mapped("left_minutes")), {0})
        self.repay(order)
        self.assertEqual(self.left(subscription=subscription), 180)
        self.assertEqual(len(self.grants(subscription)), 3, "no second ones")

    def test_payment_that_is_gone_keeps_what_was_used(self):
        order = self.sell("optima_3")
        self.pay(order)
        subscription = self.subscription(order)
        line = self.work(50, ticket=self.ticket(self.client))
        self.unpay(order)
        self.assertEqual(self.left(subscription=subscription), 0)
        self.assertFalse(line.kbs_over_ids)
        # What comes back to a period that nobody pays for goes with it.
        line.unlink()
        self.assertEqual(self.left(subscription=subscription), 0)
        self.repay(order)
        self.assertEqual(self.left(subscription=subscription), 180)

    def test_prof_has_none(self):
        order = self.sell_paid("prof_3")
        self.assertFalse(self.subscription(order).hour_entry_ids)

    def test_hours_lapse_with_their_month_at_midnight_in_kyiv(self):
        self.work(60)
        with freeze_time("2026-05-31 20:59:00"):
            self.env.invalidate_all()
            self.assertEqual(self.support.minutes_left, 120)
        with freeze_time("2026-05-31 21:01:00"):
            self.env.invalidate_all()
            self.assertEqual(self.support.minutes_left, 180)

    def test_service_months_over_a_renewal(self):
        order = self.sell_paid("optima_1", line={"kbs_date_start": "2026-05-31"})
        with freeze_time("2026-06-20 09:00:00"):
            renewal = self.renew(order, "optima_1")
            renewal.action_confirm()
            self.pay(renewal)
        self.assertEqual(
            self.spans(self.subscription(order)),
            [("2026-05-31", "2026-06-29", 180), ("2026-06-30", "2026-07-30", 180)],
        )

    def test_start_moved_by_the_payment_moves_the_hours(self):
        order = self.sell("optima_1", line={"kbs_date_start": "2026-05-14"})
        with freeze_time("2026-05-20 09:00:00"):
            self.pay(order)
        self.assertEqual(
            self.spans(self.subscription(order)), [("2026-05-20", "2026-06-19", 180)]
        )

    def test_pause_makes_the_month_longer(self):
        self.env["kbs.pause"].create(
            {
                "subscription_id": self.support.id,
                "date_start": "2026-05-20",
                "date_end": "2026-05-29",
                "reason_id": self.env["kbs.pause.reason"].search([], limit=1).id,
            }
        )
        self.assertEqual(self.spans()[0], ("2026-05-01", "2026-06-10", 180))
        self.assertEqual(self.spans()[1], ("2026-06-11", "2026-07-10", 180))

    def test_upgrade_in_mid_month(self):
        self.work(100)
        wizard = self.env["kbs.plan.change"].create(
            {
                "subscription_id": self.support.id,
                "plan_id": self.plan("premium").id,
                "date": "2026-05-16",
                "reason": "Grows",
            }
        )
        order = self.env["sale.order"].browse(wizard.action_quote()["res_id"])
        order.action_confirm()
        self.pay(order)
        old, new = self.spans()[0], self.spans()[1]
        self.assertEqual(old, ("2026-05-01", "2026-05-15", 180))
        self.assertEqual(new, ("2026-05-16", "2026-05-31", 186))
        self.assertEqual(self.left(date(2026, 5, 15)), 80)
        self.assertEqual(self.left(date(2026, 5, 16)), 186)
        self.assertEqual(self.left(date(2026, 6, 1)), 360, "the dear plan's alone")

    def test_running_it_again_changes_nothing(self):
        before = len(self.support.hour_entry_ids)
        self.support._give_hours_sudo()
        self.assertEqual(len(self.support.hour_entry_ids), before)


@tagged("post_install", "-at_install")
class TestBoughtHours(HoursCase):
    """Packs and hours: from the payment on, at least as long as support (E2)."""

    def packs(self):
        self.env.flush_all()
        return self.support.hour_entry_ids.filtered(lambda x: x.kind == "pack")

    def test_pack_counts_when_it_is_paid(self):
        order = self.sell_hours()
        self.assertFalse(self.packs())
        self.pay(order)
        pack = self.packs()
        self.assertEqual(pack.minutes, 300)
        self.assertEqual(pack.valid_from, date(2026, 5, 14))
        self.assertEqual(pack.valid_to, date(2027, 5, 13), "12 months are longer")
        self.assertEqual(self.left(), 480)

    def test_bought_hours_last_as_long_as_support(self):
        self.pay(self.sell_hours("hour", quantity=2))
        with freeze_time("2027-04-20 09:00:00"):
            renewal = self.quote(
                "optima_3", client=self.hospital, kbs_subscription_id=self.support.id
            )
            renewal.action_confirm()
            self.pay(renewal)
        self.assertEqual(self.packs().minutes, 120)
        self.assertEqual(self.packs().valid_to, date(2027, 7, 31))

    def test_payment_that_is_gone_takes_unused_hours(self):
        order = self.sell_hours()
        self.pay(order)
        self.work(200)  # 180 of the month, 20 of the pack
        self.unpay(order)
        self.assertEqual(self.left(), 0)
        self.repay(order)
        self.assertEqual(self.left(), 280)

    def test_work_that_goes_leaves_nothing_in_an_unpaid_pack(self):
        order = self.sell_hours()
        self.pay(order)
        line = self.work(200)
        self.unpay(order)
        self.assertEqual(self.left(), 0)
        line.unlink()
        self.assertEqual(self.left(), 180)
        self.repay(order)
        self.assertEqual(self.left(), 480)

    def test_nobody_sells_hours_to_whom_cannot_use_them(self):
        order = self.quote("hour_pack_5", client=self._create_client("Stranger"))
        with self.assertRaisesRegex(UserError, "has no support"):
            order.action_confirm()


@tagged("post_install", "-at_install")
class TestLedger(HoursCase):
    """The ledger: append-only, drawn from what lapses first, never negative (E3)."""

    def test_what_lapses_first_is_drawn_first(self):
        self.pay(self.sell_hours())
        line = self.work(200)
        drawn = {x.source_id.kind: x.minutes for x in line.sudo().kbs_entry_ids}
        self.assertEqual(drawn, {"grant": -180, "pack": -20})
        self.assertEqual(self.left(), 280)
        self.assertEqual(self.left(date(2026, 6, 1)), 460)

    def test_work_entered_later_draws_on_its_own_month(self):
        with freeze_time("2026-06-03 09:00:00"):
            self.work(30, on=date(2026, 5, 30))
            self.assertEqual(self.left(date(2026, 5, 30)), 150)
            self.assertEqual(self.left(date(2026, 6, 3)), 180)

    def test_nothing_lapsed_is_used(self):
        with freeze_time("2026-06-03 09:00:00"):
            line = self.work(200)
        self.assertEqual(line.sudo().kbs_over_ids.minutes, 20)
        self.assertEqual(self.left(date(2026, 5, 30)), 180)

    def test_changed_work_is_drawn_anew(self):
        line = self.work(100)
        line.unit_amount = 0.5
        self.assertEqual(self.left(), 150)
        line.kbs_kind = "consultation"
        self.assertEqual(self.left(), 180)
        line.kbs_kind = "other"
        line.unlink()
        self.assertEqual(self.left(), 180)

    def test_nobody_rewrites_it(self):
        entry = self.grants()[0]
        for user in (self.agent, self.lead, self.manager, self.salesman):
            with self.assertRaises(AccessError):
                entry.with_user(user).write({"minutes": 1000})
            with self.assertRaises(AccessError):
                entry.with_user(user).unlink()
            with self.assertRaises(AccessError):
                self.env["kbs.hour.entry"].with_user(user).create(
                    {
                        "subscription_id": self.support.id,
                        "kind": "correction",
                        "minutes": 60,
                        "date": "2026-05-14",
                        "valid_from": "2026-05-14",
                        "valid_to": "2026-05-31",
                    }
                )

    def test_portal_reads_nothing_of_it(self):
        user = self._create_portal_user("hours_portal", self.accountant)
        for model in ("kbs.hour.entry", "kbs.over.plan", "kbs.timer"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(user).search([])

    @mute_logger("odoo.sql_db")
    def test_database_refuses_to_overdraw(self):
        grant = self.grants()[0]
        with self.assertRaises(psycopg2.errors.CheckViolation), self.cr.savepoint():
            self.env["kbs.hour.entry"].create(
                grant._prepare_part(-181, kind="use", date=date(2026, 5, 14))
            )
            self.env.flush_all()

    def correct(self, user=None, **values):
        wizard = self.env["kbs.hour.correction"].with_user(user or self.lead)
        wizard.create(
            {"subscription_id": self.support.id, "reason": "Agreed", **values}
        ).action_apply()

    def test_lead_corrects_with_a_reason(self):
        self.correct(hours=2, date_until="2026-05-20")
        self.assertEqual(self.left(), 300)
        self.assertEqual(self.left(date(2026, 5, 21)), 180)
        self.correct(hours=4, direction="take")
        self.assertEqual(self.left(), 60)
        with self.assertRaisesRegex(UserError, "Only 60 minutes"):
            self.correct(hours=2, direction="take")
        with self.assertRaises(AccessError):
            self.correct(user=self.agent, hours=2)
        for hours in (1001, 1e12):
            with self.assertRaisesRegex(UserError, "At most 1000 hours"):
                self.correct(hours=hours, date_until="2026-05-20")

    def test_correction_that_lapses_sooner_is_drawn_first(self):
        self.correct(hours=1, date_until="2026-05-20")
        self.work(30)
        self.assertEqual(self.left(date(2026, 5, 20)), 210)
        self.assertEqual(self.left(date(2026, 5, 21)), 180, "the plan's are whole")

    def test_balances_of_a_list_are_one_query(self):
        orders = self.env["sale.order"].union(
            *(
                self.sell("optima_1", client=self._create_client(f"Client {number}"))
                for number in range(50)
            )
        )
        self.pay(orders)
        subscriptions = self.subscription(orders)
        subscriptions = subscriptions.browse(subscriptions.ids)
        self.env.flush_all()
        for some in (subscriptions[:1], subscriptions):
            self.env.invalidate_all()
            some.mapped("name")
            some.mapped("company_id.kbs_tz")
            with self.assertQueryCount(1):
                self.assertEqual(set(some.mapped("minutes_left")), {180})

from datetime import date
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import TODAY, KbsCase


class ReminderCase(KbsCase):
    """Clients with addresses, and what the two jobs make of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.write({"email": "school@example.com", "lang": "en_US"})
        cls.reason = cls.env.ref("kbs_support.kbs_close_reason_no_budget")
        cls.call_type = cls.env["kbs.renewal"]._get_call_type()

    def remind(self, moment):
        """Run both jobs at the UTC ``moment``, as on any morning."""
        with freeze_time(moment):
            self.run_daily_job()
            self.run_job("renewals")
            self.run_job("reminders")

    def reminders(self, subscription):
        return subscription.reminder_ids.sorted("id")

    def calls(self, subscription):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "kbs.subscription"),
                ("res_id", "in", subscription.ids),
                ("activity_type_id", "=", self.call_type.id),
            ]
        )

    def offer(self, order):
        subscription = self.subscription(order)
        return subscription._create_renewal_order(self.period(order).term_id)

    def guarantee(self, order, until):
        self.env["kbs.guarantee"].create(
            {
                "period_id": self.period(order).id,
                "date_until": until,
                "reason": "test",
                "letter": b"bGV0dGVy",
            }
        )

    def pause(self, subscription, start, end=False):
        return self.env["kbs.pause"].create(
            {
                "subscription_id": subscription.id,
                "reason_id": self.env["kbs.pause.reason"].search([], limit=1).id,
                "date_start": start,
                "date_end": end,
            }
        )


@tagged("post_install", "-at_install")
class TestReminders(ReminderCase):
    """Rule T6: each reminder once, until payment or refusal."""

    def test_each_day_once(self):
        subscription = self.subscription(self.sell_paid("prof_3"))  # to 13.08
        for day in ("06-13", "06-14", "06-15", "07-14", "07-30", "08-06", "08-13",
                    "08-14", "08-20", "08-21"):  # fmt: skip
            for hour in ("06:00", "07:00"):  # the job runs twice
                self.remind(f"2026-{day} {hour}:00")
        reminders = self.reminders(subscription)
        self.assertEqual(
            [(x.days, x.date) for x in reminders],
            [
                (-60, date(2026, 6, 14)),
                (-30, date(2026, 7, 14)),
                (-14, date(2026, 7, 30)),
                (-7, date(2026, 8, 6)),
                (0, date(2026, 8, 13)),
                (7, date(2026, 8, 20)),
            ],
        )
        self.assertEqual(len(reminders.mail_id), 6)
        self.assertEqual(set(reminders.mapped("email_state")), {"queued"})
        self.assertEqual(set(reminders.mapped("email")), {"school@example.com"})
        self.assertEqual(subscription.renewal_id.contact_state, "reminded")

    def test_second_run_finds_nothing(self):
        self.sell_paid("prof_3")
        self.remind("2026-07-14 06:00:00")
        renewals = self.env["kbs.renewal"]
        domain = renewals._get_remindable_domain(self.company, date(2026, 7, 14))
        self.assertFalse(renewals.search(domain))

    def test_database_refuses_the_same_day_twice(self):
        subscription = self.subscription(self.sell_paid("prof_3"))
        self.remind("2026-07-14 06:00:00")
        reminder = self.reminders(subscription)
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            reminder.copy()

    def test_missed_days_give_the_latest_one(self):
        subscription = self.subscription(self.sell_paid("prof_3"))
        self.remind("2026-08-06 06:00:00")  # −14 a week late, −7 today
        self.assertEqual(self.reminders(subscription).mapped("days"), [-7])
        self.remind("2026-08-07 06:00:00")
        self.assertEqual(self.reminders(subscription).mapped("days"), [-7])
        self.remind("2026-08-19 06:00:00")  # 0 a few days late
        self.assertEqual(self.reminders(subscription).mapped("days"), [-7, 0])

    def test_day_is_local_in_summer_and_winter(self):
        summer = self.subscription(self.sell_paid("prof_1"))  # −30 on its first day
        with freeze_time("2026-10-20 09:00:00"):  # clocks change on 25.10
            winter = self.subscription(self.sell_paid("prof_1"))  # to 19.11
        for subscription, early, late in (
            (summer, "2026-05-29 20:59:00", "2026-05-29 21:00:00"),  # −14
            (winter, "2026-11-04 21:59:00", "2026-11-04 22:00:00"),
        ):
            self.remind(early)
            self.assertFalse(self.reminders(subscription))
            self.remind(late)
            self.assertEqual(self.reminders(subscription).mapped("days"), [-14])

    def test_who_paid_today_is_not_reminded_today(self):
        subscription = self.subscription(self.sell_paid("prof_1"))  # to 13.06
        for day in ("14", "15", "21"):
            self.remind(f"2026-05-{day} 10:00:00")
        self.assertTrue(subscription.renewal_id)
        self.assertFalse(self.reminders(subscription))

    def test_payment_stops_at_once(self):
        first = self.sell_paid("optima_3")
        subscription = self.subscription(first)
        self.remind("2026-07-14 06:00:00")
        self.assertEqual(len(self.calls(subscription)), 1)
        with freeze_time("2026-07-14 09:00:00"):
            renewal = self.renew(first, "optima_3")
            renewal.action_confirm()
            self.assertEqual(len(self.calls(subscription)), 1)
            self.pay(renewal)
            self.env.flush_all()
            self.assertFalse(self.calls(subscription))
        reminder = self.reminders(subscription)
        self.assertEqual(reminder.email_state, "cancelled")  # it was still queued
        self.assertEqual(subscription.renewal_ids.state, "won")
        self.remind("2026-07-30 06:00:00")
        self.assertEqual(self.reminders(subscription), reminder)

    def test_refusal_stops_at_once_until_taken_back(self):
        subscription = self.subscription(self.sell_paid("optima_3"))
        self.remind("2026-07-14 06:00:00")
        renewal = subscription.renewal_id
        with freeze_time("2026-07-14 09:00:00"):
            renewal._lose(self.reason)
            self.env.flush_all()
            self.assertFalse(self.calls(subscription))
        self.remind("2026-07-30 06:00:00")
        self.assertEqual(self.reminders(subscription).mapped("days"), [-30])
        renewal._reopen()
        self.remind("2026-08-06 06:00:00")
        self.assertEqual(self.reminders(subscription).mapped("days"), [-30, -7])

    def test_closing_stops(self):
        subscription = self.subscription(self.sell_paid("optima_1"))
        self.remind("2026-06-13 06:00:00")
        with freeze_time("2026-06-15 06:00:00"):
            self.run_daily_job()
            subscription._close(self.reason)
            self.env.flush_all()
            self.assertFalse(self.calls(subscription))
        self.remind("2026-06-20 06:00:00")
        self.assertEqual(self.reminders(subscription).mapped("days"), [0])

    def test_credit_note_stops(self):
        order = self.sell_paid("optima_3")
        self.remind("2026-07-14 06:00:00")
        with freeze_time("2026-07-15 06:00:00"):
            self.credit(order.invoice_ids)
            self.env.flush_all()
        self.assertEqual(self.subscription(order).renewal_ids.state, "void")
        self.assertFalse(self.calls(self.subscription(order)))

    def test_pause_holds_and_moves(self):
        subscription = self.subscription(self.sell_paid("prof_3"))  # to 13.08
        self.remind("2026-07-14 06:00:00")
        with freeze_time("2026-07-20 06:00:00"):
            pause = self.pause(subscription, date(2026, 7, 20))
        self.remind("2026-07-30 06:00:00")
        self.assertEqual(self.reminders(subscription).mapped("days"), [-30])
        with freeze_time("2026-08-09 06:00:00"):
            subscription._resume()  # 20 days: ends on 02.09
        self.assertEqual(pause.days, 20)
        self.remind("2026-08-18 06:00:00")
        self.assertEqual(self.reminders(subscription).mapped("days"), [-30])
        self.remind("2026-08-19 06:00:00")
        self.assertEqual(self.reminders(subscription).mapped("days"), [-30, -14])

    def test_confirmed_order_is_reminded_of_payment(self):
        first = self.sell_paid("prof_3")
        with freeze_time("2026-07-14 05:00:00"):
            self.renew(first, "prof_3").action_confirm()
        subscription = self.subscription(first)
        self.remind("2026-07-14 06:00:00")  # ordered today
        self.assertFalse(self.reminders(subscription))
        self.remind("2026-07-30 06:00:00")
        reminder = self.reminders(subscription)
        self.assertEqual(reminder.days, -14)
        self.assertIn("Waiting for payment", reminder.mail_id.subject)

    def test_refunded_order_is_not_dunned(self):
        first = self.sell_paid("prof_3")
        with freeze_time("2026-07-01 09:00:00"):
            order = self.offer(first)
            order.action_confirm()
            self.pay(order)
            self.credit(order.invoice_ids)
        subscription = self.subscription(first)
        self.assertEqual(subscription.renewal_ids.state, "open")
        self.assertEqual(subscription.renewal_ids.offer_state, "none")
        self.remind("2026-08-06 06:00:00")
        mail = self.reminders(subscription).mail_id
        self.assertIn("Renewal of support", mail.subject)
        self.assertNotIn("Thank you for your order", mail.body_html)
        self.assertNotIn("/my/orders", mail.body_html)

    def test_guaranteed_order_is_reminded_of_payment(self):
        """A letter of guarantee is a promise: only money wins."""
        first = self.sell_paid("prof_3")
        with freeze_time("2026-07-14 05:00:00"):
            order = self.offer(first)
            order.action_confirm()
            self.guarantee(order, date(2026, 9, 30))
        subscription = self.subscription(first)
        renewal = subscription.renewal_ids
        self.assertEqual((renewal.state, renewal.offer_state), ("open", "sale"))
        self.assertEqual(renewal.lead_id.kbs_step, "promised")
        self.remind("2026-07-30 06:00:00")
        reminder = self.reminders(subscription)
        self.assertIn("Waiting for payment", reminder.mail_id.subject)
        self.pay(order)
        self.assertEqual((renewal.state, renewal.offer_state), ("won", "paid"))
        self.assertEqual(reminder.email_state, "cancelled")

    def test_period_after_a_guaranteed_one_is_sold(self):
        first = self.sell_paid("prof_3")
        with freeze_time("2026-07-14 05:00:00"):
            second, third = self.offer(first), self.renew(first, "prof_3")
            second.action_confirm()
            self.guarantee(second, date(2026, 9, 30))
            third.action_update_prices()
            third.action_confirm()
        self.assertEqual(self.subscription(first).renewal_ids.order_id, second)
        self.assertEqual(self.period(third).date_start, date(2026, 11, 14))

    def test_without_the_template_there_are_calls(self):
        self.env.ref("kbs_support.mail_template_kbs_renewal_reminder").unlink()
        called = self.subscription(self.sell_paid("optima_3"))
        written = self.subscription(self.sell_paid("prof_3"))
        with self.assertLogs("odoo.addons.kbs_support", "WARNING") as logs:
            self.remind("2026-07-14 06:00:00")
        self.assertIn("template_kbs_renewal_reminder was deleted", logs.output[0])
        self.assertEqual(len(self.calls(called)), 1)
        self.assertEqual(called.renewal_id.contact_state, "reminded")
        self.assertEqual(self.reminders(written).email_state, "none")
        self.assertEqual(written.renewal_id.contact_state, "none")

    def test_setting_off(self):
        subscription = self.subscription(self.sell_paid("optima_3"))
        self.company.kbs_send_reminders = False
        self.remind("2026-07-14 06:00:00")
        self.assertTrue(subscription.renewal_id)
        self.assertFalse(self.reminders(subscription))
        self.assertFalse(self.calls(subscription))

    def test_own_days(self):
        self.company.kbs_reminder_days = "-20, 3"
        subscription = self.subscription(self.sell_paid("prof_1"))
        for day in ("05-24", "06-13", "06-16", "06-27"):
            self.remind(f"2026-{day} 06:00:00")
        self.assertEqual(self.reminders(subscription).mapped("days"), [-20, 3])

    def test_one_bad_record_in_the_middle(self):
        subscriptions = self.env["kbs.subscription"]
        for number in range(5):
            client = self._create_client(f"Client {number}", email=f"c{number}@x.com")
            subscriptions |= self.subscription(self.sell_paid("prof_3", client=client))
        bad = subscriptions[2]
        values = type(self.env["kbs.renewal"])._prepare_offer_values

        def fail_for_bad(renewal, offers):
            if renewal.subscription_id == bad:
                raise ValueError("bad record")
            return values(renewal, offers)

        with (
            patch.object(
                type(self.env["kbs.renewal"]), "_prepare_offer_values", fail_for_bad
            ),
            patch("odoo.addons.kbs_support.tools.batches.BATCH", 3),
            self.assertLogs("odoo.addons.kbs_support", "ERROR"),
            mute_logger("odoo.addons.mail.models.mail_render_mixin"),
        ):
            self.remind("2026-07-14 06:00:00")
        for subscription in subscriptions - bad:
            self.assertEqual(len(self.reminders(subscription).mail_id), 1)
        self.assertFalse(self.reminders(bad))
        self.remind("2026-07-15 06:00:00")
        self.assertEqual(self.reminders(bad).mapped("days"), [-30])

    def test_no_time_left_goes_on_later(self):
        subscriptions = self.env["kbs.subscription"]
        for __ in range(3):
            subscriptions |= self.subscription(self.sell_paid("prof_3"))
        with freeze_time("2026-07-14 06:00:00"):
            self.run_job("renewals")
            commit = patch.object(
                type(self.env["ir.cron"]), "_commit_progress", return_value=0
            )
            with commit, patch("odoo.addons.kbs_support.tools.batches.BATCH", 2):
                self.env["kbs.renewal"]._cron_send_reminders()
            self.assertEqual(len(subscriptions.reminder_ids), 2)
            self.run_job("reminders")
        self.assertEqual(len(subscriptions.reminder_ids), 3)


@tagged("post_install", "-at_install")
class TestCalls(ReminderCase):
    """Who calls whom, and what comes of it."""

    def sold(self, name, **values):
        subscription = self.subscription(self.sell_paid(name))
        subscription.write(values)
        return subscription

    def test_right_person(self):
        agent, lead, seller = self.agent, self.lead, self.salesman
        for name, values, user in (
            ("premium_3", {"manager_id": lead, "specialist_id": agent}, lead),
            ("premium_3", {"specialist_id": agent}, agent),
            ("optima_3", {"manager_id": lead, "specialist_id": agent}, agent),
            ("optima_3", {"manager_id": lead}, lead),
            ("optima_3", {}, seller),
            ("prof_3", {"manager_id": lead}, None),  # this plan has no calls
        ):
            client = self._create_client("C", email="c@example.com")
            order = self.sell_paid(name, client=client, user_id=seller.id)
            subscription = self.subscription(order)
            subscription.write({"manager_id": False, "specialist_id": False})
            subscription.write({key: x.id for key, x in values.items()})
            with self.subTest(name=name, values=values):
                self.remind("2026-07-14 06:00:00")
                calls = self.calls(subscription)
                self.assertEqual(calls.user_id, user or self.env["res.users"])
                self.assertEqual(len(calls), 1 if user else 0)
                reminder = self.reminders(subscription)
                self.assertEqual(reminder.is_call_planned, bool(user))

    def test_who_left_calls_nobody(self):
        subscription = self.sold("optima_3", specialist_id=self.agent.id)
        self.agent.active = False
        subscription.period_ids.order_id.user_id = False
        self.company.kbs_renewal_user_id = self.lead
        self.remind("2026-07-14 06:00:00")
        self.assertEqual(self.calls(subscription).user_id, self.lead)

    def test_nobody_is_set(self):
        subscription = self.sold("optima_3")
        subscription.period_ids.order_id.user_id = False
        self.remind("2026-07-14 06:00:00")
        call = self.calls(subscription)
        self.assertEqual(len(call), 1)  # seen in the lists, on nobody's
        self.assertFalse(call.user_id)

    def test_one_open_call(self):
        subscription = self.sold("optima_3", specialist_id=self.agent.id)
        self.agent.lang = "uk_UA"  # the call is written for whoever makes it
        self.remind("2026-07-14 06:00:00")
        call = self.calls(subscription)
        self.assertEqual(call.date_deadline, date(2026, 7, 14))
        self.assertIn("13.08.2026", call.summary)
        self.remind("2026-07-30 06:00:00")
        self.assertEqual(self.calls(subscription), call)
        self.assertIn("13.08.2026", call.summary)
        self.assertEqual(call.date_deadline, date(2026, 7, 30))
        call.with_user(self.agent).action_feedback(feedback="They will think")
        self.assertEqual(subscription.renewal_id.contact_state, "called")
        self.remind("2026-08-06 06:00:00")
        self.assertNotEqual(self.calls(subscription), call)
        self.assertEqual(subscription.renewal_id.contact_state, "called")

    def test_call_stays_until_its_renewal_is_over(self):
        """Last year's won renewal is computed again too, and ends no call."""
        first = self.sell_paid("optima_3")
        subscription = self.subscription(first)
        self.remind("2026-07-14 06:00:00")
        with freeze_time("2026-07-14 09:00:00"):
            second = self.renew(first, "optima_3")
            second.action_confirm()
            self.pay(second)  # to 13.11
        self.remind("2026-10-14 06:00:00")
        self.assertEqual(subscription.renewal_ids.mapped("state"), ["won", "open"])
        with freeze_time("2026-10-14 09:00:00"):
            third = self.renew(first, "optima_3")
            third.action_confirm()
            self.env.flush_all()
            self.assertEqual(len(self.calls(subscription)), 1)
            self.pay(third)
            self.env.flush_all()
        self.assertFalse(self.calls(subscription))

    def test_call_stays_for_the_next_renewal(self):
        """A guaranteed period is paid while the one after it is to be renewed."""
        first = self.sell_paid("optima_1")  # to 13.06
        with freeze_time("2026-05-20 09:00:00"):
            second = self.offer(first)
            second.action_confirm()  # to 13.07
            self.guarantee(second, date(2026, 7, 13))
        self.remind("2026-06-13 06:00:00")
        subscription = self.subscription(first)
        self.assertEqual(subscription.renewal_ids.mapped("state"), ["open", "open"])
        call = self.calls(subscription)
        self.assertEqual(len(call), 1)
        with freeze_time("2026-06-13 09:00:00"):
            self.pay(second)
            self.env.flush_all()
        self.assertEqual(subscription.renewal_ids.mapped("state"), ["won", "open"])
        self.assertTrue(call.exists())

    def test_client_without_address_is_called(self):
        self.client.email = False
        subscription = self.sold("prof_3", manager_id=self.lead.id)
        self.remind("2026-07-14 06:00:00")
        reminder = self.reminders(subscription)
        self.assertEqual(reminder.email_state, "none")
        self.assertFalse(reminder.mail_id)
        call = self.calls(subscription)
        self.assertEqual(call.user_id, self.lead)
        self.assertIn("no e-mail address", call.note)

    def test_address_of_the_contact_for_invoices(self):
        self.client.email = "not an address"
        contact = self.env["res.partner"].create(
            {
                "name": "Accountant",
                "type": "invoice",
                "parent_id": self.client.id,
                "email": "accountant@example.com",
            }
        )
        subscription = self.sold("prof_3")
        self.remind("2026-07-14 06:00:00")
        reminder = self.reminders(subscription)
        self.assertEqual(reminder.email, "accountant@example.com")
        self.assertEqual(reminder.mail_id.recipient_ids, contact)

    def test_what_people_note(self):
        subscription = self.sold("optima_3", specialist_id=self.agent.id)
        self.remind("2026-07-14 06:00:00")
        renewal = subscription.renewal_id
        for user, action, state in (
            (self.agent, "action_no_answer", "no_answer"),
            (self.salesman, "action_called", "called"),
            (self.lead, "action_promised", "promised"),
        ):
            getattr(renewal.with_user(user), action)()
            self.assertEqual(renewal.contact_state, state)
            self.assertEqual(renewal.contacted_on, TODAY)
        self.calls(subscription).with_user(self.agent).action_feedback()
        self.assertEqual(renewal.contact_state, "promised")
        for user in (self.accountant, self.reader):
            with self.assertRaises(AccessError):
                renewal.with_user(user).action_called()

    def test_who_may_read_and_nobody_writes(self):
        subscription = self.sold("optima_3")
        self.remind("2026-07-14 06:00:00")
        reminder = self.reminders(subscription)
        for user in (self.agent, self.salesman, self.accountant, self.reader):
            self.assertEqual(reminder.with_user(user).days, -30)
            self.assertEqual(reminder.with_user(user).email_state, "queued")
        for user in (self.manager, self.salesman):
            with self.assertRaises(AccessError):
                reminder.with_user(user).write({"days": 3})
            with self.assertRaises(AccessError):
                reminder.with_user(user).unlink()

    def test_other_company_sees_nothing(self):
        subscription = self.sold("optima_3")
        self.remind("2026-07-14 06:00:00")
        other = self._create_company("SOFTKOM other")
        stranger = new_test_user(
            self.env,
            "kbs_stranger",
            groups="kbs_support.group_kbs_agent",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        reminder = self.reminders(subscription).with_user(stranger)
        reminder = reminder.with_context(allowed_company_ids=other.ids)
        self.assertFalse(reminder.search([]))
        with self.assertRaises(AccessError):
            reminder.read(["days"])

from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .hours_common import HoursCase


class RemoteCase(HoursCase):
    """Besides the hospital of ОПТИМА, a school with ПРОФ: two sessions a month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.school = cls._create_client("School", email="school@example.com")
        order = cls.sell_paid(
            "prof_12", client=cls.school, line={"kbs_date_start": "2026-05-01"}
        )
        cls.prof = cls.subscription(order)
        cls.prof.period_ids.write(
            {
                "starts_on_payment": False,
                "date_start": "2026-05-01",
                "chain_start": "2026-05-01",
                "sold_until": "2027-04-30",
            }
        )
        cls.school_case = cls.ticket(cls.school)

    def wizard(self, mode, ticket=None, user=None, **values):
        """The wizard of a remote session, filled in as a person does."""
        work = self.env["kbs.ticket.work"].with_user(user or self.agent)
        ticket = ticket or self.school_case
        form = Form(
            work.with_context(default_ticket_id=ticket.id, default_mode=mode),
            view="kbs_support.kbs_ticket_work_view_form",
        )
        form.kind = "remote"
        form.has_consent = True
        if mode != "start":
            form.name = "Reposted the documents"
        for name, value in values.items():
            setattr(form, name, value)
        return form.save()

    def log(self, minutes=30, ticket=None, user=None, **values):
        """A session that was over before it is entered; return it."""
        start = fields.Datetime.now() - timedelta(minutes=minutes)
        values = {"hours": minutes / 60, "date_start": start, **values}
        ticket = ticket or self.school_case
        before = ticket.kbs_session_ids
        self.wizard("log", ticket, user, **values).action_apply()
        return ticket.kbs_session_ids - before

    def over(self, session):
        return sum(session.sudo().timesheet_ids.kbs_over_ids.mapped("minutes"))


@tagged("post_install", "-at_install")
class TestRemote(RemoteCase):
    """Remote sessions: consent, the count of the month, time, protocol (E4)."""

    def test_third_session_of_prof_is_over_the_plan(self):
        sessions = [self.log() for __ in range(3)]
        self.assertEqual([x.is_within for x in sessions], [True, True, False])
        self.assertEqual([self.over(x) for x in sessions], [0, 0, 30])
        third = sessions[2].sudo().timesheet_ids.kbs_over_ids
        self.assertEqual(third.state, "pending")

    def test_third_session_draws_on_a_pack(self):
        for __ in range(2):
            self.log()
        self.pay(self.sell_hours(client=self.school))
        third = self.log(40)
        self.assertFalse(third.is_within)
        self.assertEqual(self.over(third), 0)
        self.assertEqual(self.left(subscription=self.prof), 260)

    def test_lead_lets_the_third_one_pass(self):
        third = [self.log() for __ in range(3)][2].timesheet_ids.kbs_over_ids
        with self.assertRaises(AccessError):
            third.with_user(self.agent)._give("A new accountant")
        third.with_user(self.lead)._give("A new accountant")
        self.assertEqual(third.state, "goodwill")

    def test_optima_has_no_limit_and_draws_hours(self):
        for __ in range(4):
            session = self.log(60, self.case)
            self.assertTrue(session.is_within)
        # three hours are included, the fourth session has none left
        self.assertEqual(self.left(), 0)
        self.assertEqual(self.over(session), 60)

    def test_next_service_month_counts_anew(self):
        for day, is_within in (
            ("2026-05-30", True),
            ("2026-05-31", True),
            ("2026-05-31", False),
            ("2026-06-01", True),
        ):
            with freeze_time(f"{day} 10:00:00"):
                self.assertEqual(self.log().is_within, is_within, day)

    def test_month_turns_at_midnight_in_kyiv(self):
        """31 May ends at 21:00 UTC."""
        for moment, day in (
            ("2026-05-31 20:59:00", date(2026, 5, 31)),
            ("2026-05-31 21:00:00", date(2026, 6, 1)),
        ):
            with freeze_time(moment):
                self.wizard("start").action_apply()
                session = self.school_case.kbs_session_ids.filtered(
                    lambda x: x.state == "running"
                )
                self.assertEqual(session.day, day)
                self.wizard("stop").action_apply()
                self.assertEqual(session.timesheet_ids.date, day)

    def test_nobody_is_entered_without_consent(self):
        for values in ({"has_consent": False}, {"consent_name": " "}):
            with self.assertRaisesRegex(UserError, "consent"):
                self.wizard("start", **values).action_apply()
        self.assertFalse(self.school_case.kbs_session_ids)

    def test_timer_and_session_are_one(self):
        self.company.kbs_work_rounding = 15
        with freeze_time("2026-05-14 09:00:00"):
            self.wizard("start", connection_id="123 456 789").action_apply()
        session = self.school_case.kbs_session_ids
        self.assertEqual((session.state, session.user_id), ("running", self.agent))
        self.assertEqual(session.consent_at, datetime(2026, 5, 14, 9))
        with freeze_time("2026-05-14 09:20:00"):
            self.wizard("stop").action_apply()
        self.assertEqual((session.state, session.minutes), ("done", 20))
        self.assertEqual(session.connection_id, "123 456 789")
        self.assertEqual(session.timesheet_ids.kbs_minutes, 30)
        self.assertFalse(self.school_case.with_user(self.agent).kbs_timer_start)

    def test_running_session_is_counted(self):
        self.log()
        self.wizard("start").action_apply()
        told = self.school_case._kbs_foresee("remote")
        self.assertEqual(told["state"], "over")
        self.assertIn("2 of 2", told["text"])

    def test_failed_connection_frees_its_place(self):
        first = self.log()
        self.wizard("start").action_apply()
        third = self.log(user=self.lead)
        self.assertFalse(third.is_within)
        self.wizard("stop", outcome="not_connected").action_apply()
        failed = self.school_case.kbs_session_ids - first - third
        self.assertEqual(failed.state, "failed")
        self.assertFalse(failed.timesheet_ids)
        # the place goes to who came after, and his time is included now
        self.assertTrue(third.is_within)
        self.assertEqual(self.over(third), 0)

    def test_what_was_decided_stays_decided(self):
        sessions = [self.log() for __ in range(3)]
        third = sessions[2].timesheet_ids
        third.kbs_over_ids.with_user(self.agent).action_bill()
        sessions[0].timesheet_ids.unlink()
        self.assertFalse(sessions[2].is_within)
        self.assertEqual(third.kbs_over_ids.state, "to_bill")

    def test_deleted_time_frees_the_place(self):
        first, __, third = (self.log() for __ in range(3))
        first.timesheet_ids.unlink()
        self.assertFalse(first.exists())
        self.assertTrue(third.is_within)

    def test_plain_work_of_this_kind_is_a_session(self):
        lines = [self.work(30, "remote", ticket=self.school_case) for __ in range(3)]
        self.assertEqual(len(self.school_case.kbs_session_ids), 3)
        self.assertEqual(sum(lines[2].sudo().kbs_over_ids.mapped("minutes")), 30)
        lines[0].kbs_kind = "consultation"
        self.assertEqual(len(self.school_case.kbs_session_ids), 2)
        self.assertFalse(lines[2].sudo().kbs_over_ids)

    def test_thrown_away_timer_is_no_session(self):
        self.wizard("start").action_apply()
        self.env["kbs.timer"].with_user(self.agent).search([]).unlink()
        self.assertEqual(self.school_case.kbs_session_ids.state, "failed")
        self.assertEqual(self.prof._get_remote_quota(date.today()).used, 0)

    def test_who_is_not_covered_has_it_over_plan(self):
        stranger = self.ticket(self._create_client("Stranger"))
        session = self.log(ticket=stranger)
        self.assertFalse(session.is_within)
        self.assertEqual(self.over(session), 30)

    def test_change_of_plan_in_the_month(self):
        """From the change on the new plan counts; what was over stays over."""
        with freeze_time("2026-05-16 10:00:00"):
            sessions = [self.log() for __ in range(3)]
            quoted = self.prof._quote_change(self.plan("optima"), date(2026, 5, 18))
            order = self.prof._create_change_order(quoted, "More work")
            order.action_confirm()
            self.pay(order)
        with freeze_time("2026-05-20 10:00:00"):
            self.env.invalidate_all()
            after = [self.log() for __ in range(3)]
        self.assertEqual([x.is_within for x in sessions], [True, True, False])
        self.assertTrue(all(x.is_within for x in after))

    def test_protocol_goes_to_the_client_in_his_language(self):
        self.school.lang = "uk_UA"
        session = self.log(connection_id="123 456 789")
        self.assertTrue(session.protocol_at)
        letter = self.school_case.message_ids.filtered(
            lambda x: "123 456 789" in x.body
        )
        self.assertEqual(letter.author_id, self.agent.partner_id)
        self.assertIn(self.school, letter.notified_partner_ids)
        self.assertIn("Номер підключення", letter.body)
        self.assertIn("30 хв", letter.body)
        self.assertIn("Reposted the documents", letter.body)

    def test_protocol_says_nothing_of_our_decisions(self):
        for __ in range(2):
            self.log()
        session = self.log(is_protocol_sent=False)
        facts = dict(session._prepare_protocol()["facts"])
        self.assertEqual(facts["Drawn from"], "Over the plan: 30 min")
        self.assertFalse(session.protocol_at)

    def test_session_is_an_answer(self):
        clock = self.school_case.kbs_sla_target_ids.filtered(
            lambda x: x.metric == "first_response"
        )
        self.assertEqual(clock.state, "running")
        self.wizard("start").action_apply()
        self.assertEqual(clock.state, "met")

    def test_proof_stays_as_it_is(self):
        session = self.log()
        mine = session.with_user(self.agent)
        mine.workplace = "Room 5"
        with self.assertRaises(AccessError):
            mine.date_start = "2026-05-01 10:00:00"
        with self.assertRaises(AccessError):
            mine.is_within = False
        with self.assertRaises(AccessError):
            mine.unlink()

    def test_session_of_the_future_is_refused(self):
        with self.assertRaises(ValidationError):
            self.log(date_start=fields.Datetime.now() + timedelta(hours=1))

    def test_merging_takes_sessions_along(self):
        later = self.ticket(self.school)
        session = self.log(ticket=later)
        later.with_user(self.lead)._kbs_merge_into(self.school_case)
        self.assertEqual(session.ticket_id, self.school_case)
        self.assertEqual(session.timesheet_ids.kbs_ticket_id, self.school_case)
        self.assertTrue(session.is_within)

    def test_card_tells_what_is_left(self):
        self.log()
        rows = self.school_case._kbs_get_card_promises(self.plan("prof"))
        label, text, mark = rows[0]
        self.assertEqual(label, "Remote sessions left")
        self.assertIn("1 of 2", text)
        self.assertFalse(mark)

    def test_other_company_sees_none(self):
        session = self.log()
        company = self.env["res.company"].create({"name": "Another"})
        self.agent.write({"company_ids": [Command.link(company.id)]})
        other = session.with_user(self.agent).with_context(
            allowed_company_ids=company.ids
        )
        self.assertFalse(other.search([("id", "=", session.id)]))

    def test_session_of_a_colleague_is_not_booked(self):
        self.wizard("start", user=self.lead).action_apply()
        session = self.school_case.kbs_session_ids
        for kind in ("remote", "consultation"):
            with self.assertRaises(AccessError):
                self.work(30, kind, ticket=self.school_case, kbs_session_id=session.id)
        with self.assertRaises(AccessError):
            line = self.work(30, "other", ticket=self.school_case)
            line.kbs_session_id = session
        with self.assertRaises(AccessError):
            timer = self.env["kbs.timer"].with_user(self.agent)
            timer.create(
                {
                    "ticket_id": self.school_case.id,
                    "kind": "remote",
                    "session_id": session.id,
                }
            )
        self.env["account.analytic.line"].with_context(
            default_kbs_session_id=session.id
        ).with_user(self.agent).create(
            {
                "kbs_ticket_id": self.school_case.id,
                "kbs_kind": "consultation",
                "unit_amount": 1,
                "name": "Talk",
            }
        )
        self.assertEqual(session.state, "running")

    def test_timer_of_another_kind_ends_as_a_session(self):
        with freeze_time("2026-05-14 09:00:00"):
            action = self.env["kbs.ticket.work"].with_user(self.agent)
            action.create(
                {
                    "ticket_id": self.school_case.id,
                    "mode": "start",
                    "kind": "consultation",
                }
            ).action_apply()
        with freeze_time("2026-05-14 09:20:00"):
            self.wizard("stop").action_apply()
        session = self.school_case.kbs_session_ids
        self.assertEqual(session.date_start, datetime(2026, 5, 14, 9))
        self.assertEqual((session.state, session.minutes), ("done", 20))

    def test_work_that_moves_to_a_full_month_is_over_the_plan(self):
        with freeze_time("2026-05-30 10:00:00"):
            for __ in range(2):
                self.log()
        with freeze_time("2026-06-02 10:00:00"):
            moved, __, waiting = (self.log() for __ in range(3))
            self.assertEqual((moved.is_within, waiting.is_within), (True, False))
            moved.timesheet_ids.date = date(2026, 5, 31)
        self.assertEqual(moved.day, date(2026, 5, 31))
        self.assertFalse(moved.is_within)
        self.assertEqual(self.over(moved), 30)
        # and the place in June goes to who waits
        self.assertTrue(waiting.is_within)
        self.assertEqual(self.over(waiting), 0)

    def test_merging_takes_a_running_session_along(self):
        later = self.ticket(self.school)
        self.wizard("start", later).action_apply()
        later.with_user(self.lead)._kbs_merge_into(self.school_case)
        self.assertTrue(self.school_case.with_user(self.agent).kbs_timer_start)
        self.wizard("stop").action_apply()
        session = self.school_case.kbs_session_ids
        self.assertEqual(session.state, "done")
        self.assertEqual(session.timesheet_ids.kbs_ticket_id, self.school_case)

    def test_long_session_began_long_ago(self):
        work = self.wizard("log", hours=2.5)
        now = fields.Datetime.now()
        self.assertLessEqual(work.date_start, now - timedelta(minutes=150))
        work.action_apply()
        self.assertEqual(self.school_case.kbs_session_ids.minutes, 150)

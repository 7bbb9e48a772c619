from datetime import timedelta

from odoo.tests import tagged

from .clock_common import ClockCase, kyiv


@tagged("-at_install", "post_install")
class TestClocks(ClockCase):
    """What starts, stops, pauses and ends a clock (L1, L3, L4)."""

    def say(self, ticket, author, **values):
        """A public message on ``ticket`` by the user ``author``."""
        return ticket.with_user(author).message_post(
            body="Good day.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **values,
        )

    def client_says(self, ticket, **values):
        return ticket.message_post(
            body="It still fails.",
            author_id=ticket.partner_id.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            **values,
        )

    # === WHAT COUNTS AS AN ANSWER === #

    def test_public_message_of_ours_is_the_answer(self):
        ticket = self.ticket("optima")
        with self.at("2026-05-14 15:00"):
            self.say(ticket, self.agent)
        clock = self.clock(ticket)
        self.assertEqual(clock.state, "met")
        self.assertEqual(clock.done_at, kyiv("2026-05-14 15:00"))

    def test_answer_by_mail_of_ours_counts(self):
        ticket = self.ticket("optima")
        ticket.message_post(
            body="Restart it.",
            author_id=self.agent.partner_id.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(self.clock(ticket).state, "met")

    def test_done_call_is_an_answer(self):
        ticket = self.ticket("optima")
        activity = ticket.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.agent.id
        )
        activity.with_user(self.agent).action_feedback("He knows now.")
        self.assertEqual(self.clock(ticket).state, "met")

    def test_what_is_no_answer(self):
        ticket = self.ticket("optima")
        ticket.with_user(self.agent).message_post(
            body="Note", subtype_xmlid="mail.mt_note"
        )
        self.client_says(ticket)
        ticket.with_user(self.agent).stage_id = self.stage_work
        self.say(ticket.with_context(kbs_auto_reply=True), self.agent)
        self.say(ticket, self.env.ref("base.user_root"))
        ticket.activity_schedule(
            "mail.mail_activity_data_todo", user_id=self.agent.id
        ).with_user(self.agent).action_feedback("Done")
        self.assertEqual(self.clock(ticket).state, "running")

    # === NEXT ANSWER === #

    def test_next_answer_runs_only_while_the_client_waits(self):
        ticket = self.ticket("optima")
        self.say(ticket, self.agent)
        self.assertFalse(self.clock(ticket, "next_response"))
        with self.at("2026-05-18 10:00"):
            self.client_says(ticket)
        with self.at("2026-05-18 11:00"):
            self.client_says(ticket)
        clock = self.clock(ticket, "next_response")
        self.assertEqual(clock.deadline, kyiv("2026-05-19 10:00"))
        with self.at("2026-05-18 12:00"):
            self.say(ticket, self.agent)
        self.assertEqual(clock.state, "met")
        with self.at("2026-05-20 12:00"):
            self.client_says(ticket)
        self.assertEqual(self.clock(ticket, "next_response").cycle, 2)

    def test_client_writes_to_a_waiting_ticket_and_it_goes_on(self):
        ticket = self.ticket("optima")
        self.say(ticket, self.agent)
        ticket.stage_id = self.stage_waiting
        self.client_says(ticket)
        self.assertEqual(ticket.stage_id, self.stage_work)
        self.assertEqual(self.clock(ticket, "resolution").state, "running")

    def test_client_writes_to_a_closed_ticket_and_it_is_reopened(self):
        ticket = self.ticket("optima")
        self.say(ticket, self.agent)
        ticket.stage_id = self.stage_done
        with self.at("2027-02-01 10:00"):
            self.client_says(ticket)
        self.assertFalse(ticket.closed)
        first, second = ticket.kbs_sla_target_ids.filtered(
            lambda x: x.metric == "resolution"
        ).sorted("cycle")
        self.assertEqual((first.state, second.state), ("met", "running"))
        self.assertEqual(second.date_start, kyiv("2027-02-01 10:00"))
        self.assertEqual(self.clock(ticket, "next_response").state, "running")

    # === MISSES === #

    def test_late_answer_is_a_miss_for_ever(self):
        ticket = self.ticket("premium")
        with self.at("2026-05-15 09:30"):
            self.say(ticket, self.agent)
        clock = self.clock(ticket)
        # 12:00 + 4 working hours is 16:00; two hours of Thursday, half of Friday.
        self.assertEqual(clock.state, "missed")
        self.assertEqual(clock.late_minutes, 150)
        self.assertEqual(clock.missed_at, kyiv("2026-05-14 16:00"))
        with self.at("2026-05-20 09:30"):
            self.holiday("2026-05-14 09:00", "2026-05-14 18:00")
            self.run_job("clocks")
        self.assertEqual((clock.state, clock.late_minutes), ("missed", 150))

    def test_answer_at_the_last_moment_is_in_time(self):
        ticket = self.ticket("premium")
        with self.at("2026-05-14 16:00"):
            self.run_job("clocks")
            self.say(ticket, self.agent)
        self.assertEqual(self.clock(ticket).state, "met")

    def test_job_records_a_miss_and_the_answer_says_how_late(self):
        ticket = self.ticket("premium")
        with self.at("2026-05-14 16:05"):
            self.run_job("clocks")
        clock = self.clock(ticket)
        self.assertEqual((clock.state, clock.late_minutes), ("missed", 5))
        self.assertEqual(ticket.kbs_clock_state, "missed")
        with self.at("2026-05-14 17:00"):
            self.say(ticket, self.agent)
        self.assertEqual((clock.state, clock.late_minutes), ("missed", 60))
        self.assertEqual(clock.done_at, kyiv("2026-05-14 17:00"))

    def test_call_in_time_that_is_logged_later_is_no_miss(self):
        ticket = self.ticket("premium")
        clock = self.clock(ticket)
        with self.at("2026-05-14 16:05"):
            self.run_job("clocks")
        self.assertEqual(clock.state, "missed")
        with self.at("2026-05-14 16:20"):
            ticket._kbs_note_answer(kyiv("2026-05-14 15:50"))
        self.assertEqual((clock.state, clock.late_minutes), ("met", 0))
        self.assertEqual(clock.version_ids.mapped("state"), ["missed"])

    def test_after_the_end_of_the_day_is_late_though_nobody_works(self):
        with self.at("2026-05-14 09:00"):
            ticket = self.ticket("optima")
        with self.at("2026-05-14 18:30"):
            self.say(ticket, self.agent)
        self.assertEqual(self.clock(ticket).state, "missed")
        self.assertEqual(self.clock(ticket).late_minutes, 1)

    def test_waiting_after_a_miss_is_not_counted_as_late(self):
        self.policy("resolution", 1, "hour", plan_id=self.plan("prof").id, priority="1")
        ticket = self.ticket("prof", priority="1")
        for moment, stage in [
            ("2026-05-14 13:30", self.stage_waiting),
            ("2026-05-14 16:30", self.stage_work),
            ("2026-05-14 17:00", self.stage_done),
        ]:
            with self.at(moment):
                ticket.stage_id = stage
        clock = self.clock(ticket, "resolution")
        self.assertEqual((clock.state, clock.late_minutes), ("missed", 60))

    # === CLOSING AND DROPPING === #

    def test_closing_without_an_answer_is_neither_met_nor_missed(self):
        ticket = self.ticket("optima")
        ticket.stage_id = self.stage_done
        clock = self.clock(ticket)
        self.assertEqual((clock.state, clock.done_at), ("cancelled", False))
        self.assertEqual(clock.cancel_reason, "Closed without an answer")
        self.assertEqual(self.clock(ticket, "resolution").state, "met")
        self.assertFalse(ticket.kbs_deadline)

    def test_archived_ticket_owes_nothing_and_starts_anew_when_it_is_back(self):
        ticket = self.ticket("optima")
        ticket.active = False
        states = set(ticket.kbs_sla_target_ids.mapped("state"))
        self.assertEqual(states, {"cancelled"})
        ticket.active = True
        for metric in ("resolution", "first_response"):
            clock = self.clock(ticket, metric)
            self.assertEqual((clock.cycle, clock.state), (2, "running"))

    def test_closed_ticket_moved_to_waiting_waits_in_a_new_cycle(self):
        ticket = self.ticket("optima")
        ticket.stage_id = self.stage_done
        ticket.stage_id = self.stage_waiting
        clock = self.clock(ticket, "resolution")
        self.assertEqual((clock.cycle, clock.state), (2, "paused"))

    def test_answer_moves_a_new_ticket_to_work(self):
        ticket = self.ticket("optima")
        self.assertTrue(ticket.unattended)
        self.say(ticket, self.agent)
        self.assertEqual(ticket.stage_id, self.stage_work)

    def test_policy_switched_off_takes_its_clocks_along(self):
        policy = self.policy(plan_id=self.plan("prof").id)
        ticket = self.ticket("prof")
        self.assertEqual(self.clock(ticket).policy_id, policy)
        policy.active = False
        self.assertEqual(self.clock(ticket).state, "cancelled")
        with self.at("2026-06-14 12:00"):
            self.run_job("clocks")
        self.assertEqual(self.clock(ticket).state, "cancelled")

    def test_nobody_is_owed_an_answer_without_coverage(self):
        ticket = self.ticket(kbs_subscription_id=False, partner_id=False)
        ticket.kbs_coverage = "not_covered"
        self.assertFalse(ticket.kbs_sla_target_ids._filter_open())

    # === PROMISES === #

    def test_most_specific_policy_wins(self):
        category = self.env["helpdesk.ticket.category"].create(
            {"name": "Reports", "company_id": False}
        )
        below = self.env["helpdesk.ticket.category"].create(
            {"name": "Tax", "parent_id": category.id, "company_id": False}
        )
        self.policy(amount=8, unit="hour", category_id=category.id)
        self.policy(amount=7, unit="hour", plan_id=self.plan("prof").id)
        exact = {"plan_id": self.plan("prof").id, "category_id": below.id}
        self.policy(amount=3, unit="hour", **exact)
        self.policy(amount=2, unit="hour", priority="3", **exact)
        for values, hours in [
            ({"category_id": below.id, "priority": "3"}, 2),
            ({"category_id": below.id}, 3),
            ({"category_id": category.id}, 7),
            ({}, 7),
        ]:
            with self.subTest(values=values):
                clock = self.clock(self.ticket("prof", **values))
                self.assertEqual(clock.promise_minutes, hours * 60)
        clock = self.clock(self.ticket("premium", category_id=below.id))
        self.assertEqual(clock.promise_minutes, 8 * 60)

    def test_later_edit_of_a_policy_changes_no_promise(self):
        policy = self.policy(amount=5, unit="hour", plan_id=self.plan("prof").id)
        ticket = self.ticket("prof")
        policy.amount = 1
        self.plan("prof").reaction_time = 9
        self.assertEqual(self.clock(ticket).promise_minutes, 300)
        self.assertEqual(self.clock(ticket).deadline, kyiv("2026-05-14 17:00"))

    def test_another_priority_keeps_what_has_passed(self):
        self.policy(amount=2, unit="hour", priority="3")
        ticket = self.ticket("prof")
        with self.at("2026-05-14 13:00"):
            ticket.priority = "3"
        clock = self.clock(ticket)
        self.assertEqual(clock.date_start, kyiv("2026-05-14 12:00"))
        self.assertEqual(clock.deadline, kyiv("2026-05-14 14:00"))
        self.assertEqual(clock.version_ids.promise_minutes, 18 * 60)

    # === COUNTED ANEW === #

    def test_force_majeure_of_the_region_moves_open_clocks(self):
        kyiv_region = self.env.ref("kbs_support.state_ua_30")
        lviv = self.env.ref("kbs_support.state_ua_46")
        self.clients["premium"].state_id = lviv
        ticket, other = self.ticket("premium"), self.ticket("optima")
        outage = self.env["kbs.blackout"].create(
            {
                "company_id": self.company.id,
                "kind": "power",
                "date_start": kyiv("2026-05-14 13:00"),
                "date_end": kyiv("2026-05-14 15:00"),
                "region_ids": lviv.ids,
            }
        )
        clock = self.clock(ticket)
        self.assertEqual(clock.deadline, kyiv("2026-05-14 18:00"))
        self.assertEqual(clock.version_ids.deadline, kyiv("2026-05-14 16:00"))
        self.assertEqual(self.clock(other).deadline, kyiv("2026-05-15 12:00"))
        outage.region_ids = kyiv_region
        self.assertEqual(clock.deadline, kyiv("2026-05-14 16:00"))
        self.company.state_id = kyiv_region
        outage.date_end = kyiv("2026-05-14 14:00")
        self.assertEqual(clock.deadline, kyiv("2026-05-14 17:00"))
        self.assertEqual(self.clock(other).deadline, kyiv("2026-05-15 13:00"))
        outage.unlink()
        self.assertEqual(clock.deadline, kyiv("2026-05-14 16:00"))

    def test_force_majeure_that_lasts_has_no_deadline_yet(self):
        ticket = self.ticket("premium")
        outage = self.env["kbs.blackout"].create(
            {"company_id": self.company.id, "date_start": kyiv("2026-05-14 13:00")}
        )
        clock = self.clock(ticket)
        self.assertEqual((clock.state, clock.deadline), ("running", False))
        outage.date_end = kyiv("2026-05-14 15:00")
        self.assertEqual(clock.deadline, kyiv("2026-05-14 18:00"))

    def test_force_majeure_entered_later_excuses_an_open_miss(self):
        ticket = self.ticket("premium")
        with self.at("2026-05-14 16:10"):
            self.run_job("clocks")
            clock = self.clock(ticket)
            self.assertEqual(clock.state, "missed")
            self.env["kbs.blackout"].create(
                {
                    "company_id": self.company.id,
                    "date_start": kyiv("2026-05-14 13:00"),
                    "date_end": kyiv("2026-05-14 15:00"),
                }
            )
        self.assertEqual((clock.state, clock.late_minutes), ("running", 0))
        self.assertEqual(clock.version_ids.mapped("state"), ["missed"])
        self.assertEqual(clock.version_ids.late_minutes, 10)

    # === WARNINGS === #

    def notices(self, ticket, user):
        return self.env["mail.notification"].search(
            [
                ("res_partner_id", "=", user.partner_id.id),
                ("mail_message_id.model", "=", "helpdesk.ticket"),
                ("mail_message_id.res_id", "=", ticket.id),
            ]
        )

    def test_warnings_come_once_and_to_the_right_person(self):
        ticket = self.ticket("premium")
        for moment, agent, lead in [
            ("13:59", 0, 0),
            ("14:00", 1, 0),  # 50 % of four hours
            ("14:05", 1, 0),
            ("15:12", 2, 0),  # 80 %
            ("16:00", 2, 1),  # 100 %: the lead
            ("16:05", 2, 1),
            ("17:55", 2, 1),
        ]:
            with self.at(f"2026-05-14 {moment}"), self.subTest(moment=moment):
                self.run_job("clocks")
                self.assertEqual(len(self.notices(ticket, self.agent)), agent)
                self.assertEqual(len(self.notices(ticket, self.lead)), lead)
        kinds = set(self.notices(ticket, self.agent).mapped("notification_type"))
        self.assertEqual(kinds, {"inbox"})

    def test_only_the_latest_level_after_a_night_without_the_job(self):
        ticket = self.ticket("premium")
        with self.at("2026-05-14 15:30"):
            self.run_job("clocks")
        notice = self.notices(ticket, self.agent)
        self.assertEqual(len(notice), 1)
        self.assertIn("80", notice.mail_message_id.subject)

    def test_nobody_is_warned_at_night(self):
        self.policy(amount=8, unit="clock_hour", plan_id=self.plan("prof").id)
        with self.at("2026-05-14 23:00"):
            ticket = self.ticket("prof")
        clock = self.clock(ticket)
        self.assertEqual(clock.alert_at, kyiv("2026-05-15 09:00"))
        with self.at("2026-05-15 04:00"):
            self.run_job("clocks")
        self.assertFalse(self.notices(ticket, self.agent))
        with self.at("2026-05-15 09:00"):
            self.run_job("clocks")
        self.assertTrue(self.notices(ticket, self.lead))

    def test_answered_ticket_warns_nobody(self):
        ticket = self.ticket("premium")
        self.say(ticket, self.agent)
        with self.at("2026-05-14 17:00"):
            self.run_job("clocks")
        self.assertFalse(self.notices(ticket, self.agent))

    def test_nearest_deadline_is_that_of_the_ticket(self):
        ticket = self.ticket("premium")
        self.assertEqual(ticket.kbs_deadline, kyiv("2026-05-14 16:00"))
        self.assertEqual(ticket.kbs_next_metric, "first_response")
        self.say(ticket, self.agent)
        self.assertEqual(ticket.kbs_next_metric, "resolution")
        self.assertEqual(
            ticket.kbs_deadline, kyiv("2026-05-14 12:00") + timedelta(days=4)
        )

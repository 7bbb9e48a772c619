import doctest

from freezegun import freeze_time
from lxml import etree
from psycopg2 import IntegrityError
from psycopg2.errors import ExclusionViolation

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from ..tools import balance
from .clock_common import kyiv
from .intake_common import IntakeCase

NIGHT = kyiv("2026-05-14 23:30")


class RoutingCase(IntakeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.council = cls._create_client("Council")
        order = cls.sell_paid(
            "premium_12", client=cls.council, line={"kbs_date_start": "2026-05-01"}
        )
        cls.premium = cls.subscription(order)
        cls.specialist = cls.user("kbs_specialist")
        cls.premium.specialist_id = cls.specialist
        cls.watchman = cls.user("kbs_watchman")

    @classmethod
    def user(cls, login):
        return new_test_user(
            cls.env,
            login,
            groups="kbs_support.group_kbs_agent",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def absent(self, user, first="2026-05-01 00:00", last="2026-05-31 00:00"):
        return (
            self.env["resource.calendar.leaves"]
            .with_user(self.lead)
            .create(
                {
                    "kbs_user_id": user.id,
                    "date_from": kyiv(first),
                    "date_to": kyiv(last),
                    "name": "Leave",
                }
            )
        )

    def duty(self, user, first="2026-05-14 18:00", last="2026-05-15 09:00"):
        return self.env["kbs.duty"].create(
            {"user_id": user.id, "date_from": kyiv(first), "date_to": kyiv(last)}
        )


class TestRouting(RoutingCase):
    """Who answers: the specialist, who is on duty, the team by balance."""

    def test_dedicated_specialist_answers_his_client(self):
        self.assertEqual(self.ticket(self.council).user_id, self.specialist)

    def test_specialist_only_where_the_plan_promises_one(self):
        self.premium.plan_id.has_specialist = False
        self.assertIn(self.ticket(self.council).user_id, self.team.user_ids)

    def test_absent_specialist_is_passed_over(self):
        leave = self.absent(self.specialist)
        self.assertIn(self.ticket(self.council).user_id, self.team.user_ids)
        leave.date_to = kyiv("2026-05-14 11:00")
        self.assertEqual(self.ticket(self.council).user_id, self.specialist)

    def test_who_left_is_passed_over(self):
        self.specialist.active = False
        self.assertIn(self.ticket(self.council).user_id, self.team.user_ids)

    def test_training_is_no_absence(self):
        self.absent(self.specialist).time_type = "other"
        self.assertEqual(self.ticket(self.council).user_id, self.specialist)

    def test_night_of_a_24_7_line_belongs_to_duty(self):
        self.duty(self.watchman)
        with freeze_time(NIGHT):
            self.assertEqual(self.ticket(self.council).user_id, self.watchman)
            ticket = self.ticket(self.hospital)
            self.assertIn(ticket.user_id, self.team.user_ids, "this line is closed")
            together = self.env["helpdesk.ticket"].create(
                [self.prepare(self.council), self.prepare(self.hospital)]
            )
            self.assertEqual(together[0].user_id, self.watchman)
            self.assertIn(together[1].user_id, self.team.user_ids)
        self.duty(self.watchman, "2026-05-14 09:00", "2026-05-14 18:00")
        ticket = self.ticket(self.council)
        self.assertEqual(ticket.user_id, self.specialist, "the office is open")

    def test_holiday_of_a_24_7_line_belongs_to_duty(self):
        self.duty(self.watchman, "2026-05-14 00:00", "2026-05-15 00:00")
        self.env["resource.calendar.leaves"].create(
            {
                "calendar_id": self.env.ref(
                    "kbs_support.resource_calendar_kbs_office"
                ).id,
                "company_id": self.company.id,
                "date_from": kyiv("2026-05-14 00:00"),
                "date_to": kyiv("2026-05-15 00:00"),
            }
        )
        self.assertEqual(self.ticket(self.council).user_id, self.watchman)

    def test_night_without_duty_goes_the_way_of_the_day(self):
        self.duty(self.watchman, "2026-05-15 18:00", "2026-05-16 09:00")
        with freeze_time(NIGHT):
            self.assertEqual(self.ticket(self.council).user_id, self.specialist)
        self.duty(self.watchman)
        self.absent(self.watchman)
        with freeze_time(NIGHT):
            self.assertEqual(self.ticket(self.council).user_id, self.specialist)

    def test_work_is_shared_out_evenly(self):
        self.ticket(self.hospital, user_id=self.agent.id)
        done = self.ticket(self.hospital, user_id=self.lead.id)
        done.stage_id = self.stage_done
        self.assertEqual(self.ticket(self.hospital).user_id, self.lead)
        tickets = self.env["helpdesk.ticket"].create([self.prepare(self.hospital)] * 10)
        shares = tickets.grouped("user_id")
        self.assertEqual({len(x) for x in shares.values()}, {5})
        self.assertFalse(doctest.testmod(balance).failed)

    def test_nobody_there_calls_the_leader(self):
        self.absent(self.agent)
        self.absent(self.lead)
        ticket = self.ticket(self.hospital)
        self.assertFalse(ticket.user_id)
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(ticket.activity_ids.user_id, self.lead)
        self.team.user_id = False
        self.assertFalse(self.ticket(self.hospital).activity_ids)

    def test_team_without_people_stages_and_hours(self):
        empty = self.env["helpdesk.ticket.team"].create(
            {"name": "Empty", "company_id": self.company.id}
        )
        ticket = self.ticket(self.client, team_id=empty.id)
        self.assertFalse(ticket.user_id)
        self.assertTrue(ticket._kbs_is_line_open())

    def test_only_people_of_ours_are_chosen(self):
        portal = new_test_user(
            self.env, "kbs_routed", groups="base.group_portal", email="p@example.com"
        )
        root = self.env.ref("base.user_root")
        for user in (portal, root):
            ticket = self.ticket(self.council, user_id=user.id)
            self.assertEqual(ticket.user_id, self.specialist)
        ticket = self.ticket(self.council, user_id=self.agent.id)
        self.assertEqual(ticket.user_id, self.agent)

    def test_ticket_without_a_team_is_the_lines(self):
        line = self.env.ref("kbs_support.helpdesk_ticket_team_kbs_line")
        ticket = self.ticket(self.client, team_id=False)
        self.assertEqual(ticket.team_id, line)
        ticket = self.ticket(self.client, team_id=False, user_id=self.agent.id)
        self.assertEqual(ticket.team_id, self.team, "of whom was chosen")


class TestDuty(RoutingCase):
    """The duty roster: who and when; agents read it, leads write it."""

    def test_one_person_one_duty_at_a_time(self):
        self.duty(self.watchman)
        self.duty(self.agent)
        self.duty(self.watchman, "2026-05-15 09:00", "2026-05-15 18:00")
        with mute_logger("odoo.sql_db"), self.assertRaises(ExclusionViolation):
            self.duty(self.watchman, "2026-05-15 08:59", "2026-05-15 10:00")

    def test_duty_ends_after_it_began(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.duty(self.agent, "2026-05-15 09:00", "2026-05-15 09:00")

    def test_who_is_on_duty_now(self):
        duty = self.duty(self.watchman)
        duties = self.env["kbs.duty"]
        with freeze_time(NIGHT):
            self.assertEqual(duties._get_on_duty(self.company, NIGHT), self.watchman)
            self.assertTrue(duty.is_now)
            found = duties.search([("date_from", "<=", "now"), ("date_to", ">", "now")])
            self.assertEqual(found, duty, "as the filter asks")
        end = kyiv("2026-05-15 09:00")
        self.assertFalse(duties._get_on_duty(self.company, end))
        other = self._create_company("SOFTKOM other")
        self.assertFalse(duties._get_on_duty(other, NIGHT))

    def test_agents_read_and_leads_write(self):
        duty = self.duty(self.watchman)
        duty.with_user(self.lead).note = "Phone 2"
        self.assertEqual(duty.with_user(self.agent).note, "Phone 2")
        with self.assertRaises(AccessError):
            duty.with_user(self.agent).note = "Mine"
        with self.assertRaises(AccessError):
            duty.with_user(self.salesman).read(["note"])

    def test_list_offers_new_duties_to_leads_alone(self):
        for user, is_offered in ((self.lead, True), (self.agent, False)):
            for view in ("list", "calendar", "form"):
                duties = self.env["kbs.duty"].with_user(user)
                arch = etree.fromstring(duties.get_view(view_type=view)["arch"])
                with self.subTest(user=user.login, view=view):
                    self.assertEqual(arch.get("create") != "False", is_offered)

    def test_absence_of_who_also_works_elsewhere(self):
        other = self._create_company("SOFTKOM other")
        self.watchman.write({"company_ids": [(4, other.id)], "company_id": other.id})
        leave = self.absent(self.watchman)
        self.assertEqual(leave.with_user(self.lead).kbs_user_id, self.watchman)
        moment = kyiv("2026-05-14 12:00")
        self.assertFalse(self.watchman._kbs_get_present(moment, self.company))

    def test_duty_of_another_company_is_hidden(self):
        duty = self.duty(self.watchman)
        duty.company_id = self._create_company("SOFTKOM other")
        self.assertNotIn(duty, self.env["kbs.duty"].with_user(self.lead).search([]))

    def test_absences_are_entered_by_leads(self):
        leave = self.absent(self.agent)
        self.assertEqual(leave.kbs_user_id, self.agent)
        self.assertEqual(leave.resource_id.user_id, self.agent)
        found = leave.search([("kbs_user_id", "=", self.agent.id)])
        self.assertEqual(found, leave)
        again = self.absent(self.agent, "2026-06-01 00:00", "2026-06-02 00:00")
        self.assertEqual(again.resource_id, leave.resource_id, "made once")
        leave.with_user(self.lead).kbs_user_id = self.watchman
        self.assertEqual(leave.resource_id.user_id, self.watchman)
        with self.assertRaises(AccessError):
            leave.with_user(self.agent).name = "Mine"
        with self.assertRaises(AccessError):
            self.env["resource.calendar.leaves"].with_user(self.agent).create(
                {
                    "kbs_user_id": self.lead.id,
                    "date_from": kyiv("2026-07-01 00:00"),
                    "date_to": kyiv("2026-07-02 00:00"),
                }
            )


class TestLineHours(RoutingCase):
    """When the line is open: hours of the plan, of the team, of the company (L2)."""

    def test_line_opens_on_the_next_working_morning(self):
        ticket = self.ticket(self.hospital)
        cases = [
            ("2026-05-14 12:00", "2026-05-14 12:00"),
            ("2026-05-14 18:00", "2026-05-15 09:00"),
            ("2026-05-15 23:59", "2026-05-18 09:00"),
            ("2026-05-17 00:00", "2026-05-18 09:00"),
        ]
        for moment, opening in cases:
            with self.subTest(moment):
                moment, opening = kyiv(moment), kyiv(opening)
                self.assertEqual(ticket._kbs_get_line_opening(moment), opening)
                is_open = ticket._kbs_is_line_open(moment)
                self.assertEqual(is_open, moment == opening)

    def test_24_7_has_no_hole_at_midnight(self):
        ticket = self.ticket(self.council)
        for moment in ("2026-05-15 00:00", "2026-05-15 23:59:59", "2026-10-25 03:30"):
            self.assertTrue(ticket._kbs_is_line_open(kyiv(moment)), moment)

    def test_without_a_plan_hours_of_the_team_then_of_the_company(self):
        ticket = self.ticket(self.client)
        night = kyiv("2026-05-14 22:00")
        self.assertFalse(ticket._kbs_is_line_open(night))
        self.team.kbs_calendar_id = self.env.ref(
            "kbs_support.resource_calendar_kbs_24_7"
        )
        self.assertTrue(ticket._kbs_is_line_open(night))
        self.team.kbs_calendar_id = False
        ticket.team_id = False
        self.assertEqual(ticket._kbs_get_line_opening(night), kyiv("2026-05-15 09:00"))

    def test_hours_in_which_nobody_works(self):
        self.team.kbs_calendar_id = self.env["resource.calendar"].create(
            {"name": "Never", "attendance_ids": [Command.clear()]}
        )
        ticket = self.ticket(self.client)
        self.assertFalse(ticket._kbs_is_line_open())
        self.assertIs(ticket._kbs_get_line_opening(), False)

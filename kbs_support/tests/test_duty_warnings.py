from freezegun import freeze_time

from odoo.tests import tagged

from .clock_common import ClockCase, kyiv


@tagged("post_install", "-at_install")
class TestDutyWarnings(ClockCase):
    """Who is on duty at night is at work then, and is warned then (L5)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Eight hours by the clock: half of them pass at three in the night.
        cls.policy(amount=8, unit="clock_hour", plan_id=cls.plan("prof").id)

    def duty(self, user=None, first="2026-05-14 18:00", last="2026-05-15 09:00"):
        return self.env["kbs.duty"].create(
            {
                "user_id": (user or self.agent).id,
                "company_id": self.company.id,
                "date_from": kyiv(first),
                "date_to": kyiv(last),
            }
        )

    def at_night(self, **values):
        with self.at("2026-05-14 23:00"):
            return self.ticket("prof", **values)

    def notices(self, ticket, user):
        return self.env["mail.notification"].search_count(
            [
                ("res_partner_id", "=", user.partner_id.id),
                ("mail_message_id.model", "=", "helpdesk.ticket"),
                ("mail_message_id.res_id", "=", ticket.id),
            ]
        )

    def test_who_is_on_duty_is_warned_in_time(self):
        self.duty()
        ticket = self.at_night()
        self.assertEqual(self.clock(ticket).alert_at, kyiv("2026-05-15 03:00"))
        for moment, agent, lead in (
            ("02:59", 0, 0),
            ("03:00", 1, 0),
            ("05:30", 2, 0),
            ("07:05", 2, 0),  # the lead sleeps
            ("09:00", 2, 1),
        ):
            with self.at(f"2026-05-15 {moment}"), self.subTest(moment=moment):
                self.run_job("clocks")
                self.assertEqual(self.notices(ticket, self.agent), agent)
                self.assertEqual(self.notices(ticket, self.lead), lead)

    def test_lead_on_duty_hears_of_the_end(self):
        self.duty(self.lead)
        ticket = self.at_night()
        with self.at("2026-05-15 07:05"):
            self.run_job("clocks")
            self.assertEqual(self.notices(ticket, self.agent), 0, "he sleeps")
            self.assertEqual(self.notices(ticket, self.lead), 1)

    def test_duty_of_another_wakes_nobody(self):
        self.duty(self.manager)
        ticket = self.at_night()
        self.assertEqual(self.clock(ticket).alert_at, kyiv("2026-05-15 09:00"))

    def test_duty_that_is_over_before_wakes_nobody(self):
        self.duty(last="2026-05-15 02:00")
        ticket = self.at_night()
        self.assertEqual(self.clock(ticket).alert_at, kyiv("2026-05-15 09:00"))

    def test_roster_that_changes_later(self):
        ticket = self.at_night()
        clock = self.clock(ticket)
        with self.at("2026-05-14 23:30"):
            duty = self.duty()
            self.assertEqual(clock.alert_at, kyiv("2026-05-15 03:00"))
            duty.user_id = self.manager
            self.assertEqual(clock.alert_at, kyiv("2026-05-15 09:00"))
            duty.user_id = self.agent
            self.assertEqual(clock.alert_at, kyiv("2026-05-15 03:00"))
            duty.unlink()
            self.assertEqual(clock.alert_at, kyiv("2026-05-15 09:00"))
        self.assertFalse(clock.version_ids, "the promise is the same")

    def test_ticket_that_goes_to_who_is_on_duty(self):
        self.duty()
        ticket = self.at_night(user_id=self.lead.id)
        clock = self.clock(ticket)
        self.assertEqual(clock.alert_at, kyiv("2026-05-15 09:00"))
        with freeze_time(kyiv("2026-05-14 23:30")):
            ticket.user_id = self.agent
        self.assertEqual(clock.alert_at, kyiv("2026-05-15 03:00"))

    def test_roster_costs_one_question_for_all_clocks(self):
        def cost(clocks):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            clocks.browse(clocks.ids)._set_deadlines()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        self.duty()
        with self.at("2026-05-14 23:00"):
            tickets = self.env["helpdesk.ticket"].union(
                *(self.ticket("prof") for _number in range(11))
            )
            clocks = tickets.kbs_sla_target_ids.filtered(
                lambda x: x.metric == "first_response"
            )
            cost(clocks[:1])
            self.assertEqual(cost(clocks[:1]), cost(clocks))

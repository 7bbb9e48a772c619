from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .clock_common import kyiv
from .test_calls import CallCase


@tagged("post_install", "-at_install")
class TestCallbackLife(CallCase):
    """Rounds of attempts, and what closing does to an ordered call."""

    def attempts(self, ticket, *times):
        for time in times:
            self.call(ticket, "no_answer", f"2026-05-15 {time}")

    def test_who_answered_the_letter_gets_three_attempts_again(self):
        ticket = self.ordered()
        self.attempts(ticket, "10:00", "10:20", "10:40")
        with freeze_time(kyiv("2026-05-15 12:00")):
            self.write(ticket, self.person, "I am here, call me")
        self.assertEqual(ticket.kbs_callback_state, "waiting")
        self.assertEqual(ticket.kbs_attempt_count, 0)
        self.finish()
        self.attempts(ticket, "12:30")
        self.assertEqual(ticket.kbs_attempt_count, 1)
        self.assertFalse(ticket._kbs_get_open_pause_sudo(), "one call is no proof")
        self.assertEqual(len(self.letters(ticket)), 1)
        self.attempts(ticket, "12:50", "13:10")
        self.finish()
        self.assertTrue(ticket._kbs_get_open_pause_sudo().is_total)
        letter = self.letters(ticket).sorted("id")[-1]
        self.assertIn("13:10", letter.body)
        self.assertNotIn("10:40", letter.body)

    def test_fourth_call_in_vain_writes_no_second_letter(self):
        ticket = self.ordered()
        self.attempts(ticket, "10:00", "10:20", "10:40", "11:00")
        self.finish()
        self.assertEqual(len(self.letters(ticket)), 1)
        self.assertEqual(len(ticket.kbs_pause_ids.filtered("is_total")), 1)

    def test_closed_ticket_waits_for_no_call(self):
        ticket = self.ordered()
        ticket.stage_id = self.stage_done
        self.assertEqual(ticket.kbs_callback_state, "dropped")
        again = self.callback()._take_in()
        self.assertNotEqual(again, ticket, "a new order is not lost in a closed one")
        self.assertEqual(again.kbs_callback_state, "waiting")

    def test_reopened_ticket_waits_for_its_call_again(self):
        ticket = self.ordered()
        ticket.stage_id = self.stage_done
        ticket.action_kbs_reopen()
        self.assertEqual(ticket.kbs_callback_state, "waiting")

    def test_talk_is_remembered_on_a_closed_ticket(self):
        ticket = self.ordered()
        self.call(ticket, "talked", "2026-05-15 11:00")
        ticket.stage_id = self.stage_done
        self.assertEqual(ticket.kbs_callback_state, "talked")

    def test_letter_that_fails_undoes_no_call(self):
        ticket = self.ordered()
        logger = "odoo.addons.kbs_support.models.helpdesk_ticket_letters"
        with mute_logger(logger), self.broken_letters():
            self.attempts(ticket, "10:00", "10:20", "10:40")
        self.assertEqual(ticket.kbs_call_count, 3)
        self.assertTrue(ticket._kbs_get_open_pause_sudo().is_total)

    def test_many_calls_at_once_cost_little_more(self):
        def cost(count):
            tickets = self.env["helpdesk.ticket"]
            for number in range(count):
                tickets |= self.ordered(f"2026-05-15 1{number % 8}:{self.minute:02}")
                self.minute += 1
            for time in ("09:30", "09:50"):
                for ticket in tickets:
                    self.call(ticket, "no_answer", f"2026-05-15 {time}")
            self.finish()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with freeze_time(kyiv("2026-05-15 10:10")):
                self.env["kbs.call"].create(
                    [{"ticket_id": x.id, "result": "busy"} for x in tickets]
                )
            self.env.flush_all()
            self.assertEqual(set(tickets.mapped("kbs_attempt_count")), {3})
            return self.env.cr.sql_log_count - before

        self.minute = 0
        cost(1)
        one, nine = cost(1), cost(9)
        self.slope = (nine - one) / 8
        self.assertLess(self.slope, 45)

    def test_who_is_asked_to_call_later_has_it_on_his_list(self):
        ticket = self.ticket()
        self.call(ticket, "later", later_at=kyiv("2026-05-18 10:00"), phone="+38044")
        activity = ticket.activity_ids
        self.assertEqual(str(activity.date_deadline), "2026-05-18")
        self.assertEqual(activity.user_id, self.agent)
        self.assertIn("+38044", activity.summary)
        self.assertFalse(ticket.kbs_callback_at, "the promise stays what it was")
        ordered = self.ordered()
        self.call(ordered, "later", later_at=kyiv("2026-05-18 10:00"))
        self.assertFalse(ordered.activity_ids, "it is among those to be called")

    def test_same_number_and_time_of_another_client_is_another_call(self):
        ticket = self.ordered()
        other = self._create_contact(self.clients["optima"], "other@example.com")
        self.assertNotEqual(self.callback(partner_id=other.id)._take_in(), ticket)

    def test_two_calls_of_one_ticket_at_once(self):
        ticket = self.ticket()
        with freeze_time(kyiv("2026-05-14 12:30")):
            self.env["kbs.call"].create(
                [
                    {"ticket_id": ticket.id, "result": "busy", "note": "<b>one</b>"},
                    {"ticket_id": ticket.id, "result": "talked", "note": "two"},
                ]
            )
        bodies = "".join(ticket.message_ids.mapped("body"))
        self.assertIn("&lt;b&gt;one", bodies)
        self.assertIn("two", bodies)
        self.assertEqual(self.clock(ticket).state, "met")

    def test_order_is_only_for_own_companies(self):
        other = self._create_company("SOFTKOM other")
        wizard = self.callback().with_user(self.agent)
        with self.assertRaises(AccessError):
            wizard.create(
                {
                    "company_id": other.id,
                    "contact_name": "Olha",
                    "phone": "044 123 45 67",
                    "wished_at": kyiv("2026-05-15 11:00"),
                    "topic": "x",
                }
            )._take_in()

    def test_sales_call_and_not_who_has_taken_it_in(self):
        wizard = self.env["kbs.callback"].with_user(self.agent)
        for seller in (self.salesman, self.env["res.users"]):
            self.company.kbs_renewal_user_id = seller
            wizard.create(
                {
                    "company_id": self.company.id,
                    "contact_name": "Olha",
                    "phone": "044 123 45 67",
                    "wished_at": kyiv("2026-05-15 11:00"),
                    "topic": f"Price {seller.id}",
                }
            ).action_take_in()
            lead = self.env["crm.lead"].search([], order="id desc", limit=1)
            self.assertEqual(lead.user_id, seller)
            admin = self.env.ref("base.user_admin")
            self.assertIn(lead.activity_ids.user_id, seller or admin)

    def test_hours_are_those_of_the_ticket(self):
        self.supports["prof"].plan_id.line_calendar_id = self.always
        night = "2026-05-15 23:00"
        ticket = self.callback(night)._take_in()
        self.assertTrue(ticket._kbs_is_line_open(kyiv(night)))

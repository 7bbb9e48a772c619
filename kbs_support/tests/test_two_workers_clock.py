from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .two_workers_common import TwoWorkersCase


@tagged("-standard", "post_install", "-at_install", "kbs_two_workers")
class TestTwoWorkersClock(TwoWorkersCase):
    """Clocks of one ticket, when two requests come at once (S4, L4)."""

    def ticket(self, env):
        """A covered ticket whose first answer is due in a moment."""
        subscription = self.sell_paid(env)
        return env["helpdesk.ticket"].create(
            {
                "name": "Question",
                "description": "Why?",
                "company_id": self.company_id,
                "partner_id": subscription.partner_id.id,
                "kbs_subscription_id": subscription.id,
                "kbs_coverage": "covered",
            }
        )

    def read(self, ticket_id, do):
        with self.registry.cursor() as cr:
            return do(self.environment(cr)["helpdesk.ticket"].browse(ticket_id))

    def answer(self, ticket_id):
        return lambda env: (
            env["helpdesk.ticket"]
            .browse(ticket_id)
            ._kbs_note_answer(fields.Datetime.now())
        )

    def ask(self, ticket_id):
        def work(env):
            ticket = env["helpdesk.ticket"].browse(ticket_id)
            return ticket._kbs_note_client_message(fields.Datetime.now())

        return work

    def states(self, ticket_id, metric):
        def read(ticket):
            clocks = ticket.kbs_sla_target_ids.filtered(lambda x: x.metric == metric)
            return clocks.sorted("cycle").mapped("state")

        return self.read(ticket_id, read)

    def test_two_letters_of_the_client_start_one_clock(self):
        ticket_id = self.committed(self.ticket)
        with self.registry.cursor() as cr:
            self.answer(ticket_id)(self.environment(cr))
        outcomes = self.race(self.ask(ticket_id), self.ask(ticket_id))
        self.assertEqual(outcomes, [None, None])
        self.assertEqual(self.states(ticket_id, "next_response"), ["running"])

    def test_two_answers_end_one_clock(self):
        ticket_id = self.committed(self.ticket)
        outcomes = self.race(self.answer(ticket_id), self.answer(ticket_id))
        self.assertEqual(outcomes, [None, None])
        self.assertEqual(self.states(ticket_id, "first_response"), ["met"])

    def test_what_was_met_is_not_missed_by_the_job(self):
        ticket_id = self.committed(self.ticket)

        def watch(env):
            clocks = env["kbs.sla.target"].search([("ticket_id", "=", ticket_id)])
            later = fields.Datetime.now() + timedelta(days=30)
            return clocks._record_misses(later)

        outcomes = self.race(self.answer(ticket_id), watch)
        self.assertEqual(outcomes, [None, None])
        self.assertEqual(self.states(ticket_id, "first_response"), ["met"])

    def test_two_moves_to_waiting_are_one_pause(self):
        ticket_id = self.committed(self.ticket)

        def wait(env):
            stage = env.ref("helpdesk_mgmt.helpdesk_ticket_stage_awaiting")
            env["helpdesk.ticket"].browse(ticket_id).stage_id = stage

        outcomes = self.race(wait, wait)
        self.assertEqual(outcomes, [None, None])
        pauses = self.read(ticket_id, lambda x: len(x.kbs_pause_ids))
        self.assertEqual(pauses, 1)
        self.assertEqual(self.states(ticket_id, "resolution"), ["paused"])

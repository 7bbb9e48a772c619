from datetime import time, timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .two_workers_common import TwoWorkersCase


@tagged("-standard", "post_install", "-at_install", "kbs_two_workers")
class TestTwoWorkersHours(TwoWorkersCase):
    """Two specialists at once cannot use the same minutes (E3)."""

    def ticket(self, env, product="optima_3"):
        """A client with 180 minutes, and somebody who works."""
        subscription = self.sell_paid(env, product)
        employee = env["hr.employee"].search(
            [("user_id", "=", env.uid), ("company_id", "=", self.company_id)]
        )
        if not employee:
            env["hr.employee"].create(
                {
                    "name": "Specialist",
                    "user_id": env.uid,
                    "company_id": self.company_id,
                }
            )
        return env["helpdesk.ticket"].create(
            {
                "name": "Question",
                "description": "Why?",
                "company_id": self.company_id,
                "partner_id": subscription.partner_id.id,
            }
        )

    def work(self, ticket_id, minutes, kind="other", on=None):
        def book(env):
            line = env["account.analytic.line"].create(
                {
                    "kbs_ticket_id": ticket_id,
                    "kbs_kind": kind,
                    "unit_amount": minutes / 60,
                    "date": on or fields.Date.today(),
                    "name": "Work",
                }
            )
            return sum(line.kbs_over_ids.mapped("minutes"))

        return book

    def test_second_one_is_over_plan(self):
        ticket_id = self.committed(self.ticket)
        outcomes = self.race(self.work(ticket_id, 120), self.work(ticket_id, 100))
        self.assertEqual(outcomes, [0, 40])
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            subscription = env["helpdesk.ticket"].browse(ticket_id).kbs_subscription_id
            self.assertEqual(subscription.minutes_left, 0)

    def test_last_place_of_the_month_is_given_once(self):
        ticket_id = self.committed(lambda env: self.ticket(env, "prof_3"))
        with self.registry.cursor() as cr:
            self.work(ticket_id, 10, "remote")(self.environment(cr))
        session = self.work(ticket_id, 20, "remote")
        self.assertEqual(self.race(session, session), [0, 20])

    def test_one_slot_for_two_clients(self):
        tickets = [self.committed(self.ticket) for __ in range(2)]
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            company = env["res.company"].browse(self.company_id)
            tomorrow = company._kbs_today() + timedelta(days=1)
            start = company._kbs_to_utc(tomorrow, time())
            slots = env.user._kbs_get_free_slots(
                company, start, start + timedelta(days=14)
            )
            # Earlier runs have booked some of them.
            moment = next(iter(slots))

        def book(ticket_id):
            def work(env):
                booking = {"ticket_id": ticket_id, "date_start": moment}
                return env["kbs.booking"].create(booking).id

            return work

        first, second = self.race(*(book(x) for x in tickets))
        self.assertIsInstance(first, int)
        self.assertIsInstance(second, UserError)
        self.assertIn("is taken", str(second))

    def test_one_invoice_for_the_month(self):
        ticket_id = self.committed(self.ticket)
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            self.work(ticket_id, 240)(env)
            env["kbs.over.plan"].search([("ticket_id", "=", ticket_id)]).action_bill()

        def bill(env):
            rows = env["kbs.over.plan"].search([("ticket_id", "=", ticket_id)])
            env["kbs.over.plan"]._bill_isolated(rows)
            return True

        self.assertEqual(self.race(bill, bill), [True, True])
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            client = env["helpdesk.ticket"].browse(ticket_id).partner_id
            drafts = env["account.move"].search(
                [("partner_id", "=", client.id), ("state", "=", "draft")]
            )
            self.assertEqual(len(drafts), 1)

    def test_one_opportunity_for_three_months(self):
        ticket_id = self.committed(self.ticket)
        first = fields.Date.today().replace(day=1) - relativedelta(months=3)
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            for number in range(3):
                self.work(ticket_id, 60, on=first + relativedelta(months=number))(env)
            ticket = env["helpdesk.ticket"].browse(ticket_id)
            subscription_id = ticket.kbs_subscription_id.id

        def offer(env):
            env["kbs.subscription"].browse(subscription_id)._offer_upgrade(first)
            return True

        outcomes = self.race(offer, offer)
        self.assertIs(outcomes[0], True)
        self.assertIsInstance(outcomes[1], ValidationError)
        with self.registry.cursor() as cr:
            leads = self.environment(cr)["crm.lead"].search(
                [("kbs_upsell_subscription_id", "=", subscription_id)]
            )
            self.assertEqual(len(leads), 1)

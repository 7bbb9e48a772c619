from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..wizard.kbs_callback import KbsCallback as Callback
from .two_workers_common import TwoWorkersCase


@tagged("-standard", "post_install", "-at_install", "kbs_two_workers")
class TestTwoWorkersTickets(TwoWorkersCase):
    """Two people work on the same tickets at once, with two real cursors."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            partner = env["res.partner"].create({"name": "Client", "is_company": True})
            tickets = env["helpdesk.ticket"].create(
                [
                    {
                        "name": f"Ticket {number}",
                        "description": "Text",
                        "partner_id": partner.id,
                        "company_id": self.company_id,
                        "team_id": env.ref(
                            "kbs_support.helpdesk_ticket_team_kbs_line"
                        ).id,
                    }
                    for number in range(3)
                ]
            )
            self.ids = tickets.ids

    def merge(self, env, source, target):
        tickets = env["helpdesk.ticket"].browse(self.ids)
        tickets[source]._kbs_merge_into(tickets[target])
        return True

    def duplicates(self):
        with self.registry.cursor() as cr:
            tickets = self.environment(cr)["helpdesk.ticket"].browse(self.ids)
            return [
                bool(x.duplicate_id) and self.ids.index(x.duplicate_id.id)
                for x in tickets
            ]

    def test_both_merge_the_same(self):
        first, second = self.race(
            lambda env: self.merge(env, 1, 0), lambda env: self.merge(env, 1, 0)
        )
        self.assertIs(first, True)
        self.assertIn("already merged", str(second))
        with self.registry.cursor() as cr:
            ticket = self.environment(cr)["helpdesk.ticket"].browse(self.ids[0])
            texts = ticket.message_ids.filtered(
                lambda x: "Ticket 1" in (x.subject or "")
            )
            self.assertEqual(len(texts), 1)

    def test_one_merges_into_what_the_other_merges(self):
        self.race(lambda env: self.merge(env, 1, 0), lambda env: self.merge(env, 2, 1))
        found = self.duplicates()
        self.assertEqual(found[1], 0)
        self.assertIn(found[2], (False, 0), "never a chain")

    def test_chain_the_other_way(self):
        self.race(lambda env: self.merge(env, 2, 1), lambda env: self.merge(env, 1, 0))
        self.assertEqual(self.duplicates(), [False, 0, 0])

    def test_both_log_the_last_attempt(self):
        wished = datetime(2030, 5, 15, 8)
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            ticket = env["helpdesk.ticket"].browse(self.ids[0])
            ticket.write({"kbs_callback_at": wished, "kbs_callback_phone": "+380441"})
            ticket.partner_id.email = "client@example.com"
            now = fields.Datetime.now()
            env["kbs.call"].create(
                [
                    {
                        "ticket_id": ticket.id,
                        "result": "busy",
                        "moment": now - timedelta(hours=hours),
                    }
                    for hours in (2, 1)
                ]
            )

        def call(env):
            values = {"ticket_id": self.ids[0], "result": "no_answer"}
            return bool(env["kbs.call"].create(values))

        self.assertEqual(self.race(call, call), [True, True])
        with self.registry.cursor() as cr:
            ticket = self.environment(cr)["helpdesk.ticket"].browse(self.ids[0])
            self.assertEqual(ticket.kbs_call_count, 4)
            self.assertEqual(ticket.kbs_attempt_count, 3)
            self.assertEqual(len(ticket.kbs_pause_ids.filtered("is_total")), 1)
            letters = ticket.message_ids.filtered(
                lambda x: x.message_type == "auto_comment"
            )
            self.assertEqual(len(letters), 1)

    def test_both_close(self):
        def close(env):
            reason = env.ref("kbs_support.kbs_ticket_close_reason_withdrawn")
            env["helpdesk.ticket"].browse(self.ids[0])._kbs_close(reason)
            return True

        first, second = self.race(close, close)
        self.assertIs(first, True)
        self.assertIn("closed already", str(second))

    def test_call_back_is_ordered_twice_at_once(self):
        """A double click: one ticket, and both see it."""
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            partner = env["helpdesk.ticket"].browse(self.ids[0]).partner_id
            partner_id = partner.id
        wished_at = self.next_working_noon()

        def order(env):
            # What is asked here is the race, not whose client this is.
            with patch.object(Callback, "_is_client_sudo", lambda self: True):
                return self.order(env, partner_id, wished_at)._take_in().id

        first, second = self.race(order, order)
        self.assertIsInstance(first, int)
        self.assertEqual(second, first)

    def test_prospect_orders_a_call_twice_at_once(self):
        partner_id = self.committed(
            lambda env: env["res.partner"].create({"name": "P"})
        )
        wished_at = self.next_working_noon()

        def order(env):
            return self.order(env, partner_id, wished_at)._take_in().id

        first, second = self.race(order, order)
        self.assertIsInstance(first, int)
        self.assertEqual(second, first)

    def order(self, env, partner_id, wished_at):
        return env["kbs.callback"].create(
            {
                "company_id": self.company_id,
                "partner_id": partner_id,
                "phone": "0441234567",
                "wished_at": wished_at,
                "topic": "The report",
            }
        )

    def next_working_noon(self):
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            company = env["res.company"].browse(self.company_id)
            hours = company._kbs_get_people_calendar()._kbs_get_work_time(company)
            tomorrow = fields.Datetime.now() + timedelta(days=1)
            return hours.next_open(tomorrow.replace(microsecond=0))

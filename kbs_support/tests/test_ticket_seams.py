from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .clock_common import ClockCase


@tagged("post_install", "-at_install")
class TestTicketSeams(ClockCase):
    """Where closing, coverage, merging and clocks meet."""

    def test_reopened_by_hand(self):
        ticket = self.ticket()
        ticket.stage_id = self.stage_done
        ticket.with_user(self.lead).action_kbs_reopen()
        self.assertFalse(ticket.closed)
        self.assertEqual(self.clock(ticket, "resolution").cycle, 2)

    def test_cover_lost_and_regained(self):
        ticket = self.ticket()
        ticket.sudo().kbs_coverage = "not_covered"
        self.assertFalse(ticket.kbs_deadline)
        ticket.sudo().kbs_coverage = "covered"
        for metric in ("first_response", "resolution"):
            clock = self.clock(ticket, metric)
            self.assertEqual((clock.state, clock.cycle), ("running", 2))
            self.assertEqual(clock.date_start, ticket.kbs_received_at)

    def test_promise_of_late_cover_begins_with_the_cover(self):
        ticket = self.ticket(partner_id=self._create_client("Debtor").id)
        self.assertFalse(ticket.kbs_sla_target_ids)
        paid = ticket.kbs_received_at + timedelta(days=7)
        with freeze_time(paid):
            ticket.sudo().write(
                {
                    "kbs_coverage": "covered",
                    "kbs_subscription_id": self.ticket().kbs_subscription_id.id,
                }
            )
        clocks = ticket.kbs_sla_target_ids
        self.assertEqual(len(clocks), 2)
        self.assertEqual(set(clocks.mapped("date_start")), {paid})
        self.assertEqual(set(clocks.mapped("state")), {"running"})

    def test_word_to_a_merged_ticket(self):
        target, merged = self.ticket(), self.ticket()
        merged._kbs_merge_into(target)
        target._kbs_note_answer(target.kbs_received_at)
        merged.message_post(
            body="Still broken",
            author_id=merged.partner_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertTrue(merged.closed, "a merged ticket stays closed")
        self.assertEqual(self.clock(target, "next_response").state, "running")

    def test_letter_about_merging_is_automatic(self):
        target, merged = self.ticket(), self.ticket()
        merged.partner_id.email = "client@example.com"
        merged._kbs_merge_into(target)
        letter = target.message_ids.filtered(
            lambda x: x.message_type == "auto_comment"
        ).sudo()
        self.assertIn("auto-replied", str(letter.mail_ids.mapped("headers")))

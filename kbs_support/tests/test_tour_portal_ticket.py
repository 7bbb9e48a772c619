from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, tagged

from .portal_tour_common import DESK, PHONE, PortalTourCase


@tagged("post_install", "-at_install")
class TestTourPortalTicket(PortalTourCase, HttpCase):
    """A client's question: from the form to the rating."""

    def ask_at(self, size):
        person = self.owner.partner_id
        person.email = "owner@example.com"
        self.walk(size, "/my/support", "kbs_portal_ticket_ask_tour", self.owner)
        ticket = self.env["helpdesk.ticket"].search([("partner_id", "=", person.id)])
        self.assertEqual(ticket.name, "Звіт порожній")
        ticket.user_id = self.agent
        ticket.with_user(self.agent).message_post(
            body="Оновіть довідник",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.walk(size, "/my/support", "kbs_portal_ticket_close_tour", self.owner)
        self.assertTrue(ticket.closed)
        with freeze_time(fields.Datetime.now() + timedelta(hours=3)):
            self.run_job("ratings")
        letter = (
            self.env["mail.mail"]
            .search([("model", "=", ticket._name), ("res_id", "=", ticket.id)])
            .filtered(lambda x: "/rate/" in (x.body_html or ""))
        )
        self.assertEqual(len(letter), 1)
        link = f"/rate/{ticket._rating_get_access_token()}/5"
        self.assertIn(link, letter.body_html)
        self.walk(size, link, "kbs_portal_ticket_rate_tour", self.owner)
        rating = ticket.rating_ids.filtered("consumed")
        self.assertEqual((rating.rating, rating.feedback), (5, "Швидко і зрозуміло"))

    def test_on_a_phone(self):
        self.ask_at(PHONE)

    def test_at_a_desk(self):
        self.ask_at(DESK)

from unittest.mock import patch

from odoo.tools import mute_logger

from .intake_common import IntakeCase

MAIL = """From: {sender}
To: {to}
Subject: {subject}
Message-Id: <{number}@mail.example.com>
Date: Thu, 14 May 2026 11:59:00 +0300
Content-Type: text/plain; charset="utf-8"

How much is your support?
"""


class TestUnknownSender(IntakeCase):
    """A stranger who writes to the line becomes a prospect, never silence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.env["mail.alias.domain"].create({"name": "softkom.test"})
        cls.company.alias_domain_id = cls.domain
        cls.team.alias_id.write(
            {"alias_name": "line", "alias_domain_id": cls.domain.id}
        )
        cls.number = 0

    def receive(self, sender, subject="Question", **headers):
        """Take a mail in through the gateway; return the new lead, the new ticket."""
        type(self).number += 1
        models = ("crm.lead", "helpdesk.ticket")
        before = [self.env[x].search([]) for x in models]
        self.env["mail.thread"].message_process(
            None,
            MAIL.format(
                sender=sender,
                to="line@softkom.test",
                subject=subject,
                number=self.number,
            ),
        )
        return [
            self.env[x].search([]) - old for x, old in zip(models, before, strict=True)
        ]

    def test_stranger_becomes_a_prospect(self):
        lead, ticket = self.receive("Olha Petrenko <olha@school.example.org>")
        self.assertFalse(ticket)
        self.assertEqual(lead.name, "Question")
        self.assertEqual(lead.contact_name, "Olha Petrenko")
        self.assertEqual(lead.email_normalized, "olha@school.example.org")
        self.assertIn("How much", lead.description)
        self.assertTrue(lead.source_id)
        self.assertFalse(lead.user_id)
        self.assertEqual(lead.company_id, self.company)
        mail = lead.message_ids.filtered(lambda x: x.message_type == "email")
        self.assertIn("How much", mail.body)

    def test_client_by_address_or_domain_gets_a_ticket(self):
        for sender in ("accountant@hospital.example.com", "new@hospital.example.com"):
            lead, ticket = self.receive(sender)
            self.assertFalse(lead)
            self.assertEqual(ticket.kbs_coverage, "covered")
            self.assertEqual(ticket.partner_id.commercial_partner_id, self.hospital)
            self.assertIn(ticket.user_id, self.team.user_ids, "not OdooBot")

    def test_contact_who_is_no_client_gets_a_ticket(self):
        self.env["res.partner"].create(
            {"name": "Known", "email": "k@known.example.org"}
        )
        lead, ticket = self.receive("k@known.example.org")
        self.assertFalse(lead)
        self.assertEqual(ticket.kbs_coverage, "not_covered")

    def test_contact_of_another_company_of_ours_is_a_stranger(self):
        other = self._create_company("Another company")
        self.env["res.partner"].create(
            {"name": "Theirs", "email": "t@theirs.example.org", "company_id": other.id}
        )
        lead, ticket = self.receive("t@theirs.example.org")
        self.assertFalse(ticket)
        self.assertEqual(lead.company_id, self.company)

    def test_mail_to_another_alias_is_not_ours(self):
        team = self.env["crm.team"].create(
            {"name": "Sales", "company_id": self.company.id, "alias_name": "line2"}
        )
        self.assertTrue(team)
        route = ("crm.lead", 0, {}, 1, None)
        tickets = self.env["helpdesk.ticket"]
        message = {"email_from": "x@y.example.org"}
        self.assertEqual(tickets._kbs_route_stranger(route, message), route)
        reply = ("helpdesk.ticket", 5, {}, 1, None)
        self.assertEqual(tickets._kbs_route_stranger(reply, message), reply)

    def test_mail_is_not_lost_when_crm_fails(self):
        def refuse(leads, vals_list):
            raise ValueError("CRM is broken")

        leads = type(self.env["crm.lead"])
        with (
            patch.object(leads, "create", refuse),
            mute_logger("odoo.addons.kbs_support.models.crm_lead_unknown"),
        ):
            lead, ticket = self.receive("olha@school.example.org")
        self.assertFalse(lead)
        self.assertEqual(ticket.partner_email, "olha@school.example.org")
        self.assertEqual(ticket.kbs_coverage, "not_covered")
        self.assertNotEqual(self.team.alias_id.alias_status, "invalid")

from odoo import Command

from .common import KbsCase


class IntakeCase(KbsCase):
    """Clients with and without support, and a team of two who answer them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {
                "name": "Line of the tests",
                "company_id": cls.company.id,
                "user_ids": [Command.set((cls.agent | cls.lead).ids)],
                "user_id": cls.lead.id,
            }
        )
        cls.stage_done = cls.team._get_applicable_stages().filtered("closed")[:1]
        cls.hospital = cls._create_client(
            "Hospital", email="office@hospital.example.com"
        )
        cls.accountant = cls.env["res.partner"].create(
            {
                "name": "Accountant",
                "email": "accountant@hospital.example.com",
                "parent_id": cls.hospital.id,
            }
        )
        order = cls.sell_paid(
            "optima_12", client=cls.hospital, line={"kbs_date_start": "2026-05-01"}
        )
        cls.support = cls.subscription(order)

    @classmethod
    def prepare(cls, partner=None, **values):
        """Values of a ticket of ``partner``."""
        return {
            "name": "The report does not open",
            "description": "<p>It says error 17.</p>",
            "team_id": cls.team.id,
            "partner_id": partner.id if partner else False,
            **values,
        }

    @classmethod
    def ticket(cls, partner=None, user=None, **values):
        tickets = cls.env["helpdesk.ticket"]
        if user:
            tickets = tickets.with_user(user)
        return tickets.create(cls.prepare(partner, **values))

    @classmethod
    def ticket_from(cls, address, **values):
        """A ticket of whoever has this address."""
        return cls.ticket(partner_email=address, **values)

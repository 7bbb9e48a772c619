from datetime import timedelta

from odoo import Command

from .common import TODAY, KbsCase

PRICE = 800


class EventsCase(KbsCase):
    """Clients of every plan, and a training event in ten days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hospital = cls._create_client("Hospital", email="office@hospital.test")
        cls.order = cls.sell_paid("optima_3", client=cls.hospital)
        cls.support = cls.subscription(cls.order)
        cls.event = cls.announce()
        cls.ticket = cls.event.event_ticket_ids

    @classmethod
    def announce(cls, days=10, price=PRICE, **values):
        """A published event on the day after so many days, at 10:00 in Kyiv."""
        day = TODAY + timedelta(days=days)
        return cls.env["event.event"].create(
            {
                "name": "Fixed assets: hard cases",
                "company_id": cls.company.id,
                "organizer_id": cls.company.partner_id.id,
                "date_tz": "Europe/Kyiv",
                "date_begin": f"{day} 07:00:00",
                "date_end": f"{day} 11:00:00",
                "website_published": True,
                "kbs_hours": 5,
                "event_ticket_ids": [
                    Command.create(
                        {
                            "name": "Seat",
                            "price": price,
                            "product_id": cls.env.ref(
                                "event_product.product_product_event"
                            ).id,
                        }
                    )
                ],
                **values,
            }
        )

    @classmethod
    def give(cls, plan, kind="discount", discount=0, seats=0, ticket=None):
        """What the ticket says of a plan."""
        return cls.env["kbs.event.benefit"].create(
            {
                "ticket_id": (ticket or cls.ticket).id,
                "plan_id": cls.plan(plan).id,
                "kind": kind,
                "discount": discount,
                "seats": seats,
            }
        )

    @classmethod
    def join(cls, name="Olena", client=None, event=None, user=None, **values):
        """Register a person in the back office."""
        event = event or cls.event
        registrations = cls.env["event.registration"]
        if user:
            registrations = registrations.with_user(user)
        partner = cls.hospital if client is None else client
        return registrations.create(
            {
                "event_id": event.id,
                "event_ticket_id": event.event_ticket_ids.id,
                "partner_id": partner.id,
                "name": name,
                "email": f"{name.lower().replace(' ', '.')}@hospital.test",
                **values,
            }
        )

    @classmethod
    def quote_seats(cls, count=1, client=None, event=None, user=None):
        """A quotation of so many seats, made in the back office."""
        event = event or cls.event
        ticket = event.event_ticket_ids
        orders = cls.env["sale.order"].with_user(user or cls.env.user)
        return orders.create(
            {
                "partner_id": (client or cls.hospital).id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": ticket.product_id.id,
                            "event_id": event.id,
                            "event_ticket_id": ticket.id,
                            "product_uom_qty": count,
                        }
                    )
                ],
            }
        )

from datetime import date

from .intake_common import IntakeCase


class HoursCase(IntakeCase):
    """A hospital with ОПТИМА from 1 May 2026 (3 hours a month), people who work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["hr.employee"].create(
            [
                {
                    "name": user.name,
                    "user_id": user.id,
                    "company_id": cls.company.id,
                    "hourly_cost": 300,
                }
                for user in (cls.agent, cls.lead)
            ]
        )
        # The payment has moved the start: here it was paid on the first day.
        cls.support.period_ids.write(
            {
                "starts_on_payment": False,
                "date_start": "2026-05-01",
                "chain_start": "2026-05-01",
                "sold_until": "2027-04-30",
            }
        )
        cls.bookkeeper = cls.env["res.users"].search([("login", "=", "kbs_accountant")])
        cls.case = cls.ticket(cls.hospital)

    @classmethod
    def work(cls, minutes, kind="other", on=None, ticket=None, user=None, **values):
        """Work of the agent on a ticket, drawn at once."""
        return (
            cls.env["account.analytic.line"]
            .with_user(user or cls.agent)
            .create(
                {
                    "kbs_ticket_id": (ticket or cls.case).id,
                    "kbs_kind": kind,
                    "unit_amount": minutes / 60,
                    "date": on or date.today(),
                    "name": "Reposted the documents",
                    **values,
                }
            )
        )

    def left(self, on=None, subscription=None):
        """Minutes left on a day."""
        subscription = subscription or self.support
        day = on or date.today()
        return self.env["kbs.hour.entry"]._get_balances(subscription, day)[subscription]

    def grants(self, subscription=None):
        """The given hours of each service month, in the order of time."""
        self.env.flush_all()  # what is paid gives its hours
        entries = (subscription or self.support).hour_entry_ids
        return entries.filtered(lambda x: x.kind == "grant" and not x.source_id).sorted(
            "valid_from"
        )

    def spans(self, subscription=None):
        return [
            (x.valid_from.isoformat(), x.valid_to.isoformat(), x.minutes)
            for x in self.grants(subscription)
        ]

    def sell_hours(self, name="hour_pack_5", client=None, quantity=1):
        """Bought hours, confirmed and invoiced."""
        order = self.quote(
            name, client=client or self.hospital, line={"product_uom_qty": quantity}
        )
        order.action_confirm()
        order._create_invoices().action_post()
        return order

    def unpay(self, order):
        """The invoice goes back to draft: what it paid for is not paid any more."""
        order.invoice_ids.button_draft()

    def repay(self, order):
        order.invoice_ids.action_post()
        if order.invoice_ids.payment_state not in ("paid", "in_payment"):
            self.pay(order)

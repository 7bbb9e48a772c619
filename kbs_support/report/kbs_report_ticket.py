from odoo import fields, models
from odoo.tools import SQL


class KbsReportTicket(models.Model):
    """An open ticket as a reader of reports may see it: whose it is, who works on it.

    Owns no data, and tells nothing of what the client wrote: readers of reports may not
    read tickets. A query over the open tickets; ``id`` is that of the ticket. Unlike
    the counted reports it shows the moment.
    """

    _name = "kbs.report.ticket"
    _description = "Open Tickets"
    _auto = False
    _order = "received_at, id"
    _rec_name = "number"
    _depends = {
        "helpdesk.ticket": [
            "active", "category_id", "closed_date", "commercial_partner_id",
            "company_id", "kbs_received_at", "kbs_subscription_id", "number", "user_id",
        ],
        "kbs.subscription": ["manager_id", "plan_id"],
    }  # fmt: skip

    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    number = fields.Char(string="Ticket Number", readonly=True)
    received_at = fields.Datetime(string="Taken in", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    subscription_id = fields.Many2one(comodel_name="kbs.subscription", readonly=True)
    plan_id = fields.Many2one(comodel_name="kbs.plan", readonly=True)
    manager_id = fields.Many2one(comodel_name="res.users", readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users", string="Specialist", readonly=True
    )
    category_id = fields.Many2one(
        comodel_name="helpdesk.ticket.category", readonly=True
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT ticket.id, ticket.company_id, ticket.number,
                ticket.kbs_received_at AS received_at,
                ticket.commercial_partner_id AS partner_id,
                ticket.kbs_subscription_id AS subscription_id,
                subscription.plan_id, subscription.manager_id,
                ticket.user_id, ticket.category_id
            FROM helpdesk_ticket ticket
            LEFT JOIN kbs_subscription subscription
                ON subscription.id = ticket.kbs_subscription_id
            WHERE ticket.active AND ticket.closed_date IS NULL
            """
        )

    def action_open(self):
        """Open the ticket where the user may read it, else its support or client."""
        self.ensure_one()
        record = self.env["helpdesk.ticket"].browse(self.id)
        if not record.has_access("read"):
            record = self.subscription_id or self.partner_id
        return record.get_formview_action() if record else False

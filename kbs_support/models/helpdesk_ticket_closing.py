from odoo import api, fields, models


class HelpdeskTicket(models.Model):
    """When a ticket was closed: never a day on which it is open again."""

    _inherit = "helpdesk.ticket"

    closed_date = fields.Datetime(compute="_compute_closed_date", store=True)

    # Open ones have no date; a report and a digest count both kinds.
    _kbs_closing = models.Index("(company_id, closed_date)")
    _kbs_intake = models.Index("(company_id, kbs_received_at)")

    @api.depends("stage_id.closed")
    def _compute_closed_date(self):
        for ticket in self:
            if not ticket.closed:
                ticket.closed_date = False
            elif not ticket.closed_date:
                ticket.closed_date = fields.Datetime.now()

from odoo import fields, models


class KbsTicketException(models.TransientModel):
    """Asks a lead why a client is served though nothing covers him."""

    _name = "kbs.ticket.exception"
    _description = "Service without Coverage"

    ticket_id = fields.Many2one(
        comodel_name="helpdesk.ticket", required=True, readonly=True
    )
    coverage_reason = fields.Char(
        related="ticket_id.kbs_coverage_reason", related_sudo=False
    )
    reason = fields.Char(required=True)

    def action_grant(self):
        self.ensure_one()
        self.ticket_id._kbs_grant_exception(self.reason)
        return {"type": "ir.actions.act_window_close"}

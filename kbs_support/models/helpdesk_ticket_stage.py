from odoo import fields, models


class HelpdeskTicketStage(models.Model):
    _inherit = "helpdesk.ticket.stage"

    kbs_is_waiting = fields.Boolean(
        string="Waiting for the Client",
        help="Clocks stand still in this stage, except the one of the first answer.",
    )

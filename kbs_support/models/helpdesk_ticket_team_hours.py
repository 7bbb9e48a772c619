from odoo import fields, models


class HelpdeskTicketTeam(models.Model):
    _inherit = "helpdesk.ticket.team"

    kbs_calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Hours of the Team",
        domain="[('company_id', 'in', (company_id, False))]",
        help="When this team answers clients without a plan. Empty: the office hours "
        "of the company.",
    )

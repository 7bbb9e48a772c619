from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kbs_complaint_days = fields.Integer(
        related="company_id.kbs_complaint_days", readonly=False
    )
    kbs_complaint_user_id = fields.Many2one(
        related="company_id.kbs_complaint_user_id", readonly=False
    )
    kbs_tell_voters = fields.Boolean(
        related="company_id.kbs_tell_voters", readonly=False
    )

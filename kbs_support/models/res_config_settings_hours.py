from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kbs_project_id = fields.Many2one(
        related="company_id.kbs_project_id", readonly=False
    )
    kbs_work_rounding = fields.Integer(
        related="company_id.kbs_work_rounding", readonly=False
    )
    kbs_booking_minutes = fields.Integer(
        related="company_id.kbs_booking_minutes", readonly=False
    )
    kbs_booking_cancel_hours = fields.Integer(
        related="company_id.kbs_booking_cancel_hours", readonly=False
    )

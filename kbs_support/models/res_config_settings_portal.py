from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kbs_portal_orders = fields.Boolean(
        related="company_id.kbs_portal_orders", readonly=False
    )
    kbs_qr_format = fields.Selection(related="company_id.kbs_qr_format", readonly=False)

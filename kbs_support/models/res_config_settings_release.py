from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kbs_download_minutes = fields.Integer(
        related="company_id.kbs_download_minutes", readonly=False
    )

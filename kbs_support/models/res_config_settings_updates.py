from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kbs_release_news = fields.Boolean(
        related="company_id.kbs_release_news", readonly=False
    )

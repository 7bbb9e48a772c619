from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kbs_ask_rating = fields.Boolean(related="company_id.kbs_ask_rating", readonly=False)
    kbs_rating_delay = fields.Integer(
        related="company_id.kbs_rating_delay", readonly=False
    )

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kbs_public_mail_domains = fields.Text(
        related="company_id.kbs_public_mail_domains", readonly=False
    )

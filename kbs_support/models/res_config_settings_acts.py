from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kbs_act_frequency = fields.Selection(
        related="company_id.kbs_act_frequency", readonly=False
    )
    kbs_act_since = fields.Date(related="company_id.kbs_act_since", readonly=False)
    kbs_act_issue = fields.Boolean(related="company_id.kbs_act_issue", readonly=False)
    kbs_act_reminder = fields.Selection(
        related="company_id.kbs_act_reminder", readonly=False
    )
    kbs_act_reminder_days = fields.Integer(
        related="company_id.kbs_act_reminder_days", readonly=False
    )

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kbs_tz = fields.Selection(related="company_id.kbs_tz", readonly=False)
    kbs_grace_days = fields.Integer(related="company_id.kbs_grace_days", readonly=False)
    kbs_start_on_payment = fields.Boolean(
        related="company_id.kbs_start_on_payment", readonly=False
    )
    kbs_renewal_days = fields.Integer(
        related="company_id.kbs_renewal_days", readonly=False
    )
    kbs_reminder_days = fields.Char(
        related="company_id.kbs_reminder_days", readonly=False
    )
    kbs_send_reminders = fields.Boolean(
        related="company_id.kbs_send_reminders", readonly=False
    )
    kbs_renewal_user_id = fields.Many2one(
        related="company_id.kbs_renewal_user_id", readonly=False
    )
    kbs_people_calendar_id = fields.Many2one(
        related="company_id.kbs_people_calendar_id", readonly=False
    )
    kbs_reopen_days = fields.Integer(
        related="company_id.kbs_reopen_days", readonly=False
    )
    kbs_loyalty_min_months = fields.Integer(
        related="company_id.kbs_loyalty_min_months", readonly=False
    )
    kbs_loyalty_on_plan_change = fields.Boolean(
        related="company_id.kbs_loyalty_on_plan_change", readonly=False
    )
    kbs_pack_valid_months = fields.Integer(
        related="company_id.kbs_pack_valid_months", readonly=False
    )
    kbs_over_plan_rounding = fields.Integer(
        related="company_id.kbs_over_plan_rounding", readonly=False
    )
    kbs_invoice_on_confirm = fields.Boolean(
        related="company_id.kbs_invoice_on_confirm", readonly=False
    )

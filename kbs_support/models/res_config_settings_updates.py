from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kbs_wave_size = fields.Integer(related="company_id.kbs_wave_size", readonly=False)
    kbs_wave_minutes = fields.Integer(
        related="company_id.kbs_wave_minutes", readonly=False
    )
    kbs_call_after_days = fields.Integer(
        related="company_id.kbs_call_after_days", readonly=False
    )
    kbs_call_attempts = fields.Integer(
        related="company_id.kbs_call_attempts", readonly=False
    )
    kbs_download_minutes = fields.Integer(
        related="company_id.kbs_download_minutes", readonly=False
    )
    kbs_release_news = fields.Boolean(
        related="company_id.kbs_release_news", readonly=False
    )
    kbs_runner_fault = fields.Text(compute="_compute_kbs_runner_fault")

    def _compute_kbs_runner_fault(self):
        self.kbs_runner_fault = self.env["kbs.notice"]._get_runner_fault()

from odoo import fields, models


class KbsNoticeOutcome(models.TransientModel):
    """Asks what a client said on the phone."""

    _name = "kbs.notice.outcome"
    _description = "Outcome of a Call"

    contact_id = fields.Many2one(
        comodel_name="kbs.notice.contact",
        string="Client",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    outcome = fields.Selection(
        selection=[("later", "Call later"), ("refused", "Refused")],
        required=True,
        readonly=True,
    )
    later_at = fields.Datetime(string="Call Again at")
    note = fields.Text(string="What Was Said")

    def action_save(self):
        """Note the call; errors are those of ``kbs.notice.contact._log_attempt``."""
        self.ensure_one()
        later_at = self.outcome == "later" and self.later_at
        self.contact_id._log_attempt(self.outcome, self.note, later_at)
        return {"type": "ir.actions.act_window_close"}

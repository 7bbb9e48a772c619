from odoo import fields, models
from odoo.exceptions import UserError


class KbsReleaseWithdraw(models.TransientModel):
    """Asks why a version is taken back, and tells what will follow."""

    _name = "kbs.release.withdraw"
    _description = "Withdraw a Release"

    release_id = fields.Many2one(
        comodel_name="kbs.release", required=True, readonly=True, ondelete="cascade"
    )
    reason = fields.Text(
        required=True, help="Clients who have taken the version read these words."
    )

    def action_withdraw(self):
        """Take the version back.

        :raise UserError: there is no reason, or it is not published
        """
        self.ensure_one()
        release, reason = self.release_id, (self.reason or "").strip()
        release.check_access("write")
        release._check_lead()
        if not reason:
            raise UserError(self.env._("Say why the version is withdrawn."))
        release._withdraw_sudo(reason)
        return {"type": "ir.actions.act_window_close"}

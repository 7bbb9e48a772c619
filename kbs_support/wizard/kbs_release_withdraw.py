from odoo import api, fields, models
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

    is_told = fields.Boolean(
        string="Tell Them at Once",
        default=True,
        help="By an urgent campaign: a letter, and a call where the plan has it.",
    )
    taker_count = fields.Integer(
        string="Have It",
        compute="_compute_taker_count",
        help="Clients who have downloaded the version or run it.",
    )

    @api.depends("release_id")
    def _compute_taker_count(self):
        for wizard in self:
            wizard.taker_count = wizard.release_id._count_takers_sudo()

    def action_withdraw(self):
        """Take the version back, and tell who has it.

        :raise UserError: there is no reason, or it is not published
        """
        self.ensure_one()
        release, reason = self.release_id, (self.reason or "").strip()
        release.check_access("write")
        release._check_lead()
        if not reason:
            raise UserError(self.env._("Say why the version is withdrawn."))
        release._withdraw_sudo(reason)
        if self.is_told:
            release._tell_withdrawal_sudo(self.env.company, self.env.user)
        return {"type": "ir.actions.act_window_close"}

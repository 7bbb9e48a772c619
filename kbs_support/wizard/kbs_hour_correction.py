from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.locking import wait_for_others

MAX_HOURS = 1000  # of one correction: more is a slip of the finger


class KbsHourCorrection(models.TransientModel):
    """Give or take hours by a lead's decision, with a reason."""

    _name = "kbs.hour.correction"
    _description = "Correction of Hours"

    subscription_id = fields.Many2one(comodel_name="kbs.subscription", required=True)
    direction = fields.Selection(
        selection=[("give", "Give to the client"), ("take", "Take back")],
        required=True,
        default="give",
    )
    hours = fields.Float(string="Time", required=True)
    date_until = fields.Date(
        string="Lapses after",
        compute="_compute_date_until",
        store=True,
        readonly=False,
    )
    reason = fields.Char(required=True)

    @api.depends("subscription_id")
    def _compute_date_until(self):
        for correction in self:
            correction.date_until = correction.subscription_id.date_end

    def action_apply(self):
        """Write the correction into the ledger.

        :raise AccessError: the user is no lead
        :raise UserError: no time or far too much, a day that is over, or more than
            is left
        """
        self.ensure_one()
        if not self.env.user.has_group("kbs_support.group_kbs_lead"):
            raise AccessError(self.env._("Only a lead corrects hours."))
        subscription = self.subscription_id
        subscription.check_access("read")
        minutes = round(self.hours * 60)
        if minutes <= 0:
            raise UserError(self.env._("Say how much time."))
        if self.hours > MAX_HOURS:
            raise UserError(
                self.env._(
                    "At most %(count)s hours are corrected at once.", count=MAX_HOURS
                )
            )
        if self.direction == "take":
            minutes, until = -minutes, False
        else:
            until = self.date_until
            if not until or until < subscription.company_id._kbs_today():
                raise UserError(
                    self.env._("Say until which day the hours last, today or later.")
                )
        wait_for_others(subscription)
        self.env["kbs.hour.entry"]._correct(subscription, minutes, self.reason, until)
        return {"type": "ir.actions.act_window_close"}

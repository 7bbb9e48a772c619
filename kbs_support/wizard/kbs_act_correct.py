from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..tools.act_sums import to_kopecks


class KbsActCorrect(models.TransientModel):
    """Says what an issued act should say, and makes the difference an act."""

    _name = "kbs.act.correct"
    _description = "Correction of an Act"

    act_id = fields.Many2one(comodel_name="kbs.act", required=True)
    reason = fields.Char(required=True)
    is_whole = fields.Boolean(
        string="Cancel the Whole Act",
        help="Its days may stand on a new act then.",
    )
    currency_id = fields.Many2one(related="act_id.currency_id")
    line_ids = fields.One2many(
        comodel_name="kbs.act.correct.line",
        inverse_name="correct_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        string="Services",
    )
    difference = fields.Monetary(compute="_compute_difference")

    @api.depends("act_id")
    def _compute_line_ids(self):
        for correct in self:
            # Sudo: the act was shown to the user, periods and orders stand behind it.
            act = correct.act_id.sudo()
            standing = act._get_standing() if act else {}
            counted = {x: x._count_anew(standing[x]) for x in act.line_ids}
            correct.line_ids = [Command.clear()] + [
                Command.create(
                    {
                        "act_line_id": line.id,
                        "old_days": standing[line][0],
                        "old_amount": standing[line][1] / 100,
                        "days": counted[line][0],
                        "amount": counted[line][1] / 100,
                    }
                )
                for line in act.line_ids
            ]

    @api.depends("line_ids.amount", "line_ids.old_amount", "is_whole")
    def _compute_difference(self):
        for correct in self:
            now = sum(correct.line_ids.mapped("old_amount"))
            new = 0 if correct.is_whole else sum(correct.line_ids.mapped("amount"))
            correct.difference = new - now

    def action_correct(self):
        """Issue the correction and show it.

        :raise AccessError: the user may not keep acts
        :raise UserError: the act cannot be corrected, or nothing changes
        """
        self.ensure_one()
        act = self.act_id
        act.check_access("write")
        own = self.line_ids.filtered(lambda x: x.act_line_id in act.line_ids)
        if own.filtered(lambda x: x.amount < 0 or x.days < 0):
            raise UserError(
                self.env._("Neither days nor amounts can be less than nothing.")
            )
        wanted = {x.act_line_id.sudo(): (x.days, to_kopecks(x.amount)) for x in own}
        correction = act._correct_sudo(wanted, self.reason, self.is_whole)
        return {
            "type": "ir.actions.act_window",
            "res_model": "kbs.act",
            "res_id": correction.id,
            "view_mode": "form",
        }


class KbsActCorrectLine(models.TransientModel):
    """One service of the act that is corrected: what it says, and what it should."""

    _name = "kbs.act.correct.line"
    _description = "Service in a Correction"

    correct_id = fields.Many2one(
        comodel_name="kbs.act.correct", required=True, ondelete="cascade"
    )
    act_line_id = fields.Many2one(
        comodel_name="kbs.act.line", required=True, ondelete="cascade"
    )
    name = fields.Char(related="act_line_id.name")
    currency_id = fields.Many2one(related="act_line_id.currency_id")
    old_days = fields.Integer(string="Days Now")
    old_amount = fields.Monetary(string="Amount Now")
    days = fields.Integer()
    amount = fields.Monetary()

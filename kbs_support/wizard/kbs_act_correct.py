from dataclasses import replace

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
            rows = act._prepare_correct_lines() if act else []
            correct.line_ids = [Command.clear(), *map(Command.create, rows)]

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
        own = self.line_ids
        if own.filtered(lambda x: x.amount < 0 or x.days < 0):
            raise UserError(
                self.env._("Neither days nor amounts can be less than nothing.")
            )
        # Sudo: periods and orders stand behind the act that the user may correct.
        counted, shares = act.sudo()._count_anew()
        told = {x.act_line_id.sudo(): (x.days, to_kopecks(x.amount)) for x in own}
        wanted = {line: told[line] for line in counted if line in told}
        added = {
            x.period_id.sudo(): replace(
                shares[x.period_id.sudo()], days=x.days, amount=to_kopecks(x.amount)
            )
            for x in own
            if x.period_id.sudo() in shares
        }
        correction = act._correct_sudo(wanted, self.reason, self.is_whole, added)
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
    act_line_id = fields.Many2one(comodel_name="kbs.act.line", ondelete="cascade")
    period_id = fields.Many2one(
        comodel_name="kbs.subscription.period",
        ondelete="cascade",
        help="Whose days the act does not tell yet.",
    )
    name = fields.Char(compute="_compute_name")
    currency_id = fields.Many2one(related="act_line_id.currency_id")
    old_days = fields.Integer(string="Days Now")
    old_amount = fields.Monetary(string="Amount Now")
    days = fields.Integer()
    amount = fields.Monetary()

    @api.depends("act_line_id", "period_id")
    def _compute_name(self):
        for line in self:
            # Sudo: the act was shown to the user.
            told, period = line.sudo().act_line_id, line.sudo().period_id
            line.name = told.name or period.display_name

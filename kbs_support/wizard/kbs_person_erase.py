from odoo import api, fields, models
from odoo.exceptions import UserError


class KbsPersonErase(models.TransientModel):
    """Erases the data of a person at his wish, after asking twice."""

    _name = "kbs.person.erase"
    _description = "Erase the Data of a Person"

    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Person", required=True, readonly=True
    )
    refusal = fields.Char(compute="_compute_refusal")
    reason = fields.Char(
        required=True, help="Who has asked for it, and when. Do not name the person."
    )
    is_sure = fields.Boolean(
        string="I Know That It Cannot Be Undone",
    )

    @api.depends("partner_id")
    def _compute_refusal(self):
        for wizard in self:
            person = wizard.partner_id
            wizard.refusal = person and person._kbs_get_erase_refusal_sudo()

    def action_erase(self):
        """:raise UserError: it was not confirmed, or this person cannot be erased"""
        self.ensure_one()
        if not self.is_sure:
            raise UserError(
                self.env._("Confirm that you know that it cannot be undone.")
            )
        self.partner_id._kbs_erase_sudo(self.reason)
        return {"type": "ir.actions.act_window_close"}

from odoo import api, fields, models
from odoo.exceptions import UserError


class KbsTicketMerge(models.TransientModel):
    """Asks which ticket stays, and merges the others into it."""

    _name = "kbs.ticket.merge"
    _description = "Merge Tickets"

    ticket_ids = fields.Many2many(comodel_name="helpdesk.ticket", required=True)
    client_id = fields.Many2one(
        comodel_name="res.partner", compute="_compute_client_id"
    )
    target_id = fields.Many2one(
        comodel_name="helpdesk.ticket",
        string="Goes on in",
        compute="_compute_target_id",
        store=True,
        readonly=False,
        ondelete="cascade",
        help="The ticket that was taken in first: what was promised then stays.",
    )
    is_moving = fields.Boolean(
        string="Bring Messages and Files Along",
        default=True,
        help="Otherwise they stay in the closed ticket, which points to the other.",
    )

    @api.depends("ticket_ids")
    def _compute_client_id(self):
        for wizard in self:
            wizard.client_id = wizard.ticket_ids.commercial_partner_id[:1]

    @api.depends("ticket_ids")
    def _compute_target_id(self):
        for wizard in self:
            is_choice = len(wizard.ticket_ids) > 1
            wizard.target_id = is_choice and wizard.ticket_ids._kbs_get_first()

    def action_merge(self):
        """Merge and show the ticket that stays."""
        self.ensure_one()
        target = self.target_id
        tickets = self.ticket_ids - target
        if not tickets:
            raise UserError(self.env._("Choose another ticket to merge into."))
        tickets._kbs_merge_into(target, is_moving=self.is_moving)
        return {
            "type": "ir.actions.act_window",
            "res_model": "helpdesk.ticket",
            "res_id": target.id,
            "view_mode": "form",
        }

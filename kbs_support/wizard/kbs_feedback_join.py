from odoo import api, fields, models


class KbsFeedbackJoin(models.TransientModel):
    """Asks a lead what some feedback is joined with."""

    _name = "kbs.feedback.join"
    _description = "Join Feedback"

    feedback_ids = fields.Many2many(
        comodel_name="kbs.feedback",
        string="Joined",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    kind = fields.Char(string="Kind of Feedback", compute="_compute_kind")
    company_id = fields.Many2one(comodel_name="res.company", compute="_compute_kind")
    main_id = fields.Many2one(
        comodel_name="kbs.feedback",
        string="Joined with",
        required=True,
        ondelete="cascade",
        domain="[('kind', '=', kind), ('company_id', '=', company_id), "
        "('duplicate_of_id', '=', False), ('id', 'not in', feedback_ids)]",
        help="Goes on for all of them: it has the votes, and all authors are told.",
    )

    @api.depends("feedback_ids")
    def _compute_kind(self):
        for wizard in self:
            wizard.kind = wizard.feedback_ids[:1].kind
            wizard.company_id = wizard.feedback_ids[:1].company_id

    def action_join(self):
        self.ensure_one()
        self.feedback_ids._join(self.main_id)
        return {
            "type": "ir.actions.act_window",
            "res_model": "kbs.feedback",
            "view_mode": "form",
            "res_id": self.main_id.id,
        }

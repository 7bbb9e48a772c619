from odoo import fields, models


class KbsOverPlanGoodwill(models.TransientModel):
    """Ask a lead why work over the plan is given for nothing."""

    _name = "kbs.over.plan.goodwill"
    _description = "Goodwill"

    over_ids = fields.Many2many(
        comodel_name="kbs.over.plan",
        required=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    reason = fields.Char(required=True)

    def action_give(self):
        self.over_ids._give(self.reason)
        return {"type": "ir.actions.act_window_close"}

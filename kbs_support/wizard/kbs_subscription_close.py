from odoo import fields, models


class KbsSubscriptionClose(models.TransientModel):
    """Asks why subscriptions are closed, and closes them."""

    _name = "kbs.subscription.close"
    _description = "Close Subscriptions"

    subscription_ids = fields.Many2many(comodel_name="kbs.subscription", required=True)
    reason_id = fields.Many2one(comodel_name="kbs.close.reason", required=True)
    note = fields.Text(string="What the Client Said")

    def action_close(self):
        self.ensure_one()
        self.subscription_ids._close(self.reason_id, self.note or "")
        return {"type": "ir.actions.act_window_close"}

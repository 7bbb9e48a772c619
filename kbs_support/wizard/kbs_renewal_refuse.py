from odoo import fields, models


class KbsRenewalRefuse(models.TransientModel):
    """Asks why clients do not renew, and notes it."""

    _name = "kbs.renewal.refuse"
    _description = "The Client Refuses to Renew"

    subscription_ids = fields.Many2many(comodel_name="kbs.subscription", required=True)
    reason_id = fields.Many2one(comodel_name="kbs.close.reason", required=True)
    note = fields.Text(string="What the Client Said")

    def action_refuse(self):
        self.ensure_one()
        self.subscription_ids._refuse_renewal(self.reason_id, self.note or "")
        return {"type": "ir.actions.act_window_close"}

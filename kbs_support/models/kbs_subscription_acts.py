from odoo import fields, models


class KbsSubscription(models.Model):
    """The acts of a subscription, on its form."""

    _inherit = "kbs.subscription"

    act_count = fields.Integer(compute="_compute_act_count")

    def _compute_act_count(self):
        counts = dict(
            self.env["kbs.act"]
            .sudo()  # a number on a button; opening it asks for the right
            ._read_group(
                [("subscription_id", "in", self.ids)], ["subscription_id"], ["__count"]
            )
        )
        for subscription in self:
            subscription.act_count = counts.get(subscription, 0)

    def action_view_acts(self):
        """Open the acts of these subscriptions."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_act_action"
        )
        action["domain"] = [("subscription_id", "in", self.ids)]
        action["context"] = {}
        return action

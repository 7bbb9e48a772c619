from odoo import fields, models


class KbsSubscription(models.Model):
    """The reminders of a client's support, of every renewal."""

    _inherit = "kbs.subscription"

    reminder_ids = fields.One2many(
        comodel_name="kbs.renewal.reminder",
        inverse_name="subscription_id",
        string="Reminders",
    )
    contact_state = fields.Selection(
        related="renewal_id.contact_state", string="Contact", store=True
    )

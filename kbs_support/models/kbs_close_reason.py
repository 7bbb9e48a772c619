from odoo import fields, models


class KbsCloseReason(models.Model):
    """Why a client no longer has support: chosen when a subscription is closed."""

    _name = "kbs.close.reason"
    _description = "Reason for Closing a Subscription"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _name_unique = models.UniqueIndex("(name)", "This reason already exists.")

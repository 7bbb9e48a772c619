from odoo import fields, models


class KbsPauseReason(models.Model):
    """Why support stands still: mobilisation, occupation, relocation and the like."""

    _name = "kbs.pause.reason"
    _description = "Reason for Pausing Support"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _name_unique = models.UniqueIndex("(name)", "This reason already exists.")

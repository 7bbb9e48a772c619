from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    kbs_is_organiser = fields.Boolean(
        string="Organises Training",
        help="Can be chosen as the organiser of a training event.",
    )

    _kbs_organiser_index = models.Index("(id) WHERE kbs_is_organiser IS TRUE")

from odoo import fields, models


class ProductAttributeValue(models.Model):
    _inherit = "product.attribute.value"

    kbs_term_ids = fields.One2many(
        comodel_name="kbs.term",
        inverse_name="attribute_value_id",
        string="Terms of Support",
        help="At most one: the term that this value stands for.",
    )

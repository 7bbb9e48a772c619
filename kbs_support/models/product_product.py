from odoo import api, fields, models
from odoo.exceptions import UserError


class ProductProduct(models.Model):
    _inherit = "product.product"

    kbs_term_id = fields.Many2one(
        comodel_name="kbs.term",
        string="Term of Support",
        compute="_compute_kbs_term_id",
        store=True,
        index="btree_not_null",
    )

    @api.depends(
        "product_template_attribute_value_ids.product_attribute_value_id.kbs_term_ids"
    )
    def _compute_kbs_term_id(self):
        for product in self:
            values = product.product_template_attribute_value_ids
            product.kbs_term_id = values.product_attribute_value_id.kbs_term_ids[:1]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_unused_days(self):
        product = self.env.ref(
            "kbs_support.product_product_kbs_unused_days", raise_if_not_found=False
        )
        if product and product in self:
            raise UserError(
                self.env._(
                    "“%(product)s” cannot be deleted: changes of plan and clients who "
                    "leave are credited by it.",
                    product=product.name,
                )
            )

    def _get_tax_included_unit_price_from_price(self, product_price_unit, *args, **kw):
        # A fiscal position may exchange taxes, never what the client pays (P1).
        if self.product_tmpl_id and self.product_tmpl_id._kbs_is_total_price():
            return product_price_unit
        return super()._get_tax_included_unit_price_from_price(
            product_price_unit, *args, **kw
        )

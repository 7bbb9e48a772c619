from odoo import api, fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    kbs_plan_ids = fields.One2many(
        comodel_name="kbs.plan",
        inverse_name="product_tmpl_id",
        string="Support Plans",
        context={"active_test": False},
        help="At most one: the plan that is sold by this product.",
    )
    kbs_plan_id = fields.Many2one(
        comodel_name="kbs.plan",
        string="Support Plan",
        compute="_compute_kbs_plan_id",
        store=True,
        index="btree_not_null",
    )
    kbs_minutes = fields.Integer(
        string="Minutes of Work",
        help="Minutes of a specialist's work that one unit of this product pays for.",
    )

    kbs_is_unused_days = fields.Boolean(
        string="Unused Days of Support",
        help="Takes money back for days of support that were not used.",
    )

    _kbs_minutes_not_negative = models.Constraint(
        "CHECK (kbs_minutes IS NULL OR kbs_minutes >= 0)",
        "The minutes of work cannot be negative.",
    )

    @api.depends("kbs_plan_ids")
    def _compute_kbs_plan_id(self):
        for template in self:
            template.kbs_plan_id = template.kbs_plan_ids[:1]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_unused_days(self):
        self.with_context(active_test=False).product_variant_ids.filtered(
            "kbs_is_unused_days"
        )._unlink_except_unused_days()

    def _kbs_is_total_price(self):
        """Say whether the price of this product is what the client pays (P1).

        A tax on such a product is included in its price, however the tax itself is
        configured.
        """
        self.ensure_one()
        return bool(self.kbs_plan_id or self.kbs_minutes or self.kbs_is_unused_days)

    @api.model
    def _kbs_name_variants(self):
        """Give the variants of the shipped plans their external ids.

        Called once by the data file that makes the products. Odoo makes variants by
        itself, without a name that the price lists could refer to.
        """
        data = []
        for code in ("prof", "optima", "premium"):
            template = self.env.ref(f"kbs_support.product_template_kbs_{code}")
            for product in template.product_variant_ids:
                term = product.kbs_term_id
                suffix = "budget_year" if term.is_budget_year else term.months
                data.append(
                    {
                        "xml_id": f"kbs_support.product_product_kbs_{code}_{suffix}",
                        "record": product,
                        "noupdate": True,
                    }
                )
        self.env["ir.model.data"]._update_xmlids(data)

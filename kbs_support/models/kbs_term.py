from odoo import api, fields, models
from odoo.exceptions import UserError


class KbsTerm(models.Model):
    """For how long support is paid: a number of months, or a budget year.

    A term *is* a value of the product attribute "Term" (delegation): its name lives
    there, so products, quotations and the website say the same.
    """

    _name = "kbs.term"
    _description = "Term of Support"
    _inherits = {"product.attribute.value": "attribute_value_id"}
    _order = "is_budget_year, months, id"

    attribute_value_id = fields.Many2one(
        comodel_name="product.attribute.value",
        required=True,
        ondelete="restrict",
        index=True,
    )
    months = fields.Integer(
        required=True,
        default=1,
        help="Months that are paid for; a budget year counts as 12.",
    )
    is_budget_year = fields.Boolean(
        string="Budget Year",
        help="From 1 January to 31 December, whenever it is paid.",
    )

    _attribute_value_unique = models.Constraint(
        "UNIQUE (attribute_value_id)",
        "This value of the attribute belongs to another term.",
    )
    _months_positive = models.Constraint(
        "CHECK (months > 0 AND (NOT is_budget_year OR months = 12))",
        "A term has at least one month; a budget year has twelve.",
    )
    _months_unique = models.UniqueIndex(
        "(months, COALESCE(is_budget_year, FALSE))",
        "There is already a term of this length.",
    )

    @api.model
    def _get_attribute(self):
        """Return the product attribute whose values the terms are."""
        return self.env.ref("kbs_support.product_attribute_kbs_term")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("attribute_value_id"):
                vals.setdefault("attribute_id", self._get_attribute().id)
                vals.setdefault("sequence", self._get_sequence(vals))
        terms = super().create(vals_list)
        terms._add_to_plans()
        return terms

    def write(self, vals):
        """The length of a term that was sold is a fact of its periods."""
        if {"months", "is_budget_year"} & set(vals):
            used = self.env["kbs.subscription.period"].sudo()
            if sold := used.search([("term_id", "in", self.ids)], limit=1).term_id:
                raise UserError(
                    self.env._(
                        "The term “%(term)s” was sold already. Make another term "
                        "instead of changing its length.",
                        term=sold.name,
                    )
                )
        return super().write(vals)

    @api.model
    def _get_sequence(self, vals):
        return 100 if vals.get("is_budget_year") else vals.get("months", 1)

    def _add_to_plans(self):
        """Offer new terms with every plan: their variants can then be priced."""
        plans = self.env["kbs.plan"].search([])  # pylint: disable=no-search-all
        lines = plans.product_tmpl_id.attribute_line_ids
        for line in lines.filtered(lambda x: x.attribute_id == self._get_attribute()):
            line.value_ids |= self.attribute_value_id

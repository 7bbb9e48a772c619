# A compute returns nothing, and so does its extension.
# pylint: disable=missing-return
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class CrmLead(models.Model):
    """A prospect who asks for a plan: what it would bring, and his quotation."""

    _inherit = "crm.lead"

    kbs_plan_id = fields.Many2one(
        comodel_name="kbs.plan",
        string="Support Plan",
        tracking=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The plan that the client wants, or has. A new quotation begins with it.",
    )
    kbs_term_id = fields.Many2one(
        comodel_name="kbs.term",
        string="Term of Support",
        ondelete="restrict",
        help="For how long the client wants to pay.",
    )

    # === COMPUTE METHODS === #

    @api.depends("kbs_plan_id", "kbs_term_id")
    def _compute_expected_revenue(self):
        """Propose the regular price, as long as nobody typed a figure of his own."""
        super()._compute_expected_revenue()
        prospects = self.filtered(
            lambda x: x.kbs_plan_id and x.kbs_term_id and not x.kbs_renewal_id
        )
        by_company = prospects.grouped(lambda x: x.company_id or self.env.company)
        for company, leads in by_company.items():
            prices = self._kbs_get_regular_prices(company)
            for lead in leads:
                price = prices.get((lead.kbs_plan_id, lead.kbs_term_id))
                figure = lead.expected_revenue
                # A figure that is a price of the list was proposed, not typed.
                if price and (not figure or figure in prices.values()):
                    lead.expected_revenue = price

    @api.model
    def _kbs_get_regular_prices(self, company):
        """Return ``{(plan, term): price}`` of today, in the company's currency."""
        # A few plans, and each of them is needed.
        plans = self.env["kbs.plan"].search([])  # pylint: disable=no-search-all
        listed = self.env["kbs.subscription"]._get_offer_prices(company, plans)
        today = company._kbs_today()
        return {
            (product.kbs_plan_id, product.kbs_term_id): pricelist.currency_id._convert(
                price, company.currency_id, company, today
            )
            for product, found in listed.items()
            for pricelist, price, _rule in found
            if pricelist.kbs_kind == "regular"
        }

    # === ACTIONS === #

    def action_sale_quotations_new(self):
        # EXTENDS sale_crm
        self._kbs_check_choice()
        return super().action_sale_quotations_new()

    # === BUSINESS METHODS === #

    def _kbs_check_choice(self):
        """A quotation needs the plan and its term, or neither.

        :raise UserError: a half choice, or one that is not sold
        """
        self.ensure_one()
        if bool(self.kbs_plan_id) != bool(self.kbs_term_id):
            raise UserError(
                self.env._(
                    "Choose both the plan and the term that the client wants. To "
                    "begin with an empty quotation, clear both."
                )
            )
        if self.kbs_plan_id and not self._kbs_get_product():
            raise UserError(
                self.env._(
                    "The plan %(plan)s is not sold for %(term)s. Choose another term.",
                    plan=self.kbs_plan_id.name,
                    term=self.kbs_term_id.name,
                )
            )

    def _kbs_get_product(self):
        """Return the variant that the prospect wants; empty for a renewal."""
        if self.kbs_renewal_id or not (self.kbs_plan_id and self.kbs_term_id):
            return self.env["product.product"]
        return self.kbs_plan_id._get_product(self.kbs_term_id)

    def _prepare_opportunity_quotation_context(self):
        """The quotation opens with the plan on it, at the regular price."""
        context = super()._prepare_opportunity_quotation_context()
        if product := self._kbs_get_product():
            company = self.company_id or self.env.company
            lists = self.env["product.pricelist"]._kbs_get_support_lists(company)
            regular = lists.filtered(lambda x: x.kbs_kind == "regular")[:1]
            context["default_order_line"] = [
                Command.create({"product_id": product.id, "product_uom_qty": 1.0})
            ]
            if regular:
                context["default_pricelist_id"] = regular.id
        return context

    def _merge_get_fields_specific(self):
        """Plan and term go together: those of the first lead that chose both."""
        specific = super()._merge_get_fields_specific()

        def chosen(fname, leads):
            both = leads.filtered(lambda x: x.kbs_plan_id and x.kbs_term_id)
            any_of = leads.filtered(lambda x: x.kbs_plan_id or x.kbs_term_id)
            return (both or any_of)[:1][fname].id

        return {**specific, "kbs_plan_id": chosen, "kbs_term_id": chosen}

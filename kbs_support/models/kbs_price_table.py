from datetime import time

from odoo import api, fields, models


class KbsPriceTable(models.AbstractModel):
    """All prices on one screen: plans and terms as one table.

    Owns no data: reads the price lists that are marked as support prices.
    """

    _name = "kbs.price.table"
    _description = "Table of Support Prices"

    @api.model
    def _get_table(self, date=None):
        """See :meth:`KbsPlan.get_price_table`."""
        company = self.env.company
        day = fields.Date.to_date(date) or company._kbs_today()
        # The table has one currency: lists in another one are left out.
        lists = self.env["product.pricelist"]._kbs_get_support_lists(company)
        lists = lists.filtered(lambda x: x.currency_id == lists[0].currency_id)
        # The table shows every plan and term there is: a few of each.
        plans = self.env["kbs.plan"].search([])  # pylint: disable=no-search-all
        terms = self.env["kbs.term"].search([])  # pylint: disable=no-search-all
        products = plans.product_tmpl_id.product_variant_ids
        # Noon lies inside every version of that day.
        moment = company._kbs_to_utc(day, time(12))
        prices = {x: self._get_own_prices(x, products, moment) for x in lists}
        by_key = {(x.kbs_plan_id, x.kbs_term_id): x for x in products}
        return {
            "date": fields.Date.to_string(day),
            "currency_id": (lists[:1].currency_id or company.currency_id).id,
            "plans": [{"id": x.id, "name": x.name} for x in plans],
            "lists": [{"id": x.id, "name": x.name, "kind": x.kbs_kind} for x in lists],
            "terms": [self._prepare_term(x, plans, by_key, prices) for x in terms],
            "hours": self._prepare_hours(lists[:1], moment),
        }

    @api.model
    def _get_own_prices(self, pricelist, products, moment):
        """Return ``{product: (price, rule)}`` of what ``pricelist`` prices itself."""
        rules = pricelist._kbs_get_fixed_rules(products, moment)
        return {
            product: (
                rule._compute_price(product, 1.0, product.uom_id, moment,
                                    currency=pricelist.currency_id),
                rule,
            )
            for product, rule in rules.items()
        }  # fmt: skip

    @api.model
    def _prepare_term(self, term, plans, by_key, prices):
        cells = {}
        for plan in plans:
            product = by_key.get((plan, term))
            if product:
                cells.update(self._prepare_cells(plan, term, product, prices))
        return {
            "id": term.id,
            "name": term.name,
            "months": term.months,
            "is_budget_year": term.is_budget_year,
            "prices": cells,
        }

    @api.model
    def _prepare_cells(self, plan, term, product, prices):
        cells, regular = {}, None
        for pricelist, price_by_product in prices.items():
            if product not in price_by_product:
                continue
            price, rule = price_by_product[product]
            regular = price if regular is None else regular
            cells[f"{plan.id}-{pricelist.id}"] = {
                "price": price,
                "month": price / term.months,
                "saving": regular - price,
                "rule_id": rule.id,
            }
        return cells

    @api.model
    def _prepare_hours(self, pricelist, moment):
        products = self.env["product.product"].search(
            [("kbs_minutes", ">", 0)], order="kbs_minutes, id"
        )
        prices = self._get_own_prices(pricelist, products, moment)
        return [
            {
                "id": product.id,
                "name": product.name,
                "minutes": product.kbs_minutes,
                "price": price,
                "rule_id": rule.id,
            }
            for product, (price, rule) in prices.items()
        ]

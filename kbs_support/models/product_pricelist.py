from odoo import api, fields, models


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    kbs_kind = fields.Selection(
        selection=[("regular", "Regular"), ("loyalty", "Loyalty")],
        string="Support Prices",
        help="Regular: for every client. Loyalty: for renewals without a gap. Empty: "
        "a list made for some clients.",
    )

    @api.model
    def _kbs_get_support_lists(self, company):
        """Return the lists of support prices of ``company``, the regular one first."""
        lists = self.search(
            [("kbs_kind", "!=", False), ("company_id", "in", [False, company.id])]
        )
        return lists.sorted(lambda x: x.kbs_kind != "regular")

    def _kbs_get_price_and_rule(self, product, date=None):
        """Return ``(price, rule)`` of one unit of ``product`` on ``date``.

        :param date: date or UTC datetime; now by default
        :return: price in the currency of the list, and the price list item it comes
            from (empty when no rule applies: then the price means nothing)
        """
        self.ensure_one()
        price, rule_id = self._get_product_price_rule(product, 1.0, date=date or False)
        return price, self.env["product.pricelist.item"].browse(rule_id)

    def _kbs_get_rules(self, products, moment):
        """Return ``{product: rule}`` for all ``products``, in a few queries.

        :param datetime moment: UTC
        :return: price list items; an empty one where no rule of this list applies
        """
        self.ensure_one()
        found = self._compute_price_rule(
            products, 1.0, date=moment, compute_price=False
        )
        rules = self.env["product.pricelist.item"]
        # One recordset, so that the rules are read together.
        rules = rules.browse([rule_id for _price, rule_id in found.values() if rule_id])
        by_id = {rule.id: rule for rule in rules}
        return {x: by_id.get(found[x.id][1], rules.browse()) for x in products}

    def _kbs_get_fixed_rules(self, products, moment):
        """Return ``{product: rule}`` of what this list prices itself.

        A list that falls back to another one has no price of its own there; asking
        for it would also cost queries for each product.
        """
        rules = self._kbs_get_rules(products, moment)
        return {x: rule for x, rule in rules.items() if rule.compute_price == "fixed"}

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

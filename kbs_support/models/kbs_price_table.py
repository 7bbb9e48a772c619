from datetime import datetime, time

import pytz

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
        lists = self._get_pricelists()
        plans = self.env["kbs.plan"].search([])
        products = plans.product_tmpl_id.product_variant_ids
        moment = self._get_moment(day)
        rules = {x: x._compute_price_rule(products, 1.0, date=moment) for x in lists}
        by_key = {(x.kbs_plan_id, x.kbs_term_id): x for x in products}
        return {
            "date": fields.Date.to_string(day),
            "currency_id": (lists[:1].currency_id or company.currency_id).id,
            "plans": [{"id": x.id, "name": x.name} for x in plans],
            "lists": [
                {"id": x.id, "name": x.name, "kind": x.kbs_kind} for x in lists
            ],
            "terms": [
                self._prepare_term(term, plans, by_key, rules)
                for term in self.env["kbs.term"].search([])
            ],
            "hours": self._prepare_hours(lists[:1], moment),
        }  # fmt: skip

    @api.model
    def _get_pricelists(self):
        """Regular list first, then loyalty, of the current company."""
        lists = self.env["product.pricelist"].search(
            [
                ("kbs_kind", "!=", False),
                ("company_id", "in", [False, self.env.company.id]),
            ]
        )
        return lists.sorted(lambda x: x.kbs_kind != "regular")

    @api.model
    def _get_moment(self, day):
        """UTC moment of noon of a local day: inside every version of that day."""
        zone = pytz.timezone(self.env.company.kbs_tz)
        noon = zone.localize(datetime.combine(day, time(12)))
        return noon.astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _prepare_term(self, term, plans, by_key, rules):
        prices = {}
        for plan in plans:
            product = by_key.get((plan, term))
            if product:
                prices.update(self._prepare_prices(plan, term, product, rules))
        return {
            "id": term.id,
            "name": term.name,
            "months": term.months,
            "prices": prices,
        }

    @api.model
    def _prepare_prices(self, plan, term, product, rules):
        prices, regular = {}, None
        for pricelist, rule_by_product in rules.items():
            price, rule_id = rule_by_product[product.id]
            rule = self.env["product.pricelist.item"].browse(rule_id)
            # A list that falls back to another one has no price of its own.
            if not rule or rule.compute_price != "fixed":
                continue
            if regular is None:
                regular = price
            prices[f"{plan.id}-{pricelist.id}"] = {
                "price": price,
                "month": price / term.months,
                "saving": regular - price,
                "rule_id": rule.id,
            }
        return prices

    @api.model
    def _prepare_hours(self, pricelist, moment):
        products = self.env["product.product"].search(
            [("kbs_minutes", ">", 0)], order="kbs_minutes, id"
        )
        rules = pricelist._compute_price_rule(products, 1.0, date=moment)
        return [
            {
                "id": product.id,
                "name": product.name,
                "minutes": product.kbs_minutes,
                "price": rules[product.id][0],
                "rule_id": rules[product.id][1],
            }
            for product in products
        ]

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# Odoo refuses circles of price lists; this only keeps a bad one from hanging us.
MAX_DERIVED_LISTS = 10
ONE_SECOND = timedelta(seconds=1)


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    kbs_is_support = fields.Boolean(
        string="Support Price", compute="_compute_kbs_is_support", store=True
    )

    # Ends of versions are moments, and a version that ends at 23:59:59 may be followed
    # by one that starts at 00:00:00.
    _kbs_one_version_a_day = models.Constraint(
        "EXCLUDE USING gist (pricelist_id WITH =, product_id WITH =,"
        " min_quantity WITH =, tsrange(date_start, date_end, '[]') WITH &&)"
        " WHERE (kbs_is_support IS TRUE AND applied_on = '0_product_variant')",
        "This price list already has a price for this product on these days.",
    )

    @api.depends("product_id.kbs_plan_id", "product_id.kbs_minutes")
    def _compute_kbs_is_support(self):
        for item in self:
            template = item.product_id.product_tmpl_id
            item.kbs_is_support = bool(template and template._kbs_is_total_price())

    @api.constrains("pricelist_id", "product_id", "date_start", "date_end")
    def _check_kbs_one_version_a_day(self):
        """Refuse two prices of one support product on one day, and name them (P4)."""
        items = self.filtered(lambda x: x._kbs_is_version())
        siblings = self.search_fetch(
            [
                ("pricelist_id", "in", items.pricelist_id.ids),
                ("product_id", "in", items.product_id.ids),
            ],
            ["pricelist_id", "product_id", "date_start", "date_end", "min_quantity"],
        )
        for item in items:
            twins = siblings.filtered(lambda x, item=item: x._kbs_clashes_with(item))
            if twins:
                raise ValidationError(
                    self.env._(
                        "%(product)s has two prices on the same day in the list "
                        "“%(pricelist)s”: %(price)s and %(other)s. End the first one "
                        "before the other starts.",
                        product=item.product_id.display_name,
                        pricelist=item.pricelist_id.name,
                        price=twins[0].price,
                        other=item.price,
                    )
                )

    @api.constrains("fixed_price", "product_id")
    def _check_kbs_price(self):
        """Refuse a price of support by which the client would be paid."""
        if item := self.filtered(lambda x: x.kbs_is_support and x.fixed_price < 0)[:1]:
            raise ValidationError(
                self.env._(
                    "The price of %(product)s is below zero.",
                    product=item.product_id.display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_kbs_sold(self):
        """A price that something was sold by stays for the record (P4)."""
        lines = self._kbs_get_sale_lines_sudo()
        if sold := lines.filtered(lambda x: x.state == "sale"):
            raise UserError(
                self.env._(
                    "%(order)s was sold by the price of %(product)s, so the price "
                    "stays for the record. End it instead.",
                    order=sold[0].order_id.name,
                    product=sold[0].product_id.display_name,
                )
            )
        lines.kbs_price_rule_id = False

    def action_kbs_new_version(self):
        """Ask from which day this price changes, and to what (wizard)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Price from a Date"),
            "res_model": "kbs.price.version",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_item_id": self.id,
                "default_price": self.fixed_price,
            },
        }

    # === VERSIONS === #

    def _kbs_start_versions(self, moment, prices):
        """End these prices a second before ``moment`` and start new ones (P4).

        A new version ends when the old one would have ended.

        :param datetime moment: first moment of the new prices, in UTC
        :param dict prices: ``{item: new price}``
        :return: dict ``{item: new item}``
        :raise UserError: the moment lies outside the days of an old price
        """
        if self.filtered(lambda x: not x._kbs_can_be_followed(moment)):
            raise UserError(
                self.env._(
                    "The new price has to begin within the days of the old one. "
                    "Choose another day, or open the price that is valid then."
                )
            )
        values_list = [
            item.copy_data({"date_start": moment, "fixed_price": prices[item]})[0]
            for item in self
        ]
        self.date_end = moment - ONE_SECOND
        # The old days have to be free in the database before they are taken anew.
        self.flush_recordset(["date_end"])
        return dict(zip(self, self.create(values_list), strict=True))

    def _kbs_can_be_followed(self, moment):
        is_begun = not self.date_start or self.date_start < moment
        return is_begun and (not self.date_end or moment <= self.date_end)

    def _kbs_get_sale_lines_sudo(self):
        """Order lines that were confirmed by these prices, also cancelled ones.

        Sudo: whoever keeps prices need not see everybody's orders.
        """
        return (
            self.env["sale.order.line"]
            .sudo()
            .search([("kbs_price_rule_id", "in", self.ids)])
        )

    def _kbs_is_version(self):
        return self.kbs_is_support and self.applied_on == "0_product_variant"

    def _kbs_clashes_with(self, other):
        return (
            self != other
            and self._kbs_is_version()
            and self.pricelist_id == other.pricelist_id
            and self.product_id == other.product_id
            and self.min_quantity == other.min_quantity
            and (not self.date_end or not other.date_start
                 or other.date_start <= self.date_end)
            and (not other.date_end or not self.date_start
                 or self.date_start <= other.date_end)
        )  # fmt: skip

    def _kbs_is_loyalty_price(self, product, date):
        """Say whether this rule gives ``product`` a loyalty price on ``date``.

        The loyalty list falls back to the regular one by a rule that changes
        nothing: what comes through it is a regular price (P2). A list derived from
        the loyalty list gives loyalty prices, whatever it is called.
        """
        rule = self
        for __ in range(MAX_DERIVED_LISTS):
            if (
                rule.pricelist_id.kbs_kind == "loyalty"
                and not rule._kbs_changes_nothing()
            ):
                return True
            if rule.base != "pricelist" or rule.compute_price == "fixed":
                return False
            rule = rule.browse(
                rule.base_pricelist_id._get_product_rule(product, 1.0, date=date)
            )
        return False

    def _kbs_changes_nothing(self):
        """Say whether this rule hands on the price of its base list as it is."""
        return (
            self.base == "pricelist"
            and self.compute_price == "formula"
            and not (self.price_discount or self.price_surcharge or self.price_round)
            and not (self.price_min_margin or self.price_max_margin)
        )

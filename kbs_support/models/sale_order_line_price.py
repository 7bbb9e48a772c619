from odoo import fields, models
from odoo.tools import format_amount


class SaleOrderLine(models.Model):
    """Which price a plan line has, why, and whether it may be used (P1 to P5)."""

    _inherit = "sale.order.line"

    kbs_price_rule_id = fields.Many2one(
        comodel_name="product.pricelist.item",
        string="Sold by the Price",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The version of the price that was valid when the order was confirmed.",
    )

    def _kbs_keep_price_rules(self):
        """Remember the price versions that lines of support are sold by (P4).

        Odoo's own ``pricelist_item_id`` is not stored, and follows the day of
        confirmation.
        """
        support = self.filtered(
            lambda x: (
                x.product_template_id and x.product_template_id._kbs_is_total_price()
            )
        )
        for rule, lines in support.grouped("pricelist_item_id").items():
            lines.kbs_price_rule_id = rule

    def _prepare_base_line_for_taxes_computation(self, **kwargs):
        # EXTENDS sale: support prices are what the client pays in total (P1).
        if self.product_template_id and self.product_template_id._kbs_is_total_price():
            kwargs.setdefault("special_mode", "total_included")
        return super()._prepare_base_line_for_taxes_computation(**kwargs)

    def _kbs_is_price_changed(self):
        """Say whether the client pays anything else than the list says.

        A line that takes money off the whole order counts as well.
        """
        list_price = self._get_pricelist_price() if self.pricelist_item_id else 0.0
        return bool(
            self.discount
            or self.currency_id.compare_amounts(self.price_unit, list_price)
            or self._kbs_get_deduction()
        )

    def _kbs_get_deduction(self):
        """Return what lines of negative amount take off the order (0 or less)."""
        others = self.order_id.order_line.filtered(
            lambda x: not x.is_downpayment and not x._kbs_is_carried()
        )
        return sum(x for x in others.mapped("price_total") if x < 0)

    def _kbs_has_list_moved(self):
        """Say whether the list was edited after it had priced this line."""
        return (
            not self.discount
            and not self._kbs_get_deduction()
            and not self.currency_id.compare_amounts(
                self.price_unit, self.technical_price_unit
            )
        )

    def _kbs_get_price_kind(self):
        """Return the ``price_kind`` of the period that this line sells (P4)."""
        if self._kbs_is_price_changed():
            return "manual"
        if self.pricelist_item_id._kbs_is_loyalty_price(
            self.product_id, self._get_order_date()
        ):
            return "loyalty"
        return "budget_year" if self.kbs_term_id.is_budget_year else "regular"

    def _kbs_get_price_reason(self, coverage):
        """Say in one sentence which rule gave the price, and who allowed it (P4)."""
        reason = self._kbs_get_rule_reason(self._kbs_get_price_kind(), coverage)
        override = self.order_id.kbs_override_reason
        if override and self.order_id._kbs_is_price_allowed():
            reason += " " + self.env._(
                "Allowed by %(user)s: %(reason)s",
                user=self.order_id.kbs_override_user_id.name,
                reason=override,
            )
        return reason

    def _kbs_get_rule_reason(self, kind, coverage):
        """Say which rule gave a price of this ``kind``, in words for the client too."""
        if kind == "manual":
            return self._kbs_get_manual_reason()
        return self._kbs_get_subscription_sudo()._explain_price(
            kind, self.product_id, self.pricelist_item_id.pricelist_id, coverage
        )

    def _kbs_get_manual_reason(self):
        return self.env._(
            "Agreed price; the price list says %(price)s.",
            price=format_amount(
                self.env, self._get_pricelist_price(), self.currency_id
            ),
        )

    def _kbs_get_regular_price(self):
        """Return the price of the regular list on the day of the order, or None."""
        lists = self.env["product.pricelist"]._kbs_get_support_lists(self.company_id)
        regular = lists.filtered(lambda x: x.kbs_kind == "regular")[:1]
        if not regular:
            return None
        price, rule = regular._kbs_get_price_and_rule(
            self.product_id, self._get_order_date()
        )
        return price if rule else None

    def _kbs_explain_price(self):
        """Return why this plan line costs what it does, and what the client saves.

        :return: ``(sentence or False, amount)``; nothing for other lines
        """
        coverage = self and self._kbs_try_coverage(asked=self.kbs_date_start)
        if not coverage:
            return False, 0.0
        kind, saving = self._kbs_get_price_kind(), 0.0
        if kind == "loyalty":
            regular = self._kbs_get_regular_price() or 0.0
            saving = max(regular - self.price_total, 0.0)
        return self._kbs_get_rule_reason(kind, coverage), saving

    # === CONFIRMATION === #

    def _kbs_get_price_fault(self):
        """Say why the price may not be used (P3, P5), or None; managers override."""
        if not self.pricelist_item_id and not self.price_unit:
            return self.env._(
                "%(product)s has no price in the list “%(pricelist)s”. Add it to the "
                "list or choose another list.",
                product=self.product_id.display_name,
                pricelist=self.order_id.pricelist_id.name or "—",
            )
        if self.order_id._kbs_is_price_allowed():
            return None
        kind = self._kbs_get_price_kind()
        if kind == "manual" and self._kbs_has_list_moved():
            return self.env._(
                "The price list has changed since %(product)s was put into the "
                "quotation: it says %(price)s now. Update prices.",
                product=self.product_id.display_name,
                price=format_amount(
                    self.env, self._get_pricelist_price(), self.currency_id
                ),
            )
        if kind == "manual":
            return self.env._(
                "The price of %(product)s was changed by hand. %(reason)s A manager "
                "has to allow it with a reason.",
                product=self.product_id.display_name,
                reason=self._kbs_get_manual_reason(),
            )
        return self._kbs_get_loyalty_fault() if kind == "loyalty" else None

    def _kbs_get_loyalty_fault(self):
        """Say why the loyalty price does not hold, and what the regular one is (P5)."""
        coverage = self._kbs_try_coverage(asked=self.kbs_date_start)
        refusal = self._kbs_get_subscription_sudo()._get_loyalty_refusal(
            self.kbs_plan_id, coverage
        )
        if not refusal:
            return None
        regular = self._kbs_get_regular_price()
        return self.env._(
            "The loyalty price cannot be used: %(reason)s The regular price is "
            "%(price)s. Choose the regular price list and update prices, or ask a "
            "manager to allow it with a reason.",
            reason=refusal,
            price=format_amount(self.env, regular or 0.0, self.currency_id),
        )

from odoo import api, fields, models


class SaleOrderLine(models.Model):
    """Hours that an order sells: in the ledger while they are paid (E2)."""

    _inherit = "sale.order.line"

    kbs_paid_minutes = fields.Integer(
        string="Paid Minutes of Work",
        compute="_compute_kbs_paid_minutes",
        store=True,
        help="Bought minutes of a specialist's work; 0 until they are paid.",
    )

    @api.depends("product_id.kbs_minutes", "product_uom_qty", "kbs_is_settled")
    def _compute_kbs_paid_minutes(self):
        for line in self:
            minutes = line.product_id.kbs_minutes
            is_paid = minutes and line.kbs_is_settled
            line.kbs_paid_minutes = is_paid and round(minutes * line.product_uom_qty)

    def _compute_field_value(self, field):
        # EXTENDS base: bought hours are there the moment they are paid.
        res = super()._compute_field_value(field)
        if field.name == "kbs_paid_minutes":
            self.filtered(lambda x: x.id and x.product_id.kbs_minutes)._kbs_give_sudo()
        return res

    def _kbs_give_sudo(self):
        """Put the paid hours of these lines into the ledger, or take them back.

        Sudo: it follows from payments, whoever enters them.
        """
        lines = self.sudo()
        entries = lines.env["kbs.hour.entry"]
        packs = entries.search(
            [
                ("sale_line_id", "in", lines.ids),
                ("kind", "=", "pack"),
                ("source_id", "=", False),
            ]
        ).grouped("sale_line_id")
        to_create = []
        for line in lines:
            if pack := packs.get(line):
                to_create += pack._fit_to(line.kbs_paid_minutes)
            elif line.kbs_paid_minutes:
                to_create += line._kbs_prepare_packs()
        given = entries.create(to_create)
        given.sale_line_id.order_id._kbs_use_hours_sudo()

    def _kbs_prepare_packs(self):
        """Values of the bought hours: one entry, or none where nobody can use them."""
        subscription = self.order_id._kbs_get_hours_subscription_sudo()
        if not subscription:
            return []
        paid_on = self._kbs_get_paid_on()
        return [
            {
                "subscription_id": subscription.id,
                "kind": "pack",
                "sale_line_id": self.id,
                "minutes": self.kbs_paid_minutes,
                "date": paid_on,
                "valid_from": paid_on,
                "valid_months": self.company_id.kbs_pack_valid_months,
            }
        ]


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _kbs_get_hours_subscription_sudo(self):
        """Return the subscription that the hours of this order belong to.

        That of the plan on the same order, else what covers the client, else what
        covered him last; maybe nothing.
        """
        self.ensure_one()
        own = self._kbs_get_subscriptions_sudo()[:1]
        if own:
            return own
        partner = self.partner_id.sudo()
        subscriptions = (
            self.env["kbs.subscription"]
            .sudo()
            .with_context(allowed_company_ids=self.company_id.ids)
        )
        active = subscriptions._get_active(partner)[partner]
        return active or subscriptions._get_last_known(partner)[partner]

    def _confirmation_error_message(self):
        # EXTENDS sale: bought hours need somebody who can use them.
        error = super()._confirmation_error_message()
        if (
            error
            or self.kbs_has_plan
            or not self.order_line.product_id.filtered("kbs_minutes")
        ):
            return error
        if self._kbs_get_hours_subscription_sudo():
            return False
        return self.env._(
            "%(client)s has no support, so nobody could use the hours. Sell a plan "
            "first, or on the same order.",
            client=self.partner_id.commercial_partner_id.name,
        )

    def _kbs_use_hours_sudo(self):
        """Draw the work over plan that these orders sold hours for.

        Where not enough was bought, the decision is still open.
        """
        rows = self.env["kbs.over.plan"].sudo()
        rows.search(
            [("order_id", "in", self.ids), ("decision", "=", "pending")]
        )._draw_ordered()

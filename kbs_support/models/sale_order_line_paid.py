from odoo import api, fields, models
from odoo.tools import float_compare

PAID_STATES = ("paid", "in_payment")
# An invoice that is settled by a credit note says "reversed".
SETTLED_STATES = (*PAID_STATES, "reversed")


class SaleOrderLine(models.Model):
    """Whether what a line has sold is paid (S1)."""

    _inherit = "sale.order.line"

    kbs_is_settled = fields.Boolean(
        string="Settled",
        compute="_compute_kbs_is_settled",
        store=True,
        help="The invoices of this line are posted and paid, and not credited back.",
    )

    @api.depends(
        "product_uom_qty",
        "invoice_lines.price_total",
        "invoice_lines.move_id.state",
        "invoice_lines.move_id.payment_state",
        "invoice_lines.move_id.reversal_move_ids.state",
    )
    def _compute_kbs_is_settled(self):
        for line in self:
            line.kbs_is_settled = line._kbs_is_settled()

    def _compute_field_value(self, field):
        # EXTENDS base: what was sold follows the money. Periods do not depend on this
        # field: each entry of the company's books would then look through everything
        # that follows from a period, by each way that leads from it to an invoice.
        res = super()._compute_field_value(field)
        if field.name == "kbs_is_settled":
            self.filtered("id").kbs_period_ids._follow_payment()
        return res

    def _kbs_get_posted_lines(self):
        return self.invoice_lines.filtered(lambda x: x.parent_state == "posted")

    def _kbs_get_paid_on(self):
        """Return the day of the latest payment of the invoices of this line."""
        return self._kbs_get_posted_lines().move_id._kbs_get_paid_on()

    def _kbs_is_settled(self):
        """Say whether the posted invoices of this order line leave it paid (S1).

        The whole quantity is settled, at least once with money, and not all of it
        was credited back. An invoice reissued after a credit note and settled by
        that note counts like the money behind it.
        """
        lines = self._kbs_get_posted_lines()
        invoices = lines.filtered(lambda x: x.move_type == "out_invoice")
        if not any(x.move_id.payment_state in PAID_STATES for x in invoices):
            return False
        reversed_moves = invoices.move_id.filtered(lambda x: x._kbs_is_reversed())
        settled = invoices.filtered(
            lambda x: (
                x.move_id.payment_state in SETTLED_STATES
                and x.move_id not in reversed_moves
            )
        )
        quantity = sum(settled.mapped("quantity")) - self.product_uom_qty
        if not settled or float_compare(quantity, 0, precision_digits=6) < 0:
            return False
        credited = lines.filtered(
            lambda x: (
                x.move_type == "out_refund"
                and x.move_id.reversed_entry_id not in reversed_moves
            )
        )
        if not credited:
            return True
        left = sum(settled.mapped("price_total")) - sum(credited.mapped("price_total"))
        return settled.currency_id[:1].compare_amounts(left, 0) > 0

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import float_compare

PAID_STATES = ("paid", "in_payment")
# An invoice that is settled by a credit note says "reversed".
SETTLED_STATES = (*PAID_STATES, "reversed")


class KbsSubscriptionPeriod(models.Model):
    """Whether a period covers the client: paid, or guaranteed (S1)."""

    _inherit = "kbs.subscription.period"

    is_paid = fields.Boolean(
        string="Paid",
        compute="_compute_paid",
        store=True,
        recursive=True,
        help="The invoice is posted and paid, and not credited back.",
    )
    first_paid_on = fields.Date(
        compute="_compute_paid",
        store=True,
        help="Day of the first full payment; stays when the payment is taken back.",
    )
    guarantee_ids = fields.One2many(
        comodel_name="kbs.guarantee", inverse_name="period_id", string="Guarantees"
    )
    guarantee_until = fields.Date(
        string="Guaranteed until", compute="_compute_guarantee_until", store=True
    )
    is_effective = fields.Boolean(
        string="Covers",
        compute="_compute_is_effective",
        store=True,
        help="Paid, or guaranteed until today or later.",
    )

    _guarantee_index = models.Index(
        "(company_id, guarantee_until)"
        " WHERE is_effective IS TRUE AND is_paid IS NOT TRUE"
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "sale_line_id.invoice_lines.price_total",
        "sale_line_id.invoice_lines.move_id.state",
        "sale_line_id.invoice_lines.move_id.payment_state",
        "sale_line_id.invoice_lines.move_id.reversal_move_ids.state",
        "replaced_period_id.is_paid",
    )
    def _compute_paid(self):
        """Follow the invoices of the order line, down as well as up (S1).

        After a change of plan a part of the price was paid by the old period: when
        its money is gone, the new one is not paid either.
        """
        for period in self:
            lines = period.sale_line_id.invoice_lines.filtered(
                lambda x: x.parent_state == "posted"
            )
            replaced = period.replaced_period_id
            period.is_paid = period._is_settled(lines) and (
                not replaced or replaced.is_paid
            )
            period.first_paid_on = period.first_paid_on or (
                period.is_paid and lines.move_id._kbs_get_paid_on()
            )

    def _is_settled(self, lines):
        """Say whether posted invoice ``lines`` of the order line leave it paid (S1).

        The whole quantity is settled, at least once with money, and not all of it
        was credited back. An invoice reissued after a credit note and settled by
        that note counts like the money behind it.
        """
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
        quantity = sum(settled.mapped("quantity")) - self.sale_line_id.product_uom_qty
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

    @api.depends("guarantee_ids.date_until", "guarantee_ids.is_revoked")
    def _compute_guarantee_until(self):
        for period in self:
            valid = period.guarantee_ids.filtered(lambda x: not x.is_revoked)
            period.guarantee_until = max(valid.mapped("date_until"), default=False)

    @api.depends("is_cancelled", "is_paid", "guarantee_until")
    def _compute_is_effective(self):
        for period in self:
            until = period.guarantee_until
            is_guaranteed = until and until >= period.company_id._kbs_today()
            period.is_effective = not period.is_cancelled and bool(
                period.is_paid or is_guaranteed
            )
        if self.replaced_period_id:
            self._defer_overlap_check()

    @api.model
    def _get_lapsed_guarantee_domain(self, company, today):
        """Domain of the periods that a guarantee carried until before ``today``."""
        return Domain(
            [
                ("company_id", "=", company.id),
                ("is_effective", "=", True),
                ("is_paid", "=", False),
                ("guarantee_until", "<", today),
            ]
        )

    # === ACTIONS === #

    def action_guarantee(self):
        """Open the form of a guarantee letter for this period."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Guarantee Letter"),
            "res_model": "kbs.guarantee",
            "view_mode": "form",
            "target": "new",
            "context": {"default_period_id": self.id},
        }

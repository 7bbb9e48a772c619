from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    kbs_subscription_count = fields.Integer(compute="_compute_kbs_subscription_count")
    kbs_stopped_period_id = fields.Many2one(
        comodel_name="kbs.subscription.period",
        string="Gives Back Unused Days of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The client left before the end of this period. Its served days stay "
        "paid, so this credit note is not tied to the invoice.",
    )

    @api.depends(
        "invoice_line_ids.sale_line_ids.kbs_period_ids", "kbs_stopped_period_id"
    )
    def _compute_kbs_subscription_count(self):
        for move in self:
            move.kbs_subscription_count = len(move._kbs_get_subscriptions_sudo())

    def _prepare_product_base_line_for_taxes_computation(self, product_line):
        # EXTENDS account: support prices are what the client pays in total (P1).
        base_line = super()._prepare_product_base_line_for_taxes_computation(
            product_line
        )
        if self.is_sale_document(include_receipts=True) and (
            product_line.product_id.product_tmpl_id
            and product_line.product_id.product_tmpl_id._kbs_is_total_price()
        ):
            base_line["special_mode"] = "total_included"
        return base_line

    def _kbs_is_reversed(self):
        """Say whether posted credit notes take back the whole of this invoice."""
        self.ensure_one()
        credit_notes = self.reversal_move_ids.filtered(lambda x: x.state == "posted")
        credited = sum(credit_notes.mapped("amount_total"))
        left = self.currency_id.compare_amounts(self.amount_total, credited)
        return bool(credit_notes) and left <= 0

    def _kbs_get_paid_on(self):
        """Return the day of the latest payment of these invoices.

        :return: accounting date of the latest payment or bank statement line; today
            where an invoice of zero needed none
        """
        paid_lines = self.line_ids.matched_credit_ids.credit_move_id
        payments = self.matched_payment_ids.filtered(
            lambda x: not x.move_id and x.state in ("in_process", "paid")
        )
        days = paid_lines.mapped("date") + payments.mapped("date")
        return max(days, default=self.company_id[:1]._kbs_today())

    def _kbs_get_subscriptions_sudo(self):
        """Subscriptions whose periods these invoices bill, or give back."""
        moves = self.sudo()
        billed = moves.invoice_line_ids.sale_line_ids.kbs_period_ids
        return (billed | moves.kbs_stopped_period_id).subscription_id

    def action_view_kbs_subscriptions(self):
        """Open the subscriptions that this invoice pays for."""
        self.check_access("read")
        return self.env["kbs.subscription"]._get_documents_action(
            "kbs_support.kbs_subscription_action",
            self._kbs_get_subscriptions_sudo().ids,
        )

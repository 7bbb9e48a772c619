from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """Cancelling gives back the days that nobody paid for."""

    _inherit = "sale.order"

    def _action_cancel(self):
        # EXTENDS sale: an order that was never paid gives back its days.
        periods = self._kbs_get_periods_sudo()
        if paid := periods.filtered("is_paid"):
            raise UserError(
                self.env._(
                    "%(order)s is paid: %(period)s. Credit the invoice first, then "
                    "cancel the order.",
                    order=paid[0].order_id.name,
                    period=paid[0].display_name,
                )
            )
        periods._check_not_replaced()
        self.browse(periods.order_id.ids)._kbs_withdraw_invoices_sudo()
        res = super()._action_cancel()
        periods.is_cancelled = True
        return res

    def _kbs_withdraw_invoices_sudo(self):
        """Cancel the unpaid invoices of these orders, also those already posted.

        An invoice posted at confirmation would otherwise wait for a payment of
        something that is no longer sold. Sudo: see :meth:`_kbs_invoice_sudo`.

        :raise UserError: an invoice is paid in part, or bills other orders too
        """
        invoices = self.sudo().invoice_ids.filtered(
            lambda x: x.state != "cancel" and x.move_type == "out_invoice"
        )
        for invoice in invoices:
            self._kbs_check_withdrawable(invoice)
        unpaid = invoices.filtered(lambda x: x.payment_state == "not_paid")
        unpaid.filtered(lambda x: x.state == "posted").button_draft()
        unpaid.button_cancel()

    def _kbs_check_withdrawable(self, invoice):
        if invoice.payment_state == "partial":
            raise UserError(
                self.env._(
                    "A part of the invoice %(invoice)s is paid. Credit it or take the "
                    "payment off first.",
                    invoice=invoice.name,
                )
            )
        others = invoice.line_ids.sale_line_ids.order_id - self
        if others and invoice.payment_state == "not_paid":
            raise UserError(
                self.env._(
                    "The invoice %(invoice)s also bills %(order)s. Credit the line of "
                    "this order on it, then cancel the order.",
                    invoice=invoice.name,
                    order=others[0].name,
                )
            )

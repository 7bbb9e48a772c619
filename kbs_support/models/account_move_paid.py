from odoo import api, models


class AccountMove(models.Model):
    """What is sold is paid, or not any more, at the moment the books say so (S1).

    Odoo marks the order lines of changed invoices (`kbs_is_settled`) and computes them
    when the transaction ends. Whoever asks for a support in the same transaction must
    not find it as it was before. Where nothing is marked, nothing is done.
    """

    _inherit = "account.move"

    def write(self, vals):
        # EXTENDS account
        res = super().write(vals)
        if "state" in vals:
            self.env["sale.order.line"]._kbs_follow_invoices()
        return res


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account
        partials = super().create(vals_list)
        self.env["sale.order.line"]._kbs_follow_invoices()
        return partials

    def unlink(self):
        # EXTENDS account
        res = super().unlink()
        self.env["sale.order.line"]._kbs_follow_invoices()
        return res


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def write(self, vals):
        # EXTENDS account: a payment without an entry of its own pays by its state.
        res = super().write(vals)
        if "state" in vals:
            self.env["sale.order.line"]._kbs_follow_invoices()
        return res


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.model
    def _kbs_follow_invoices(self):
        """Compute what is settled of the lines whose invoices have changed."""
        self._recompute_model(["kbs_is_settled"])

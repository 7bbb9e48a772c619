from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _prepare_product_base_line_for_taxes_computation(self, product_line):
        # EXTENDS account: the price of a ticket is what the client pays in total (P1).
        base_line = super()._prepare_product_base_line_for_taxes_computation(
            product_line
        )
        if (
            self.is_sale_document(include_receipts=True)
            and product_line.product_id.service_tracking == "event"
        ):
            base_line["special_mode"] = "total_included"
        return base_line

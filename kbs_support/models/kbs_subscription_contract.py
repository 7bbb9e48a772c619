from odoo import fields, models


class KbsSubscription(models.Model):
    """The contract of support: its number and day, which documents name."""

    _inherit = "kbs.subscription"

    contract_number = fields.Char(
        help="Where it was signed under another number than that of the subscription."
    )
    contract_date = fields.Date(
        string="Contract Signed on", help="Empty: the day of the first order."
    )

    def _get_contract(self):
        """Return the number and the local day of the contract of this client."""
        self.ensure_one()
        day = self.contract_date or self._get_first_order_day()
        return self.contract_number or self.name, day

    def _get_first_order_day(self):
        # Sudo: documents name the day, whoever prints them.
        orders = self.sudo().period_ids.order_id.filtered("date_order")
        if not orders:
            return self.date_start
        first = min(orders.mapped("date_order"))
        return self.company_id._kbs_to_local_date(first)

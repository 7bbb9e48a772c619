from datetime import time, timedelta

from odoo import fields, models


class KbsPriceVersion(models.TransientModel):
    """Changes a price from a day on: ends the old version, starts a new one (P4)."""

    _name = "kbs.price.version"
    _description = "New Price from a Date"

    item_id = fields.Many2one(
        comodel_name="product.pricelist.item", required=True, ondelete="cascade"
    )
    product_id = fields.Many2one(related="item_id.product_id")
    pricelist_id = fields.Many2one(related="item_id.pricelist_id")
    currency_id = fields.Many2one(related="item_id.currency_id")
    old_price = fields.Float(
        related="item_id.fixed_price", string="Price until Then", digits="Product Price"
    )
    date_from = fields.Date(
        string="New Price from",
        required=True,
        default=lambda self: self.env.company._kbs_today() + timedelta(days=1),
        help="First day of the new price. Quotations made before keep the old one.",
    )
    price = fields.Float(string="New Price", required=True, digits="Product Price")

    def action_apply(self):
        """End the old price at midnight and begin the new one.

        :return: action that closes the dialog
        :raise UserError: the day lies outside the days of the old price
        """
        self.ensure_one()
        moment = self.env.company._kbs_to_utc(self.date_from, time.min)
        self.item_id._kbs_start_versions(moment, {self.item_id: self.price})
        return {"type": "ir.actions.act_window_close"}

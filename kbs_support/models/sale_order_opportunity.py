from odoo import api, fields, models


class SaleOrder(models.Model):
    """The quotation of a renewal belongs to its opportunity."""

    _inherit = "sale.order"

    opportunity_id = fields.Many2one(
        compute="_compute_opportunity_id", store=True, readonly=False
    )

    @api.depends("kbs_renewal_id")
    def _compute_opportunity_id(self):
        for order in self:
            lead = order.kbs_renewal_id.lead_id
            order.opportunity_id = lead or order.opportunity_id

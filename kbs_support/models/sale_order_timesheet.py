from odoo import fields, models


class SaleOrder(models.Model):
    """An order opens for whoever sells and enters work, but has no projects.

    Odoo computes for all users of timesheets whether the button of an order's hours
    shows, from a field that only users of projects may read.
    """

    _inherit = "sale.order"

    show_hours_recorded_button = fields.Boolean(compute_sudo=True)

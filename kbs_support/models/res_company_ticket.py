from odoo import fields, models


class ResCompany(models.Model):
    """What clients choose when they open a ticket."""

    _inherit = "res.company"

    # The kinds that are brought along are of use only where they can be chosen.
    helpdesk_mgmt_portal_select_category = fields.Boolean(default=True)
    # Who does not know which kind it is, asks nevertheless.
    helpdesk_mgmt_portal_category_id_required = fields.Boolean(default=False)

from odoo import fields, models


class CrmLostReason(models.Model):
    _inherit = "crm.lost.reason"

    kbs_close_reason_ids = fields.One2many(
        comodel_name="kbs.close.reason",
        inverse_name="lost_reason_id",
        string="Reason of Support",
        help="The reason of support that this one repeats; that one owns the name.",
    )

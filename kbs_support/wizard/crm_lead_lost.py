from odoo import api, fields, models


class CrmLeadLost(models.TransientModel):
    """Offers only the reasons of support where a renewal is lost."""

    _inherit = "crm.lead.lost"

    kbs_has_renewal = fields.Boolean(
        string="Has Renewal", compute="_compute_kbs_has_renewal"
    )

    @api.depends("lead_ids")
    def _compute_kbs_has_renewal(self):
        for wizard in self:
            wizard.kbs_has_renewal = bool(wizard.lead_ids.kbs_renewal_id)

from odoo import api, models


class HelpdeskTicket(models.Model):
    """What happens when a ticket is taken in, whatever way it came."""

    _inherit = "helpdesk.ticket"

    @api.model_create_multi
    def create(self, vals_list):
        """Find the client and who answers, then start the clocks (E6, L3)."""
        if self.env.context.get("kbs_plain_intake"):
            # A letter whose intake failed: better a plain ticket than none.
            return super().create(vals_list)
        tickets = super().create(self._kbs_complete_intake(vals_list))
        tickets._kbs_start_clocks()
        return tickets

    @api.model
    def _kbs_complete_intake(self, vals_list):
        """Return ``vals_list`` completed by what the tickets need from the start."""
        return vals_list

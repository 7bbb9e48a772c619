from odoo import models


class HelpdeskTicket(models.Model):
    """Warnings follow whoever answers: he may be on duty when others sleep."""

    _inherit = "helpdesk.ticket"

    def write(self, vals):
        res = super().write(vals)
        if {"user_id", "team_id"} & set(vals):
            self._kbs_get_open_clocks_sudo()._set_alerts()
        return res

from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Who moves to another company leaves its tickets behind at once.

        Record rules remember the company of a user; Odoo forgets it only when the
        user himself changes.
        """
        result = super().write(vals)
        if {"parent_id", "is_company"} & vals.keys() and (
            self.env["res.users"]
            .sudo()  # whether there are any, no more
            .search_count([("partner_id", "child_of", self.ids)], limit=1)
        ):
            self.env.registry.clear_cache()
        return result

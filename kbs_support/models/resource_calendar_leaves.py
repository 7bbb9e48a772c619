from odoo import api, models
from odoo.fields import Domain


class ResourceCalendarLeaves(models.Model):
    """Holidays, entered in time or later: open clocks are counted anew (L1)."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._kbs_recount_clocks()
        return leaves

    def write(self, vals):
        moves = {"date_from", "date_to", "calendar_id", "resource_id", "time_type"}
        if not moves & set(vals):
            return super().write(vals)
        # Counted when all is written: what it stopped before, and what it stops now.
        stretches = self._kbs_get_concerned()
        res = super().write(vals)
        self._kbs_recount_concerned(stretches + self._kbs_get_concerned())
        return res

    def unlink(self):
        stretches = self._kbs_get_concerned()
        res = super().unlink()
        self._kbs_recount_concerned(stretches)
        return res

    def _kbs_recount_clocks(self):
        self._kbs_recount_concerned(self._kbs_get_concerned())

    def _kbs_get_concerned(self):
        """Return domains of the open clocks that these holidays may move."""
        return [
            self.env["kbs.sla.target"]._get_crossing_domain(x.date_from, x.date_to)
            & (
                Domain("calendar_id", "=", x.calendar_id.id)
                if x.calendar_id
                else Domain("calendar_id", "!=", False)
            )
            for x in self
            if not x.resource_id
        ]

    @api.model
    def _kbs_recount_concerned(self, domains):
        if domains:
            self.env["kbs.sla.target"]._request_recount(
                Domain.OR(domains), self.env._("Holidays have changed")
            )

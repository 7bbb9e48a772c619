from odoo import api, fields, models


class ResourceCalendarLeaves(models.Model):
    """An absence is entered for a person; that he is a resource, nobody has to know."""

    _inherit = "resource.calendar.leaves"

    kbs_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Absent Person",
        compute="_compute_kbs_user_id",
        search="_search_kbs_user_id",
        readonly=False,
        domain="[('share', '=', False)]",
    )

    _kbs_running_index = models.Index(
        "(resource_id, date_to) WHERE resource_id IS NOT NULL"
    )

    @api.depends("resource_id.user_id")
    def _compute_kbs_user_id(self):
        for leave in self:
            leave.kbs_user_id = leave.resource_id.user_id

    def _search_kbs_user_id(self, operator, value):
        return [("resource_id.user_id", operator, value)]

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create(self._kbs_put_resources(vals_list))

    def write(self, vals):
        return super().write(*self._kbs_put_resources([vals]))

    @api.model
    def _kbs_put_resources(self, vals_list):
        """Return ``vals_list`` with the resource in the place of its person."""
        ids = {x["kbs_user_id"] for x in vals_list if x.get("kbs_user_id")}
        if not ids:
            return vals_list
        resources = self.env["res.users"].browse(ids)._kbs_get_resources_sudo()
        by_id = {user.id: resource.id for user, resource in resources.items()}
        completed = []
        for vals in map(dict, vals_list):
            if user_id := vals.pop("kbs_user_id", False):
                vals["resource_id"] = by_id[user_id]
            completed.append(vals)
        return completed

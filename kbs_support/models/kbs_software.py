from odoo import api, fields, models


class KbsSoftware(models.Model):
    """A program that is supported. Its versions are releases."""

    _name = "kbs.software"
    _description = "Program"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(
        required=True, copy=False, help="Short name for integrations, for example acc."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    note = fields.Html(string="Description for Clients", translate=True)
    update_strategy = fields.Selection(
        selection=[
            ("maintain", "Keeps earlier versions and their corrections"),
            ("restrict", "Keeps earlier versions, without later corrections"),
            ("revoke", "Keeps nothing"),
        ],
        string="After the End of Support",
        required=True,
        default="maintain",
        tracking=True,
        help="What a client whose support has ended may still download.",
    )
    edition_ids = fields.One2many(
        comodel_name="kbs.edition", inverse_name="software_id", string="Editions"
    )
    release_ids = fields.One2many(
        comodel_name="kbs.release", inverse_name="software_id", string="Releases"
    )
    latest_release_id = fields.Many2one(
        comodel_name="kbs.release",
        string="Newest Version",
        compute="_compute_latest_release_id",
        compute_sudo=True,
    )
    installation_count = fields.Integer(
        string="Copies", compute="_compute_installation_count"
    )

    _code_unique = models.Constraint(
        "UNIQUE (code)", "Another program already has this code."
    )

    # === COMPUTE METHODS === #

    @api.depends("release_ids.state", "release_ids.version_key")
    def _compute_latest_release_id(self):
        latest = self._get_latest()
        for software in self:
            software.latest_release_id = latest.get(software)

    def _get_latest(self):
        """Return ``{software: release}`` of the newest published version of each."""
        releases = self.env["kbs.release"].search(
            [("software_id", "in", self.ids), ("state", "=", "published")],
            order="version_key",
        )
        return {release.software_id: release for release in releases}

    def _compute_installation_count(self):
        copies, counts = self.env["kbs.installation"], {}
        # Every employee reads programs.
        if copies.has_access("read"):
            counts = dict(
                copies._read_group(
                    [("software_id", "in", self.ids)], ["software_id"], ["__count"]
                )
            )
        for software in self:
            software.installation_count = counts.get(software, 0)

    # === CRUD METHODS === #

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for software, vals in zip(self, vals_list, strict=True):
            vals.setdefault("code", f"{software.code}-copy")
            if not (default or {}).get("name"):
                vals["name"] = self.env._("%(name)s (copy)", name=software.name)
        return vals_list

    # === ACTIONS === #

    def action_view_installations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_installation_action"
        )
        action["domain"] = [("software_id", "=", self.id)]
        action["context"] = {"default_software_id": self.id}
        return action

    def action_view_releases(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_release_action"
        )
        action["domain"] = [("software_id", "=", self.id)]
        action["context"] = {"default_software_id": self.id}
        return action


class KbsEdition(models.Model):
    """A variant in which a program is sold, as "for schools"."""

    _name = "kbs.edition"
    _description = "Edition of a Program"
    _order = "software_id, sequence, id"

    software_id = fields.Many2one(
        comodel_name="kbs.software", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

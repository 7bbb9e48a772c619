from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import NO_ACCESS

REASONS = [
    ("covered", "Covered by support"),
    ("previous", "Released during support"),
    ("bug_fix", "Correction of the last own version"),
    ("internal", "One of us"),
]


class KbsReleaseDownload(models.Model):
    """Who took which file of a version, when, and by which right.

    Made when somebody presses "Download"; the link that he gets is
    ``kbs_release_link``. What is known afterwards is when the link was first used.
    How much has arrived is not: a server in front may have sent it.
    """

    _name = "kbs.release.download"
    _description = "Download of a Release"
    _order = "id desc"
    _rec_name = "file_name"

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    # A draft that is deleted takes the tries of our own people with it.
    release_id = fields.Many2one(
        comodel_name="kbs.release",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    software_id = fields.Many2one(
        related="release_id.software_id", string="Program", store=True
    )
    file_id = fields.Many2one(
        comodel_name="kbs.release.file",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    file_name = fields.Char(required=True, readonly=True)
    size = fields.Integer(readonly=True, aggregator=None, help="Bytes.")
    sha256 = fields.Char(string="SHA-256", readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        ondelete="set null",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Person",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    person_name = fields.Char(related="partner_id.name", string="Name of the Person")
    # As it was then: who changes his employer has not taken it for the new one.
    commercial_partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    reason = fields.Selection(selection=REASONS, string="By Right", readonly=True)
    issued_at = fields.Datetime(
        string="Asked for at", required=True, readonly=True, index=True
    )
    started_at = fields.Datetime(
        string="Fetched at",
        readonly=True,
        help="When the file was first fetched by the link.",
    )
    expires_at = fields.Datetime(
        string="Link Valid until", required=True, readonly=True
    )
    token_hash = fields.Char(readonly=True, groups=NO_ACCESS)
    ip = fields.Char(
        string="IP Address", readonly=True, groups="kbs_support.group_kbs_lead"
    )
    user_agent = fields.Char(
        string="Browser", readonly=True, groups="kbs_support.group_kbs_lead"
    )

    _client_index = models.Index("(commercial_partner_id, release_id)")
    _recent_index = models.Index("(user_id, issued_at)")
    _token_index = models.Index("(expires_at) WHERE token_hash IS NOT NULL")

    def write(self, vals):
        """Only what becomes of the link is written later."""
        if not self.env.su or vals.keys() - {"started_at", "token_hash"}:
            raise AccessError(self.env._("The log of downloads is not changed."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The log of downloads is not deleted."))


class KbsRelease(models.Model):
    """Who has taken a version."""

    _inherit = "kbs.release"

    download_ids = fields.One2many(
        comodel_name="kbs.release.download",
        inverse_name="release_id",
        string="Downloads",
    )
    download_count = fields.Integer(
        string="Clients Who Took It",
        compute="_compute_download_count",
        help="Clients who have fetched a file of this version at least once.",
    )

    def _compute_download_count(self):
        counts = dict(
            self.env["kbs.release.download"]._read_group(
                [
                    ("release_id", "in", self.ids),
                    ("started_at", "!=", False),
                    ("reason", "!=", "internal"),
                ],
                ["release_id"],
                ["commercial_partner_id:count_distinct"],
            )
        )
        for release in self:
            release.download_count = counts.get(release, 0)

    def action_view_downloads(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_release_download_action"
        )
        action["domain"] = [("release_id", "=", self.id)]
        action["context"] = {}
        return action

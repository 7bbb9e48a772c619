from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class KbsInstallation(models.Model):
    """A client's copy of a program: its number, and the version it runs."""

    _name = "kbs.installation"
    _description = "Client's Copy of a Program"
    _inherit = ["kbs.version.mixin", "mail.thread"]
    _order = "software_id, commercial_partner_id, id"
    _rec_name = "number"
    _rec_names_search = ["number", "partner_id.name"]
    _check_company_auto = True

    number = fields.Char(
        required=True,
        copy=False,
        tracking=True,
        help="Number of the licence, or of the key.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    software_id = fields.Many2one(
        comodel_name="kbs.software",
        string="Program",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
    )
    edition_id = fields.Many2one(
        comodel_name="kbs.edition",
        index="btree_not_null",
        domain="[('software_id', '=', software_id)]",
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
        ondelete="restrict",
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Client's Company",
        store=True,
        index=True,
    )
    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        string="Support",
        index="btree_not_null",
        tracking=True,
        check_company=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id)]",
        help="The support that this copy belongs to. Needed only for a client with "
        "several supports for different programs.",
    )
    place = fields.Char(
        string="Workplace", help="Where it stands: a department, a computer."
    )
    version = fields.Char(string="Installed Version", tracking=True)
    last_seen = fields.Datetime(
        string="Version Known since",
        readonly=True,
        copy=False,
        help="When somebody last said or saw which version runs.",
    )
    seen_by = fields.Selection(
        selection=[("us", "One of us"), ("client", "The client")],
        string="Version Told by",
        readonly=True,
        copy=False,
    )

    _number_unique = models.UniqueIndex(
        "(software_id, lower(number), company_id)",
        "A copy of this program with this number is already on record.",
    )
    _version_index = models.Index("(software_id, version_key) WHERE active")

    @api.constrains("edition_id", "software_id")
    def _check_edition(self):
        for copy in self:
            if copy.edition_id and copy.edition_id.software_id != copy.software_id:
                raise ValidationError(
                    self.env._(
                        "The edition %(edition)s belongs to another program.",
                        edition=copy.edition_id.name,
                    )
                )

    @api.constrains("subscription_id", "partner_id")
    def _check_subscription(self):
        for copy in self:
            support = copy.subscription_id.sudo()
            if support and support.commercial_partner_id != copy.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "The support %(number)s belongs to another client than the "
                        "copy %(copy)s.",
                        number=support.name,
                        copy=copy.number,
                    )
                )

    @api.depends("number", "software_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for copy in self:
            parts = (copy.software_id.name, copy.number)
            copy.display_name = " · ".join(part for part in parts if part)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._note_seen_in(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._note_seen_in(vals))

    @api.model
    def _note_seen_in(self, vals):
        """Return ``vals`` with when and by whom the version in them was told."""
        if not vals.get("version"):
            return vals
        return {"last_seen": fields.Datetime.now(), "seen_by": "us", **vals}

    # === BUSINESS METHODS === #

    def _tell_version_sudo(self, typed):
        """Note which version the client says that he runs.

        Sudo: clients have no rights on their copies; whose it is is checked before.

        :raise ValidationError: it is no version number
        """
        self.sudo().write({"version": typed, "seen_by": "client"})

    @api.model
    def _get_own_domain(self, partner):
        """Domain of the copies of ``partner``'s company."""
        return Domain("commercial_partner_id", "=", partner.commercial_partner_id.id)


class KbsSubscription(models.Model):
    """The copies that a support is for."""

    _inherit = "kbs.subscription"

    installation_ids = fields.One2many(
        comodel_name="kbs.installation",
        inverse_name="subscription_id",
        string="Copies of Programs",
    )
    installation_count = fields.Integer(compute="_compute_installation_count")

    def _compute_installation_count(self):
        counts = dict(
            self.env["kbs.installation"]._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        for subscription in self:
            client = subscription.commercial_partner_id
            subscription.installation_count = counts.get(client, 0)

    def action_view_installations(self):
        """Show all copies of the client: this support may cover them all."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_installation_action"
        )
        client = self.commercial_partner_id
        action["domain"] = [("commercial_partner_id", "=", client.id)]
        action["context"] = {"default_partner_id": client.id}
        return action

    def _transfer(self, successor, reason, **values):
        """The copies that a support is for go to the successor with it."""
        kept = {x: x.subscription_id for x in self._get_moving_copies_sudo()}
        # For a moment they belong to no support, which has another client by then.
        self.env["kbs.installation"].union(*kept).subscription_id = False
        transfers = super()._transfer(successor, reason, **values)
        for copy, subscription in kept.items():
            copy.write({"partner_id": successor.id, "subscription_id": subscription.id})
        return transfers

    def _get_moving_copies_sudo(self):
        """Return the copies that go with these supports to a successor, with sudo.

        Those that name one of them; and of a client who keeps no other support those
        that name none.
        """
        sudo = self.sudo()
        keeping = sudo.search(
            [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("id", "not in", self.ids),
                ("state", "not in", ("ended", "cancelled")),
            ]
        ).commercial_partner_id
        leaving = sudo.commercial_partner_id - keeping
        domain = Domain("subscription_id", "in", self.ids) | (
            Domain("commercial_partner_id", "in", leaving.ids)
            & Domain("subscription_id", "=", False)
        )
        copies = sudo.env["kbs.installation"].with_context(active_test=False)
        return copies.search(domain)

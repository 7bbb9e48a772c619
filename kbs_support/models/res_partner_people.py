from odoo import api, fields, models
from odoo.fields import Domain

# What a person holds in his institution's portal.
RIGHTS = ("kbs_is_administrator", "kbs_sees_invoices")
# What an institution says for all its people.
LIMITS = ("kbs_are_invoices_limited",)


class ResPartner(models.Model):
    """The people of a client and their rights in the portal.

    Rights belong to a person at an employer: who moves leaves them behind. Each change,
    wherever it was made, is a note at the client, signed by who made it.
    """

    _inherit = "res.partner"

    kbs_people_ids = fields.One2many(
        comodel_name="res.partner",
        inverse_name="commercial_partner_id",
        string="People and Addresses",
        groups="base.group_user",
        help="Of the whole institution, itself included.",
    )
    kbs_is_administrator = fields.Boolean(
        string="Portal Administrator",
        groups="base.group_user",
        copy=False,
        help="Invites and removes colleagues in the portal, and says who sees the "
        "invoices of the institution.",
    )
    kbs_sees_invoices = fields.Boolean(
        string="Sees Invoices",
        groups="base.group_user",
        copy=False,
        help="Sees invoices and orders, and may order, where the institution shows "
        "them to named people only. Administrators always do.",
    )
    kbs_are_invoices_limited = fields.Boolean(
        string="Invoices for Named People Only",
        groups="base.group_user",
        copy=False,
        help="In the portal, invoices and orders are for administrators and for people "
        'with the mark "Sees Invoices". Without this everybody of the institution '
        "sees them.",
    )
    kbs_administrator_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Portal Administrators",
        compute="_compute_kbs_administrator_ids",
        inverse="_inverse_kbs_administrator_ids",
        groups="base.group_user",
        help="Who of this client invites and removes colleagues in the portal.",
    )
    kbs_lacks_administrator = fields.Boolean(
        string="Without an Administrator in the Portal",
        compute="_compute_kbs_lacks_administrator",
        groups="base.group_user",
    )

    _kbs_administrator_index = models.Index(
        "(commercial_partner_id) WHERE kbs_is_administrator"
    )

    # === COMPUTE METHODS === #

    @api.depends("kbs_people_ids.kbs_is_administrator")
    def _compute_kbs_administrator_ids(self):
        found = (
            self.search(
                Domain("kbs_is_administrator", "=", True)
                & Domain("commercial_partner_id", "in", self.ids)
            ).grouped("commercial_partner_id")
            if self.ids
            else {}
        )
        for partner in self:
            partner.kbs_administrator_ids = found.get(partner._origin)

    def _inverse_kbs_administrator_ids(self):
        for partner in self:
            named = partner.kbs_administrator_ids & partner.kbs_people_ids
            before = partner.kbs_people_ids.filtered("kbs_is_administrator")
            (before - named).kbs_is_administrator = False
            (named - before).kbs_is_administrator = True

    @api.depends_context("allowed_company_ids")
    @api.depends("kbs_people_ids.kbs_is_administrator", "kbs_subscription_ids.state")
    def _compute_kbs_lacks_administrator(self):
        lacking = self.browse()
        # Every employee opens contacts; this is for those who know of support.
        if self.env["kbs.subscription"].has_access("read"):
            lacking = self.search(
                Domain("id", "in", self.ids) & self._get_kbs_lacking_domain()
            )
        for partner in self:
            partner.kbs_lacks_administrator = partner._origin in lacking

    @api.model
    def _get_kbs_lacking_domain(self):
        """Domain of clients with paid support whose people nobody looks after."""
        return Domain(
            "kbs_subscription_ids.state", "in", ("active", "paused", "upcoming")
        ) & Domain("kbs_people_ids", "not any", self._get_kbs_managing_domain())

    @api.model
    def _get_kbs_managing_domain(self):
        """Domain of administrators who can work: they have an account."""
        return Domain("kbs_is_administrator", "=", True) & Domain(
            "user_ids", "any", [("active", "=", True), ("share", "=", True)]
        )

    # === CRUD METHODS === #

    def write(self, vals):
        """Note changes of rights at the client, and drop those of who has moved."""
        if not {"parent_id", "is_company", *RIGHTS, *LIMITS} & vals.keys():
            return super().write(vals)
        # Sudo: rights are not the business of who moves a contact.
        holders = self.sudo()._kbs_find_holders(vals)
        employers = {x: x.commercial_partner_id for x in holders}
        before = {x: x._kbs_get_rights() for x in holders | self.sudo()}
        result = super().write(vals)
        moved = holders.filtered(lambda x: x.commercial_partner_id != employers[x])
        for partner in moved:
            super(ResPartner, partner).write(
                {x: bool(partner.id in self.ids and vals.get(x)) for x in RIGHTS}
            )
        self._kbs_note_rights_sudo(before, employers)
        return result

    def _kbs_find_holders(self, vals):
        """Return who holds a right and may get another employer by ``vals``."""
        if not {"parent_id", "is_company"} & vals.keys():
            return self.browse()
        rights = Domain.OR(Domain(x, "=", True) for x in RIGHTS)
        return self.with_context(active_test=False).search(
            Domain("id", "child_of", self.ids) & rights
        )

    def _kbs_get_rights(self):
        self.ensure_one()
        return {x: self[x] for x in (*RIGHTS, *LIMITS)}

    @api.model
    def _kbs_note_rights_sudo(self, before, employers):
        """Write what has changed into the chatter of the clients concerned.

        :param before: ``{person: rights}``
        :param employers: ``{person: client}`` of those who may have moved
        """
        notes = {}
        for partner, rights in before.items():
            client = employers.get(partner) or partner.commercial_partner_id
            for name, was in rights.items():
                if partner[name] != was:
                    words = partner._kbs_tell_right(name, partner[name])
                    notes.setdefault(client, []).append(words)
        if notes:
            clients = self.sudo().browse(x.id for x in notes)
            clients._message_log_batch(
                bodies={x.id: " ".join(lines) for x, lines in notes.items()}
            )

    def _kbs_tell_right(self, name, is_on):
        """Say in one sentence which right has changed."""
        env, person = self.env, self.name
        named = env._("Invoices are now for named people only in the portal.")
        everybody = env._(
            "Invoices are now for everybody of the institution in the portal."
        )
        return {
            ("kbs_is_administrator", True): lambda: env._(
                "%(name)s is now an administrator in the portal.", name=person
            ),
            ("kbs_is_administrator", False): lambda: env._(
                "%(name)s is no administrator in the portal any more.", name=person
            ),
            ("kbs_sees_invoices", True): lambda: env._(
                "%(name)s now sees the invoices in the portal.", name=person
            ),
            ("kbs_sees_invoices", False): lambda: env._(
                "%(name)s has no right to invoices in the portal any more.", name=person
            ),
            ("kbs_are_invoices_limited", True): lambda: named,
            ("kbs_are_invoices_limited", False): lambda: everybody,
        }[name, is_on]()

    # === BUSINESS METHODS === #

    def _kbs_may_see_invoices(self):
        """Say whether this person may see invoices and orders, and order.

        The rules of invoices and orders say the same in SQL, see
        ``security/kbs_people_rules.xml``.
        """
        self.ensure_one()
        person = self.sudo()  # rights of one's own are no secret
        is_limited = person.commercial_partner_id.kbs_are_invoices_limited
        return not is_limited or any(person[x] for x in RIGHTS)

    def _kbs_get_administrators_sudo(self):
        """Return who manages the people of this client, by name, with sudo."""
        self.ensure_one()
        return self.sudo().search(
            Domain("commercial_partner_id", "=", self.commercial_partner_id.id)
            & self._get_kbs_managing_domain(),
            order="name, id",
        )

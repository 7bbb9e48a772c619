from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

KINDS = [
    ("feature", "New functions"),
    ("law", "Change of the law"),
    ("form", "Report forms"),
    ("tax", "Taxes"),
    ("fix", "Correction"),
]
STATES = [
    ("draft", "Draft"),
    ("review", "Under review"),
    ("published", "Published"),
    ("withdrawn", "Taken back"),
]


class KbsRelease(models.Model):
    """A version of a program: what is new, its files, and who may have it.

    Its state is moved by methods (``kbs_release_state``); who may have it is answered
    by ``kbs_release_entitlement``.
    """

    _name = "kbs.release"
    _description = "Release"
    _inherit = [
        "kbs.state.mixin",
        "kbs.version.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, version_key desc, id desc"
    _rec_names_search = ["version", "software_id.name"]

    software_id = fields.Many2one(
        comodel_name="kbs.software",
        string="Program",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
    )
    version = fields.Char(required=True, copy=False, tracking=True)
    date = fields.Date(
        string="Released on",
        required=True,
        tracking=True,
        default=fields.Date.context_today,
        help="Clients whose paid support reaches to this day may have the version.",
    )
    kind = fields.Selection(
        selection=KINDS,
        string="Kind of Release",
        required=True,
        default="feature",
        tracking=True,
    )
    fix_of_id = fields.Many2one(
        comodel_name="kbs.release",
        string="Corrects",
        index="btree_not_null",
        domain="[('software_id', '=', software_id), ('id', '!=', id)]",
        ondelete="restrict",
        tracking=True,
        help="The version that this one corrects. Who may have that one may have this "
        "one too, though his support has ended meanwhile.",
    )
    root_key = fields.Char(
        compute="_compute_root_key",
        store=True,
        recursive=True,
        help="Sort key of the version that is corrected in the end, or the own one.",
    )
    mandatory_by = fields.Date(
        string="Mandatory by",
        tracking=True,
        help="A legal deadline: by this day every client has to run this version.",
    )
    is_mandatory = fields.Boolean(
        string="Mandatory", compute="_compute_is_mandatory", store=True
    )
    summary = fields.Char(
        string="In One Sentence",
        translate=True,
        help="One sentence for lists, letters and phone calls.",
    )
    note_ids = fields.One2many(
        comodel_name="kbs.release.note",
        inverse_name="release_id",
        string="What Is New",
        copy=True,
    )
    is_current = fields.Boolean(
        string="Newest", compute="_compute_is_current", compute_sudo=True
    )

    _version_unique = models.UniqueIndex(
        "(software_id, version_key)",
        "This program already has a release of this version.",
    )
    _published_index = models.Index(
        "(software_id, date, version_key) WHERE state = 'published'"
    )
    _mandatory_index = models.Index(
        "(software_id, version_key) WHERE is_mandatory AND state = 'published'"
    )
    _fix_corrects = models.Constraint(
        "CHECK (fix_of_id IS NULL OR fix_of_id != id)",
        "A release cannot correct itself.",
    )

    # === COMPUTE METHODS === #

    @api.depends("software_id.name", "version")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for release in self:
            parts = (release.software_id.name, release.version)
            release.display_name = " ".join(part for part in parts if part)

    @api.depends("version_key", "fix_of_id.root_key")
    def _compute_root_key(self):
        for release in self:
            corrected = release.fix_of_id
            release.root_key = corrected.root_key if corrected else release.version_key

    @api.depends("mandatory_by")
    def _compute_is_mandatory(self):
        for release in self:
            release.is_mandatory = bool(release.mandatory_by)

    @api.depends("software_id.release_ids.state", "version_key")
    def _compute_is_current(self):
        latest = self.software_id._get_latest()
        for release in self:
            release.is_current = latest.get(release.software_id) == release

    # === CONSTRAINT METHODS === #

    @api.constrains("fix_of_id", "software_id", "version")
    def _check_fix(self):
        for release in self:
            corrected = release.fix_of_id
            if not corrected:
                continue
            if corrected.software_id != release.software_id:
                raise ValidationError(
                    self.env._("A release corrects a version of the same program.")
                )
            if corrected.version_key >= release.version_key:
                raise ValidationError(
                    self.env._(
                        "A correction has a higher number than what it corrects: "
                        "%(fix)s is not above %(corrected)s.",
                        fix=release.version,
                        corrected=corrected.version,
                    )
                )

    @api.constrains("mandatory_by", "date")
    def _check_mandatory(self):
        for release in self:
            if release.mandatory_by and release.mandatory_by < release.date:
                raise ValidationError(
                    self.env._("A version cannot be mandatory before it is released.")
                )

    def _get_sections(self):
        """Return what is new by sections, in the language of ``env``.

        :return: ``[(heading, [paragraphs])]``, what to do first
        """
        names = self.note_ids._fields["section"]._description_selection(self.env)
        notes = self.note_ids.grouped("section")
        return [
            (name, notes[key].mapped("text")) for key, name in names if key in notes
        ]

    # === CRUD METHODS === #

    def write(self, vals):
        """What clients have been told of a version stays as it was published.

        :raise UserError: a field that decides who may have it is changed afterwards
        """
        vals = self._clean_version_in(vals)
        for release in self.filtered(lambda x: x._is_out()):
            if changed := release._get_changed(vals, self._get_fixed_fields()):
                labels = self.fields_get(changed, ["string"]).values()
                raise UserError(
                    self.env._(
                        "%(release)s is published: %(fields)s cannot be changed any "
                        "more. Withdraw it and publish another version.",
                        release=release.display_name,
                        fields=", ".join(x["string"] for x in labels),
                    )
                )
        return super().write(vals)

    def _get_changed(self, vals, names):
        """Return those of ``names`` for which ``vals`` says something else than now."""

        def read(name, value):
            return self._fields[name].convert_to_cache(value, self, validate=False)

        return [
            name
            for name in sorted(names & set(vals))
            if read(name, vals[name]) != read(name, self[name])
        ]

    @api.model
    def _get_fixed_fields(self):
        """Names of the fields that publication fixes."""
        return {"software_id", "version", "date", "fix_of_id"}

    def copy_data(self, default=None):
        """A copy is the next version: of the same program, with the next number."""
        vals_list = super().copy_data(default)
        newest = {}
        for release, vals in zip(self, vals_list, strict=True):
            if not (default or {}).get("version"):
                software = release.software_id
                newest[software] = release._get_next_version(newest.get(software))
                vals["version"] = newest[software]
            vals["date"] = (default or {}).get("date") or fields.Date.context_today(
                self
            )
            vals["mandatory_by"] = (default or {}).get("mandatory_by")
        return vals_list

    def _get_next_version(self, newest=None):
        """Return a number above all versions of the program: the last part plus one.

        :param str newest: the highest number, when the caller knows it
        """
        newest = (
            newest
            or self.search(
                [("software_id", "=", self.software_id.id)],
                order="version_key desc",
                limit=1,
            ).version
        )
        *head, last = newest.split(".")
        return ".".join([*head, str(int(last) + 1)])

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        if out := self.filtered(lambda x: x._is_out()):
            raise UserError(
                self.env._(
                    "%(release)s was published and stays for the record. Withdraw it "
                    "instead.",
                    release=out[0].display_name,
                )
            )


class KbsReleaseNote(models.Model):
    """One paragraph of what is new in a version."""

    _name = "kbs.release.note"
    _description = "What Is New in a Version"
    _order = "release_id, sequence, id"
    _rec_name = "text"

    release_id = fields.Many2one(
        comodel_name="kbs.release", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    section = fields.Selection(
        selection=[
            ("action", "What you have to do"),
            ("law", "Changes of the law"),
            ("new", "New"),
            ("changed", "Changed"),
            ("fixed", "Corrected"),
        ],
        required=True,
        default="new",
    )
    text = fields.Text(required=True, translate=True)

import re
import unicodedata

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import NO_ACCESS

from ..tools.sizes import format_size

MAX_NAME = 150  # characters


class KbsReleaseFile(models.Model):
    """A file of a version, as clients download it.

    Files come by an upload (``kbs_release_upload``) and change in a draft only: what
    was reviewed is what is published.
    """

    _name = "kbs.release.file"
    _description = "File of a Release"
    _order = "release_id, sequence, id"

    # Not a cascade in the database: the content has to go as well.
    release_id = fields.Many2one(
        comodel_name="kbs.release",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    sequence = fields.Integer(default=10)
    name = fields.Char(string="File Name", required=True, readonly=True)
    note = fields.Char(
        string="What It Is", translate=True, help="For example: full installer."
    )
    # Nobody may read the field, so nobody gets the content past the log.
    attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        groups=NO_ACCESS,
    )
    size = fields.Integer(readonly=True, help="Bytes.")
    size_text = fields.Char(string="File Size", compute="_compute_size_text")
    sha256 = fields.Char(
        string="SHA-256",
        size=64,
        required=True,
        readonly=True,
        help="Counted at the upload. Whoever has downloaded the file can compare.",
    )

    _name_unique = models.UniqueIndex(
        "(release_id, lower(name))", "This release already has a file of this name."
    )

    @api.depends("size")
    @api.depends_context("lang")
    def _compute_size_text(self):
        for file in self:
            file.size_text = format_size(self.env, file.size)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        files = super().create(vals_list)
        files.release_id._check_files_open()
        return files

    def write(self, vals):
        """People change the order and the notes; the content comes by an upload."""
        if not self.env.su and vals.keys() - {"sequence", "note"}:
            raise AccessError(
                self.env._("Upload the file anew: its content is not typed in.")
            )
        self.release_id._check_files_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_open(self):
        self.release_id._check_files_open()

    # === BUSINESS METHODS === #

    @api.model
    def _clean_name(self, name):
        """Return a name as clients can save it, of what a browser has sent.

        :raise ValidationError: nothing is left of it
        """
        name = unicodedata.normalize("NFC", name or "")
        name = re.split(r"[\\/]", name)[-1]
        name = re.sub(r'[\x00-\x1f\x7f<>:"|?*]', "", name)
        name = " ".join(name.split()).strip(". ")
        if not name:
            raise ValidationError(self.env._("The file has no name."))
        if len(name) > MAX_NAME:
            raise ValidationError(
                self.env._(
                    "The name of the file is longer than %(count)s characters.",
                    count=MAX_NAME,
                )
            )
        return name


class KbsRelease(models.Model):
    """The files of a version."""

    _inherit = "kbs.release"

    file_ids = fields.One2many(
        comodel_name="kbs.release.file", inverse_name="release_id", string="Files"
    )

    def _check_files_open(self):
        """:raise UserError: the files of a version cannot be changed any more."""
        names = dict(self._fields["state"]._description_selection(self.env))
        if fixed := self.filtered(lambda x: x.state != "draft")[:1]:
            raise UserError(
                self.env._(
                    "Files are added, changed and removed in a draft only: "
                    "%(release)s is in the state “%(state)s”.",
                    release=fixed.display_name,
                    state=names[fixed.state],
                )
            )

    def _get_faults(self):
        faults = super()._get_faults()
        if not self.file_ids:
            faults.append(self.env._("There is no file to download."))
        return faults

    def unlink(self):
        """The files go with their draft; what was published is refused by others.

        What is under review is refused by its files: it is sent back first.
        """
        self.filtered(lambda x: not x._is_out()).file_ids.unlink()
        return super().unlink()

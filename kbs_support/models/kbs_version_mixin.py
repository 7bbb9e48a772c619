from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.versions import VersionError, clean_version, version_key


class KbsVersionMixin(models.AbstractModel):
    """A record with a version number that sorts as one: 8.9 stands before 8.10."""

    _name = "kbs.version.mixin"
    _description = "Version Number"

    version = fields.Char()
    version_key = fields.Char(
        compute="_compute_version_key",
        store=True,
        precompute=True,
        help="Sorts as the version does.",
    )

    @api.depends("version")
    def _compute_version_key(self):
        for record in self:
            record.version_key = record.version and self._to_key(record.version)

    @api.model
    def _to_key(self, version):
        """Return the sort key, or False for what is no version number."""
        try:
            return version_key(version)
        except VersionError:
            return False

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean_version_in(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean_version_in(vals))

    @api.model
    def _clean_version_in(self, vals):
        """Return ``vals`` with its version as it is stored.

        :raise ValidationError: it is no version number
        """
        if not vals.get("version"):
            return vals
        return {**vals, "version": self._clean_version(vals["version"])}

    @api.model
    def _clean_version(self, typed):
        """Return the version number in ``typed``.

        :raise ValidationError: there is none
        """
        try:
            return clean_version(typed)
        except VersionError as error:
            raise ValidationError(
                self.env._(
                    "“%(typed)s” is not a version number. Write numbers with dots "
                    "between them, for example 8.10.2.",
                    typed=str(typed).strip(),
                )
            ) from error

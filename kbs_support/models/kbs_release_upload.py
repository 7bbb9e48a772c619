from odoo import api, models
from odoo.exceptions import ValidationError

from ..tools.locking import take_turn
from ..tools.streams import get_digest

MIB = 2**20
MAX_MIB = 2048  # PostgreSQL keeps the size of an attachment in four bytes
LIMIT_KEY = "kbs_support.release_file_mib"


class KbsRelease(models.Model):
    """How files come to a version."""

    _inherit = "kbs.release"

    @api.model
    def _get_upload_limit(self):
        """Return how many bytes may be uploaded at once.

        A system parameter, not a setting: it belongs to the server, whose web server
        in front has its own limit.
        """
        typed = self.env["ir.config_parameter"].sudo().get_param(LIMIT_KEY, "")
        mib = int(typed) if typed.isascii() and typed.isdecimal() else MAX_MIB
        return min(mib, MAX_MIB) * MIB

    @api.model
    def get_upload_limit(self):
        """Return the limit in bytes to the form, which refuses what is larger."""
        self.check_access("write")
        return self._get_upload_limit()

    def _take_file(self, name, stream):
        """Keep what was uploaded to this draft; the same name again replaces.

        Two at once come one after the other, and the second replaces.

        :param str name: as the browser says it
        :param stream: a file open for reading that can be rewound
        :return: ``kbs.release.file``
        :raise AccessError: the user may not change the version
        :raise UserError: it is no draft, or the file is empty or without a name
        """
        self.ensure_one()
        self.check_access("write")
        self._check_files_open()  # before minutes of reading
        name = self.env["kbs.release.file"]._clean_name(name)
        digest = get_digest(stream)
        if not digest.size:
            raise ValidationError(self.env._("The file %(name)s is empty.", name=name))
        take_turn(self)
        self.invalidate_recordset(["state", "file_ids"])
        self._check_files_open()
        return self._keep_file_sudo(name, stream, digest)

    def _keep_file_sudo(self, name, stream, digest):
        """Create or replace the file. Sudo: nobody creates files without an upload."""
        attachment = self.env["ir.attachment"]._kbs_store_stream_sudo(
            stream,
            digest,
            {
                "name": name,
                "res_model": "kbs.release.file",
                "res_field": "attachment_id",
                # Never shown in a browser, whatever it is.
                "mimetype": "application/octet-stream",
                "public": False,
            },
        )
        values = {
            "name": name,
            "attachment_id": attachment.id,
            "size": digest.size,
            "sha256": digest.sha256,
        }
        files = self.sudo().file_ids
        file = files.filtered(lambda x: x.name.lower() == name.lower())
        replaced = file.attachment_id
        if file:
            file.write(values)
            file.flush_recordset()
            replaced.unlink()
        else:
            file = files.create({"release_id": self.id, **values})
        attachment.res_id = file.id
        return file.sudo(False)

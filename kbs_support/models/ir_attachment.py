import os
from secrets import token_hex

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.base.models.ir_attachment import IrAttachment as BaseAttachment

from ..tools.streams import copy_to, is_same


class IrAttachment(models.Model):
    """Attachments that are too large to be held in memory."""

    _inherit = "ir.attachment"

    @api.model
    def _kbs_store_stream_sudo(self, stream, digest, values):
        """Create an attachment with the content of ``stream``.

        Odoo's own way takes the whole content as bytes. Sudo: whoever calls it has
        checked what the user may.

        :param stream: a file open for reading that can be rewound
        :param digest: its :class:`~..tools.streams.Digest`
        :param dict values: of the attachment, with its mimetype
        :raise UserError: attachments are kept in the database, or somewhere else
        """
        if self._storage() != "file":
            raise UserError(
                self.env._(
                    "Files of releases are kept in the filestore, and this database "
                    "keeps its attachments elsewhere (ir_attachment.location)."
                )
            )
        attachment = self.sudo().create({**values, "type": "binary"})
        name = f"{digest.sha1[:2]}/{digest.sha1}"
        # Past our ancestor, who does not let anybody write these fields.
        super(BaseAttachment, attachment).write(  # pylint: disable=super-method-mismatch
            {
                "store_fname": name,
                "checksum": digest.sha1,
                "file_size": digest.size,
            }
        )
        # From here on the garbage collector of the filestore waits for us.
        attachment.flush_recordset()
        self._kbs_place_file(stream, name)
        return attachment

    @api.model
    def _kbs_place_file(self, stream, name):
        """Put ``stream`` into the filestore: whole under its name, or not at all.

        What a transaction leaves behind that fails is in the list of the collector.
        """
        path = self._full_path(name)
        if os.path.exists(path):
            if not is_same(stream, path):
                raise UserError(
                    self.env._("Another file of the filestore stands in the way.")
                )
            return
        os.makedirs(os.path.dirname(path), exist_ok=True)
        part = f"{name}-{token_hex(4)}"
        self._mark_for_gc(part)
        copy_to(stream, self._full_path(part))
        self._mark_for_gc(name)
        os.replace(self._full_path(part), path)

    def _kbs_get_file_path(self):
        """Return where the content lies on the disk."""
        self.ensure_one()
        return self._full_path(self.store_fname)

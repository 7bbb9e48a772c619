import hashlib

from odoo import api, fields, models


class KbsImportKey(models.Model):
    """Which record a row of an imported file is, and what the file said last.

    So the second run of a file, or of a corrected one, makes no doubles and writes only
    what was changed in the file: what people have changed here since stays. Keys and
    texts are kept as digests, nobody's e-mail can be read from them.
    """

    _name = "kbs.import.key"
    _description = "Key of an Imported Row"
    _rec_name = "sheet"

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, ondelete="cascade"
    )
    sheet = fields.Char(required=True)
    key = fields.Char(required=True, help="Digest of what names the row in its file.")
    res_id = fields.Many2oneReference(
        model_field="res_model", string="Record", required=True
    )
    res_model = fields.Char(required=True)
    digests = fields.Json(help="Of each cell of the row, as it was written last.")

    _one_record_a_key = models.UniqueIndex(
        "(company_id, sheet, key)", "This row was imported already."
    )
    _record_index = models.Index("(res_model, res_id)")

    @api.model
    def _digest(self, value):
        """Return ``value`` as it is kept: numbers as they are, texts as a digest."""
        if value is None or isinstance(value, (bool, int, float)):
            return value
        return hashlib.sha256(str(value).encode()).hexdigest()[:20]

    @api.model
    def _get_keys(self, company, sheet, names):
        """Return ``{name: key record}`` of the rows that were imported before."""
        by_digest = {self._digest(name): name for name in names}
        found = self.search_fetch(
            [
                ("company_id", "=", company.id),
                ("sheet", "=", sheet),
                ("key", "in", list(by_digest)),
            ],
            ["key", "res_id", "digests"],
        )
        return {by_digest[x.key]: x for x in found}

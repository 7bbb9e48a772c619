import re

from odoo import api, models
from odoo.tools import SQL

TEXTS = ("char", "text", "html")


class ResPartner(models.Model):
    """The words by which a person is known, replaced wherever they are stored."""

    _inherit = "res.partner"

    @api.model
    def _kbs_replace(self, found, needles):
        """Replace ``needles`` in every text column of the rows of ``found``.

        By SQL: fields that refuse to be written (a ledger, posted documents) name
        people as well, and nothing else of them is changed.
        """
        self.env.flush_all()
        for records in found.values():
            columns = self._kbs_get_text_columns(records)
            if records and columns:
                self._kbs_replace_in(records, columns, needles)
        self.env.invalidate_all()

    @api.model
    def _kbs_get_text_columns(self, records):
        """Return ``[(column, its cast back)]`` of the stored texts of a model."""
        columns = []
        for field in records._fields.values():
            if not (field.store and field.column_type):
                continue
            if field.type == "json" or field.type in TEXTS:
                # Translated ones, and those of each company, are JSON.
                is_json = field.column_type[0] == "jsonb"
                columns.append((field.name, "jsonb" if is_json else "text"))
        return columns

    @api.model
    def _kbs_replace_in(self, records, columns, needles):
        pattern = "|".join(re.escape(text) for text, _new in needles)
        for name, kind in columns:
            column = SQL.identifier(name)
            value = SQL("%s::text", column)
            for text, new in needles:
                new = new.replace("\\", "\\\\")
                value = SQL(
                    "regexp_replace(%s, %s, %s, 'gi')", value, re.escape(text), new
                )
            cast = SQL("jsonb") if kind == "jsonb" else SQL("text")
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = (%s)::%s WHERE id IN %s AND %s::text ~* %s",
                    SQL.identifier(records._table),
                    column,
                    value,
                    cast,
                    tuple(records.ids),
                    column,
                    pattern,
                )
            )

from odoo import api, models
from odoo.tools import SQL, email_normalize

from ..tools.personal_words import (
    get_email_pattern,
    get_name_pattern,
    get_phone_pattern,
)

TEXTS = ("char", "text", "html")


class ResPartner(models.Model):
    """The words by which a person is known, replaced wherever they are stored."""

    _inherit = "res.partner"

    # === WORDS === #

    def _kbs_get_needles(self, emails):
        """Return ``[(regular expression, what stands in the place of what it finds)]``.

        What his company or a colleague has too (the number of the office) is not this
        person's.

        :param list emails: addresses that only this person has
        """
        needles = [(get_name_pattern(self.name), self._kbs_get_erased_name())]
        needles += [(get_email_pattern(x), "") for x in emails]
        others = self._kbs_get_others().filtered("phone")
        common = {get_phone_pattern(x.phone) for x in others}
        if self.phone and get_phone_pattern(self.phone) not in common:
            needles.append((get_phone_pattern(self.phone), ""))
        return [(pattern, new) for pattern, new in needles if pattern]

    def _kbs_get_others(self):
        """Return the company of this person and all others of it."""
        return self.env["kbs.client.data"]._get_people_sudo(self) - self

    @api.model
    def _kbs_get_emails(self, people):
        """Return the addresses of ``people``, those they log in with included."""
        written = [*people.mapped("email"), *people.user_ids.mapped("login")]
        return {email_normalize(x or "") for x in written} - {False}

    def _kbs_get_own_emails(self):
        """Return the addresses that only this person of his company has."""
        shared = self._kbs_get_emails(self._kbs_get_others())
        return sorted(self._kbs_get_emails(self) - shared)

    def _kbs_get_erased_name(self):
        return self.env._("Erased person %(number)s", number=self.id)

    # === REPLACING === #

    def _kbs_replace(self, found, needles):
        """Replace ``needles`` in every text column of the rows of ``found``.

        By SQL: fields that refuse to be written (a ledger, posted documents) name
        people as well, and nothing else of them is changed.
        """
        self.env.flush_all()
        own = {"res.partner": self, "res.users": self.user_ids}
        for model, records in found.items():
            mine = own.get(model, records)
            self._kbs_replace_in(mine, self._kbs_get_text_columns(mine), needles)
        # Names and addresses of colleagues are their own; remarks may name anybody.
        others = found["res.partner"] - self
        self._kbs_replace_in(others, [("comment", "text")], needles)
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
        pattern = "|".join(pattern for pattern, _new in needles)
        for name, kind in columns if records and needles else ():
            column = SQL.identifier(name)
            value = SQL("%s::text", column)
            for found, new in needles:
                value = SQL(
                    "regexp_replace(%s, %s, %s, 'gi')",
                    value,
                    found,
                    new.replace("\\", "\\\\"),
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

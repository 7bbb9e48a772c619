from odoo import api, models

from ..tools.versions import VersionError, clean_version


class KbsClientImport(models.Model):
    """What the words of a workbook mean here: people, plans, programs, regions."""

    _inherit = "kbs.client.import"

    @api.model
    def _get_options(self):
        """Return ``{key of column: [(word, value)]}`` in the language of the context.

        They are the drop-downs of the template, and what the reader understands.
        """
        env = self.env
        people = env["res.users"].search(
            [("share", "=", False), ("company_ids", "in", env.company.ids)]
        )
        logins = [(x.login, x.id) for x in people]
        states = env["res.country.state"].search([("country_id.code", "=", "UA")])
        # A dozen records each, and all of them are needed.
        plans = env["kbs.plan"].search([])  # pylint: disable=no-search-all
        terms = env["kbs.term"].search([])  # pylint: disable=no-search-all
        programs = env["kbs.software"].search([])  # pylint: disable=no-search-all
        kinds = self._get_selection("kbs.hour.entry", "kind")
        return {
            "state": [(x.name, x.id) for x in states],
            "manager": logins,
            "specialist": logins,
            "role": self._get_selection("res.partner", "kbs_role"),
            "program": [(x.code, x.id) for x in programs],
            "edition": [(x.name, x.id) for x in programs.edition_ids],
            "plan": [(x.name, x.id) for x in plans],
            "term": [(x.name, x.id) for x in terms],
            "price_kind": self._get_selection("kbs.subscription.period", "price_kind"),
            "hours_kind": [x for x in kinds if x[1] in ("grant", "pack")],
        }

    @api.model
    def _get_selection(self, model, fname):
        field = self.env[model]._fields[fname]
        return [(name, key) for key, name in field._description_selection(self.env)]

    @api.model
    def _get_languages(self):
        """Return the languages in which a file may be filled in."""
        codes = [code for code, _name in self.env["res.lang"].get_installed()]
        return [*codes, "en_US"]

    @api.model
    def _get_meanings(self):
        """Return ``{key of column: {word in small letters: value}}``, all languages."""
        meanings = {}
        for lang in self._get_languages():
            options = self.with_context(lang=lang)._get_options()
            for key, words in options.items():
                known = meanings.setdefault(key, {})
                for word, value in words:
                    known[word.strip().lower()] = value
        self._add_other_names(meanings)
        return meanings

    @api.model
    def _add_other_names(self, meanings):
        """What else people write: codes and names of programs, plans by their code."""
        for lang in self._get_languages():
            env = self.with_context(lang=lang).env
            for key, model in (("program", "kbs.software"), ("plan", "kbs.plan")):
                known = meanings[key]
                for record in env[model].browse(set(known.values())):
                    for word in (record.name, record.code):
                        known.setdefault(word.strip().lower(), record.id)
        for term in self.env["kbs.term"].browse(set(meanings["term"].values())):
            if not term.is_budget_year:
                meanings["term"].setdefault(str(term.months), term.id)

    def _resolve(self, rows):
        """Put ids in the place of words, in the values of ``rows``.

        :return: list of ``(row, key of column, reason, typed)``
        """
        meanings = self._get_meanings()
        editions = self._get_editions()
        faults = []
        for row in rows:
            values = row.values
            for key in [x for x in values if x in meanings and x != "edition"]:
                typed = values[key]
                values[key] = meanings[key].get(typed.lower())
                if values[key] is None:
                    del values[key]
                    is_login = key in ("manager", "specialist")
                    reason = "login" if is_login else "choice"
                    faults.append((row, key, reason, typed))
            faults += self._resolve_copy(row, editions) if row.sheet == "copy" else []
        return faults

    @api.model
    def _get_editions(self):
        """Return ``{(program, name in small letters): ids}``, all languages."""
        found = {}
        for lang in self._get_languages():
            # A few for each program, and all of them are needed.
            editions = self.env["kbs.edition"].with_context(lang=lang)
            for edition in editions.search([]):  # pylint: disable=no-search-all
                key = (edition.software_id.id, edition.name.strip().lower())
                found.setdefault(key, set()).add(edition.id)
        return found

    @api.model
    def _resolve_copy(self, row, editions):
        """Read edition and version of a copy; return the faults."""
        faults, values = [], row.values
        if typed := values.get("edition"):
            ids = editions.get((values.get("program"), typed.lower()), ())
            if len(ids) == 1:
                [values["edition"]] = ids
            else:
                del values["edition"]
                reason = "several_editions" if ids else "edition"
                if "program" in values:
                    faults.append((row, "edition", reason, typed))
        if typed := values.get("version"):
            try:
                values["version"] = clean_version(typed)
            except VersionError:
                faults.append((row, "version", "version", typed))
        return faults

from odoo import api, models
from odoo.tools import email_normalize


class KbsImportClient(models.AbstractModel):
    """The sheet of clients: companies, found by their ЄДРПОУ code."""

    _name = "kbs.import.client"
    _inherit = "kbs.import.sheet"
    _description = "Import: Clients"

    _sheet = "client"
    _target = "res.partner"
    _cells = {
        "company_registry": ("code",),
        "state_id": ("state",),
        "user_id": ("manager",),
    }

    @api.model
    def _get_name(self, row):
        return row.values["code"]

    @api.model
    def _find(self, rows, batch):
        return self._find_codes({x.values["code"] for x in rows}, batch.company)

    @api.model
    def _find_codes(self, codes, company):
        """Return ``{code: companies}``; more than one where nobody merged doubles."""
        partners = self._get_target().search(
            [
                ("company_registry", "in", list(codes)),
                ("parent_id", "=", False),
                ("company_id", "in", (False, company.id)),
            ]
        )
        return partners.grouped("company_registry")

    @api.model
    def _get_clients(self, codes, company):
        """Return ``{code: companies}`` of those who were imported, or are known."""
        keys = self.env["kbs.import.key"]._get_keys(company, self._sheet, codes)
        known = {x: y for x, y in self._get_known(keys).items() if y}
        return self._find_codes(set(codes) - set(known), company) | known

    @api.model
    def _prepare_values(self, row, batch, record):
        names = {"state": "state_id", "manager": "user_id", "code": "company_registry"}
        values = {names.get(x, x): y for x, y in row.values.items()}
        if record:
            # Found by the key: a code that was corrected here stays.
            del values["company_registry"]
        return values

    @api.model
    def _get_new_values(self, row, batch):
        lang = self.env["res.lang"]._lang_get("uk_UA")
        return {
            "is_company": True,
            "company_id": False,
            "country_id": self.env.ref("base.ua").id,
            "lang": lang.code or self.env.lang,
            "tz": batch.company.kbs_tz,
        }

    @api.model
    def _get_fault(self, step, batch):
        if len(step.record) > 1:
            return "several_clients"
        if step.record and not step.record.active:
            return "archived"
        return ""


class KbsImportPerson(models.AbstractModel):
    """The sheet of persons: contacts of a client, found by e-mail, else by name."""

    _name = "kbs.import.person"
    _inherit = "kbs.import.sheet"
    _description = "Import: Persons"

    _sheet = "person"
    _target = "res.partner"
    _cells = {"function": ("job",), "kbs_role": ("role",), "parent_id": ("code",)}

    @api.model
    def _get_name(self, row):
        person = row.values.get("email") or row.values["name"]
        return f"{row.values['code']}/{person.lower()}"

    @api.model
    def _find(self, rows, batch):
        clients = batch.get_clients(rows)
        children = self._get_target()
        if clients:
            children = children.search([("parent_id", "in", clients.ids)])
        by_mail = {(x.parent_id, x.email_normalized): x for x in children}
        by_name = {(x.parent_id, (x.name or "").lower()): x for x in children}
        found = {}
        for row in rows:
            client = batch.get_client(row)
            email = email_normalize(row.values.get("email") or "")
            person = email and by_mail.get((client, email))
            found[self._get_name(row)] = person or by_name.get(
                (client, row.values["name"].lower()), self._get_target()
            )
        return found

    @api.model
    def _prepare_values(self, row, batch, record):
        names = {"job": "function", "role": "kbs_role"}
        return {names.get(x, x): y for x, y in row.values.items() if x != "code"}

    @api.model
    def _get_new_values(self, row, batch):
        client = batch.get_client(row)
        return {
            "parent_id": client.id,
            "type": "contact",
            "is_company": False,
            "lang": client.lang,
            "tz": client.tz,
        }

    @api.model
    def _get_fault(self, step, batch):
        if step.record.kbs_erased_on:
            return "erased"
        if step.record and not step.record.active:
            return "archived"
        return ""

from odoo import api, models


class KbsImportCopy(models.AbstractModel):
    """The sheet of copies: installed programs, found by program and number."""

    _name = "kbs.import.copy"
    _inherit = "kbs.import.sheet"
    _description = "Import: Copies of Programs"

    _sheet = "copy"
    _target = "kbs.installation"
    _cells = {"edition_id": ("edition",)}

    @api.model
    def _get_name(self, row):
        return f"{row.values['program']}/{row.values['number'].lower()}"

    @api.model
    def _find(self, rows, batch):
        numbers = {x.values["number"] for x in rows}
        copies = self._get_target().search(
            [
                ("company_id", "=", batch.company.id),
                ("software_id", "in", list({x.values["program"] for x in rows})),
                # The index is over small letters, so each is asked for as it may stand.
                ("number", "in", list(numbers | {x.lower() for x in numbers}
                    | {x.upper() for x in numbers})),
            ]
        )  # fmt: skip
        return {f"{x.software_id.id}/{x.number.lower()}": x for x in copies}

    @api.model
    def _prepare_values(self, row, batch, record):
        names = {"edition": "edition_id"}
        return {
            names.get(x, x): y
            for x, y in row.values.items()
            if x not in ("code", "program") and not (record and x == "number")
        }

    @api.model
    def _get_new_values(self, row, batch):
        return {
            "company_id": batch.company.id,
            "software_id": row.values["program"],
            "partner_id": batch.get_client(row).id,
        }

    @api.model
    def _get_fault(self, step, batch):
        client = batch.get_client(step.row)
        if step.record and step.record.commercial_partner_id != client:
            return "copy_of_another"
        if step.record and not step.record.active:
            return "archived"
        return ""

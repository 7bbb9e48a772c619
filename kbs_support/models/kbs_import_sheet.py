from dataclasses import dataclass, field

from odoo import api, models
from odoo.fields import Date
from odoo.tools import email_normalize

from ..tools.phone import normalize_phone


@dataclass
class Step:
    """What becomes of one row: its record (maybe none yet), and what is written."""

    row: object  # tools.client_sheets.Row, its words resolved to ids
    name: str  # what names the row within its sheet
    record: models.BaseModel
    key: models.BaseModel = None  # kbs.import.key of an earlier run
    values: dict = field(default_factory=dict)
    fault: str = ""  # reason, as of a Fault

    @property
    def digests(self):
        """What the file said of this very record before; None when it said nothing."""
        is_known = self.key and self.record and self.key.res_id == self.record.id
        return (self.key.digests or {}) if is_known else None

    @property
    def verdict(self):
        if self.fault:
            return "fault"
        if not self.record:
            return "create"
        return "update" if self.values else "same"


@dataclass
class Batch:
    """Rows of some clients, and what they have in common."""

    company: models.BaseModel
    source: str  # name of the file
    today: object
    rows: dict = field(default_factory=dict)  # {sheet: [row]}
    clients: dict = field(default_factory=dict)  # {code: res.partner}
    supports: dict = field(default_factory=dict)  # {name of the row: Step}

    def get_client(self, row):
        """Return the company that ``row`` belongs to; none yet before it is made."""
        nobody = self.company.env["res.partner"]
        return self.clients.get(row.values["code"], nobody)

    def get_clients(self, rows):
        """Return the companies of ``rows`` that are there already."""
        return self.company.env["res.partner"].union(*map(self.get_client, rows))


class KbsImportSheet(models.AbstractModel):
    """How the rows of one sheet are found among the records, compared, and written.

    Each sheet is a model that inherits this one and answers the hooks. The same plan
    serves the dry run and the import, so they cannot disagree.
    """

    _name = "kbs.import.sheet"
    _description = "Sheet of an Import"

    _sheet = None  # key in tools.client_sheets.SHEETS
    _target = None  # model of the records

    # === HOOKS === #

    @api.model
    def _get_name(self, row):
        """Return what names ``row`` within its sheet, the same in every run."""
        raise NotImplementedError

    @api.model
    def _find(self, rows, batch):
        """Return ``{name: record}`` of rows whose record is found by its nature."""
        return {}

    @api.model
    def _prepare_values(self, row, batch, record):
        """Return ``{name of the field: value}`` of what ``row`` says."""
        raise NotImplementedError

    @api.model
    def _get_fault(self, step, batch):
        """Return the reason for which ``step`` cannot be done, or an empty text."""
        return ""

    @api.model
    def _get_new_values(self, row, batch):
        """Return values of a new record that no row says."""
        return {}

    # === PLAN === #

    @api.model
    def _plan(self, batch):
        """Return a :class:`Step` for each row of this sheet, and write nothing."""
        rows = batch.rows.get(self._sheet, [])
        names = [self._get_name(x) for x in rows]
        keys = self.env["kbs.import.key"]._get_keys(batch.company, self._sheet, names)
        records = self._get_known(keys)
        unknown = [x for x, name in zip(rows, names, strict=True) if name not in keys]
        unknown += [
            row
            for row, name in zip(rows, names, strict=True)
            if name in keys and not records[name]
        ]
        found = self._find(unknown, batch) if unknown else {}
        steps = []
        for row, name in zip(rows, names, strict=True):
            record = records.get(name) or found.get(name) or self._get_target()
            step = Step(row, name, record, keys.get(name))
            step.fault = self._get_fault(step, batch)
            if not step.fault:
                step.values = self._get_changes(step, batch)
                step.fault = self._get_change_fault(step, batch)
            steps.append(step)
        return steps

    @api.model
    def _get_target(self):
        """Return the empty recordset of the target, archived records included."""
        return self.env[self._target].with_context(active_test=False)

    @api.model
    def _get_known(self, keys):
        """Return ``{name: record}`` of earlier runs; empty for what is gone."""
        target = self._get_target()
        there = target.browse([x.res_id for x in keys.values()]).exists()
        # By iteration, so that all are read together.
        by_id = {x.id: x for x in self._filter_known(there)}
        return {name: by_id.get(x.res_id, target) for name, x in keys.items()}

    @api.model
    def _filter_known(self, records):
        """Return those of ``records`` that still stand for their row."""
        return records

    @api.model
    def _get_change_fault(self, step, batch):
        """As :meth:`_get_fault`, once it is known what would change."""
        return ""

    @api.model
    def _get_changes(self, step, batch):
        """Return what is to be written: all for a new record, else the differences.

        Of a row that was imported before only what is new in the file; what people
        have changed here stays.
        """
        values = self._prepare_values(step.row, batch, step.record)
        if not step.record:
            return values
        if step.digests is not None:
            values = {x: y for x, y in values.items() if self._is_new(step, x)}
        return {x: y for x, y in values.items() if self._differs(step.record, x, y)}

    @api.model
    def _is_new(self, step, fname):
        """Whether the cells behind ``fname`` are not what the file said last."""
        digest = self.env["kbs.import.key"]._digest
        return any(
            step.digests.get(x) != digest(step.row.values.get(x))
            for x in self._get_cells(fname)
        )

    @api.model
    def _get_cells(self, fname):
        """Return the keys of the columns from which ``fname`` follows."""
        return self._cells.get(fname, (fname,))

    _cells = {}

    @api.model
    def _differs(self, record, fname, value):
        kind = record._fields[fname]
        old = record[fname]
        if kind.type == "many2one":
            return old.id != (value or False)
        if kind.type == "date":
            return old != (Date.to_date(value) if value else False)
        if kind.type in ("float", "monetary"):
            return abs(old - value) > 0.004
        return _get_plain(fname, old) != _get_plain(fname, value)

    # === WRITING === #

    @api.model
    def _apply(self, steps, batch):
        """Write what ``steps`` say, and remember what their rows are."""
        new = [x for x in steps if x.verdict == "create"]
        for step, record in zip(new, self._create(new, batch), strict=True):
            step.record, step.values = record, {}
        for step in steps:
            if step.verdict == "update":
                self._write(step, batch)
        self._remember([x for x in steps if not x.fault], batch)

    @api.model
    def _create(self, steps, batch):
        return self._get_target().create(
            [{**self._get_new_values(x.row, batch), **x.values} for x in steps]
        )

    @api.model
    def _write(self, step, batch):
        step.record.write(step.values)

    @api.model
    def _get_digests(self, step):
        """Return what is kept of the row, by column."""
        digest = self.env["kbs.import.key"]._digest
        return {x: digest(y) for x, y in step.row.values.items()}

    @api.model
    def _remember(self, steps, batch):
        Key = self.env["kbs.import.key"]
        to_create = []
        for step in steps:
            digests = self._get_digests(step)
            if not step.key:
                to_create.append(
                    {
                        "company_id": batch.company.id,
                        "sheet": self._sheet,
                        "key": Key._digest(step.name),
                        "res_model": self._target,
                        "res_id": step.record.id,
                        "digests": digests,
                    }
                )
            elif step.key.digests != digests or step.key.res_id != step.record.id:
                step.key.write({"digests": digests, "res_id": step.record.id})
        Key.create(to_create)


def _get_plain(fname, text):
    """Return ``text``; addresses and numbers as they are, however they are written."""
    if fname == "email":
        return email_normalize(text or "") or text or False
    if fname == "phone":
        try:
            return normalize_phone(text)
        except ValueError:
            return text or False
    return text or False

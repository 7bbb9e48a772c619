import base64
import io

from odoo import api, fields, models
from odoo.fields import Date

from ..tools.client_sheets import SHEETS, BookError, Fault, read_book
from ..tools.opening import get_term_fault
from ..tools.spreadsheets import open_book
from .kbs_import_sheet import Batch


class KbsClientImport(models.Model):
    """The dry run: every fault of a file at once, and what would become of each row."""

    _inherit = "kbs.client.import"

    def _job_check(self):
        """Look through the file; idempotent. Nothing but rows and faults is written."""
        self.ensure_one()
        if self.state != "checking":
            return
        self = self.with_context(**self._get_work_context())
        self._forget()
        try:
            book = read_book(base64.b64decode(self.file), *self._get_all_names())
        except BookError as error:
            trouble = self._tell_trouble(error.reason)
            self.write({"state": "draft", "trouble": trouble})
            return
        faults, steps = self._check_rows(book)
        self._note_lines(book, faults, steps)
        self._note_faults(book, faults)
        self.write({"state": "checked", "checked_at": fields.Datetime.now()})

    @api.model
    def _get_all_names(self):
        """Return names of sheets and titles of columns in all languages, in small."""
        sheets = {x: set() for x in SHEETS}
        titles = {(x, column.key): set() for x in SHEETS for column in SHEETS[x]}
        for lang in self._get_languages():
            words = self.with_context(lang=lang)
            for sheet, name in words._get_sheet_names().items():
                sheets[sheet].add(name.lower())
            for key, title in words._get_headers().items():
                titles[key].add(title.lower())
        return sheets, titles

    # === CHECKING === #

    def _check_rows(self, book):
        """Check what was read.

        :return: ``(faults, {(sheet, number of the row): Step})``
        """
        faults = list(book.faults)
        for row, key, reason, typed in self._resolve(book.rows):
            faults.append(Fault(row.sheet, row.number, key, reason, typed))
        for row in book.rows:
            faults += self._check_days(row) if row.sheet == "support" else []
        wrong = {(x.sheet, x.row) for x in faults if not x.is_warning}
        sound = [x for x in book.rows if (x.sheet, x.number) not in wrong]
        sound, found = self._drop_doubles(sound)
        faults += found
        batch = self._prepare_batch(sound)
        sound, found = self._drop_strangers(sound, batch, book, wrong)
        faults += found
        batch.rows = self._group_rows(sound)
        steps = {}
        for sheet in SHEETS:
            for step in self.env[f"kbs.import.{sheet}"]._plan(batch):
                steps[sheet, step.row.number] = step
                if step.fault:
                    faults.append(Fault(sheet, step.row.number, "", step.fault))
        faults += self._leave_out_followers(steps)
        return faults, steps

    @api.model
    def _check_days(self, row):
        """Days of support are in their order, and fit the term."""
        names = ("tenure_start", "chain_start", "date_start", "date_end")
        days = [Date.to_date(row.values[x]) for x in names if x in row.values]
        if len(days) < 3 or not {"chain_start", "date_start", "date_end"} <= set(
            row.values
        ):
            return []
        if days != sorted(days):
            return [Fault(row.sheet, row.number, "date_end", "order_of_days")]
        term = self.env["kbs.term"].browse(row.values.get("term"))
        if not term:
            return []
        wrong = get_term_fault(term.months, term.is_budget_year, *days[-3:])
        if not wrong:
            return []
        reason, is_warning = wrong
        return [Fault(row.sheet, row.number, "date_end", reason, "", is_warning)]

    def _drop_doubles(self, rows):
        """Return the rows without those that say the same twice, and the faults."""
        first, kept, faults = {}, [], []
        for row in rows:
            name = self.env[f"kbs.import.{row.sheet}"]._get_name(row)
            before = first.setdefault((row.sheet, name), row.number)
            if before == row.number:
                kept.append(row)
            else:
                faults.append(Fault(row.sheet, row.number, "", "twice", str(before)))
        return kept, faults

    def _prepare_batch(self, rows):
        """Return the :class:`Batch` of ``rows``, with the clients that are known."""
        company = self.company_id
        codes = {x.values["code"] for x in rows}
        return Batch(
            company=company,
            source=self.file_name,
            today=company._kbs_today(),
            rows=self._group_rows(rows),
            clients=self.env["kbs.import.client"]._get_clients(codes, company),
        )

    @api.model
    def _group_rows(self, rows):
        grouped = {}
        for row in rows:
            grouped.setdefault(row.sheet, []).append(row)
        return grouped

    def _drop_strangers(self, rows, batch, book, wrong):
        """Return the rows whose client is known or comes with the file, and faults."""
        coming = {x.values["code"] for x in rows if x.sheet == "client"}
        faulty = {
            x.values.get("code") for x in book.rows if (x.sheet, x.number) in wrong
            and x.sheet == "client"
        }  # fmt: skip
        kept, faults = [], []
        for row in rows:
            code = row.values["code"]
            reason = ""
            if len(batch.clients.get(code, ())) > 1:
                reason = "several_clients"
            elif row.sheet != "client" and code in faulty:
                reason = "client_faulty"
            elif code not in coming and not batch.clients.get(code):
                reason = "no_client"
            if reason:
                faults.append(Fault(row.sheet, row.number, "code", reason))
            else:
                kept.append(row)
        return kept, faults

    @api.model
    def _leave_out_followers(self, steps):
        """What belongs to a client whose own row cannot be imported waits with it."""
        faulty = {
            step.row.values["code"]
            for (sheet, _number), step in steps.items()
            if sheet == "client" and step.fault
        }
        faults = []
        for (sheet, number), step in steps.items():
            if not step.fault and step.row.values["code"] in faulty:
                step.fault = "client_faulty"
                faults.append(Fault(sheet, number, "code", step.fault))
        return faults

    # === NOTING === #

    def _note_lines(self, book, faults, steps):
        wrong = {(x.sheet, x.row) for x in faults if not x.is_warning}
        values_list = []
        for row in book.rows:
            step = steps.get((row.sheet, row.number))
            is_wrong = not step or (row.sheet, row.number) in wrong
            values_list.append(
                {
                    "import_id": self.id,
                    "company_id": self.company_id.id,
                    "sheet": row.sheet,
                    "number": row.number,
                    "code": row.values.get("code"),
                    "values": False if is_wrong else row.values,
                    "verdict": "fault" if is_wrong else step.verdict,
                    "state": "left" if is_wrong else "waiting",
                }
            )
        self.env["kbs.client.import.line"].create(values_list)

    def _note_faults(self, book, faults):
        texts, titles = self._get_fault_texts(), self._get_headers()
        self.env["kbs.client.import.fault"].create(
            [
                {
                    "import_id": self.id,
                    "company_id": self.company_id.id,
                    "sheet": x.sheet,
                    "number": x.row,
                    "letter": book.letters.get((x.sheet, x.column)),
                    "title": titles.get((x.sheet, x.column)),
                    "text": texts[x.reason] % {"typed": x.typed},
                    "is_warning": x.is_warning,
                }
                for x in faults
            ]
        )

    # === THE FILE WITH ITS FAULTS === #

    def _make_fault_file(self):
        """Return the file as it was sent, with a column that says what is wrong."""
        self.ensure_one()
        workbook = open_book(base64.b64decode(self.file), is_read_only=False)
        names, _titles = self._get_all_names()
        by_sheet = self.fault_ids.grouped("sheet")
        for worksheet in workbook.worksheets:
            title = worksheet.title.strip().lower()
            for sheet, known in names.items():
                if title in known:
                    faults = by_sheet.get(sheet, self.fault_ids.browse())
                    self._write_faults(worksheet, faults)
        stream = io.BytesIO()
        workbook.save(stream)
        return stream.getvalue()

    def _write_faults(self, worksheet, faults):
        place = worksheet.max_column + 1
        worksheet.cell(1, place, self.env._("What is wrong"))
        for number, found in faults.grouped("number").items():
            texts = [f"{x.title}: {x.text}" if x.title else x.text for x in found]
            worksheet.cell(max(number, 1), place, "; ".join(texts))

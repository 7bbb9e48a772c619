import io
from datetime import date

import xlsxwriter

from odoo import api, models

from ..tools.client_sheets import EXAMPLE, SHEETS

LISTED_ROWS = 10_000  # rows with drop-downs and formats below the header
FORMATS = {"date": "dd.mm.yyyy", "money": "#,##0.00", "minutes": "[h]:mm"}


class KbsClientImport(models.Model):
    """The workbook to fill in: headers, notes, drop-downs, an example in each sheet."""

    _inherit = "kbs.client.import"

    @api.model
    def _make_template(self):
        """Return the bytes of the empty workbook, in the language of the user."""
        stream = io.BytesIO()
        workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
        formats = {
            "head": {"bold": True, "bg_color": "#DDEBF7", "border": 1},
            "required": {"bold": True, "bg_color": "#F8CBAD", "border": 1},
            "example": {"italic": True, "font_color": "#7F7F7F"},
            "text": {"num_format": "@"},
        }
        for style in ("head", "required"):
            formats[style] |= {"text_wrap": True, "valign": "top"}
        for kind, pattern in FORMATS.items():
            formats[kind] = {"num_format": pattern}
            formats[f"example_{kind}"] = formats["example"] | formats[kind]
        formats = {x: workbook.add_format(y) for x, y in formats.items()}
        # Sheets stand in the order in which they are added.
        names = self._get_sheet_names()
        sheets = {x: workbook.add_worksheet(names[x]) for x in SHEETS}
        lists = self._write_lists(workbook)
        for sheet, worksheet in sheets.items():
            self._write_sheet(worksheet, sheet, formats, lists)
        self._write_help(workbook, formats)
        workbook.close()
        return stream.getvalue()

    @api.model
    def _write_lists(self, workbook):
        """Write the words to choose from; return ``{key of column: their cells}``."""
        worksheet = workbook.add_worksheet(self.env._("Lists"))
        worksheet.hide()
        lists = {}
        for place, (key, words) in enumerate(self._get_options().items()):
            for row, (word, _value) in enumerate(words):
                worksheet.write_string(row, place, word)
            letter = xlsxwriter.utility.xl_col_to_name(place)
            if words:
                name = worksheet.get_name().replace("'", "''")
                lists[key] = f"='{name}'!${letter}$1:${letter}${len(words)}"
        return lists

    @api.model
    def _write_sheet(self, worksheet, sheet, formats, lists):
        titles = self._get_headers()
        example = self._get_example(sheet)
        worksheet.freeze_panes(1, 2)
        for place, column in enumerate(SHEETS[sheet]):
            key, kind = column.key, column.kind
            title = titles[sheet, key] + (" *" if column.is_required else "")
            style = formats["required" if column.is_required else "head"]
            worksheet.write_string(0, place, title, style)
            if note := self._get_column_note(sheet, key):
                worksheet.write_comment(0, place, note, {"x_scale": 2})
            # Codes and phones are texts: as numbers they would lose their zeros.
            worksheet.set_column(
                place, place, column.width, formats.get(kind, formats["text"])
            )
            self._write_example(worksheet, place, example.get(key), kind, formats)
            if kind == "choice" and key in lists:
                rule = {"validate": "list", "source": lists[key], "ignore_blank": True}
                worksheet.data_validation(1, place, LISTED_ROWS, place, rule)

    @api.model
    def _write_example(self, worksheet, place, value, kind, formats):
        if value is None:
            worksheet.write_blank(1, place, None, formats["example"])
        elif kind == "date":
            worksheet.write_datetime(1, place, value, formats["example_date"])
        elif kind in FORMATS:
            style = formats[f"example_{kind}"]
            number = value / 24 / 60 if kind == "minutes" else value
            worksheet.write_number(1, place, number, style)
        else:
            worksheet.write_string(1, place, value, formats["example"])

    @api.model
    def _get_example(self, sheet):
        """Return ``{key of column: value}`` of the row that shows how it is meant."""
        options = self._get_options()
        first = {x: words[0][0] for x, words in options.items() if words}
        year = self.env.company._kbs_today().year
        choices = {
            x.key: first[x.key]
            for x in SHEETS[sheet]
            if x.kind == "choice" and x.key in first
        }
        examples = {
            "client": {
                "name": self.env._("Example: Lyceum No. 1"),
                "city": self.env._("Kyiv"),
                "street": self.env._("Shkilna St., 5"),
                "zip": "01001",
                "email": "lyceum@example.com",
                "phone": "+380441234567",
            },
            "person": {
                "name": self.env._("Example: Olena Kovalenko"),
                "email": "olena@example.com",
                "phone": "+380501234567",
                "job": self.env._("Chief accountant"),
            },
            "copy": {"number": "KBS-00001", "version": "8.10.2"},
            "support": {
                "number": f"15/{year}",
                "chain_start": date(year - 1, 1, 15),
                "date_start": date(year, 1, 15),
                "date_end": date(year + 1, 1, 14),
                "price": 6900.0,
                "tenure_start": date(year - 3, 3, 1),
            },
            "hours": {
                "support": f"15/{year}",
                "minutes": 150,
                "valid_to": date(year, 12, 31),
            },
        }
        if sheet == "support":
            choices["term"] = self._get_year_term() or choices.get("term")
        return {"code": EXAMPLE, **choices, **examples[sheet]}

    @api.model
    def _get_year_term(self):
        term = self.env["kbs.term"].search(
            [("months", "=", 12), ("is_budget_year", "=", False)], limit=1
        )
        return term.name

    @api.model
    def _write_help(self, workbook, formats):
        worksheet = workbook.add_worksheet(self.env._("How to fill in"))
        worksheet.set_column(0, 0, 110)
        wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
        for row, text in enumerate(self._get_help()):
            worksheet.write_string(row, 0, text, wrap)

    @api.model
    def _get_help(self):
        return [
            self.env._(
                "Columns marked with * have to be filled in. Their titles and the "
                "names of the sheets stay as they are."
            ),
            self.env._(
                "Rows with the code %(code)s are examples, they are not imported.",
                code=EXAMPLE,
            ),
            self.env._(
                "Rows belong together by the ЄДРПОУ code of the client. A client that "
                "is in the system already needs no row on the sheet of clients."
            ),
            self.env._(
                "An empty cell leaves in the system what is there. Formulas and merged "
                "cells are not read: paste values."
            ),
            self.env._(
                "The file is checked before anything is imported. It may be imported "
                "again after corrections: nothing is doubled."
            ),
        ]

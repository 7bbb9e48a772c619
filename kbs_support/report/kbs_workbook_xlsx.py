from xlsxwriter.utility import xl_cell_to_rowcol, xl_col_to_name

from odoo import models

HEAD_ROW = 2


class Formula(str):
    """A formula, with ``{row}`` for its own row as Excel counts.

    In a total also ``{column}``, the letter of its column, ``{first}`` and ``{last}``,
    the rows of the table. Of a type of its own: a client's name that begins with "="
    is none.
    """


class KbsWorkbookXlsx(models.AbstractModel):
    """How tables of our workbooks look: title, frozen headers, formats, totals.

    A table is a list of columns and a list of rows. Totals are formulas, so that
    whoever changes a figure sees what follows.
    """

    _name = "report.kbs_support.kbs_workbook_xlsx"
    _inherit = "report.report_xlsx.abstract"
    _description = "Workbook"

    def _get_objs_for_report(self, docids, data):
        # The ids of the report, whatever the context is about.
        return self.env["kbs.workbook"].browse(docids)

    def generate_xlsx_report(self, workbook, data, objs):
        """Write the sheets of each of ``objs`` (``kbs.workbook``)."""
        formats = self._get_formats(workbook)
        for wizard in objs:
            wizard.check_access("read")
            self._write_sheets(workbook, wizard, formats)

    def _write_sheets(self, workbook, wizard, formats):
        raise NotImplementedError

    def _get_formats(self, workbook):
        kinds = {
            "text": {"text_wrap": True, "valign": "top"},
            "day": {"num_format": "dd.mm.yyyy", "align": "left"},
            "month": {"num_format": "mm.yyyy", "align": "left"},
            "number": {"num_format": "#,##0"},
            "money": {"num_format": "#,##0.00"},
            "share": {"num_format": "0.0%"},
            "hours": {"num_format": "#,##0.0"},
        }
        formats = {name: workbook.add_format(kind) for name, kind in kinds.items()}
        formats |= {
            f"{name}_total": workbook.add_format({**kind, "bold": True, "top": 1})
            for name, kind in kinds.items()
        }
        formats["title"] = workbook.add_format({"bold": True, "font_size": 14})
        formats["note"] = workbook.add_format({"italic": True, "font_color": "#666666"})
        formats["head"] = workbook.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        return formats

    def _write_table(
        self, workbook, formats, name, title, columns, rows, note="", is_filtered=False
    ):
        """Write a sheet with one table, row by row from the top.

        :param columns: ``[(heading, kind, total)]``; ``kind`` is the name of a format;
            ``total`` is "sum", "last" (a stock: the last row), a :class:`Formula`,
            text or None
        :param rows: lists of values; may be a generator
        :param is_filtered: with arrows to filter by; sums are of the rows that are left
        :return: the sheet; its first row of the table is ``HEAD_ROW + 1``
        """
        sheet = workbook.add_worksheet(name)
        sheet.write_string(0, 0, title, formats["title"])
        if note:
            sheet.write_string(1, 0, note, formats["note"])
        for column, (heading, kind, _total) in enumerate(columns):
            sheet.set_column(column, column, 30 if kind == "text" else 15)
            sheet.write_string(HEAD_ROW, column, heading, formats["head"])
        sheet.freeze_panes(HEAD_ROW + 1, 1)
        first = row = HEAD_ROW + 1
        for values in rows:
            for column, (value, (_heading, kind, _total)) in enumerate(
                zip(values, columns, strict=True)
            ):
                self._write_cell(sheet, row, column, value, formats[kind])
            row += 1
        if row > first:
            self._write_totals(sheet, formats, columns, first, row, is_filtered)
            if is_filtered:
                sheet.autofilter(HEAD_ROW, 0, row - 1, len(columns) - 1)
        return sheet

    def _write_cell(self, sheet, row, column, value, style):
        if isinstance(value, Formula):
            self._write_formula(sheet, row, column, value.format(row=row + 1), style)
        elif isinstance(value, str):
            # Not write(): that takes any text with "=" for a formula.
            sheet.write_string(row, column, value, style)
        elif value is None or value is False:
            sheet.write_blank(row, column, None, style)
        elif hasattr(value, "year"):
            sheet.write_datetime(row, column, value, style)
        else:
            sheet.write_number(row, column, value, style)

    def _write_formula(self, sheet, row, column, formula, style):
        # Without a value LibreOffice and the like calculate it when they open the file;
        # the zero that would be there otherwise they believe.
        sheet.write_formula(row, column, formula, style, "")

    def _write_totals(self, sheet, formats, columns, first, row, is_filtered=False):
        sums = "=SUBTOTAL(109,{0})" if is_filtered else "=SUM({0})"
        kinds = {"sum": sums.format("{column}{first}:{column}{last}"),
                 "last": "={column}{last}"}  # fmt: skip
        for column, (_heading, kind, total) in enumerate(columns):
            style = formats[f"{kind}_total"]
            if total in kinds or isinstance(total, Formula):
                formula = kinds.get(total, total).format(
                    row=row + 1,
                    column=xl_col_to_name(column),
                    first=first + 1,
                    last=row,
                )
                self._write_formula(sheet, row, column, formula, style)
            elif total:
                sheet.write_string(row, column, total, formats["text_total"])

    def _add_chart(self, workbook, sheet, kind, place, count, series, subtype=None):
        """Draw columns of a table of ``count`` rows under it.

        :param series: numbers of the columns; the first column has the names
        """
        chart = workbook.add_chart(
            {"type": kind, "subtype": subtype} if subtype else {"type": kind}
        )
        name, first, last = sheet.get_name(), HEAD_ROW + 1, HEAD_ROW + count
        for column in series:
            chart.add_series(
                {
                    "name": [name, HEAD_ROW, column],
                    "categories": [name, first, 0, last, 0],
                    "values": [name, first, column, last, column],
                }
            )
        chart.set_size({"width": 720, "height": 300})
        chart.set_legend({"position": "bottom"})
        sheet.insert_chart(*xl_cell_to_rowcol(place), chart)

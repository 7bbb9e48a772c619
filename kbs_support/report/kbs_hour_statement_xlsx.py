import re

from odoo import models

HEADING_ROWS = 5
MINUTES_A_DAY = 24 * 60
NO_NAME = re.compile(r"[\[\]:*?/\\]|^'|'$")  # what no sheet may be called
MAX_SHEET_NAME = 31


class KbsHourStatementXlsx(models.AbstractModel):
    """The statement of hours as a spreadsheet, with dates and times that can be added.

    It may go to the client, so it says no reasons of corrections.
    """

    _name = "report.kbs_support.kbs_hour_statement_xlsx"
    _inherit = "report.report_xlsx.abstract"
    _description = "Statement of Hours, Excel"

    def _get_objs_for_report(self, docids, data):
        # The ids of the report, whatever the context is about.
        return self.env["kbs.hour.statement"].browse(docids)

    def generate_xlsx_report(self, workbook, data, objs):
        """Write one sheet for each of ``objs`` (``kbs.hour.statement``)."""
        formats = self._get_formats(workbook)
        for statement in objs:
            name = NO_NAME.sub("-", statement.subscription_id.name)
            sheet = workbook.add_worksheet(name[:MAX_SHEET_NAME])
            values = statement._prepare()
            self._write_heading(sheet, values, formats)
            row = self._write_rows(sheet, values, formats)
            self._write_totals(sheet, values, formats, row + 1)

    def _get_formats(self, workbook):
        # A time is a part of a day, as spreadsheets count; shown as hours and minutes.
        time = {"num_format": "[h]:mm", "align": "right"}
        day = {"num_format": "dd.mm.yyyy", "align": "left"}
        bold = {"bold": True}
        return {
            "title": workbook.add_format(bold | {"font_size": 14}),
            "bold": workbook.add_format(bold),
            "head": workbook.add_format(bold | {"bottom": 1}),
            "head_right": workbook.add_format(bold | {"bottom": 1, "align": "right"}),
            "text": workbook.add_format({"text_wrap": True, "valign": "top"}),
            "day": workbook.add_format(day),
            "day_bold": workbook.add_format(day | bold),
            "time": workbook.add_format(time),
            "time_bold": workbook.add_format(time | bold),
        }

    def _write_heading(self, sheet, values, formats):
        """Whose hours these are, and of which days."""
        sheet.set_column(0, 0, 14)
        sheet.set_column(1, 1, 26)
        sheet.set_column(2, 2, 60)
        sheet.set_column(3, 5, 12)
        sheet.write(0, 0, self.env._("Statement of Hours"), formats["title"])
        sheet.write(1, 0, self.env._("Client"))
        sheet.write_string(1, 1, values["client"], formats["bold"])
        sheet.write(2, 0, self.env._("Support"))
        sheet.write_string(2, 1, f"{values['number']}, {values['plan']}")
        sheet.write(3, 0, self.env._("Days"))
        sheet.write_datetime(3, 1, values["first"], formats["day"])
        sheet.write_datetime(3, 2, values["last"], formats["day"])

    def _write_rows(self, sheet, values, formats):
        """Write the table; return the number of the row after it."""
        names = (
            self.env._("Date"),
            self.env._("What"),
            self.env._("Details"),
            self.env._("Given"),
            self.env._("Taken"),
            self.env._("Left"),
        )
        for column, name in enumerate(names):
            kind = "head_right" if column > 2 else "head"
            sheet.write(HEADING_ROWS, column, name, formats[kind])
        sheet.freeze_panes(HEADING_ROWS + 1, 0)
        row = first = HEADING_ROWS + 1
        opening = self.env._("Left before this day")
        self._write_balance(
            sheet, row, values["first"], opening, values["opening"], formats
        )
        for line in values["rows"]:
            row += 1
            sheet.write_datetime(row, 0, line["day"], formats["day"])
            sheet.write_string(row, 1, line["kind"], formats["text"])
            sheet.write_string(row, 2, line["text"], formats["text"])
            column = 3 if line["minutes"] > 0 else 4
            self._write_time(sheet, row, column, abs(line["minutes"]), formats["time"])
            self._write_time(sheet, row, 5, line["balance"], formats["time"])
        self._write_closing(sheet, first, row + 1, values, formats)
        return row + 2

    def _write_balance(self, sheet, row, day, name, minutes, formats):
        sheet.write_datetime(row, 0, day, formats["day_bold"])
        sheet.write_string(row, 1, name, formats["bold"])
        self._write_time(sheet, row, 5, minutes, formats["time_bold"])

    def _write_closing(self, sheet, first, row, values, formats):
        """Write what was given, taken and is left, as formulas."""
        closing = self.env._("Left at the end of this day")
        self._write_balance(
            sheet, row, values["last"], closing, values["closing"], formats
        )
        for column, formula in (
            (3, f"=SUM(D{first + 1}:D{row})"),
            (4, f"=SUM(E{first + 1}:E{row})"),
            (5, f"=F{first + 1}+D{row + 1}-E{row + 1}"),
        ):
            # Without a value who opens the file calculates it.
            sheet.write_formula(row, column, formula, formats["time_bold"], "")

    def _write_totals(self, sheet, values, formats, row):
        """Write what was given and taken altogether, by kind."""
        for number, (name, minutes) in enumerate(values["totals"]):
            sheet.write_string(row + number, 1, name)
            column = 3 if minutes > 0 else 4
            self._write_time(
                sheet, row + number, column, abs(minutes), formats["time_bold"]
            )

    def _write_time(self, sheet, row, column, minutes, style):
        sheet.write_number(row, column, minutes / MINUTES_A_DAY, style)

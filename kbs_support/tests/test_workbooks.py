import re
from datetime import date
from io import BytesIO
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from odoo.tests import tagged

from .report_common import ReportCase

APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)
REPORT = "kbs_support.kbs_{}_workbook_report"


class Recalculated:
    """The values of a sheet, with its formulas calculated anew by us."""

    def __init__(self, sheet):
        self.sheet, self.known = sheet, {}

    def __getitem__(self, name):
        if name not in self.known:
            value = self.sheet[name].value
            is_formula = isinstance(value, str) and value.startswith("=")
            self.known[name] = self.calculate(value[1:]) if is_formula else value
        return self.known[name]

    def calculate(self, formula):
        """Sums, cells, + - * / and IF(a=0,0,b): all that the workbooks use."""
        if found := re.fullmatch(r"IF\((.+?)=0,0,(.+)\)", formula):
            condition, value = found.groups()
            return self.calculate(value) if self.calculate(condition) else 0
        if found := re.fullmatch(r"SUM\((\w+:\w+)\)", formula):
            return sum(self.get_range(found[1]))
        text = re.sub(r"[A-Z]+\d+", lambda x: f"({self[x[0]] or 0})", formula)
        assert re.fullmatch(r"[-+*/().\de ]+", text), formula
        return eval(text)  # noqa: S307  # pylint: disable=eval-used

    def get_range(self, name):
        first_column, first, last_column, last = range_boundaries(name)
        for row in range(first, last + 1):
            for column in range(first_column, last_column + 1):
                yield self[self.sheet.cell(row, column).coordinate] or 0


@tagged("post_install", "-at_install")
class TestWorkbooks(ReportCase):
    """Workbooks as people open them: figures, formulas, charts, headers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tell()
        cls.env["kbs.report.counted"]._count_all_sudo(cls.company)

    def make(self, kind, month):
        """The file, made with the rights of who only reads reports."""
        wizards = self.env["kbs.workbook"].with_user(self.reader)
        wizard = wizards.create({"kind": kind, "month": month})
        action = wizard.action_download()
        self.assertEqual(action["report_type"], "xlsx")
        name = {"month": "month", "prices": "price", "renewals": "renewal"}[kind]
        content, _type = (
            self.env["ir.actions.report"]
            .with_user(self.reader)
            ._render_xlsx(REPORT.format(name), wizard.ids, {})
        )
        return BytesIO(content)

    def open(self, kind, month):
        return load_workbook(self.make(kind, month))

    def sums(self, report, measures, months):
        found = self.env[f"kbs.report.{report}"]._read_group(
            [("company_id", "=", self.company.id), ("month", "in", months)],
            [],
            [f"{x}:sum" for x in measures],
        )
        return [float(x or 0) for x in found[0]]

    def test_sheets_have_frozen_headers_formats_and_charts(self):
        book = self.open("month", APRIL)
        self.assertEqual(
            book.sheetnames,
            ["Subscriptions", "Revenue", "Plans", "Terms of Answer", "Work",
             "Who Stays"],
        )  # fmt: skip
        for name in book.sheetnames:
            self.assertEqual(book[name].freeze_panes, "B4", name)
        self.assertEqual(len(book["Subscriptions"]._charts), 2)
        for name in ("Revenue", "Plans", "Work"):
            self.assertEqual(len(book[name]._charts), 1, name)
        sheet = book["Subscriptions"]
        self.assertEqual(sheet["A15"].value.date(), APRIL)
        self.assertEqual(sheet["A15"].number_format, "mm.yyyy")
        self.assertEqual(sheet["H15"].number_format, "#,##0.00")
        self.assertIn("Counted", sheet["A2"].value)

    def test_totals_are_formulas_and_equal_the_database(self):
        book = self.open("month", APRIL)
        months = [date(2026, x, 1) for x in range(1, 5)]
        sheet = book["Subscriptions"]
        values = Recalculated(sheet)
        for cell, measure in (
            ("C16", "new_count"),
            ("F16", "renewed_count"),
            ("G16", "lost_count"),
            ("I16", "mrr_change"),
        ):
            self.assertEqual(sheet[cell].data_type, "f")
            (expected,) = self.sums("subscription", [measure], months)
            self.assertAlmostEqual(values[cell], expected, 2, cell)
        # Stocks: the last month, not a sum.
        self.assertEqual(values["B16"], 7)
        self.assertAlmostEqual(values["H16"], 25222.38, 2)
        values = Recalculated(book["Revenue"])
        earned, invoiced, paid = self.sums(
            "revenue", ["revenue", "invoiced", "paid"], months
        )
        self.assertAlmostEqual(values["B16"], earned, 2)
        self.assertAlmostEqual(values["C16"], invoiced, 2)
        self.assertAlmostEqual(values["D16"], paid, 2)
        self.assertAlmostEqual(values["E16"], paid - earned, 2)

    def test_plans_and_work_of_the_month(self):
        book = self.open("month", APRIL)
        values = Recalculated(book["Plans"])
        rows = {values[f"A{row}"]: row for row in range(4, 7)}
        prof = rows[self.plan("prof").name]
        # Three of ОПТИМА: the one that stays, the upgraded and the paused one.
        self.assertEqual(values[f"B{prof}"], 4)
        self.assertAlmostEqual(values[f"C{prof}"], 4 / 7)
        last = max(row for name, row in rows.items() if name) + 1
        self.assertEqual(values[f"B{last}"] or values["B6"], 7)
        values = Recalculated(book["Work"])
        income, cost, margin = self.sums("work", ["income", "cost", "margin"], [APRIL])
        row = next(x for x in range(4, 20) if values[f"A{x}"] == "Total")
        self.assertAlmostEqual(values[f"C{row}"], income, 2)
        self.assertAlmostEqual(values[f"D{row}"], cost, 2)
        self.assertAlmostEqual(values[f"E{row}"], margin, 2)

    def test_who_stays(self):
        sheet = self.open("month", APRIL)["Who Stays"]
        values = Recalculated(sheet)
        # Of three that began in February two were covered in April.
        self.assertEqual(sheet["A13"].value.date(), date(2026, 2, 1))
        self.assertEqual([values[f"{x}13"] for x in "BCD"], [3, 1, 1])
        self.assertIsNone(values["E13"])
        self.assertAlmostEqual(values["N13"], 1 / 3)

    def test_tariffs_are_those_of_the_price_lists(self):
        book = self.open("prices", MAY)
        sheet = book[book.sheetnames[0]]
        values = Recalculated(sheet)
        rows = {sheet[f"A{x}"].value: x for x in range(4, sheet.max_row + 1)}
        heads = [x.value for x in sheet[3]]
        row = rows[self.env.ref("kbs_support.kbs_term_12").name]
        column = heads.index(self.plan("optima").name)
        self.assertEqual(sheet[row][column].value, 69840)
        month = sheet[row][column + len(self.env["kbs.plan"].search([]))]
        self.assertAlmostEqual(values[month.coordinate], 5820)
        prices = [x.value for name in book.sheetnames for row in book[name].iter_rows(4)
                  for x in row if isinstance(x.value, (int, float))]  # fmt: skip
        self.assertIn(55620, prices)
        self.assertIn(6900, prices)

    def test_renewals_due_in_the_month(self):
        self.run_job("renewals")
        self.env.flush_all()
        found = self.env["kbs.renewal"].search(
            [("company_id", "=", self.company.id), ("ends_on", ">=", "2026-05-01"),
             ("ends_on", "<=", "2026-05-31"), ("state", "!=", "void")]
        )  # fmt: skip
        self.assertTrue(found)
        sheet = self.open("renewals", date(2026, 5, 20))["Renewals"]
        values, last = Recalculated(sheet), 4 + len(found)
        self.assertEqual(
            [sheet[f"C{x}"].value for x in range(4, last)],
            found.sorted(lambda x: (x.ends_on, x.id)).subscription_id.mapped("name"),
        )
        expected = sum(found.mapped("amount_expected"))
        paid = sum(found.period_id.mapped("price_total"))
        self.assertAlmostEqual(values[f"H{last}"], paid, 2)
        self.assertAlmostEqual(values[f"I{last}"], expected, 2)
        self.assertAlmostEqual(values[f"J{last}"], expected - paid, 2)

    def test_name_of_a_client_is_no_formula(self):
        self.run_job("renewals")
        renewal = self.env["kbs.renewal"].search(
            [("company_id", "=", self.company.id), ("ends_on", ">=", "2026-05-01"),
             ("ends_on", "<=", "2026-05-31"), ("state", "!=", "void")], limit=1,
        )  # fmt: skip
        renewal.partner_id.name = "=1+1"
        with ZipFile(self.make("renewals", MAY)) as archive:
            self.assertNotIn(b"<f>1+1", archive.read("xl/worksheets/sheet1.xml"))
            self.assertIn(b"=1+1", archive.read("xl/sharedStrings.xml"))

    def test_month_without_anything_opens(self):
        book = self.open("month", date(2020, 1, 31))
        self.assertEqual(Recalculated(book["Subscriptions"])["C16"], 0)
        self.assertEqual(book["Work"].max_row, 3)

    def test_last_month_is_proposed(self):
        wizard = self.env["kbs.workbook"].with_user(self.reader).create({})
        self.assertEqual((wizard.kind, wizard.month), ("month", APRIL))
        self.assertIn("2026-04", wizard._get_file_name())

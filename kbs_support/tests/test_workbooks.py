from datetime import date, timedelta
from io import BytesIO
from unittest.mock import patch
from zipfile import ZipFile

from openpyxl import load_workbook

from odoo.tests import tagged

from ..report import kbs_version_workbook
from .common import TODAY
from .office_common import get_errors, recalculate
from .report_common import ReportCase
from .updates_common import UpdatesCase

APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)
REPORT = "kbs_support.kbs_{}_workbook_report"
STATEMENT = "kbs_support.kbs_hour_statement_report_xlsx"
NAMES = {"month": "month", "prices": "price", "renewals": "renewal",
         "versions": "version"}  # fmt: skip


@tagged("post_install", "-at_install")
class TestWorkbooks(ReportCase, UpdatesCase):
    """Workbooks as people open them: figures, formulas, charts, headers.

    ``files`` are as we make them, ``books`` as LibreOffice has calculated them.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tell()
        cls.take_over("2026-03-01", "2027-02-28", 9000)
        cls.tell_versions()
        cls.env["kbs.report.counted"]._count_all_sudo(cls.company)
        renewals = cls.env["kbs.renewal"]
        due = renewals._get_unopened_domain(cls.company, TODAY)
        renewals._open_and_tie(cls.env["kbs.subscription"].search(due))
        cls.env["kbs.hour.entry"]._correct(cls.stays, -100, "Test", TODAY)
        cls.env.flush_all()
        cls.files = {x: cls.make(x, APRIL) for x in ("month", "versions")}
        cls.files |= {x: cls.make(x, MAY) for x in ("prices", "renewals")}
        cls.files["empty"] = cls.make("month", date(2020, 1, 31))
        cls.files["statement"] = cls.make_statement()
        cls.files["template"] = cls.env["kbs.client.import"]._make_template()
        cls.books = recalculate(cls.files)

    @classmethod
    def tell_versions(cls):
        """Copies of two programs, some of them below the mandatory version."""
        day = TODAY - timedelta(days=100)
        late, soon = TODAY - timedelta(days=30), TODAY + timedelta(days=10)
        cls.release("8.9", day, mandatory_by=late)
        cls.release("8.10", day, mandatory_by=soon)
        cls.release("8.11", day)
        cls.release("2.0", day, software=cls.payroll)
        cls.stays.manager_id = cls.manager
        versions = ("8.8", "8.8", "8.9", "8.10", "8.11", False)
        for number, version in enumerate(versions):
            cls.copy(f"A{number}", version=version, client=cls.stays.partner_id)
        cls.copy("P1", version="2.0", software=cls.payroll)

    @classmethod
    def render(cls, report, record):
        reports = cls.env["ir.actions.report"].with_user(cls.reader)
        content, _type = reports._render_xlsx(report, record.ids, {})
        return content

    @classmethod
    def make(cls, kind, month):
        """The file, made with the rights of who only reads reports."""
        wizards = cls.env["kbs.workbook"].with_user(cls.reader)
        wizard = wizards.create({"kind": kind, "month": month})
        assert wizard.action_download()["report_type"] == "xlsx"
        return cls.render(REPORT.format(NAMES[kind]), wizard)

    @classmethod
    def make_statement(cls):
        statements = cls.env["kbs.hour.statement"].with_user(cls.reader)
        cls.statement = statements.create(
            {"subscription_id": cls.stays.id, "span": "whole"}
        )
        return cls.render(STATEMENT, cls.statement)

    def open(self, kind):
        return load_workbook(BytesIO(self.files[kind]))

    def sums(self, report, measures, months, domain=()):
        found = self.env[f"kbs.report.{report}"]._read_group(
            [("company_id", "=", self.company.id), ("month", "in", months), *domain],
            [],
            [f"{x}:sum" for x in measures],
        )
        return [float(x or 0) for x in found[0]]

    def rows(self, sheet, first=4):
        """``{value of the first cell: values}`` of the rows from ``first`` on."""
        return {x[0]: x for x in sheet.iter_rows(first, values_only=True) if x[0]}

    # === ALL OF THEM === #

    def test_libreoffice_finds_no_error_in_any_of_them(self):
        for name, book in self.books.items():
            with self.subTest(workbook=name):
                self.assertEqual(book.sheetnames, self.open(name).sheetnames)
                self.assertEqual(get_errors(book), [])

    def test_charts_are_there_in_libreoffice(self):
        charts = {
            name: {x.title: len(x._charts) for x in book if x._charts}
            for name, book in self.books.items()
        }
        self.assertEqual(
            charts["month"],
            {"Subscriptions": 2, "Revenue": 1, "Plans": 1, "Work": 1},
        )
        self.assertEqual(charts["versions"], {"Programs": 1})

    def test_totals_are_calculated_with_settings_as_they_come(self):
        books = recalculate({x: self.files[x] for x in ("month", "versions")}, False)
        for name, sheet, cell in (
            ("month", "Revenue", "B16"),
            ("month", "Revenue", "F15"),
            ("versions", "Programs", "C6"),
        ):
            expected = self.books[name][sheet][cell].value
            self.assertTrue(expected)
            self.assertEqual(books[name][sheet][cell].value, expected)

    # === THE MONTH === #

    def test_sheets_have_frozen_headers_and_formats(self):
        book = self.open("month")
        self.assertEqual(
            book.sheetnames,
            ["Subscriptions", "Revenue", "Plans", "Terms of Answer", "Work",
             "Who Stays"],
        )  # fmt: skip
        for name in book.sheetnames:
            self.assertEqual(book[name].freeze_panes, "B4", name)
        sheet = book["Subscriptions"]
        self.assertEqual(sheet["A15"].value.date(), APRIL)
        self.assertEqual(sheet["A15"].number_format, "mm.yyyy")
        self.assertEqual(sheet["H15"].number_format, "#,##0.00")
        self.assertIn("Counted", sheet["A2"].value)

    def test_totals_are_formulas_and_equal_the_database(self):
        months = [date(2026, x, 1) for x in range(1, 5)]
        sheet = self.books["month"]["Subscriptions"]
        for cell, measure in (
            ("C16", "new_count"),
            ("F16", "renewed_count"),
            ("G16", "lost_count"),
            ("I16", "mrr_change"),
        ):
            self.assertEqual(self.open("month")[sheet.title][cell].data_type, "f")
            (expected,) = self.sums("subscription", [measure], months)
            self.assertAlmostEqual(sheet[cell].value, expected, 2, cell)
        # Stocks: the last month, not a sum.
        self.assertEqual(sheet["B16"].value, 8)
        self.assertAlmostEqual(sheet["H16"].value, 25222.38 + 750, 2)
        sheet = self.books["month"]["Revenue"]
        earned, invoiced, paid = self.sums(
            "revenue", ["revenue", "invoiced", "paid"], months
        )
        elsewhere = [("is_taken_over", "=", True)]
        (gained,) = self.sums("revenue", ["revenue"], months, elsewhere)
        self.assertTrue(gained)
        for cell, expected in (
            ("B16", earned), ("C16", invoiced), ("D16", paid), ("E16", gained),
            ("F16", paid - (earned - gained)),
        ):  # fmt: skip
            self.assertAlmostEqual(sheet[cell].value, expected, 2, cell)

    def test_plans_and_work_of_the_month(self):
        rows = self.rows(self.books["month"]["Plans"])
        # Four of ОПТИМА: the one that stays, the upgraded, the paused one, and the one
        # that was taken over.
        _name, active, share, *_rest = rows[self.plan("prof").name]
        self.assertEqual(active, 4)
        self.assertAlmostEqual(share, 4 / 8)
        _name, active, share, price, _loyalty, earned = rows["Total"]
        self.assertEqual(active, 8)
        self.assertAlmostEqual(share, 1)
        (mrr,) = self.sums("subscription", ["mrr"], [APRIL])
        (revenue,) = self.sums("revenue", ["revenue"], [APRIL])
        self.assertAlmostEqual(price, mrr, 2)
        self.assertAlmostEqual(earned, revenue, 2)
        total = self.rows(self.books["month"]["Work"])["Total"]
        income, cost, margin = self.sums("work", ["income", "cost", "margin"], [APRIL])
        for value, expected in zip(total[2:], (income, cost, margin), strict=True):
            self.assertAlmostEqual(value, expected, 2)

    def test_who_stays(self):
        sheet = self.books["month"]["Who Stays"]
        # Of three that began in February two were covered in April.
        self.assertEqual(sheet["A13"].value.date(), date(2026, 2, 1))
        self.assertEqual([sheet[f"{x}13"].value for x in "BCD"], [3, 1, 1])
        self.assertIsNone(sheet["E13"].value)
        self.assertAlmostEqual(sheet["N13"].value, 1 / 3)

    def test_month_without_anything_opens(self):
        book = self.books["empty"]
        self.assertEqual(book["Subscriptions"]["C16"].value, 0)
        self.assertEqual(book["Work"].max_row, 3)

    # === THE OTHERS === #

    def test_tariffs_are_those_of_the_price_lists(self):
        book = self.books["prices"]
        sheet = book[book.sheetnames[0]]
        heads = [x.value for x in sheet[3]]
        row = self.rows(sheet)[self.env.ref("kbs_support.kbs_term_12").name]
        column = heads.index(self.plan("optima").name)
        self.assertEqual(row[column], 69840)
        self.assertAlmostEqual(row[column + len(self.env["kbs.plan"].search([]))], 5820)
        prices = [x for sheet in book for row in self.rows(sheet).values()
                  for x in row if isinstance(x, (int, float))]  # fmt: skip
        self.assertIn(55620, prices)
        self.assertIn(6900, prices)

    def get_renewals(self):
        return self.env["kbs.renewal"].search(
            [("company_id", "=", self.company.id), ("ends_on", ">=", "2026-05-01"),
             ("ends_on", "<=", "2026-05-31"), ("state", "!=", "void")]
        )  # fmt: skip

    def test_renewals_due_in_the_month(self):
        found = self.get_renewals()
        self.assertTrue(found)
        sheet, last = self.books["renewals"]["Renewals"], 4 + len(found)
        self.assertEqual(
            [sheet[f"C{x}"].value for x in range(4, last)],
            found.sorted(lambda x: (x.ends_on, x.id)).subscription_id.mapped("name"),
        )
        expected = sum(found.mapped("amount_expected"))
        paid = sum(found.period_id.mapped("price_total"))
        for column, value in (("H", paid), ("I", expected), ("J", expected - paid)):
            self.assertAlmostEqual(sheet[f"{column}{last}"].value, value, 2, column)
        # Who filters by a manager sees the sums of this manager.
        sheet = self.open("renewals")["Renewals"]
        self.assertEqual(sheet.auto_filter.ref, f"A3:J{last - 1}")
        self.assertIn("SUBTOTAL(109,", sheet[f"I{last}"].value)

    def test_name_of_a_client_is_no_formula(self):
        self.get_renewals()[0].partner_id.name = "=1+1"
        with ZipFile(BytesIO(self.make("renewals", MAY))) as archive:
            self.assertNotIn(b"<f>1+1", archive.read("xl/worksheets/sheet1.xml"))
            self.assertIn(b"=1+1", archive.read("xl/sharedStrings.xml"))

    def test_statement_adds_up_what_was_given_and_taken(self):
        values = self.statement._prepare()
        minutes = [x["minutes"] for x in values["rows"]]
        self.assertLess(min(minutes), 0 < values["closing"])
        (sheet,) = self.books["statement"]
        row = next(x for x in sheet.iter_rows(values_only=True)
                   if x[1] == "Left at the end of this day")  # fmt: skip
        self.assertEqual(
            [round(x / timedelta(minutes=1)) for x in row[3:6]],
            [sum(x for x in minutes if x > 0), -sum(x for x in minutes if x < 0),
             values["closing"]],
        )  # fmt: skip

    def test_template_has_its_words_to_choose_from(self):
        book, made = self.books["template"], self.open("template")
        for sheet in made.worksheets[:5]:
            rules = book[sheet.title].data_validations.dataValidation
            self.assertEqual(
                len(rules), len(sheet.data_validations.dataValidation), sheet.title
            )
            for rule in rules:
                name, cells = rule.formula1.rsplit("!", 1)
                words = book[name.strip("'$")][cells.replace("$", "")]
                self.assertTrue(all(x.value for [x] in words), rule.formula1)

    # === VERSIONS === #

    def test_version_map_counts_the_copies_of_each_program(self):
        rows = self.rows(self.books["versions"]["Programs"])
        share = rows["Accounting"][8]
        self.assertAlmostEqual(share, 1 / 6)
        # Newest, copies; newest, behind, below the mandatory one, unknown; over; share.
        self.assertEqual(rows["Accounting"][1:], ("8.11", 6, 1, 1, 3, 1, 2, share))
        self.assertEqual(rows["Payroll"][1:], ("2.0", 1, 1, 0, 0, 0, 0, 1))
        domain = [("company_id", "=", self.company.id)]
        copies = self.env["kbs.version.map"].search(domain)
        states = [len(copies.filtered(lambda x, s=s: x.status == s))
                  for s in kbs_version_workbook.STATES]  # fmt: skip
        over = len(copies.filtered(lambda x: x.days_over > 0))
        total = [*rows["Total"][2:8]]
        self.assertEqual(total, [len(copies), *states, over])

    def test_version_map_counts_the_copies_of_each_version(self):
        sheet = self.books["versions"]["By Version"]
        rows = list(sheet.iter_rows(4, values_only=True))
        own = [x for x in rows if x[0] == "Accounting"]
        self.assertEqual([x[1] for x in own], ["8.8", "8.9", "8.10", "8.11", None])
        self.assertEqual([x[3] for x in own], [2, 1, 1, 1, 1])
        self.assertEqual([x[5] for x in own], [2, 1, 0, 0, 0])
        self.assertAlmostEqual(own[0][4], 2 / 6)
        self.assertEqual(own[0][6:7] + own[0][8:], ("8.10", 30))
        self.assertEqual(own[0][7].date(), TODAY - timedelta(days=30))
        self.assertEqual(rows[-1][0], "Total")
        self.assertEqual(rows[-1][3], sum(x[3] for x in rows[:-1]))
        self.assertEqual(rows[-1][5], sum(x[5] for x in rows[:-1]))

    def test_version_map_lists_who_is_longest_over_first(self):
        sheet = self.books["versions"]["Copies"]
        rows = list(sheet.iter_rows(4, values_only=True))
        copies = self.env["kbs.version.map"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual([x[4] for x in rows[:-1]],
                         copies.installation_id.mapped("number"))  # fmt: skip
        client, manager, plan, *_rest = rows[0]
        self.assertEqual(client, self.stays.partner_id.name)
        self.assertEqual(manager, self.manager.name)
        self.assertEqual(plan, self.plan("optima").name)
        self.assertEqual(rows[0][7:9], ("8.11", "8.10"))
        self.assertEqual(rows[0][10], 30)
        total = rows[-1]
        self.assertEqual((total[4], total[10]), (len(copies), 30))
        sheet = self.open("versions")["Copies"]
        self.assertEqual(sheet.auto_filter.ref, f"A3:L{3 + len(copies)}")
        self.assertEqual(sheet.freeze_panes, "B4")
        self.assertEqual(sheet["J4"].number_format, "dd.mm.yyyy")

    def test_batches_of_copies_lose_none_and_double_none(self):
        with patch.object(kbs_version_workbook, "BATCH", 3):
            content = self.make("versions", MAY)
        book = load_workbook(BytesIO(content))
        self.assertEqual(
            list(book["Copies"].iter_rows(4, values_only=True)),
            list(self.open("versions")["Copies"].iter_rows(4, values_only=True)),
        )

    def test_version_map_downloads_its_workbook(self):
        action = self.env["kbs.version.map"].with_user(self.reader).action_download()
        self.assertEqual(action["report_name"], "kbs_support.kbs_version_workbook")
        wizard = self.env["kbs.workbook"].search([], order="id desc", limit=1)
        self.assertEqual(wizard._get_file_name(), "Version map 2026-05-14")

    # === THE WIZARD === #

    def test_last_month_is_proposed(self):
        wizard = self.env["kbs.workbook"].with_user(self.reader).create({})
        self.assertEqual((wizard.kind, wizard.month), ("month", APRIL))
        self.assertIn("2026-04", wizard._get_file_name())

import json
from datetime import date, datetime, timedelta
from io import BytesIO
from urllib.parse import unquote

from openpyxl import load_workbook
from pypdf import PdfReader

from odoo import http
from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, tagged

from .hours_common import HoursCase

PDF = "kbs_support.kbs_hour_statement_report_pdf"
XLSX = "kbs_support.kbs_hour_statement_report_xlsx"


@tagged("post_install", "-at_install")
class TestStatementFiles(HoursCase, HttpCase):
    """The statement as people get it: on the screen, as PDF, as a spreadsheet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hospital.lang = "uk_UA"
        cls.case.number = "HT00042"
        cls.work(50, name="Moved the base")
        cls.env["kbs.hour.entry"]._correct(
            cls.support, 60, "Angry client", date(2026, 5, 20)
        )
        cls.statement = cls.make()

    @classmethod
    def make(cls, user=None, **values):
        return (
            cls.env["kbs.hour.statement"]
            .with_user(user or cls.env.user)
            .create({"subscription_id": cls.support.id, **values})
        )

    def test_screen(self):
        with Form(
            self.env["kbs.hour.statement"]
            .with_user(self.agent)
            .with_context(default_subscription_id=self.support.id)
        ) as form:
            self.assertEqual(str(form.date_from), "2026-05-01")
            self.assertEqual(str(form.date_to), "2026-05-14")
            self.assertIn("Moved the base", form.table_html)
            self.assertIn("Angry client", form.table_html)
            self.assertIn("3 h 10 min", form.table_html)
            form.date_to = "2026-05-10"
            self.assertEqual(form.span, "other")
            self.assertNotIn("Moved the base", form.table_html)
            form.span = "whole"
            self.assertEqual(str(form.date_to), "2026-05-14")

    def test_who_opens_it(self):
        for user in (
            self.agent,
            self.lead,
            self.bookkeeper,
            self.reader,
            self.salesman,
        ):
            with self.subTest(user=user.login):
                action = self.support.with_user(user).action_hour_statement()
                values = {
                    key.removeprefix("default_"): value
                    for key, value in action["context"].items()
                }
                statement = self.env[action["res_model"]].with_user(user).create(values)
                self.assertIn("3 h 10 min", statement.table_html)
                report = statement.action_print_xlsx()
                self.assertEqual(report["report_type"], "xlsx")
                self.assertTrue(self.xlsx(statement))
        outsider = self.env["res.users"].create({"name": "Outsider", "login": "out"})
        with self.assertRaises(AccessError):
            self.make(outsider)

    def test_pdf(self):
        reports = self.env["ir.actions.report"].with_context(
            force_report_rendering=True
        )
        # The text is what counts here; styles would come from a server.
        self.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:1")
        content, kind = reports._render_qweb_pdf(PDF, self.statement.ids)
        self.assertEqual(kind, "pdf")
        pages = PdfReader(BytesIO(content)).pages
        text = " ".join(" ".join(x.extract_text() for x in pages).split())
        for words in (
            "Виписка годин",
            "Hospital",
            self.support.name,
            "01.05.2026–14.05.2026",
            "HT00042, Moved the base",
            "50 хв",
            "3 год 10 хв",
        ):
            self.assertIn(words, text)
        self.assertNotIn("Angry", text)

    def xlsx(self, statement):
        content, kind = self.env["ir.actions.report"]._render_xlsx(
            XLSX, statement.ids, {}
        )
        self.assertEqual(kind, "xlsx")
        return load_workbook(BytesIO(content)).active

    def test_xlsx(self):
        sheet = self.xlsx(self.statement)
        rows = list(sheet.iter_rows(values_only=True))
        self.assertEqual(rows[1][:2], ("Client", "Hospital"))
        self.assertEqual(rows[2][:2], ("Support", f"{self.support.name}, OPTIMA"))
        first, last = datetime(2026, 5, 1), datetime(2026, 5, 14)
        self.assertEqual(rows[3][:3], ("Days", first, last))
        self.assertEqual(rows[5], ("Date", "What", "Details", "Given", "Taken", "Left"))
        used = next(x for x in rows if x[1] == "Used")
        self.assertEqual(used[0], last)
        self.assertEqual(used[2], "HT00042, Moved the base")
        self.assertEqual(used[3:], (None, _time(50), _time(190)))
        closing = next(x for x in rows if x[1] == "Left at the end of this day")
        self.assertEqual(closing[5], "=F7+D11-E11")
        self.assertNotIn("Angry", str(rows))

    def test_numbers_of_support_may_have_any_form(self):
        """A company numbers its support as it likes: "15/2026" is a usual form."""
        self.statement.subscription_id.sudo().name = "KBS/2026/[15]: " + "x" * 30
        self.assertEqual(self.xlsx(self.statement).title[:16], "KBS-2026--15-- x")

    def test_xlsx_holds_numbers_that_can_be_added(self):
        sheet = self.xlsx(self.statement)
        cells = [x for row in sheet.iter_rows() for x in row if x.value is not None]
        times = [x for x in cells if x.number_format == "[h]:mm"]
        days = [x for x in cells if x.number_format == "dd.mm.yyyy"]
        # Sums are formulas.
        kinds = [x.data_type for x in times]
        self.assertEqual({x: kinds.count(x) for x in kinds}, {"d": 10, "f": 3})
        self.assertEqual({x.data_type for x in days}, {"d"})
        self.assertEqual(len(days), 7)

    def test_name_of_the_file(self):
        self.authenticate("kbs_agent", "kbs_agent")
        for kind, report, name in (
            ("pdf", PDF, "Statement of hours {} 05-01-2026–05-14-2026.pdf"),
            ("xlsx", XLSX, "Statement of hours {} 05-01-2026–05-14-2026.xlsx"),
        ):
            # Only who has made it may print it.
            statement = self.make(self.agent)
            report_name = self.env.ref(report).report_name
            url = f"/report/{kind}/{report_name}/{statement.id}"
            form = {
                "data": json.dumps([url, "qweb-pdf" if kind == "pdf" else kind]),
                "context": "{}",
                "csrf_token": http.Request.csrf_token(self),
            }
            answer = self.url_open("/report/download", data=form)
            shown = unquote(answer.headers["Content-Disposition"])
            self.assertIn(name.format(self.support.name), shown)


def _time(minutes):
    """A time as openpyxl reads it: of more than a day, or of less."""
    return timedelta(minutes=minutes)

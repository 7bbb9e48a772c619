import base64
import io
import zipfile
from datetime import date, datetime, time, timedelta
from unittest.mock import patch

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..tools import client_sheets, spreadsheets
from ..tools.client_sheets import SHEETS, CellError, read_book, read_cell
from ..tools.opening import get_chain, get_term_fault
from .import_common import ALPHA, BETA, ImportCase, fill


class Cell:
    """A cell as openpyxl gives it."""

    def __init__(self, value, data_type="n"):
        self.value, self.data_type = value, data_type


@tagged("post_install", "-at_install")
class TestImportFaults(ImportCase):
    """Every fault at once, by sheet, row and column; and no file breaks the reader."""

    def texts(self, rows):
        record = self.check(rows)
        self.assertEqual(record.state, "checked", record.trouble)
        return {
            (x.sheet, x.number, x.letter or ""): x.text
            for x in record.fault_ids
            if not x.is_warning
        }

    def test_every_fault_is_told_at_once_with_its_place(self):
        rows = {
            "client": [
                self.client_row("12345670"),
                {"code": BETA},
                self.client_row(
                    ALPHA,
                    vat="12",
                    state="Atlantis",
                    email="a@b",
                    phone="call me",
                    manager="nobody",
                ),
                self.client_row("40000137", name="=A1"),
            ],
            "copy": [
                {"code": "40000142", "program": "x", "number": "1"},
            ],
        }
        texts = self.texts(rows)
        self.assertEqual(
            set(texts),
            {
                ("client", 3, "A"),
                ("client", 4, "B"),
                ("client", 5, "C"),
                ("client", 5, "D"),
                ("client", 5, "H"),
                ("client", 5, "I"),
                ("client", 5, "J"),
                ("client", 6, "B"),
                ("copy", 3, "B"),
            },
        )
        self.assertIn("“12345670” is no ЄДРПОУ", texts["client", 3, "A"])
        self.assertIn("“Atlantis”", texts["client", 5, "D"])
        self.assertIn("login “nobody”", texts["client", 5, "J"])
        self.assertIn("formula", texts["client", 6, "B"])

    def test_rows_that_do_not_fit_together(self):
        year = self.env.ref("kbs_support.kbs_term_budget_year").name
        rows = {
            "client": [self.client_row(), self.client_row(name="Twice")],
            "person": [{"code": BETA, "name": "Nobody's"}],
            "support": [
                self.support_row(),
                self.support_row(number="a", date_end=date(2026, 2, 1)),
                self.support_row(number="b", term=year),
            ],
            "hours": [
                {"code": ALPHA, "support": "?", "hours_kind": "Bought", "minutes": 1},
                {
                    "code": ALPHA,
                    "hours_kind": "Included in the plan",
                    "minutes": "9:00",
                },
                {"code": ALPHA, "hours_kind": "Bought", "minutes": 1},
            ],
        }
        texts = {(x, y): z for (x, y, _c), z in self.texts(rows).items()}
        for place, words in {
            ("client", 4): "The same as row 3",
            ("person", 3): "No client has this code",
            ("support", 4): "not in their order",
            ("support", 5): "31 December",
            ("hours", 3): "no such row on the sheet of support",
            ("hours", 4): "includes fewer hours",
            ("hours", 5): "until which day",
        }.items():
            with self.subTest(place=place):
                self.assertIn(words, texts.pop(place))
        self.assertFalse(texts)

    def test_two_clients_of_one_code_are_not_guessed(self):
        for name in ("First", "Second"):
            self._create_client(name, company_registry=ALPHA)
        texts = self.texts({"client": [self.client_row()]})
        self.assertIn("Several clients", texts["client", 3, "A"])

    def test_copy_of_another_client_is_not_taken(self):
        self.env["kbs.installation"].create(
            {
                "number": "a-1",
                "software_id": self.software.id,
                "partner_id": self.client.id,
                "company_id": self.company.id,
            }
        )
        rows = {x: self.story()[x] for x in ("client", "copy")}
        self.assertIn("another client", self.texts(rows)["copy", 3, ""])

    def test_nothing_beside_what_was_sold_here(self):
        known = self._create_client("School", company_registry=ALPHA)
        self.sell_paid("prof_3", client=known)
        texts = self.texts({"support": [self.support_row()]})
        self.assertIn("was sold in this system", texts["support", 3, ""])

    def test_numbers_and_dates_as_people_write_them(self):
        for kind, typed, value in (
            ("code", 40000116, "40000116"),
            ("code", "4000 0116", "40000116"),
            ("date", "14.05.2026", "2026-05-14"),
            ("date", "2026-05-14", "2026-05-14"),
            ("date", datetime(2026, 5, 14), "2026-05-14"),
            ("money", "6 900,50", 6900.5),
            ("money", "6\u00a0900.50", 6900.5),
            ("minutes", time(2, 30), 150),
            ("minutes", timedelta(hours=30), 1800),
            ("minutes", "30:15", 1815),
            ("minutes", 2.5, 150),
            ("minutes", "2,5", 150),
            ("phone", 380441234567, "+380441234567"),
            ("text", 12.0, "12"),
        ):
            with self.subTest(kind=kind, typed=typed):
                self.assertEqual(read_cell(Cell(typed), kind), value)
        for kind, typed in (
            ("date", "05/14/26"),
            ("date", 46000),
            ("date", "31.02.2026"),
            ("money", "-1"),
            ("money", "a lot"),
            ("money", True),
            ("money", "NaN"),
            ("minutes", "2:75"),
            ("minutes", datetime(2026, 1, 1)),
            ("text", datetime(2026, 1, 1)),
            ("text", "x" * 301),
            ("code", "40000117"),
            ("email", "a@b.ua, c@d.ua"),
        ):
            with self.subTest(kind=kind, typed=typed), self.assertRaises(CellError):
                read_cell(Cell(typed), kind)

    @settings(max_examples=150, deadline=None)
    @given(
        st.one_of(
            st.text(max_size=20),
            st.integers(),
            st.floats(),
            st.booleans(),
            st.datetimes(),
            st.times(),
            st.timedeltas(),
        )
    )
    def test_whatever_a_cell_holds_is_read_or_refused(self, value):
        for kind in client_sheets.READERS:
            try:
                read_cell(Cell(value), kind)
            except CellError:
                continue

    def test_example_rows_are_skipped(self):
        record = self.check(content=self.template)
        self.assertIn("not one filled in row", record.trouble)
        self.assertEqual(record.state, "draft")

    def book(self, change):
        """The story, after ``change(workbook)``."""
        workbook = openpyxl.load_workbook(io.BytesIO(fill(self.template, self.story())))
        change(workbook)
        stream = io.BytesIO()
        workbook.save(stream)
        return stream.getvalue()

    def test_merged_cells_are_told(self):
        content = self.book(lambda x: x.worksheets[0].merge_cells("B3:C3"))
        record = self.check(content=content)
        self.assertIn("B3:C3 are merged", " ".join(record.fault_ids.mapped("text")))

    def test_foreign_and_missing_columns_and_sheets_are_told(self):
        def change(workbook):
            workbook.worksheets[0].cell(1, 3).value = "Something else"
            workbook.worksheets[2].cell(1, 2).value = "?"
            del workbook[workbook.worksheets[4].title]

        record = self.check(content=self.book(change))
        texts = record.fault_ids.grouped("is_warning")
        self.assertIn("no column “C: Something else”", str(texts[True].mapped("text")))
        self.assertIn("sheet is missing", str(texts[True].mapped("text")))
        self.assertIn("column is missing", str(texts[False].mapped("text")))

    def test_template_in_another_language_is_read(self):
        if not self.env["res.lang"]._lang_get("uk_UA"):
            self.env["res.lang"]._activate_lang("uk_UA")
        optima = self.plan("optima").with_context(lang="uk_UA")
        optima.name = "Найкращий"
        imports = self.env["kbs.client.import"].with_user(self.manager)
        template = imports.with_context(lang="uk_UA")._make_template()
        rows = {
            "client": [self.client_row()],
            "support": [self.support_row(plan="найкращий", price_kind="Regular")],
        }
        self.bring(rows, fill(template, rows))
        self.assertEqual(self.find().kbs_subscription_ids.plan_id, optima)

    def test_file_that_is_none_is_told_in_a_sentence(self):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("a.txt", "x")
        content = fill(self.template, self.story())
        other = openpyxl.Workbook()
        other_stream = io.BytesIO()
        other.save(other_stream)
        for sent, words in (
            (b"code;name\n1;2", "no Excel workbook"),
            (b"\xd0\xcf\x11\xe0" + b"x" * 100, "with a password"),
            (stream.getvalue(), "no Excel workbook"),
            (content[: len(content) // 2], "no Excel workbook"),
            (other_stream.getvalue(), "None of the sheets"),
            (self.with_part("xl/workbook.xml", b"<nonsense"), "is damaged"),
            (
                self.with_part(
                    "xl/worksheets/sheet1.xml",
                    b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
                ),
                "no spreadsheet program",
            ),
            (
                self.with_part(
                    "xl/worksheets/sheet1.xml", b"<a>".decode().encode("utf-16")
                ),
                "no spreadsheet program",
            ),
        ):
            with self.subTest(words=words, sent=sent[:20]):
                record = self.check(content=sent)
                self.assertIn(words, record.trouble)
                self.assertEqual(record.state, "draft")
                self.assertFalse(record.line_ids)

    def with_part(self, name, content):
        """The story with one part of its ZIP put in the place of what it was."""
        stream = io.BytesIO()
        source = zipfile.ZipFile(io.BytesIO(fill(self.template, self.story())))
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in source.infolist():
                data = content if part.filename == name else source.read(part)
                archive.writestr(part.filename, data)
        return stream.getvalue()

    def test_bomb_is_not_unpacked(self):
        bomb = self.with_part("xl/worksheets/sheet1.xml", b" " * 3 * 2**20)
        with patch.object(spreadsheets, "MAX_UNPACKED", 2**20):
            self.assertIn("no spreadsheet program", self.check(content=bomb).trouble)
        with patch.object(spreadsheets, "MAX_BYTES", 1000):
            self.assertIn("larger than 20 MB", self.check(content=bomb).trouble)
        with patch.object(client_sheets, "MAX_ROWS", 2):
            rows = {"client": [self.client_row()] * 5}
            texts = self.check(rows).fault_ids.mapped("text")
        self.assertIn("More than 2 rows. Divide the file.", texts)

    def test_broken_bytes_never_end_in_a_traceback(self):
        import random

        content = fill(self.template, self.story())
        names = self.env["kbs.client.import"]._get_all_names()
        dice = random.Random(19)  # noqa: S311 (a test)
        outcomes = set()
        for _run in range(60):
            broken = bytearray(content)
            for _byte in range(dice.choice((1, 5, 50))):
                broken[dice.randrange(len(broken))] = dice.randrange(256)
            try:
                read_book(bytes(broken), *names)
                outcomes.add("read")
            except client_sheets.BookError as error:
                outcomes.add(error.reason)
        self.assertLessEqual({"broken"}, outcomes)

    def test_faults_come_back_in_the_file(self):
        rows = {"client": [self.client_row(email="?"), self.client_row(BETA)]}
        record = self.check(rows)
        book = openpyxl.load_workbook(io.BytesIO(record._make_fault_file()))
        sheet = book.worksheets[0]
        column = [x.value for x in sheet[1]].index("What is wrong")
        self.assertIn("E-mail: “?” is not one", sheet.cell(3, column + 1).value)
        self.assertIsNone(sheet.cell(4, column + 1).value)
        self.assertEqual(sheet.cell(3, 1).value, ALPHA)

    def test_another_file_is_checked_anew(self):
        record = self.check({"client": [self.client_row(email="?")]})
        record.file = base64.b64encode(fill(self.template, self.story()))
        self.assertEqual((record.state, len(record.fault_ids)), ("draft", 0))
        with self.assertRaisesRegex(UserError, "No row"):
            record.action_write()
        record.action_check()
        record.action_write()
        self.assertEqual(record.state, "done")
        for action in (record.action_check, record.action_write):
            with self.assertRaises(UserError):
                action()
        with self.assertRaisesRegex(UserError, "was imported"):
            record.file = base64.b64encode(b"x")

    def test_only_managers_import(self):
        imports = self.env["kbs.client.import"]
        for user in (self.agent, self.lead, self.salesman, self.accountant):
            with self.subTest(user=user.login):
                for operation in ("read", "create", "write", "unlink"):
                    self.assertFalse(imports.with_user(user).has_access(operation))
        record = self.check()
        self.assertFalse(record.line_ids.has_access("write"))
        # The manager need not have the right to make contacts.
        self.assertFalse(self.manager.has_group("base.group_partner_manager"))
        with self.assertRaises(AccessError):
            record.with_user(self.lead).action_write()

    def test_other_company_is_invisible(self):
        record = self.check()
        other = self._create_company("Another company")
        self.manager.company_ids |= other
        there = record.with_context(allowed_company_ids=other.ids)
        with self.assertRaises(AccessError):
            there.read(["state"])

    def test_template_can_be_filled_in(self):
        template = self.env["kbs.client.import"]._make_template()
        book = openpyxl.load_workbook(io.BytesIO(template))
        names = self.env["kbs.client.import"]._get_sheet_names()
        self.assertEqual(book.sheetnames[:5], list(names.values()))
        support = book.worksheets[3]
        self.assertEqual(support.freeze_panes, "C2")
        rules = support.data_validations.dataValidation
        self.assertEqual(len(rules), sum(x.kind == "choice" for x in SHEETS["support"])
                         )  # fmt: skip
        lists = book.worksheets[5]
        self.assertEqual(lists.sheet_state, "hidden")
        words = [x.value for x in lists["G"]] + [x.value for x in lists["H"]]
        self.assertIn(self.plan("optima").name, words)
        self.assertEqual(support["E2"].number_format, "dd.mm.yyyy")
        self.assertTrue(support["A1"].comment)

    def test_chain_is_counted_as_when_it_was_sold_here(self):
        day = date
        self.assertEqual(
            get_chain(day(2025, 1, 31), day(2026, 1, 31), day(2026, 2, 27)),
            (day(2025, 1, 31), 13),
        )
        self.assertEqual(
            get_chain(day(2026, 1, 1), day(2026, 1, 1), day(2026, 12, 31), True),
            (day(2026, 1, 1), 0),
        )
        self.assertIsNone(
            get_term_fault(1, False, day(2025, 1, 31), day(2026, 1, 31),
                           day(2026, 2, 27))
        )  # fmt: skip
        self.assertEqual(
            get_term_fault(12, True, day(2026, 1, 1), day(2026, 1, 1),
                           day(2027, 1, 1)),
            ("budget_year", False),
        )  # fmt: skip


@tagged("post_install", "-at_install")
class TestImportRoutes(HttpCase):
    """The workbooks are given to managers, and to nobody else."""

    def test_only_managers_download(self):
        from odoo.tests import new_test_user

        new_test_user(self.env, "imp_manager", groups="kbs_support.group_kbs_manager")
        new_test_user(self.env, "imp_lead", groups="kbs_support.group_kbs_lead")
        new_test_user(self.env, "imp_portal", groups="base.group_portal")
        record = self.env["kbs.client.import"].create(
            {"file": base64.b64encode(b"nothing"), "file_name": "a.xlsx"}
        )
        urls = ("/kbs/client_import/template", f"/kbs/client_import/{record.id}/faults")
        for login in (None, "imp_lead", "imp_portal"):
            self.authenticate(login, login)
            for url in urls:
                with self.subTest(login=login, url=url):
                    response = self.url_open(url, allow_redirects=False)
                    self.assertIn(response.status_code, (303, 403))
        self.authenticate("imp_manager", "imp_manager")
        response = self.url_open(urls[0])
        self.assertEqual(response.status_code, 200)
        self.assertTrue(response.content.startswith(b"PK"))
        self.assertIn("no-store", response.headers["Cache-Control"])
        self.assertEqual(self.url_open("/kbs/client_import/0/faults").status_code, 404)

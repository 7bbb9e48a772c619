from datetime import datetime

from odoo.tests import BaseCase, tagged

from ..tools.connection_report import ReportError, get_digits, read_report

REPORT = """Start;End;User;TeamViewer ID;Computer;Group;Notes
2026-05-14 07:00:00;2026-05-14 07:25:00;Olena;123 456 789;BUH-1;School;HT00012
"""


@tagged("post_install", "-at_install")
class TestConnectionReport(BaseCase):
    """Reading the file, without a database."""

    def read(self, text, zone="UTC", encoding="utf-8"):
        return read_report(text.encode(encoding), zone)

    def test_row(self):
        (row,) = self.read(REPORT)
        self.assertEqual(row.start, datetime(2026, 5, 14, 7))
        self.assertEqual(row.end, datetime(2026, 5, 14, 7, 25))
        self.assertEqual(row.device_id, "123456789")
        self.assertEqual(
            (row.user, row.device, row.group), ("Olena", "BUH-1", "School")
        )
        self.assertEqual((row.note, row.number, row.fault), ("HT00012", 2, ""))

    def test_forms_of_the_file(self):
        expected = self.read(REPORT)
        for text, encoding in (
            (REPORT, "utf-8-sig"),
            (REPORT, "utf-16"),
            (REPORT.replace(";", ","), "utf-8"),
            (REPORT.replace(";", "\t"), "utf-8"),
            (REPORT.replace("\n", "\r\n"), "utf-8"),
        ):
            self.assertEqual(self.read(text, encoding=encoding), expected)
        cyrillic = self.read(REPORT.replace("Olena", "Олена"), encoding="cp1251")
        self.assertEqual(cyrillic[0].user, "Олена")

    def test_quoted_separator_and_line_break(self):
        (row,) = self.read(REPORT.replace("HT00012", '"one; two\nthree"'))
        self.assertEqual(row.note, "one; two\nthree")

    def test_moments_are_of_their_zone(self):
        for text, zone in (
            ("14.05.2026 10:00", "Europe/Kyiv"),
            ("14.05.2026 10:00:00", "Europe/Kyiv"),
            ("5/14/2026 10:00 AM", "Europe/Kyiv"),
            ("2026-05-14T07:00:00Z", "Europe/Kyiv"),
            ("2026-05-14T10:00:00+03:00", "UTC"),
        ):
            (row,) = self.read(REPORT.replace("2026-05-14 07:00:00", text), zone)
            self.assertEqual(row.start, datetime(2026, 5, 14, 7), text)

    def test_duration_instead_of_the_end(self):
        for text, minutes in (
            ("25", 25),
            ("0:25:40", 26),
            ("1:05", 65),
            ("25 min", 25),
        ):
            report = REPORT.replace("End", "Duration")
            (row,) = self.read(report.replace("2026-05-14 07:25:00", text))
            self.assertEqual((row.end - row.start).total_seconds() / 60, minutes, text)

    def test_rows_that_are_not_understood(self):
        for old, new, fault in (
            ("2026-05-14 07:00:00", "yesterday", "start"),
            ("2026-05-14 07:25:00", "", "end"),
            ("2026-05-14 07:25:00", "2026-05-14 06:00:00", "order"),
            ("2026-05-14 07:00:00", "0001-01-01 00:00:00", "start"),
            ("2026-05-14 07:25:00", "9999-12-31 23:59:59", "end"),
        ):
            (row,) = self.read(REPORT.replace(old, new))
            self.assertEqual(row.fault, fault)

    def test_duration_without_measure(self):
        report = REPORT.replace("End", "Duration")
        for text in ("99999999999999", "999999:00", "long"):
            (row,) = self.read(report.replace("2026-05-14 07:25:00", text))
            self.assertEqual(row.fault, "end", text)

    def test_key_is_the_sessions_own_or_what_tells_it_apart(self):
        (row,) = self.read(REPORT)
        self.assertEqual(row.key, "123456789/Olena/2026-05-14 07:00:00")
        (row,) = self.read(REPORT.replace("Computer", "Session ID"))
        self.assertEqual(row.key, "BUH-1")

    def test_what_is_no_report(self):
        for text, reason in (
            ("", "empty"),
            ("\n;;\n", "empty"),
            ("a;b\n1;2", "columns"),
        ):
            with self.assertRaises(ReportError) as told:
                self.read(text)
            self.assertEqual(told.exception.reason, reason)
        with self.assertRaises(ReportError) as told:
            self.read("Start;User\n1;2")
        self.assertEqual(told.exception.missing, ["teamviewer id", "end"])
        with self.assertRaises(ReportError) as told:
            read_report(b"\x89PNG\r\n\0\0\0\x98", "UTC")
        self.assertEqual(told.exception.reason, "encoding")

    def test_digits(self):
        self.assertEqual(get_digits("1 234 567-890"), "1234567890")
        self.assertEqual(get_digits(None), "")

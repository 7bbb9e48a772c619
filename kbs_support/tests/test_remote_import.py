import base64
from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_remote import RemoteCase

HEADER = "Start;End;User;TeamViewer ID;Computer;Group;Notes\n"


@tagged("post_install", "-at_install")
class TestRemoteImport(RemoteCase):
    """A connection report becomes sessions, each connection once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent.name = "Olena Koval"
        cls.school_case.kbs_received_at = "2026-05-12 08:00:00"
        cls.case.kbs_received_at = "2026-05-12 08:00:00"

    def row(
        self, hour, user="Olena Koval", device_id="111", device="", group="", note=""
    ):
        """A connection of 25 minutes on 14 May from the full UTC ``hour``."""
        start = f"2026-05-14 {hour:02}:00:00"
        end = f"2026-05-14 {hour:02}:25:00"
        return ";".join([start, end, user, device_id, device, group, note]) + "\n"

    def read(self, *rows, text=None):
        report = (
            self.env["kbs.remote.import"]
            .with_user(self.lead)
            .create(
                {
                    "file": base64.b64encode((text or HEADER + "".join(rows)).encode()),
                    "file_name": "report.csv",
                }
            )
        )
        report.action_read()
        return report

    def states(self, report):
        return report.line_ids.mapped("state")

    def test_matches_and_books(self):
        report = self.read(
            self.row(5, group="School"),
            self.row(6, note=f"{self.case.number}, the printer"),
            self.row(7, user="Somebody", group="School"),
            self.row(8, device_id="999", device="???"),
        )
        self.assertEqual(
            self.states(report), ["ready", "ready", "no_user", "no_client"]
        )
        self.assertEqual(
            report.line_ids.mapped("ticket_id"), self.school_case | self.case
        )
        self.assertEqual((report.ready_count, report.open_count), (2, 2))
        report.action_book()
        self.assertEqual(
            self.states(report), ["booked", "booked", "no_user", "no_client"]
        )
        session = self.school_case.kbs_session_ids
        self.assertEqual(session.date_start, datetime(2026, 5, 14, 5))
        self.assertEqual((session.minutes, session.user_id), (25, self.agent))
        self.assertTrue(session.is_within)
        self.assertFalse(session.consent_at or session.protocol_at)
        self.assertEqual(session.timesheet_ids.employee_id.user_id, self.agent)
        self.assertEqual(
            self.case.kbs_session_ids.result, f"{self.case.number}, the printer"
        )
        self.assertEqual(self.left(), 155)  # ОПТИМА draws, 180 − 25

    def test_never_twice(self):
        rows = [self.row(5, group="School"), self.row(6, group="School")]
        self.read(rows[0]).action_book()
        again = self.read(*rows)
        self.assertEqual(self.states(again), ["known", "ready"])
        again.action_book()
        again.action_read()
        self.assertEqual(self.states(again), ["known", "booked"])
        with self.assertRaisesRegex(UserError, "Nothing is ready"):
            again.action_book()
        self.assertEqual(len(self.school_case.kbs_session_ids), 2)

    def test_what_the_specialist_noted_himself_is_not_booked_again(self):
        with freeze_time("2026-05-14 05:27:00"):
            noted = self.log(25)
        report = self.read(self.row(5, group="School"), self.row(7, group="School"))
        self.assertEqual(self.states(report), ["known", "ready"])
        self.assertEqual(report.line_ids[0].session_id, noted)
        self.assertEqual(noted.connection_id, "111")

    def test_computer_is_remembered(self):
        self.read(self.row(5, device_id="12 34", group="School")).action_book()
        report = self.read(self.row(6, device_id="1234"))
        self.assertEqual(report.line_ids.partner_id, self.school)
        self.assertEqual(report.line_ids.state, "ready")

    def test_person_chooses_what_was_not_found(self):
        report = self.read(self.row(5, user="Somebody"), self.row(6))
        report.line_ids[0].user_id = self.agent
        report.line_ids.ticket_id = self.school_case
        report.action_match()
        self.assertEqual(self.states(report), ["ready", "ready"])
        report.action_book()
        self.assertEqual(len(self.school_case.kbs_session_ids), 2)

    def test_two_open_tickets_are_not_guessed(self):
        self.ticket(self.school).kbs_received_at = "2026-05-13 08:00:00"
        report = self.read(self.row(5, group="School"))
        self.assertEqual(report.line_ids.state, "no_ticket")

    def test_third_of_the_report_is_over_the_plan(self):
        rows = [self.row(hour, group="School") for hour in (8, 6, 7)]
        report = self.read(*rows)
        report.action_book()
        sessions = self.school_case.kbs_session_ids.sorted("date_start")
        self.assertEqual(sessions.mapped("is_within"), [True, True, False])

    def test_line_that_fails_stays(self):
        report = self.read(self.row(5, group="School"), self.row(6, group="School"))
        report.line_ids[0].user_id = self.env["res.users"].create(
            {
                "name": "Without an employee",
                "login": "no_employee",
                "company_id": self.company.id,
                "company_ids": [(6, 0, self.company.ids)],
            }
        )
        report.action_book()
        self.assertEqual(self.states(report), ["ready", "booked"])
        self.assertTrue(report.line_ids[0].error)

    def test_file_that_is_no_report(self):
        with self.assertRaisesRegex(UserError, "teamviewer id"):
            self.read(text="Start;End;User\n1;2;3")
        with self.assertRaisesRegex(UserError, "is empty"):
            self.read(text="\n")

    def test_only_leads_import(self):
        with self.assertRaises(AccessError):
            self.env["kbs.remote.import"].with_user(self.agent).search([])

    def test_matching_costs_the_same_for_5_and_50(self):
        counts = []
        for hours in (range(5), range(50)):
            text = HEADER + "".join(
                self.row(6, group="School", device_id=f"{len(hours)}{x}") for x in hours
            )
            report = self.read(text=text)
            self.env.invalidate_all()
            report.line_ids.write({"partner_id": False, "ticket_id": False})
            with self.assertQueryCount(100):
                before = self.env.cr.sql_log_count
                report.line_ids._match()
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3)

from io import BytesIO
from unittest.mock import patch

from lxml import html
from werkzeug.datastructures import FileStorage

from odoo import http
from odoo.exceptions import UserError
from odoo.tests import BaseCase, tagged

from ..controllers.typed import read_files
from ..wizard.kbs_callback import KbsCallback
from .test_ticket_portal import TicketPortalCase

LONG = "x" * 100_000


@tagged("post_install", "-at_install")
class TestUploads(BaseCase):
    """Files of a request that Odoo repeats after a conflict."""

    def test_files_are_read_from_the_beginning_each_time(self):
        sent = [FileStorage(BytesIO(x), filename="x") for x in (b"one", b"two")]
        for _repeated in range(2):
            self.assertEqual(read_files(sent), [("x", b"one"), ("x", b"two")])
        self.assertEqual(read_files(sent, 2), [("x", b"on"), ("x", b"tw")])


@tagged("post_install", "-at_install")
class TestPortalForms(TicketPortalCase):
    """Whatever is sent to a form of the portal: a clear word, and nothing is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.partner_id.write({"email": "owner@example.com", "phone": "1"})

    def setUp(self):
        super().setUp()
        self.login(self.owner)

    def send(self, url, data, files=None):
        data = {**data, "csrf_token": http.Request.csrf_token(self)}
        return self.url_open(url, data=data, files=files)

    def send_ticket(self, files=None, **values):
        data = {"subject": "It fails", "description": "Since today", **values}
        return self.send("/submitted/ticket", data, files)

    def send_feedback(self, files=None, **values):
        data = {"kind": "remark", "title": "A title", "text": "My words", **values}
        return self.send("/my/feedback/new", data, files)

    def send_callback(self, files=None, **values):
        data = {
            "phone": "044 123 45 67",
            "day": "2026-05-15",
            "time": "11:00",
            "topic": "My words",
            **values,
        }
        return self.send("/my/callback", data, files)

    def assert_refused(self, page, kept=None):
        self.assertEqual(page.status_code, 200)
        self.assertIn("alert-danger", page.text)
        if kept:
            self.assertIn(kept, page.text)

    # === ALL FORMS === #

    def test_zero_bytes(self):
        """PostgreSQL keeps no NUL; it is no reason to refuse what a person wrote."""
        self.send_ticket(subject="Zero\x00ticket", description="a\x00b")
        self.assertTrue(self.find("helpdesk.ticket", "Zeroticket"))
        self.send_callback(topic="Zero\x00call")
        self.assertTrue(self.find("crm.lead", "Call-back: Zerocall"))
        self.send_feedback(title="Zero\x00title", text="a\x00b")
        self.assertTrue(self.env["kbs.feedback"].search([("title", "=", "Zerotitle")]))

    def find(self, model, name):
        return self.env[model].search([("name", "=", name)])

    def test_files_in_the_place_of_words(self):
        for send, names in (
            (self.send_ticket, ("subject", "description", "category", "team")),
            (self.send_feedback, ("kind", "title", "text", "category_id")),
            (self.send_callback, ("phone", "day", "time", "topic")),
        ):
            for name in names:
                with self.subTest(name=name):
                    page = send(files={name: ("x.txt", b"x")}, **{name: ""})
                    self.assertEqual(page.status_code, 200)
                    self.assertNotIn("FileStorage", page.text)

    def test_line_ends_are_counted_as_the_browser_counts_them(self):
        text = "\r\n".join(["x"] * 5000)  # 9999 for the browser
        page = self.send_feedback(text=text)
        self.assertRegex(page.url, r"/my/feedback/\d+$")
        text = "\r\n".join(["x"] * 50_000)
        page = self.send_ticket(description=text)
        self.assertRegex(page.url, r"/my/ticket/\d+$")

    # === TICKET === #

    def test_ticket_keeps_what_was_typed(self):
        for values, kept in (
            ({"subject": ""}, "Since today"),
            ({"subject": LONG}, LONG),
            ({"description": " \r\n "}, "It fails"),
            ({"description": LONG + "x"}, LONG),
        ):
            with self.subTest(values=str(values)[:30]):
                self.assert_refused(self.send_ticket(**values), kept)

    def test_ticket_of_100_000_characters(self):
        page = self.send_ticket(description=LONG)
        self.assertIn(LONG, page.text)

    def test_subject_is_one_line(self):
        self.send_ticket(subject="One\r\nBcc: two@example.com")
        self.assertTrue(self.find("helpdesk.ticket", "One Bcc: two@example.com"))

    def test_ticket_sent_twice_is_one(self):
        first = self.send_ticket(files={"attachment": ("a.txt", b"one")})
        files = [("attachment", ("a.txt", b"one")), ("attachment", ("b.txt", b"two"))]
        again = self.send_ticket(files=files)
        self.assertEqual(again.url, first.url)
        ticket = self.find("helpdesk.ticket", "It fails")
        self.assertEqual(len(ticket), 1)
        names = sorted(ticket.attachment_ids.mapped("name"))
        self.assertEqual(names, ["a.txt", "b.txt"])
        self.login(self.colleague)
        self.send_ticket()
        self.assertEqual(len(self.find("helpdesk.ticket", "It fails")), 2)

    def test_what_the_client_says_of_his_ticket(self):
        program = self.env["kbs.software"].create({"name": "Accounting", "code": "a"})
        kind = self.env.ref("kbs_support.helpdesk_ticket_category_kbs_fault")
        page = self.send_ticket(
            program=str(program.id), category=str(kind.id), priority="2"
        )
        ticket = self.find("helpdesk.ticket", "It fails")
        self.assertEqual(ticket.kbs_software_id, program)
        self.assertEqual((ticket.category_id, ticket.priority), (kind, "2"))
        self.assertIn("Accounting", page.text)
        self.assertIn("the work stands still", page.text)

    def test_what_is_not_offered_is_refused(self):
        hidden = self.env["kbs.software"].create(
            {"name": "Hidden", "code": "h", "active": False}
        )
        for values in (
            {"program": str(hidden.id)},
            {"program": "99999999"},
            {"priority": "3"},
            {"priority": "x"},
        ):
            with self.subTest(**values):
                page = self.send_ticket(**values)
                self.assert_refused(page, "Since today")
        self.assertFalse(self.find("helpdesk.ticket", "It fails"))

    def test_form_offers_the_programs_of_the_client(self):
        own, other = self.env["kbs.software"].create(
            [{"name": "Own", "code": "o"}, {"name": "Other", "code": "x"}]
        )
        self.env["kbs.installation"].create(
            {
                "software_id": own.id,
                "partner_id": self.owner.partner_id.commercial_partner_id.id,
                "company_id": self.company.id,
                "number": "1",
            }
        )
        page = html.fromstring(self.url_open("/new/ticket").text)
        offered = page.xpath("//select[@name='program']/option/@value")
        self.assertIn(str(own.id), offered)
        self.assertNotIn(str(other.id), offered)
        self.assertEqual(
            page.xpath("//select[@name='priority']/option[@selected]/@value"), ["1"]
        )

    def test_programs_are_not_taken(self):
        for name in ("run.exe", "letter.pdf.js", "RUN.BAT", "x.scr "):
            with self.subTest(name=name):
                page = self.send_ticket(files={"attachment": (name, b"x")})
                self.assert_refused(page, "Since today")
                page = self.send_feedback(files={"files": (name, b"x")})
                self.assert_refused(page, "My words")
        self.assertFalse(self.find("helpdesk.ticket", "It fails"))

    def test_empty_file_of_a_ticket(self):
        page = self.send_ticket(files={"attachment": ("empty.txt", b"")})
        self.assertIn("empty.txt", page.text)
        self.assertEqual(page.status_code, 200)

    def test_reading_an_address_that_only_takes_forms(self):
        """As after a session that ended while something was written."""
        proposal = self.env["kbs.feedback"].create(
            {"title": "T", "text": "T", "partner_id": self.client.id}
        )
        for url, target in (
            ("/submitted/ticket", "/new/ticket"),
            (f"/my/proposals/{proposal.id}/vote", "/my/proposals"),
        ):
            page = self.url_open(url)
            with self.subTest(url=url):
                self.assertEqual(page.status_code, 200)
                self.assertTrue(page.url.endswith(target))
        self.assertEqual(proposal.vote_count, 1)

    # === FEEDBACK === #

    def test_feedback_keeps_what_was_typed(self):
        for values, kept in (
            ({"title": " "}, "My words"),
            ({"title": LONG}, LONG),
            ({"text": "\r\n"}, "A title"),
            ({"text": LONG}, LONG),
            ({"category_id": "99999999"}, "My words"),
            ({"category_id": "x"}, "My words"),
        ):
            with self.subTest(values=str(values)[:30]):
                self.assert_refused(self.send_feedback(**values), kept)

    def test_section_of_another_company_is_refused(self):
        other = self._create_company("Another company")
        for values in ({"company_id": other.id}, {"show_in_portal": False}):
            section = self.env["helpdesk.ticket.category"].create(
                {"name": "Foreign", "company_id": self.company.id, **values}
            )
            with self.subTest(**values):
                page = self.send_feedback(category_id=str(section.id))
                self.assert_refused(page, "My words")

    def test_empty_file_of_feedback(self):
        page = self.send_feedback(files={"files": ("empty.txt", b"")})
        self.assertIn("empty.txt", page.text)

    # === CALL-BACK === #

    def test_callback_keeps_what_was_typed(self):
        for values, kept in (
            ({"topic": " "}, "044 123"),
            ({"topic": LONG}, LONG),
            ({"phone": LONG}, "My words"),
            ({"phone": "1" * 100_000}, "My words"),
            ({"day": "0001-01-01", "time": "00:00"}, "My words"),
            ({"day": "9999-12-31", "time": "23:59"}, "My words"),
            ({"day": "", "time": ""}, "My words"),
        ):
            with self.subTest(values=str(values)[:30]):
                page = self.send_callback(**values)
                self.assert_refused(page, kept)
                alert = page.text.split('role="alert"')[1].split("</div>")[0]
                self.assertLess(len(alert), 500)

    def test_call_that_is_refused_halfway_leaves_nothing(self):
        def refuse(callback):
            create(callback)
            raise UserError("Halfway")

        create = KbsCallback._create_lead_sudo
        with patch.object(KbsCallback, "_create_lead_sudo", refuse):
            self.assert_refused(self.send_callback(), "My words")
        self.assertFalse(self.find("crm.lead", "Call-back: My words"))

    def test_too_long_a_topic_is_called_so(self):
        self.assertIn("250", self.send_callback(topic="x" * 251).text)

    def test_line_that_is_never_open(self):
        self.company.kbs_people_calendar_id = self.env["resource.calendar"].create(
            {"name": "Never", "attendance_ids": [], "company_id": self.company.id}
        )
        page = self.send_callback()
        self.assert_refused(page, "My words")
        self.assertNotIn("None", page.text.split('role="alert"')[1][:300])

    def test_prospect_who_sends_twice_is_one_lead(self):
        for _twice in range(2):
            self.assertIn("alert-success", self.send_callback().text)
        self.assertEqual(len(self.find("crm.lead", "Call-back: My words")), 1)

    # === PAGES === #

    def test_times_have_no_seconds(self):
        self.ticket.stage_id = self.stage
        feedback = self.send_feedback().url
        for url in (f"/my/ticket/{self.ticket.id}", "/my/tickets", feedback):
            with self.subTest(url=url):
                page = self.url_open(url).text
                self.assertNotRegex(page, r"\d:\d\d:\d\d\b(?! *GMT)")

    def test_form_of_a_ticket_has_its_place_and_order(self):
        self.company.helpdesk_mgmt_portal_select_category = True
        self.env["helpdesk.ticket.category"].create({"name": "Program"})
        for page in (self.url_open("/new/ticket"), self.send_ticket(subject=" ")):
            self.assertIn("o_portal_submenu", page.text)
            self.assertIn('href="/my/tickets"', page.text)
            names = ("subject", "category", "description", "attachment")
            places = [page.text.index(f'name="{x}"') for x in names]
            self.assertEqual(places, sorted(places))

import io

from freezegun import freeze_time
from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.kbs_support.controllers.portal_list import STEP

from .scale_common import ScaleMixin
from .test_event_website import EventsHttpCase

REPORT = "kbs_support.kbs_event_certificate_report"


@tagged("post_install", "-at_install")
class TestEventPortal(EventsHttpCase, ScaleMixin, HttpCase):
    """My events: own company's seats, giving one back, certificates."""

    def setUp(self):
        super().setUp()
        self.seat = self.join("Olena", client=self.owner.partner_id)

    def page(self, user=None):
        answer = self.get("/my/events", user or self.owner)
        self.assertEqual(answer.status_code, 200)
        return answer.text

    def cancel(self, user=None, seat=None, **kwargs):
        path = f"/my/events/{(seat or self.seat).id}/cancel"
        return self.send(path, user=user or self.owner, **kwargs)

    # === LIST === #

    def test_own_company_sees_it_and_nobody_else(self):
        for user in (self.owner, self.colleague):
            self.assertIn("Olena", self.page(user))
        self.assertNotIn("Olena", self.page(self.stranger))
        self.assertIn("/web/login", self.get("/my/events").url)

    def test_who_has_changed_his_employer_sees_the_new_one(self):
        self.owner.partner_id.parent_id = self.client
        self.assertNotIn("Olena", self.page(self.colleague))
        self.colleague.partner_id.parent_id = self.client
        self.assertIn("Olena", self.page(self.colleague))

    def test_coming_and_past(self):
        self.assertNotIn('id="kbs_past"', self.page())
        with freeze_time("2026-05-30 09:00:00"):
            page = self.page()
            self.assertIn('id="kbs_past"', page)
            self.assertIn("Nobody of your institution is registered", page)
            self.assertNotIn("Give the seat back", page)

    def test_names_are_escaped(self):
        self.join("<b>Bold</b>", email="bold@hospital.test")
        page = self.page()
        self.assertIn("&lt;b&gt;Bold", page)
        self.assertNotIn("<b>Bold", page)

    def test_a_lost_benefit_is_told(self):
        self.credit(self.order.invoice_ids)
        self.run_job("event_benefits")
        self.assertIn("Your support ends before the event", self.page())

    def test_the_home_of_support_has_a_block(self):
        other = self.announce(days=20, name="Payroll news")
        text = self.get("/my/support", self.owner).text
        for words in (self.event.name, "Olena", other.name, 'href="/my/events"'):
            self.assertIn(words, text)
        other.website_published = False
        self.assertNotIn(other.name, self.get("/my/support", self.owner).text)
        self.assertNotIn("Olena", self.get("/my/support", self.stranger).text)

    def test_the_list_has_pages_and_can_be_searched(self):
        old = self.announce(days=-20, name="Payroll of spring")
        past = [
            {
                "event_id": old.id,
                "event_ticket_id": old.event_ticket_ids[:1].id,
                "partner_id": self.owner.partner_id.id,
                "name": f"Person {n:02}",
                "email": f"person{n}@hospital.test",
                "state": "done",
            }
            for n in range(STEP + 1)
        ]
        self.env["event.registration"].create(past)
        first = self.page()
        self.assertIn("Olena", first)
        self.assertIn("/my/events/page/2", first)
        shown = [n for n in range(STEP + 1) if f"Person {n:02}" in first]
        self.assertEqual(len(shown), STEP - 1, "the seat to come is one of the page")
        second = self.get("/my/events/page/2", self.owner).text
        self.assertNotIn("Olena", second)
        self.assertNotIn('id="kbs_coming"', second)
        rest = [n for n in range(STEP + 1) if f"Person {n:02}" in second]
        self.assertEqual(sorted(shown + rest), list(range(STEP + 1)))
        found = self.get("/my/events?search=Person 07", self.owner).text
        self.assertIn("Person 07", found)
        self.assertNotIn("Person 08", found)
        nothing = self.get("/my/events?search=nothing", self.owner).text
        self.assertIn("Nothing was found", nothing)
        self.assertNotIn("Nobody of your institution", nothing)

    # === GIVING BACK === #

    def test_a_colleague_may_give_the_seat_back(self):
        answer = self.cancel(self.colleague)
        self.assertEqual(answer.status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(self.seat.state, "cancel")
        self.assertEqual(self.seat.message_ids[:1].author_id, self.colleague.partner_id)
        # Twice is once.
        self.assertEqual(self.cancel().status_code, 200)

    def test_a_stranger_cannot(self):
        for user in (self.stranger, None):
            self.become(user)
            answer = (
                self.cancel(user)
                if user
                else self.send(f"/my/events/{self.seat.id}/cancel")
            )
            self.assertTrue(answer.status_code == 404 or "/web/login" in answer.url)
        self.env.invalidate_all()
        self.assertEqual(self.seat.state, "open")

    def test_it_needs_a_form_of_ours(self):
        answer = self.cancel(csrf=False, data={"confirmed": "1"})
        self.assertEqual(answer.status_code, 400)
        answer = self.get(f"/my/events/{self.seat.id}/cancel", self.owner)
        self.assertIn(answer.status_code, (404, 405))
        self.env.invalidate_all()
        self.assertEqual(self.seat.state, "open")

    def test_not_after_the_beginning(self):
        with freeze_time("2026-05-24 07:00:00"):
            self.assertIn("The event has begun", self.cancel().text)
        self.env.invalidate_all()
        self.assertEqual(self.seat.state, "open")

    def test_not_what_is_invoiced(self):
        seat = self.join("Ihor", client=self.client)
        seat.action_kbs_order()
        seat.sale_order_id.action_confirm()
        answer = self.cancel(self.stranger, seat)
        self.assertIn("There is an invoice for this seat", answer.text)
        self.env.invalidate_all()
        self.assertEqual(seat.state, "open")

    # === CERTIFICATE === #

    def certificate(self, user=None, seat_id=None):
        path = f"/my/events/{seat_id or self.seat.id}/certificate"
        return self.get(path, user or self.owner)

    def attend(self):
        self.seat.action_set_done()

    def test_who_has_attended_gets_it(self):
        self.attend()
        page = self.page()
        self.assertIn("Took part", page)
        self.assertIn(f"/my/events/{self.seat.id}/certificate", page)
        for user in (self.owner, self.colleague):
            answer = self.certificate(user)
            self.assertEqual(answer.headers["Content-Type"], "application/pdf")
            self.assertIn("private", answer.headers["Cache-Control"])
        self.env.invalidate_all()
        number = self.seat.kbs_certificate
        reports = self.env["ir.actions.report"].with_context(force_report_rendering=1)
        # The text is what counts here; styles would come from a server.
        self.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:1")
        pdf, _kind = reports._render_qweb_pdf(REPORT, self.seat.ids)
        reader = PdfReader(io.BytesIO(pdf))
        self.assertEqual(len(reader.pages), 1)
        text = " ".join(reader.pages[0].extract_text().split())
        for words in (
            "CERTIFICATE", number, "Olena", "Hospital", self.event.name,
            self.company.name, "24 May 2026", "academic hours: 5",
        ):  # fmt: skip
            self.assertIn(words, text)

    def test_the_number_is_given_once(self):
        self.attend()
        seats = self.seat | self.join("Ihor")
        seats[1].action_set_done()
        seats._kbs_number_certificates_sudo()
        numbers = seats.mapped("kbs_certificate")
        self.assertEqual(len(set(numbers)), 2)
        seats._kbs_number_certificates_sudo()
        self.assertEqual(seats.mapped("kbs_certificate"), numbers)

    def test_others_get_none(self):
        self.attend()
        self.assertEqual(self.certificate(self.stranger).status_code, 404)
        for seat_id in (self.seat.id - 1, self.seat.id + 1, 10**9):
            self.assertEqual(self.certificate(seat_id=seat_id).status_code, 404)
        self.become(None)
        answer = self.url_open(f"/my/events/{self.seat.id}/certificate")
        self.assertIn("/web/login", answer.url)
        self.env.invalidate_all()
        self.assertFalse(self.seat.kbs_certificate)

    def test_who_has_not_attended_gets_none(self):
        for state in ("open", "cancel", "draft"):
            self.seat.state = state
            self.assertEqual(self.certificate().status_code, 404, state)
            with self.assertRaisesRegex(UserError, "only who has attended"):
                self.seat._kbs_number_certificates_sudo()
        self.attend()
        self.event.kbs_has_certificate = False
        self.assertEqual(self.certificate().status_code, 404)

    def test_the_report_of_odoo_asks_too(self):
        self.attend()
        name = "kbs_support.kbs_event_certificate"
        answer = self.get(f"/report/pdf/{name}/{self.seat.id}", self.stranger)
        self.assertNotEqual(answer.headers["Content-Type"], "application/pdf")
        answer = self.get(f"/report/html/{name}/{self.seat.id}", self.stranger)
        self.assertNotIn("Olena", answer.text)

    # === SCALE === #

    def test_the_pages_cost_the_same_for_many_seats(self):
        values = [
            {
                "event_id": self.event.id,
                "event_ticket_id": self.ticket.id,
                "partner_id": self.client.id,
                "name": f"Person {n}",
                "email": f"p{n}@x.test",
            }
            for n in range(50)
        ]
        many = self.env["event.registration"].create(values)
        costs = []
        for user in (self.owner, self.stranger):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = self.env["event.registration"]._kbs_prepare_portal_sudo(user)
            costs.append(self.env.cr.sql_log_count - before)
            self.assertIn(len(rows["coming"]), (1, 50))
        self.assertLessEqual(costs[1] - costs[0], 3, costs)
        self.compare(
            "review",
            (many[:1], many),
            lambda x: self.env["event.registration"]._kbs_review_sudo(x),
            0.1,
        )

    def test_registering_many_costs_little_more(self):
        client = self._create_client("Big")
        self.sell_paid("premium_1", client=client)

        def register(partners):
            self.env["event.registration"].create(
                [
                    {
                        "event_id": self.event.id,
                        "event_ticket_id": self.ticket.id,
                        "partner_id": x.id,
                        "name": x.name,
                        "email": x.email,
                    }
                    for x in partners
                ]
            )

        people = self.env["res.partner"].create(
            [
                {"name": f"P{n}", "email": f"p{n}@big.test", "parent_id": client.id}
                for n in range(51)
            ]
        )
        # Odoo's own notes of each registration are not ours.
        self.compare("register", (people[:1], people[1:]), register, 2.2)

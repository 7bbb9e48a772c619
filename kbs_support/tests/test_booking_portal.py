from datetime import date, datetime

from lxml import html

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_booking import MORNING, BookingCase


@tagged("post_install", "-at_install")
class TestBookingPortal(BookingCase, HttpCase):
    """What a client books in the portal, and what a stranger does not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client_user = cls._create_portal_user("booking_client", cls.school)
        cls.stranger = cls._create_portal_user("booking_stranger", cls.accountant)
        cls.page = f"/my/ticket/{cls.school_case.id}/booking"

    def send(self, path=None, **values):
        page = self.url_open(self.page)
        token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
        return self.url_open(
            path or self.page, data={"csrf_token": token, **values}, timeout=60
        )

    def bookings(self):
        return self.school_case.kbs_booking_ids

    def test_client_books_and_cancels(self):
        self.authenticate("booking_client", "booking_client")
        page = self.url_open(self.page)
        self.assertIn('value="2026-05-18 07:00:00"', page.text)
        page = self.send(moment="2026-05-18 07:00:00", note="The report")
        self.assertIn("The session is booked", page.text)
        booking = self.bookings()
        self.assertEqual((booking.date_start, booking.note), (MORNING, "The report"))
        self.assertEqual(booking.user_id, self.agent)
        self.assertIn("10:00", self.url_open(self.school_case.access_url).text)
        self.send(f"{self.page}/cancel", booking_id=booking.id)
        self.assertEqual(booking.state, "cancelled")

    def test_way_back_is_told_once(self):
        self.authenticate("booking_client", "booking_client")
        page = html.fromstring(self.url_open(self.page).text)
        crumbs = page.xpath("//ol[contains(@class, 'o_portal_submenu')]/li")
        told = [" ".join(crumb.text_content().split()) for crumb in crumbs]
        self.assertEqual(
            told, ["", "Tickets", self.school_case.number, "Remote session"]
        )

    def test_sessions_that_are_left_stand_beside_the_hours(self):
        self.log()
        self.authenticate("booking_client", "booking_client")
        told = "has 1 of 2 remote sessions left until 05/31/2026"
        self.assertIn(told, self.url_open("/my/hours").text)
        self.assertIn(told, self.url_open(self.page).text)

    def test_month_without_places(self):
        for __ in range(2):
            self.log()
        self.authenticate("booking_client", "booking_client")
        page = self.send(moment="2026-05-18 07:00:00")
        self.assertIn("All 2 remote sessions until", page.text)
        self.assertFalse(self.bookings())
        # the next month has its own
        self.assertEqual(self.prof._get_remote_quota(date(2026, 6, 1)).left, 2)

    def test_what_nobody_offered(self):
        self.authenticate("booking_client", "booking_client")
        for moment in (
            "2026-05-17 07:00:00",
            "2026-05-18 07:10:00",
            "2027-05-18 07:00:00",
        ):
            page = self.send(moment=moment)
            self.assertIn("was just taken", page.text)
        for moment in ("yesterday", "", "2026-13-45 00:00:00"):
            page = self.send(moment=moment)
            self.assertIn("Choose a time.", page.text)
        self.assertFalse(self.bookings())

    def test_too_late_to_cancel(self):
        booking = self.book(datetime(2026, 5, 14, 10))
        self.company.kbs_booking_cancel_hours = 2
        self.authenticate("booking_client", "booking_client")
        page = self.send(f"{self.page}/cancel", booking_id=booking.id)
        self.assertIn("until 2 hours before", page.text)
        self.assertEqual(booking.state, "booked")

    def test_stranger_and_anonymous(self):
        booking = self.book()
        self.authenticate("booking_stranger", "booking_stranger")
        for path, data in (
            (self.page, None),
            (self.page, {"moment": "2026-05-18 09:00:00"}),
            (f"{self.page}/cancel", {"booking_id": booking.id}),
        ):
            if data is not None:
                home = self.url_open("/my/callback").text
                token = home.partition('name="csrf_token" value="')[2].partition('"')[0]
                data["csrf_token"] = token
            page = self.url_open(path, data=data, timeout=60)
            self.assertNotIn(self.school_case.number, page.text)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(self.page).url)
        self.assertEqual((len(self.bookings()), booking.state), (1, "booked"))

    def test_booking_of_another_ticket_is_not_cancelled_here(self):
        other = self.book(ticket=self.case, user_id=self.lead.id)
        self.authenticate("booking_client", "booking_client")
        self.send(f"{self.page}/cancel", booking_id=other.id)
        self.assertEqual(other.state, "booked")

    def test_forged_form(self):
        self.authenticate("booking_client", "booking_client")
        with mute_logger("odoo.http"):
            self.url_open(self.page, data={"moment": "2026-05-18 07:00:00"})
        self.assertFalse(self.bookings())

    def test_closed_ticket_offers_nothing(self):
        self.school_case.stage_id = self.stage_done
        self.authenticate("booking_client", "booking_client")
        page = self.url_open(self.page)
        self.assertIn("The ticket is closed", page.text)
        self.assertNotIn('name="moment"', page.text)

from datetime import date, datetime, timedelta

import vobject
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_remote import RemoteCase

MORNING = datetime(2026, 5, 18, 7)  # Monday, 10:00 in Kyiv


class BookingCase(RemoteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.school_case.user_id = cls.agent

    def book(self, start=MORNING, ticket=None, user=None, **values):
        bookings = self.env["kbs.booking"].with_user(user or self.agent)
        return bookings.create(
            {
                "ticket_id": (ticket or self.school_case).id,
                "date_start": start,
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestBooking(BookingCase):
    """Slots of a specialist's time, against the sessions of the plan."""

    def used(self):
        quota = self.prof._get_remote_quota(date(2026, 5, 18))
        return quota.used, quota.booked, quota.left

    def test_slot_of_the_specialist_of_the_ticket(self):
        booking = self.book()
        self.assertEqual(booking.user_id, self.agent)
        self.assertEqual(booking.date_end - MORNING, timedelta(hours=1))
        self.assertEqual(booking.subscription_id, self.prof)
        self.assertEqual(self.used(), (0, 1, 1))

    def test_clash(self):
        self.book()
        for minutes in (-59, 0, 30, 59):
            with self.assertRaisesRegex(UserError, "is taken"):
                self.book(
                    MORNING + timedelta(minutes=minutes),
                    ticket=self.case,
                    user_id=self.agent.id,
                )
        for minutes in (-60, 60):
            self.book(
                MORNING + timedelta(minutes=minutes),
                ticket=self.case,
                user_id=self.agent.id,
            )

    def test_only_working_time(self):
        for start in (
            datetime(2026, 5, 17, 7),  # Sunday
            datetime(2026, 5, 18, 5, 30),  # 08:30 in Kyiv
            datetime(2026, 5, 18, 14, 30),  # until 18:30
            datetime(2026, 5, 14, 8),  # it is 11:30 now
        ):
            with self.assertRaises(UserError):
                self.book(start)

    def test_absence_of_the_specialist(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Leave",
                "kbs_user_id": self.agent.id,
                "company_id": self.company.id,
                "date_from": "2026-05-18 09:00:00",
                "date_to": "2026-05-18 15:00:00",
            }
        )
        with self.assertRaisesRegex(UserError, "does not work"):
            self.book(datetime(2026, 5, 18, 10))
        slots = self.school_case._kbs_get_free_slots_sudo()
        monday = [x.hour for x in slots if x.date() == date(2026, 5, 18)]
        self.assertEqual(monday, [6, 6, 7, 7, 8])

    def test_who_is_absent_in_one_company_is_absent_in_all(self):
        other = self._create_company("Another company")
        leaves = self.env["resource.calendar.leaves"]
        resource = self.env["resource.resource"].create(
            {
                "name": self.agent.name,
                "user_id": self.agent.id,
                "company_id": other.id,
            }
        )
        leave = leaves.create(
            {
                "name": "Leave",
                "resource_id": resource.id,
                "company_id": other.id,
                "date_from": "2026-05-18 06:00:00",
                "date_to": "2026-05-18 15:00:00",
            }
        )
        with self.assertRaisesRegex(UserError, "does not work"):
            self.book()
        leave.time_type = "other"  # it is work, somewhere else
        self.assertTrue(self.book())

    def test_free_slots_are_those_of_who_works_on_it(self):
        self.book(datetime(2026, 5, 15, 8))
        slots = self.school_case._kbs_get_free_slots_sudo()
        self.assertEqual(set(slots.values()), {self.agent})
        friday = [x for x in slots if x.date() == date(2026, 5, 15)]
        self.assertEqual(friday[0], datetime(2026, 5, 15, 6))  # 09:00
        self.assertEqual(friday[-1], datetime(2026, 5, 15, 14))  # to 18:00
        self.assertNotIn(datetime(2026, 5, 15, 8, 30), slots)
        self.assertIn(datetime(2026, 5, 15, 9), slots)
        self.assertFalse([x for x in slots if x.date() <= date(2026, 5, 14)])
        self.assertEqual(max(slots).date(), date(2026, 5, 28))

    def test_places_of_the_month(self):
        self.log()
        self.assertFalse(self.book().is_over)
        self.assertEqual(self.used(), (1, 1, 0))
        over = self.book(MORNING + timedelta(hours=2))
        self.assertTrue(over.is_over)
        # a session that nobody booked finds no place any more
        self.assertFalse(self.log().is_within)

    def test_session_takes_the_place_that_was_kept(self):
        self.log()
        booking = self.book()
        early = self.log(ticket=self.ticket(self.school))
        self.assertFalse(early.is_within)
        with freeze_time("2026-05-18 07:02:00"):
            self.wizard("start").action_apply()
            self.wizard("stop").action_apply()
        self.assertEqual(booking.state, "done")
        self.assertTrue(booking.session_id.is_within)
        self.assertFalse(early.is_within)
        self.assertEqual(self.used(), (2, 0, 0))

    def test_cancelled_place_goes_to_who_waits(self):
        self.log()
        booking = self.book()
        late = self.log()
        self.assertEqual(self.over(late), 30)
        booking.action_cancel()
        self.assertTrue(late.is_within)
        self.assertEqual(self.over(late), 0)
        with self.assertRaisesRegex(UserError, "is over"):
            booking.action_cancel()

    def test_who_does_not_come_has_used_it(self):
        booking = self.book()
        with self.assertRaisesRegex(UserError, "can still come"):
            booking.action_no_show()
        with freeze_time("2026-05-18 07:30:00"):
            booking.action_no_show()
            self.assertEqual(self.used(), (0, 1, 1))
            with self.assertRaises(AccessError):
                booking.action_cancel()
            booking.with_user(self.lead).action_cancel()
        self.assertEqual(self.used(), (0, 0, 2))

    def test_moved(self):
        booking = self.book()
        self.book(MORNING + timedelta(hours=3), ticket=self.case, user_id=self.agent.id)
        with self.assertRaisesRegex(UserError, "is taken"):
            booking.date_start = MORNING + timedelta(hours=2, minutes=30)
        booking.action_cancel()
        with self.assertRaisesRegex(UserError, "can be moved"):
            booking.date_start = MORNING + timedelta(hours=5)

    def test_letter_brings_a_file_for_the_calendar(self):
        self.school.lang = "uk_UA"
        booking = self.book()
        letter = self.school_case.message_ids.filtered("attachment_ids")[:1]
        self.assertIn(self.school, letter.notified_partner_ids)
        self.assertIn("18.05.26, 10:00", letter.body)
        event = vobject.readOne(letter.attachment_ids.raw.decode()).vevent
        self.assertEqual(event.dtstart.value.replace(tzinfo=None), MORNING)
        self.assertEqual((event.dtend.value - event.dtstart.value), timedelta(hours=1))
        self.assertIn("18.05.26, 10:00", event.summary.value)
        booking.action_cancel()
        last = self.school_case.message_ids.filtered("attachment_ids")[:1]
        calendar = vobject.readOne(last.attachment_ids.raw.decode())
        self.assertEqual(calendar.method.value, "CANCEL")
        self.assertEqual(calendar.vevent.uid.value, event.uid.value)
        self.assertGreater(
            int(calendar.vevent.sequence.value), int(event.sequence.value)
        )

    def test_merging_takes_it_along(self):
        later = self.ticket(self.school, user_id=self.agent.id)
        booking = self.book(ticket=later)
        later.with_user(self.lead)._kbs_merge_into(self.school_case)
        self.assertEqual(booking.ticket_id, self.school_case)
        self.assertEqual((booking.state, booking.version), ("booked", 1))

    def test_letter_is_no_answer(self):
        clock = self.school_case.kbs_sla_target_ids.filtered(
            lambda x: x.metric == "first_response"
        )
        self.book()
        self.assertEqual(clock.state, "running")

    def test_told_slot_is_not_deleted(self):
        with self.assertRaisesRegex(UserError, "Cancel it"):
            self.book().sudo().unlink()

    def test_what_became_of_it_is_not_typed_in(self):
        booking = self.book()
        with self.assertRaises(AccessError):
            booking.state = "done"
        with self.assertRaises(AccessError):
            self.book(MORNING + timedelta(hours=2), is_over=False)
        self.assertEqual(booking.state, "booked")
        booking.note = "The report of May"
        self.assertEqual(booking.version, 1)  # a word to ourselves sends no letter

    def test_slot_is_not_moved_to_another_client(self):
        booking = self.book()
        with self.assertRaises(AccessError):
            booking.ticket_id = self.case

    def test_slot_that_moves_gives_its_place_back(self):
        self.log()
        booking = self.book()
        waiting = self.log()
        self.assertFalse(waiting.is_within)
        booking.date_start = datetime(2026, 6, 1, 7)
        self.assertTrue(waiting.is_within)
        self.assertEqual(self.used(), (2, 0, 0))

    def test_who_has_left_is_not_offered(self):
        self.prof.specialist_id = self.lead
        self.agent.active = False
        slots = self.school_case._kbs_get_free_slots_sudo()
        self.assertEqual(set(slots.values()), {self.lead})
        self.lead.active = False
        self.assertFalse(self.school_case._kbs_get_free_slots_sudo())

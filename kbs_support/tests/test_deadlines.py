from .clock_common import ClockCase, kyiv

# 2026-05-14 is a Thursday. Each line was computed by hand, on paper calendars.
# plan, taken in, first answer until (all in Kyiv)
REACTION = [
    # ПРОФ: 2 working days, 18 hours of the office.
    ("prof", "2026-05-14 09:00", "2026-05-15 18:00"),
    ("prof", "2026-05-14 12:00", "2026-05-18 12:00"),
    ("prof", "2026-05-15 17:00", "2026-05-19 17:00"),  # the example of rule L1
    ("prof", "2026-05-15 17:59", "2026-05-19 17:59"),
    ("prof", "2026-05-15 18:00", "2026-05-19 18:00"),
    ("prof", "2026-05-16 03:00", "2026-05-19 18:00"),
    ("prof", "2026-05-17 23:59", "2026-05-19 18:00"),
    ("prof", "2026-05-18 08:59", "2026-05-19 18:00"),
    ("prof", "2026-05-18 09:01", "2026-05-20 09:01"),
    ("prof", "2026-05-13 18:01", "2026-05-15 18:00"),
    # ОПТИМА: 1 working day.
    ("optima", "2026-05-14 09:00", "2026-05-14 18:00"),
    ("optima", "2026-05-14 12:00", "2026-05-15 12:00"),
    ("optima", "2026-05-14 08:00", "2026-05-14 18:00"),
    ("optima", "2026-05-14 17:59", "2026-05-15 17:59"),
    ("optima", "2026-05-14 20:00", "2026-05-15 18:00"),
    ("optima", "2026-05-15 17:00", "2026-05-18 17:00"),
    ("optima", "2026-05-15 18:00", "2026-05-18 18:00"),
    ("optima", "2026-05-16 00:00", "2026-05-18 18:00"),
    ("optima", "2026-05-17 12:00", "2026-05-18 18:00"),
    ("optima", "2026-05-18 00:00", "2026-05-18 18:00"),
    # ПРЕМІУМ: 4 working hours.
    ("premium", "2026-05-14 09:00", "2026-05-14 13:00"),
    ("premium", "2026-05-14 14:00", "2026-05-14 18:00"),
    ("premium", "2026-05-14 15:00", "2026-05-15 10:00"),
    ("premium", "2026-05-15 14:01", "2026-05-18 09:01"),
    ("premium", "2026-05-15 17:00", "2026-05-18 12:00"),
    ("premium", "2026-05-16 10:00", "2026-05-18 13:00"),
    ("premium", "2026-05-14 23:59", "2026-05-15 13:00"),
    ("premium", "2026-05-14 00:00", "2026-05-14 13:00"),
    ("premium", "2026-05-14 17:59:30", "2026-05-15 12:59:30"),
    # The nights of 29 March and 25 October 2026, when clocks change.
    ("prof", "2026-03-27 17:00", "2026-03-31 17:00"),
    ("optima", "2026-03-27 12:00", "2026-03-30 12:00"),
    ("premium", "2026-03-29 02:59", "2026-03-30 13:00"),
    ("premium", "2026-03-29 04:00", "2026-03-30 13:00"),
    ("prof", "2026-10-23 17:00", "2026-10-27 17:00"),
    ("optima", "2026-10-24 23:00", "2026-10-26 18:00"),
    ("premium", "2026-10-25 03:30", "2026-10-26 13:00"),
    # The end of a year, and of a leap February.
    ("prof", "2026-12-31 17:00", "2027-01-04 17:00"),
    ("optima", "2026-12-31 23:59", "2027-01-01 18:00"),
    ("premium", "2026-12-31 16:00", "2027-01-01 11:00"),
    ("optima", "2028-02-28 12:00", "2028-02-29 12:00"),
    ("prof", "2028-02-28 17:00", "2028-03-01 17:00"),
]

# amount, unit, calendar, taken in, until
POLICIES = [
    # Around the clock, the changes of the clock included.
    (24, "clock_hour", None, "2026-05-16 12:00", "2026-05-17 12:00"),
    (24, "clock_hour", None, "2026-03-28 12:00", "2026-03-29 13:00"),
    (24, "clock_hour", None, "2026-10-24 12:00", "2026-10-25 11:00"),
    (4, "clock_hour", None, "2026-03-29 01:00", "2026-03-29 06:00"),
    (4, "clock_hour", None, "2026-10-25 01:00", "2026-10-25 04:00"),
    (24, "clock_hour", None, "2026-12-31 23:30", "2027-01-01 23:30"),
    # A calendar of 24/7 has no hole at midnight.
    (1, "hour", "always", "2026-05-14 23:30", "2026-05-15 00:30"),
    (1, "hour", "always", "2026-05-14 23:59", "2026-05-15 00:59"),
    (4, "hour", "always", "2026-05-14 00:00", "2026-05-14 04:00"),
    (1, "day", "always", "2026-05-14 12:00", "2026-05-15 12:00"),
    (2, "day", "always", "2026-05-15 18:00", "2026-05-17 18:00"),
    (4, "hour", "always", "2026-05-16 22:00", "2026-05-17 02:00"),
    (4, "hour", "always", "2026-03-29 01:00", "2026-03-29 06:00"),
    (1, "day", "always", "2026-10-24 12:00", "2026-10-25 11:00"),
    # Minutes, and long terms.
    (30, "minute", "office", "2026-05-14 17:45", "2026-05-15 09:15"),
    (30, "minute", "office", "2026-05-14 09:00", "2026-05-14 09:30"),
    (1, "minute", "office", "2026-05-15 17:59", "2026-05-15 18:00"),
    (10, "day", "office", "2026-05-14 12:00", "2026-05-28 12:00"),
    (60, "day", "office", "2026-05-14 09:00", "2026-08-05 18:00"),
]

# holiday from, to, plan, taken in, until
HOLIDAYS = [
    ("05-18 00:00", "05-19 00:00", "prof", "05-15 17:00", "05-20 17:00"),
    ("05-18 00:00", "05-18 23:59:59", "optima", "05-15 17:00", "05-19 17:00"),
    ("05-18 00:00", "05-19 00:00", "premium", "05-15 17:00", "05-19 12:00"),
    ("05-18 09:00", "05-18 13:00", "premium", "05-15 17:00", "05-18 16:00"),
    ("05-18 00:00", "05-23 00:00", "optima", "05-15 17:00", "05-25 17:00"),
    ("05-16 00:00", "05-18 00:00", "optima", "05-15 17:00", "05-18 17:00"),
    ("05-14 00:00", "05-15 00:00", "premium", "05-14 10:00", "05-15 13:00"),
]


class TestDeadlines(ClockCase):
    """Deadlines against moments that were computed by hand (L1, L3)."""

    def assert_until(self, ticket, until, metric="first_response"):
        clock = self.clock(ticket, metric)
        self.assertEqual(clock.deadline, kyiv(until))

    def test_reaction_time_of_each_plan(self):
        for code, taken_in, until in REACTION:
            with self.subTest(plan=code, taken_in=taken_in), self.at(taken_in):
                self.assert_until(self.ticket(code), until)

    def test_policies_with_hours_of_their_own(self):
        policy = self.policy(plan_id=self.plan("prof").id)
        for amount, unit, name, taken_in, until in POLICIES:
            policy.write(
                {
                    "amount": amount,
                    "unit": unit,
                    "calendar_id": name and getattr(self, name).id,
                }
            )
            with self.subTest(amount=amount, unit=unit, at=taken_in), self.at(taken_in):
                self.assert_until(self.ticket("prof"), until)

    def test_holidays_count_out(self):
        for first, last, code, taken_in, until in HOLIDAYS:
            holiday = self.holiday(f"2026-{first}", f"2026-{last}")
            with self.subTest(holiday=first, plan=code), self.at(f"2026-{taken_in}"):
                self.assert_until(self.ticket(code), f"2026-{until}")
            holiday.unlink()

    def test_new_year_with_a_holiday(self):
        self.holiday("2027-01-01 00:00", "2027-01-02 00:00")
        for code, taken_in, until in [
            ("prof", "2026-12-31 17:00", "2027-01-05 17:00"),
            ("optima", "2026-12-31 23:59", "2027-01-04 18:00"),
            ("premium", "2027-01-01 00:00", "2027-01-04 13:00"),
        ]:
            with self.subTest(plan=code), self.at(taken_in):
                self.assert_until(self.ticket(code), until)

    # === THE LIFE OF A TICKET === #

    def live(self, *events, code="prof", metric="resolution"):
        """Take a ticket in, let ``(moment, stage)`` happen, return the ticket."""
        self.policy("resolution", 2, plan_id=self.plan(code).id, priority="1")
        first, *later = events
        with self.at(f"2026-05-{first}"):
            ticket = self.ticket(code, priority="1")
        self.assertTrue(self.clock(ticket, metric))
        for moment, stage in later:
            with self.at(f"2026-05-{moment}"):
                ticket.stage_id = stage
        return ticket

    def test_pause_over_a_weekend(self):
        ticket = self.live(
            "14 12:00", ("15 15:00", self.stage_waiting), ("18 11:00", self.stage_work)
        )
        self.assert_until(ticket, "2026-05-18 17:00", "resolution")

    def test_pause_that_ends_on_a_saturday(self):
        ticket = self.live(
            "14 12:00", ("15 17:00", self.stage_waiting), ("16 12:00", self.stage_work)
        )
        self.assert_until(ticket, "2026-05-18 13:00", "resolution")

    def test_pause_in_the_night_moves_nothing(self):
        ticket = self.live(
            "14 12:00", ("14 20:00", self.stage_waiting), ("15 08:00", self.stage_work)
        )
        self.assert_until(ticket, "2026-05-18 12:00", "resolution")

    def test_two_pauses(self):
        ticket = self.live(
            "14 12:00",
            ("14 13:00", self.stage_waiting),
            ("14 14:00", self.stage_work),
            ("15 10:00", self.stage_waiting),
            ("15 12:30", self.stage_work),
        )
        self.assert_until(ticket, "2026-05-18 15:30", "resolution")

    def test_first_answer_never_waits(self):
        ticket = self.live("14 12:00", ("14 13:00", self.stage_waiting))
        self.assert_until(ticket, "2026-05-18 12:00")
        self.assertEqual(self.clock(ticket, "resolution").state, "paused")
        self.assertFalse(self.clock(ticket, "resolution").deadline)

    def test_reopening_starts_a_new_cycle(self):
        ticket = self.live(
            "14 12:00", ("15 12:00", self.stage_done), ("18 10:00", self.stage_work)
        )
        clock = self.clock(ticket, "resolution")
        self.assertEqual(clock.cycle, 2)
        self.assert_until(ticket, "2026-05-20 10:00", "resolution")

    def test_change_of_working_hours_counts_open_clocks_anew(self):
        with self.at("2026-05-14 12:00"):
            ticket = self.ticket("optima")
        self.assert_until(ticket, "2026-05-15 12:00")
        with self.at("2026-05-14 15:00"):
            friday = self.office.attendance_ids.filtered(lambda x: x.dayofweek == "4")
            friday.hour_from = 10
        self.assert_until(ticket, "2026-05-15 13:00")
        version = self.clock(ticket).version_ids
        self.assertEqual(version.mapped("deadline"), [kyiv("2026-05-15 12:00")])

from odoo.tests import tagged

from .clock_common import ClockCase, kyiv


@tagged("post_install", "-at_install")
class TestBlackoutMoved(ClockCase):
    """Force majeure that was entered for the wrong day, and put right."""

    def outage(self, first, last):
        return self.env["kbs.blackout"].create(
            {
                "company_id": self.company.id,
                "date_start": kyiv(first),
                "date_end": kyiv(last),
            }
        )

    def test_moved_to_another_day_gives_its_time_back(self):
        ticket = self.ticket("premium")
        outage = self.outage("2026-05-14 13:00", "2026-05-14 14:00")
        clock = self.clock(ticket)
        self.assertEqual(clock.deadline, kyiv("2026-05-14 17:00"))
        outage.write(
            {
                "date_start": kyiv("2026-05-20 13:00"),
                "date_end": kyiv("2026-05-20 14:00"),
            }
        )
        self.assertEqual(clock.deadline, kyiv("2026-05-14 16:00"))

    def test_holiday_moved_to_another_day_gives_its_time_back(self):
        ticket = self.ticket("premium")
        holiday = self.holiday("2026-05-14 13:00", "2026-05-14 14:00")
        clock = self.clock(ticket)
        self.assertEqual(clock.deadline, kyiv("2026-05-14 17:00"))
        holiday.write(
            {
                "date_from": kyiv("2026-05-20 13:00"),
                "date_to": kyiv("2026-05-20 14:00"),
            }
        )
        self.assertEqual(clock.deadline, kyiv("2026-05-14 16:00"))

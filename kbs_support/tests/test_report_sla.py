from datetime import date

from odoo.tests import tagged

from .clock_common import ClockCase, kyiv

MAY = date(2026, 5, 1)


@tagged("post_install", "-at_install")
class TestReportSla(ClockCase):
    """Promises kept and missed, against a count by hand.

    ПРОФ has two working days, ОПТИМА one, ПРЕМІУМ four working hours. 14 May 2026 is a
    Thursday.
    """

    def make(self, code, asked, answered=None, **values):
        """The clock of the first answer to a question of ``code``."""
        with self.at(asked):
            ticket = self.ticket(code, **values)
            self.env.flush_all()
        if answered:
            with self.at(answered):
                ticket._kbs_note_answer(kyiv(answered))
                self.env.flush_all()
        return self.clock(ticket)

    def count(self, now="2026-06-01 12:00"):
        with self.at(now):
            self.run_job("clocks")
            self.env["kbs.report.sla"]._count_sudo(self.company)

    def row(self, clock):
        return self.env["kbs.report.sla"].search([("target_id", "=", clock.id)])

    def sums(self, groupby, domain=()):
        found = self.env["kbs.report.sla"]._read_group(
            [("company_id", "=", self.company.id), ("metric", "=", "first_response"),
             *domain],
            [groupby],
            ["met_count:sum", "missed_count:sum", "late_minutes:sum", "met_share:avg",
             "late_average:avg"],
        )  # fmt: skip
        return {key: tuple(values) for key, *values in found}

    def test_kept_and_missed_by_plan(self):
        self.make("premium", "2026-05-14 09:30", "2026-05-14 13:00")  # 4 hours
        self.make("premium", "2026-05-14 10:30", "2026-05-14 15:00")  # 30 min late
        self.make("premium", "2026-05-14 16:00", "2026-05-15 12:10")  # 70 min late
        self.make("optima", "2026-05-14 10:00", "2026-05-15 09:59")
        self.count()
        plans = {code: self.plan(code) for code in ("optima", "premium")}
        found = self.sums("plan_id")
        self.assertEqual(found[plans["optima"]], (1, 0, 0, 100, False))
        met, missed, late, share, average = found[plans["premium"]]
        self.assertEqual((met, missed, late), (1, 2, 100))
        self.assertAlmostEqual(share, 100 / 3, 6)
        self.assertEqual(average, 50)

    def test_clock_that_runs_is_in_no_share(self):
        clock = self.make("prof", "2026-05-29 16:00")
        self.count()
        row = self.row(clock)
        self.assertEqual((row.met_count, row.missed_count), (0, 0))
        self.make("prof", "2026-05-14 10:30", "2026-05-14 11:00")
        self.count()
        self.assertEqual(self.sums("month:month")[MAY][3], 100)

    def test_hour_and_month_are_local(self):
        clock = self.make("prof", "2026-05-01 00:30")  # 30 April in UTC
        self.count()
        row = self.row(clock)
        self.assertEqual((row.hour, row.weekday, row.month), (0, "5", MAY))

    def test_person_and_category(self):
        category = self.env["helpdesk.ticket.category"].create({"name": "Reports"})
        self.make("premium", "2026-05-14 10:30", "2026-05-14 15:00",
                  category_id=category.id, user_id=self.lead.id)  # fmt: skip
        self.make("premium", "2026-05-14 10:30", "2026-05-14 11:00")
        self.count()
        self.assertEqual(self.sums("user_id")[self.lead][:2], (0, 1))
        self.assertEqual(self.sums("user_id")[self.agent][:2], (1, 0))
        self.assertEqual(self.sums("category_id")[category][:3], (0, 1, 30))

    def test_force_majeure_of_the_region_is_marked(self):
        regions = self.env["res.country.state"].search(
            [("country_id.code", "=", "UA")], limit=2
        )
        self.clients["premium"].state_id = regions[0]
        self.clients["optima"].state_id = regions[1]
        self.env["kbs.blackout"].create(
            {
                "company_id": self.company.id,
                "date_start": kyiv("2026-05-14 11:00"),
                "date_end": kyiv("2026-05-14 12:00"),
                "region_ids": regions[0].ids,
            }
        )
        crossed = self.make("premium", "2026-05-14 10:30", "2026-05-14 15:30")
        elsewhere = self.make("optima", "2026-05-14 10:30", "2026-05-14 15:30")
        before = self.make("premium", "2026-05-14 09:00", "2026-05-14 10:59")
        after = self.make("premium", "2026-05-14 12:01", "2026-05-14 13:00")
        self.count()
        self.assertTrue(self.row(crossed).is_outage)
        # An hour of it stood still: met within four hours.
        self.assertEqual(self.row(crossed).state, "met")
        for clock in (elsewhere, before, after):
            self.assertFalse(self.row(clock).is_outage)
        self.assertEqual(self.sums("is_outage")[True][:2], (1, 0))

    def test_force_majeure_without_regions_is_everywhere(self):
        self.env["kbs.blackout"].create(
            {
                "company_id": self.company.id,
                "date_start": kyiv("2026-05-14 11:00"),
            }
        )
        clock = self.make("optima", "2026-05-14 10:30")
        self.count("2026-05-14 12:00")
        self.assertTrue(self.row(clock).is_outage)

    def test_plan_is_that_of_the_day(self):
        clock = self.make("prof", "2026-05-14 10:30", "2026-05-14 11:00")
        support = self.supports["prof"]
        support.period_ids.write({"sold_until": "2026-05-20"})
        support.plan_id = self.plan("premium")
        self.count()
        self.assertEqual(self.row(clock).plan_id, self.plan("prof"))

    def test_figures_are_those_of_the_clocks(self):
        for number in range(12):
            code = ("prof", "optima", "premium")[number % 3]
            answered = f"2026-05-{14 + number % 8} 1{number % 7}:0{number % 6}"
            self.make(code, "2026-05-13 15:00", answered)
        self.count()
        clocks = self.env["kbs.sla.target"].search(
            [("company_id", "=", self.company.id)]
        )
        rows = self.env["kbs.report.sla"].search([("company_id", "=", self.company.id)])
        self.assertEqual(rows.target_id, clocks)
        self.assertEqual(
            sum(rows.mapped("late_minutes")), sum(clocks.mapped("late_minutes"))
        )
        for state, own in clocks.grouped("state").items():
            self.assertEqual(len(rows.filtered(lambda x, s=state: x.state == s)),
                             len(own))  # fmt: skip

    def test_reader_opens_the_clock_and_who_may_the_ticket(self):
        clock = self.make("prof", "2026-05-14 10:30", "2026-05-14 11:00")
        self.count()
        row = self.row(clock)
        action = row.with_user(self.reader).action_open()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("kbs.sla.target", clock.id)
        )
        action = row.with_user(self.manager).action_open()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("helpdesk.ticket", clock.ticket_id.id),
        )
        found = (
            self.env["kbs.report.sla"]
            .with_user(self.reader)
            .web_search_read(
                [("target_id", "=", clock.id)],
                {"number": {}, "partner_id": {"fields": {"display_name": {}}}},
            )
        )
        self.assertEqual(found["records"][0]["number"], clock.ticket_id.number)

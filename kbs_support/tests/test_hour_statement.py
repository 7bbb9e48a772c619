from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .hours_common import HoursCase

MAY = date(2026, 5, 1)
MAY_END = date(2026, 5, 31)


@tagged("post_install", "-at_install")
class TestStatement(HoursCase):
    """The statement of a hospital with ОПТИМА, counted by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case.number = "HT00042"

    def live(self):
        """14 May: 50 minutes; a pack of 300; 200 minutes. 20 May: 60 given, 30 taken.

        In June: 20 minutes of 30 May are entered, 15 minutes of June.
        """
        self.work(50, name="Set up the printer")
        self.order = self.sell_hours()
        self.pay(self.order)
        self.work(200, name="Moved the base")  # 130 of the month, 70 of the pack
        with freeze_time("2026-05-20 09:00:00"):
            correct = self.env["kbs.hour.entry"]._correct
            correct(self.support, 60, "Angry client", date(2026, 5, 25))
            correct(self.support, -30, "Agreed", None)
        with freeze_time("2026-06-03 09:00:00"):
            self.work(20, on=date(2026, 5, 30), name="Late note")
            self.work(15, on=date(2026, 6, 3))

    def rows(self, first, last, **kwargs):
        return self.support._prepare_hour_statement(first, last, **kwargs)["rows"]

    def test_figures_by_hand(self):
        self.live()
        with freeze_time("2026-06-04 09:00:00"):
            values = self.support._prepare_hour_statement(
                date(2026, 5, 14), date(2026, 6, 4)
            )
        self.assertEqual(values["opening"], 180)
        name = self.order.name
        self.assertEqual(
            [
                (x["day"].strftime("%d.%m"), x["kind"], x["minutes"], x["balance"])
                for x in values["rows"]
            ],
            [
                ("14.05", "Bought", 300, 480),
                ("14.05", "Used", -50, 430),
                ("14.05", "Used", -130, 300),
                ("14.05", "Used", -70, 230),
                ("20.05", "Correction", 60, 290),
                ("20.05", "Correction", -30, 260),
                ("26.05", "Hours lapsed", -30, 230),
                ("30.05", "Used", -20, 210),
                ("01.06", "Included in the plan", 180, 390),
                ("03.06", "Used", -15, 375),
            ],
        )
        texts = [x["text"] for x in values["rows"]]
        self.assertEqual(texts[0], f"order {name}, until 05/13/2027")
        self.assertEqual(texts[1], "HT00042, Set up the printer")
        self.assertEqual(texts[6], "hours of a correction until 05/25/2026")
        self.assertEqual(texts[8], "OPTIMA, 06/01/2026–06/30/2026")
        self.assertEqual(values["closing"], 375)
        self.assertEqual(values["ahead"], 0)
        self.assertEqual(
            dict(values["totals"]),
            {
                "Bought": 300,
                "Used": -285,
                "Correction": 30,
                "Hours lapsed": -30,
                "Included in the plan": 180,
            },
        )
        self.assertEqual(self.left(date(2026, 6, 4)), 375)

    def test_lapsed_hours_of_the_plan(self):
        self.work(50)
        [lapsed, given] = self.rows(date(2026, 6, 1), date(2026, 6, 1))
        self.assertEqual((lapsed["kind"], lapsed["minutes"]), ("Hours lapsed", -130))
        self.assertEqual(lapsed["text"], "hours of the plan until 05/31/2026")
        self.assertEqual(given["balance"], 180)
        self.assertTrue(given["is_ahead"])

    def test_reasons_are_for_the_office(self):
        self.live()
        days = date(2026, 5, 20), date(2026, 5, 20)
        self.assertEqual({x["text"] for x in self.rows(*days)}, {""})
        shown = [x["text"] for x in self.rows(*days, with_reasons=True)]
        self.assertEqual(shown, ["Angry client", "Agreed"])

    def test_payment_that_is_gone_and_back(self):
        order = self.sell_hours()
        self.pay(order)
        self.env.flush_all()  # the end of a request
        with freeze_time("2026-05-20 09:00:00"):
            self.unpay(order)
            self.env.flush_all()
        with freeze_time("2026-05-22 09:00:00"):
            self.repay(order)
            self.env.flush_all()
        rows = self.rows(date(2026, 5, 14), date(2026, 5, 31))
        self.assertEqual(
            [(x["day"].day, x["kind"], x["minutes"]) for x in rows],
            [
                (14, "Bought", 300),
                (20, "Hours withdrawn", -300),
                (22, "Hours given again", 300),
            ],
        )

    def test_work_drawn_on_another_day_says_its_own(self):
        line = self.work(200)
        with freeze_time("2026-05-18 09:00:00"):
            self.pay(self.sell_hours())
            line.sudo().kbs_over_ids.action_draw()
            [_pack, use] = self.rows(date(2026, 5, 18), date(2026, 5, 18))
        self.assertEqual(use["minutes"], -20)
        self.assertIn("work of 05/14/2026", use["text"])

    def test_deleted_work_leaves_the_balance(self):
        self.work(50).unlink()
        values = self.support._prepare_hour_statement(MAY, MAY_END)
        self.assertEqual([x["balance"] for x in values["rows"]], [180, 130, 180])
        self.assertEqual(
            values["rows"][-1]["text"], "work that is not counted any more"
        )

    def test_work_booked_for_a_later_day(self):
        self.work(40, on=date(2026, 5, 20))
        statement = self.support._get_hour_statement(MAY, date(2026, 5, 14))
        self.assertEqual((statement.closing, statement.ahead), (180, -40))
        self.assertEqual(self.left(), 140)
        wizard = self.env["kbs.hour.statement"].create(
            {"subscription_id": self.support.id}
        )
        self.assertIn("Already booked for later days", wizard.table_html)

    def test_usual_spans(self):
        spans = self.support._get_statement_spans
        self.assertEqual(spans()["month"], (MAY, date(2026, 5, 14)))
        self.assertEqual(spans()["last_month"], spans()["whole"], "there is none")
        with freeze_time("2026-06-10 09:00:00"):
            self.assertEqual(spans()["month"], (date(2026, 6, 1), date(2026, 6, 10)))
            self.assertEqual(spans()["last_month"], (MAY, MAY_END))
            self.assertEqual(spans()["whole"], (MAY, date(2026, 6, 10)))
        with freeze_time("2027-05-10 09:00:00"):
            last = date(2027, 4, 1), date(2027, 4, 30)
            self.assertEqual(spans()["last_month"], last)
            self.assertEqual(spans()["month"], (MAY, date(2027, 5, 10)))

    def test_queries_do_not_follow_the_lines(self):
        self.pay(self.sell_hours(quantity=20))

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            rows = self.rows(MAY, date(2026, 5, 14))
            return len(rows), self.env.cr.sql_log_count - before

        for number in range(5):
            self.work(5, ticket=self.ticket(self.hospital), name=f"Work {number}")
        few = count()
        for number in range(45):
            self.work(5, ticket=self.ticket(self.hospital), name=f"Work {number}")
        many = count()
        self.assertEqual((few[0], many[0]), (7, 52))
        self.assertEqual(many[1], few[1])

    def test_who_reads_it(self):
        for user in (self.agent, self.lead, self.manager, self.bookkeeper, self.reader):
            with self.subTest(user=user.login):
                support = self.support.with_user(user)
                values = support._prepare_hour_statement(MAY, MAY_END)
                self.assertEqual(values["closing"], 180)
        client = self._create_portal_user("statement_portal", self.accountant)
        with self.assertRaises(AccessError):
            self.support.with_user(client)._prepare_hour_statement(MAY, MAY_END)
        with self.assertRaises(AccessError):
            self.env["kbs.hour.statement"].with_user(client).create(
                {"subscription_id": self.support.id}
            )

    def test_days_that_are_none(self):
        statement = self.env["kbs.hour.statement"].create(
            {
                "subscription_id": self.support.id,
                "span": "other",
                "date_from": "2026-05-20",
                "date_to": "2026-05-10",
            }
        )
        self.assertIn("after the last one", statement.table_html)
        with self.assertRaisesRegex(UserError, "after the last one"):
            statement.action_print_pdf()
        statement.write({"date_from": "0001-01-01"})
        self.assertIn("between 2000 and 2100", statement.table_html)

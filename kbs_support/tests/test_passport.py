from datetime import date, timedelta
from io import BytesIO

from freezegun import freeze_time
from pypdf import PdfReader

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..tools.passport import get_share
from .clock_common import kyiv
from .hours_common import HoursCase
from .scale_common import ScaleMixin
from .updates_common import UpdatesCase

REPORT = "kbs_support.kbs_passport_report"


class PassportCase(HoursCase):
    """A hospital with ОПТИМА from 1 May 2026, asked and helped in May and June."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("uk_UA")
        cls.hospital.lang = "uk_UA"
        cls.case.unlink()  # taken in at noon of 14 May, before the story begins

    def ask(self, asked, answered=None, **values):
        """A ticket taken in and answered at moments in Kyiv."""
        with freeze_time(kyiv(asked)):
            ticket = self.ticket(self.hospital, **values)
            self.env.flush_all()
        if answered:
            with freeze_time(kyiv(answered)):
                ticket._kbs_note_answer(kyiv(answered))
                self.env.flush_all()
        return ticket

    def passport(self, year=2026, support=None, **kwargs):
        support = support or self.support
        return support._prepare_passports(year, **kwargs)[support.sudo()]

    def figures(self, year=2026, support=None):
        return self.passport(year, support)["figures"]


@tagged("post_install", "-at_install")
class TestPassport(PassportCase, UpdatesCase):
    """The figures of a passport, by hand and against the other reports."""

    def test_terms_of_answer_are_those_of_the_report(self):
        # ОПТИМА promises a working day of nine hours.
        self.ask("2026-05-05 10:00", "2026-05-05 12:00")
        self.ask("2026-05-06 10:00", "2026-05-07 09:30")
        self.ask("2026-05-11 10:00", "2026-05-13 10:00")  # two days: late
        self.ask("2026-06-01 00:30", "2026-06-01 10:00")  # 31 May in UTC
        self.ask("2026-06-30 17:30")  # its clock runs
        with freeze_time(kyiv("2026-06-30 18:00")):
            self.run_job("clocks")
            report = self.env["kbs.report.sla"]
            report._count_sudo(self.company)
            figures = self.figures()
            [(met, missed)] = report._read_group(
                [
                    ("subscription_id", "=", self.support.id),
                    ("metric", "=", "first_response"),
                    ("month", ">=", "2026-01-01"),
                    ("month", "<=", "2026-12-01"),
                ],
                [],
                ["met_count:sum", "missed_count:sum"],
            )
        self.assertEqual((figures["met"], figures["missed"]), (met, missed))
        self.assertEqual((met, missed), (3, 1))
        self.assertEqual(figures["answered"], 4)
        asked = {month: n for month, n in figures["asked"].items() if n}
        self.assertEqual(asked, {5: 3, 6: 2})
        # 2 h, 8 h 30 min, 18 h, 1 h of working time.
        self.assertEqual(figures["answer_minutes"], (120 + 510 + 1080 + 60) / 4 // 1)

    def test_duplicates_are_no_questions_and_closed_ones_are_counted(self):
        first = self.ask("2026-05-05 10:00")
        second = self.ask("2026-05-05 10:10")
        second.duplicate_id = first
        first.stage_id = self.stage_done
        figures = self.figures()
        self.assertEqual(sum(figures["asked"].values()), 1)
        self.assertEqual(figures["closed"], 1)

    def test_hours_are_those_of_the_statement(self):
        ticket = self.ask("2026-05-05 10:00")
        self.work(50, ticket=ticket, on="2026-05-05")
        gone = self.work(30, ticket=ticket, on="2026-05-06")
        self.pay(self.sell_hours())
        self.work(170, ticket=ticket, on="2026-05-14")  # 40 of them are bought
        gone.unlink()
        self.env["kbs.hour.entry"]._correct(
            self.support, 60, "Angry client", date(2026, 5, 20)
        )
        self.env.flush_all()
        figures = self.figures()
        first, last = date(2026, 1, 1), date(2026, 5, 14)
        statement = self.support._get_hour_statement(first, last)
        self.assertEqual(figures["totals"], statement.get_totals())
        self.assertEqual(figures["left"], statement.closing)
        used = sum(figures["used"].values())
        totals = statement.get_totals()
        self.assertEqual(used, -totals["use"] - totals.get("return", 0))
        self.assertEqual(used, 220)
        self.assertEqual(figures["totals"]["grant"], 180)
        self.assertEqual(figures["totals"]["pack"], 300)

    def test_work_is_that_of_the_report(self):
        ticket = self.ask("2026-05-05 10:00")
        self.work(50, ticket=ticket, on="2026-05-05")
        self.work(200, ticket=ticket, on="2026-05-14")  # 70 over the plan
        over = self.env["kbs.over.plan"].search([("ticket_id", "=", ticket.id)])
        over._decide("goodwill", "A good client")
        self.env.flush_all()
        report = self.env["kbs.report.work"]
        report._count_sudo(self.company)
        minutes = dict(
            report._read_group(
                [("subscription_id", "=", self.support.id)],
                ["source"],
                ["minutes:sum"],
            )
        )
        figures = self.figures()
        self.assertEqual(sum(figures["work"].values()), sum(minutes.values()))
        self.assertEqual(figures["over"], {"goodwill": minutes["goodwill"]})
        self.assertEqual(figures["work"][5], 250)
        self.assertEqual(figures["over"]["goodwill"], 70)

    def test_sessions_that_came_about(self):
        ticket = self.ask("2026-05-05 10:00")
        values = {
            "ticket_id": ticket.id,
            "user_id": self.agent.id,
            "date_start": "2026-05-05 08:00:00",
            "date_end": "2026-05-05 08:30:00",
        }
        sessions = self.env["kbs.remote.session"].create([values, dict(values)])
        sessions[1].outcome = "not_connected"
        self.assertEqual(self.figures()["sessions"][5], 1)

    def test_what_the_institution_got(self):
        releases = self.release("8.10.1") | self.release("8.10.2")
        person = self.accountant
        moment = fields.Datetime.now()
        self.env["kbs.release.download"].create(
            [
                {
                    "company_id": self.company.id,
                    "release_id": release.id,
                    "file_name": "x.exe",
                    "partner_id": person.id,
                    "commercial_partner_id": self.hospital.id,
                    "reason": reason,
                    "issued_at": moment,
                    "started_at": started,
                    "expires_at": moment,
                }
                for release, reason, started in (
                    (releases[0], "covered", moment),
                    (releases[0], "covered", moment),
                    (releases[1], "covered", False),
                    (releases[1], "internal", moment),
                    (releases[1], "covered", "2025-12-31 21:00:00"),
                )
            ]
        )
        notices = self.env["kbs.notice"].create(
            [{"release_id": x.id, "company_id": self.company.id} for x in releases]
        )
        self.env["kbs.notice.contact"].create(
            [
                {
                    "notice_id": notice.id,
                    "channel": channel,
                    "commercial_partner_id": self.hospital.id,
                    "state": state,
                    "done_at": moment,
                }
                for notice, channel, state in (
                    (notices[0], "email", "sent"),
                    (notices[0], "phone", "told"),
                    (notices[1], "email", "bounced"),
                )
            ]
        )
        event = self.env["event.event"].create(
            {
                "name": "Reporting",
                "company_id": self.company.id,
                "date_begin": "2026-05-05 07:00:00",
                "date_end": "2026-05-05 09:00:00",
            }
        )
        seats = self.env["event.registration"].create(
            [
                {"event_id": event.id, "partner_id": person.id, "name": name}
                for name in ("One", "Two", "Absent")
            ]
        )
        seats[:2].state = "done"
        proposals = self.env["kbs.feedback"].create(
            [
                {
                    "title": title,
                    "text": "x",
                    "kind": kind,
                    "partner_id": person.id,
                    "received_on": day,
                    "company_id": self.company.id,
                }
                for title, kind, day in (
                    ("New", "proposal", "2026-05-05"),
                    ("Old", "proposal", "2025-05-05"),
                    ("Angry", "complaint", "2026-05-05"),
                )
            ]
        )
        proposals[1].with_user(self.lead)._move_sudo("done", "Done in 8.10.1")
        mine = self.copy("77", client=self.hospital)
        other = self._create_client("Other")
        self.copy("78", client=other)
        figures = self.figures()
        self.assertEqual(figures["versions"], 1)
        self.assertEqual(figures["told"], 1)
        self.assertEqual((figures["seats"], figures["events"]), (2, ["Reporting"]))
        self.assertEqual((figures["proposed"], figures["realised"]), (1, 1))
        self.assertEqual(figures["copies"], mine)

    def test_days_that_were_served(self):
        self.assertEqual(self.figures()["days"], 14)
        self.assertEqual(self.figures()["unbroken_since"], date(2026, 5, 1))
        with freeze_time("2027-06-01 09:00:00"):
            self.assertEqual(self.figures(2026)["days"], 245)
            self.assertEqual(self.figures(2027)["days"], 120)
            self.assertEqual(self.figures(2027)["unbroken_since"], date(2026, 5, 1))
            self.assertEqual(self.support._get_passport_years(), [2027, 2026])
        self.env["kbs.pause"].create(
            {
                "subscription_id": self.support.id,
                "reason_id": self.env["kbs.pause.reason"].search([], limit=1).id,
                "date_start": "2026-05-14",
            }
        )
        with freeze_time("2026-06-01 09:00:00"):
            self.assertEqual(self.figures()["days"], 13)

    def test_guaranteed_days_are_served_and_unpaid_ones_are_not(self):
        client = self._create_client("Late payer")
        support = self.subscription(self.sell("prof_12", client=client))
        self.assertFalse(support._has_passport(2026))
        self.env["kbs.guarantee"].create(
            {
                "period_id": support.period_ids.id,
                "date_until": "2026-05-20",
                "reason": "Letter",
                "letter": b"bGV0dGVy",
                "letter_name": "letter.pdf",
            }
        )
        with freeze_time("2026-06-10 09:00:00"):
            figures = self.figures(support=support)
            rows = self.passport(support=support)["periods"]["rows"]
        self.assertEqual(figures["days"], 7)
        self.assertIn("guaranteed until", rows[0][2])

    def test_year_without_a_served_day_is_refused(self):
        for year in ("2025", "2024"):
            wizard = self.wizard(year=year)
            with (
                self.subTest(year=year),
                self.assertRaisesRegex(
                    UserError, f"No day of {year} was covered: {self.support.name}"
                ),
            ):
                wizard.action_print()
        self.assertEqual(self.support._prepare_passports(2027), {})
        self.assertEqual(self.support._prepare_passports(2025), {})

    def test_supports_that_were_not_served_are_named_and_left_out(self):
        unpaid = self.subscription(
            self.sell("prof_3", client=self._create_client("Unpaid"))
        )
        wizard = self.wizard(subscription_ids=(unpaid | self.support).ids)
        self.assertIn(unpaid.name, wizard.note)
        self.assertNotIn(self.support.name, wizard.note)
        self.assertEqual(
            wizard.action_print()["report_name"], "kbs_support.kbs_passport"
        )
        [(lang, values)] = wizard._prepare()
        self.assertEqual((lang, values["client"]), ("uk_UA", "Hospital"))

    def test_year_that_is_not_over_says_so(self):
        self.assertIn("14", self.passport()["until"])
        with freeze_time("2027-01-01 09:00:00"):
            self.assertFalse(self.passport()["until"])
            self.assertIn("1", self.passport(2027)["until"])

    def test_money_is_for_who_may_see_it(self):
        price = "69,840.00"
        self.assertIn(price, str(self.passport()["periods"]))
        hidden = self.passport(sees_money=False)
        self.assertNotIn(price, str(hidden))
        self.assertEqual(len(hidden["periods"]["columns"]), 3)
        self.assertEqual({len(x) for x in hidden["periods"]["rows"]}, {3})

    def wizard(self, user=None, **values):
        return (
            self.env["kbs.passport"]
            .with_user(user or self.env.user)
            .create({"subscription_ids": self.support.ids, "year": "2026", **values})
        )

    def test_who_prints_it(self):
        self.ask("2026-05-05 10:00", "2026-05-05 12:00")
        for user in (
            self.agent,
            self.lead,
            self.bookkeeper,
            self.reader,
            self.salesman,
        ):
            with self.subTest(user=user.login):
                self.env.invalidate_all()
                action = self.support.with_user(user).action_passport()
                form = Form(
                    self.env["kbs.passport"]
                    .with_user(user)
                    .with_context(**action["context"])
                )
                self.assertEqual(form.year, "2026")
                [(_lang, values)] = form.save()._prepare()
                self.assertEqual(values["figures"]["met"], 1)
        outsider = self.env["res.users"].create({"name": "Outsider", "login": "out"})
        with self.assertRaises(AccessError):
            self.support.with_user(outsider)._prepare_passports(2026)

    def test_file(self):
        self.ask("2026-05-05 10:00", "2026-05-05 12:00")
        # The text is what counts here; styles would come from a server.
        self.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:1")
        other = self.subscription(
            self.sell_paid("prof_3", client=self._create_client("Clinic"))
        )
        other.partner_id.lang = "uk_UA"
        wizard = self.wizard(subscription_ids=(self.support | other).ids)
        reports = self.env["ir.actions.report"].with_context(
            force_report_rendering=True
        )
        content, kind = reports._render_qweb_pdf(REPORT, wizard.ids)
        self.assertEqual(kind, "pdf")
        pages = [
            " ".join(x.extract_text().split())
            for x in PdfReader(BytesIO(content)).pages
        ]
        self.assertEqual(len(pages), 2)
        for page, words in zip(
            pages,
            (("Hospital", "69 840,00", "1 of 1"), ("Clinic", "0 of 0")),
            strict=True,
        ):
            self.assertIn(words[0], page)
        self.assertIn("69 840,00", pages[0])
        self.assertIn("2026", pages[0])
        self.assertNotIn("Clinic", pages[0])
        self.assertNotIn("Hospital", pages[1])


@tagged("post_install", "-at_install")
class TestPassportArithmetic(PassportCase):
    def test_share_never_says_all_of_what_is_not_all(self):
        for part in range(1, 400):
            share = get_share(part, 400)
            self.assertTrue(1 <= share <= 99, (part, share))
        self.assertEqual(get_share(400, 400), 100)
        self.assertEqual(get_share(0, 400), 0)
        self.assertIsNone(get_share(0, 0))


@tagged("post_install", "-at_install")
class TestPassportScale(HoursCase, ScaleMixin):
    """Fifty passports cost as many queries as one."""

    def test_queries(self):
        clients = self.env["res.partner"].create(
            [{"name": f"Client {x}", "is_company": True} for x in range(50)]
        )
        orders = self.env["sale.order"].union(
            *(self.quote("optima_3", client=x) for x in clients)
        )
        orders.action_confirm()
        self.pay(orders)
        supports = orders.order_line.kbs_period_ids.subscription_id
        tickets = self.env["helpdesk.ticket"].create(
            [self.prepare(x) for x in clients for _time in range(3)]
        )
        tickets |= self.case
        now = fields.Datetime.now()
        for ticket in tickets:
            ticket._kbs_note_answer(now + timedelta(minutes=30))
        self.env.flush_all()

        def prepare(records):
            self.assertEqual(len(records._prepare_passports(2026)), len(records))

        self.compare("passports", (self.support, supports), prepare, 0.02)

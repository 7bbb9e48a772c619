from datetime import datetime, timedelta

from odoo import Command
from odoo.tests import new_test_user, tagged

from .common import NOON
from .mail_common import MailCase
from .report_common import ReportCase
from .scale_common import ScaleMixin

OURS = "kpi_kbs_"


class DigestCase(ReportCase):
    """The digest of the support, read as of any moment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.digest = cls.env.ref("kbs_support.kbs_digest")

    def count_all(self, company=None):
        self.env["kbs.report.counted"]._count_all_sudo(company or self.company)

    def value(self, name, days=7, end=NOON, user=None, company=None):
        """The figure ``name`` for so many days that end at ``end`` (UTC)."""
        end = datetime.fromisoformat(end)
        digest = self.digest.with_user(user or self.reader).with_context(
            allowed_company_ids=(company or self.company).ids,
            start_datetime=end - timedelta(days=days),
            end_datetime=end,
        )
        digest.invalidate_model([f"{OURS}{name}_value"])
        return digest[f"{OURS}{name}_value"]

    def get_kpis(self, user):
        found = self.digest._compute_kpis(self.company, user)
        return {x["kpi_name"]: x for x in found}


@tagged("post_install", "-at_install")
class TestDigestFigures(DigestCase):
    """Each figure is that of the report."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tell()

    def setUp(self):
        super().setUp()
        self.count_all()

    def read(self, name, domain, aggregate):
        domain = [("company_id", "=", self.company.id), *domain]
        report = self.env[f"kbs.report.{name}"].with_user(self.reader)
        return report.formatted_read_group(domain, [], [aggregate])[0][aggregate]

    def test_stocks_are_those_of_the_month(self):
        month = [("month", "=", "2026-05-01"), ("active_count", "=", 1)]
        clients = self.read("subscription", month, "partner_id:count_distinct")
        self.assertEqual(self.value("active_clients"), clients)
        self.assertGreater(clients, 3)
        self.assertEqual(self.value("mrr"), self.read("subscription", month, "mrr:sum"))
        month[0] = ("month", "=", "2026-03-01")
        self.assertEqual(
            self.value("mrr", end="2026-03-31 20:59:00"),
            self.read("subscription", month, "mrr:sum"),
        )

    def test_before_the_night_the_newest_counted_month_stands(self):
        before = self.value("mrr")
        self.assertTrue(before)
        with self.at("2026-06-01"):
            self.assertEqual(self.value("mrr", end="2026-06-01 00:00:00"), before)

    def test_began_and_ended_add_up_to_the_report(self):
        may = [("month", "=", "2026-05-01")]
        began = sum(
            self.read("subscription", may, f"{x}_count:sum")
            for x in ("new", "added", "won_back")
        )
        frame = {"days": 14, "end": "2026-05-14 12:00:00"}
        self.assertTrue(began)
        self.assertEqual(self.value("began", **frame), began)

    def test_an_end_counts_once_in_frames_in_a_row(self):
        support = self.sell_on("2026-04-10", "prof_1")  # until 2026-05-09
        self.count_all()
        row = self.env["kbs.report.subscription"].search(
            [("subscription_id", "=", support.id), ("month", "=", "2026-05-01")]
        )
        self.assertEqual(row.cause, "grace")
        days = [f"2026-05-{day:02} 09:00:00" for day in range(8, 13)]
        found = [self.value("ended", days=1, end=x) for x in days]
        self.assertEqual(found, [0, 0, 1, 0, 0])  # the 10th has no service

    def test_renewals_due(self):
        self.assertEqual(
            self.value("renewals_due"),
            self.read(
                "client",
                [
                    ("is_leaving", "=", False),
                    ("date_end", ">=", "2026-05-14"),
                    ("date_end", "<=", "2026-06-13"),
                ],
                "__count",
            ),
        )
        before = self.value("renewals_due")
        self.sell_on("2026-05-14", "prof_1")  # until 2026-06-13
        self.sell_on("2026-04-15", "prof_2")  # until 2026-06-14, a day too late
        self.count_all()
        self.assertEqual(self.value("renewals_due"), before + 1)

    def test_the_letter_tells_money_and_stocks_once(self):
        self.sell_on("2026-05-12", "prof_3")
        self.count_all()
        kpi = self.get_kpis(self.reader)
        mrr = kpi["kpi_kbs_mrr"]
        self.assertEqual((mrr["kpi_col2"], mrr["kpi_col3"]), ({}, {}))
        amount = self.company.currency_id.format(self.value("mrr"))
        self.assertEqual(mrr["kpi_col1"]["value"], amount)
        self.assertIn("₴", amount)
        # April's end was another one: the change is told.
        self.assertTrue(mrr["kpi_col1"]["margin"])
        self.assertTrue(kpi["kpi_kbs_began"]["kpi_col3"])

    def test_each_figure_leads_to_a_report_that_its_reader_may_open(self):
        for name, kpi in self.get_kpis(self.reader).items():
            if not kpi["kpi_action"]:
                self.assertEqual(name, "kpi_kbs_tickets_closed")
                continue
            xmlid = kpi["kpi_action"].partition("?")[0]
            action = self.env.ref(xmlid).with_user(self.reader).sudo()
            if action._name == "ir.actions.server":
                action = action.with_user(self.reader)
                self.assertTrue(action.run()["res_model"])

    def test_who_may_not_read_reports_gets_none(self):
        self.assertFalse(self.get_kpis(self.agent))
        self.assertEqual(
            set(self.get_kpis(self.manager)),
            {x for x in self.digest._fields if x.startswith(OURS)}
            - {x for x in self.digest._fields if x.endswith("_value")},
        )

    def test_companies_are_kept_apart(self):
        other = self._create_company("Other")
        reader = new_test_user(
            self.env,
            "kbs_other_reader",
            groups="kbs_support.group_kbs_report",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.count_all(other)
        self.assertEqual(self.value("mrr", user=reader, company=other), 0)
        self.assertTrue(self.digest._compute_kpis(other, reader))
        both = self.digest.copy({"company_id": other.id}) | self.digest.copy(
            {"company_id": self.company.id}
        )
        self.manager.company_ids |= other
        both = both.with_user(self.manager).with_context(
            allowed_company_ids=(other | self.company).ids
        )
        self.assertEqual(both.mapped("kpi_kbs_mrr_value"), [0, self.value("mrr")])


@tagged("post_install", "-at_install")
class TestDigestTickets(MailCase, DigestCase):
    """Tickets, terms and work over the plan in the letter; and the letter itself."""

    def test_tickets_of_the_frame(self):
        before = {x: self.value(f"tickets_{x}") for x in ("new", "closed")}
        with self.at("2026-05-12 12:00"):
            old = self.ticket()
        self.ticket()
        old.stage_id = self.stage_done
        self.env.flush_all()
        self.assertEqual(self.value("tickets_new"), before["new"] + 2)
        self.assertEqual(self.value("tickets_new", days=1), before["new"] + 1)
        self.assertEqual(self.value("tickets_closed", days=1), before["closed"] + 1)

    def test_terms_that_were_met(self):
        self.count_all()
        self.assertEqual(self.value("terms_met"), 0)
        share = self.get_kpis(self.reader)["kpi_kbs_terms_met"]["kpi_col1"]["value"]
        self.assertEqual(share, "–")  # none, which is not zero per cent
        clocks = self.env["kbs.sla.target"]
        for number in range(3):
            clocks |= self.ticket(name=str(number)).kbs_sla_target_ids[:1]
        clocks.write({"state": "met", "done_at": NOON})
        clocks[0].write({"state": "missed", "missed_at": NOON})
        self.count_all()
        self.assertAlmostEqual(self.value("terms_met"), 66.67, 2)
        share = self.get_kpis(self.reader)["kpi_kbs_terms_met"]["kpi_col1"]["value"]
        self.assertEqual(str(share), "66.7&nbsp;%")

    def test_the_letter_is_sent_in_the_language_of_its_reader(self):
        self.count_all()
        self.manager.write({"lang": "uk_UA", "email": "boss@elsewhere.example.com"})
        self.env["digest.digest"].search([]).next_run_date = "2026-06-30"
        self.digest.write({"next_run_date": "2026-05-14", "user_ids": False})
        self.digest.kbs_offered_user_ids -= self.manager
        self.env["digest.digest"]._cron_send_digest_email()
        letters = self.send_queue()
        mine = [x for x in letters if "boss@elsewhere.example.com" in x["To"]]
        self.assertEqual(len(mine), 1)
        text = self.text(mine[0])
        self.assertIn("Останні 7 днів", text)
        self.assertIn("14.05.2026", text)
        self.assertIn("₴", text)
        self.assertEqual(str(self.digest.next_run_date), "2026-05-21")


@tagged("post_install", "-at_install")
class TestDigestReaders(DigestCase):
    """Managers get it until they say that they do not."""

    def prepare(self):
        self.env["digest.digest"]._kbs_subscribe_managers_sudo()

    def test_managers_are_subscribed_at_once(self):
        self.assertIn(self.env.ref("base.user_admin"), self.digest.user_ids)

    def test_who_becomes_a_manager_is_subscribed_once(self):
        self.prepare()
        self.assertNotIn(self.lead, self.digest.user_ids)
        self.lead.group_ids |= self.env.ref("kbs_support.group_kbs_manager")
        self.prepare()
        self.assertIn(self.lead, self.digest.user_ids)
        self.digest.with_user(self.lead).action_unsubscribe()
        self.prepare()
        self.assertNotIn(self.lead, self.digest.user_ids)

    def test_who_is_no_manager_any_more_gets_it_no_more(self):
        group = self.env.ref("kbs_support.group_kbs_manager")
        self.lead.group_ids |= group
        self.prepare()
        self.lead.group_ids -= group
        self.prepare()
        self.assertNotIn(self.lead, self.digest.user_ids)
        self.lead.group_ids |= group
        self.prepare()
        self.assertIn(self.lead, self.digest.user_ids)

    def test_it_stays_weekly_for_who_only_reads_letters(self):
        self.assertFalse(self.env["res.users.log"].search([], limit=1))
        self.digest.action_send()
        self.assertEqual(self.digest.periodicity, "weekly")

    def test_no_letter_for_who_may_not_read_it(self):
        mails = self.env["mail.mail"].sudo()
        before = mails.search_count([])
        self.digest.user_ids = self.agent
        self.digest.action_send_manual()
        self.assertEqual(mails.search_count([]), before)
        self.digest.user_ids = self.reader
        self.digest.action_send_manual()
        self.assertEqual(mails.search_count([]), before + 1)

    def test_a_digest_that_was_deleted_stops_nothing(self):
        self.digest.unlink()
        self.env["digest.digest"]._cron_send_digest_email()


@tagged("post_install", "-at_install")
class TestDigestScale(ScaleMixin, DigestCase):
    def test_figures_of_fifty_digests(self):
        self.count_all()
        names = [x for x in self.digest._fields if x.startswith(OURS) and "value" in x]
        digests = self.digest.create([{"name": str(x)} for x in range(50)])
        self.compare(
            "figures of digests",
            (digests[:1], digests),
            lambda found: found.with_user(self.reader).read(names),
            0,
        )

from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY
from .notice_common import NoticeCase

AUDIENCE = "odoo.addons.kbs_support.models.kbs_notice_audience"


@tagged("post_install", "-at_install")
class TestNoticeList(NoticeCase):
    """Who is on the list of a campaign, by which channel, and who is the person."""

    # === CHANNELS === #

    def test_nothing_is_sent_before_somebody_says_so(self):
        notice = self.campaign()
        self.assertEqual(notice.state, "ready")
        self.assertEqual(set(self.rows(notice).mapped("state")), {"waiting"})
        self.assertFalse(self.get_jobs(notice))
        self.assertFalse(self.mailbox.envelopes)

    def test_a_call_only_where_the_plan_has_it(self):
        self.plan("prof").is_notified_phone = False
        self.plan("optima").is_notified_phone = True
        self.plan("premium").is_notified_phone = True
        notice = self.campaign()
        self.assertEqual(
            self.told(notice), {"prof client", "optima client", "premium client"}
        )
        self.assertEqual(
            self.told(notice, "phone"), {"optima client", "premium client"}
        )

    def test_one_row_for_a_client_and_channel(self):
        for name in ("Olha", "Petro"):
            self.env["res.partner"].create(
                {
                    "name": name,
                    "parent_id": self.clients["premium"].id,
                    "email": f"{name}@premium.example.com",
                    "phone": "1",
                }
            )
        notice = self.campaign()
        rows = self.rows(notice, client=self.clients["premium"])
        self.assertEqual(sorted(rows.mapped("channel")), ["email", "phone"])
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            rows[0].copy()

    def test_a_plan_without_letters_gets_none(self):
        self.plan("prof").is_notified_email = False
        self.assertNotIn("prof client", self.told(self.campaign()))

    def test_but_a_legal_deadline_is_told_to_all(self):
        self.plan("prof").is_notified_email = False
        self.news.mandatory_by = TODAY + timedelta(days=30)
        self.assertIn("prof client", self.told(self.campaign()))

    def test_news_are_for_who_has_an_account(self):
        person = self.env["res.partner"].create(
            {"name": "Olha", "parent_id": self.clients["prof"].id}
        )
        self._create_portal_user("news_olha", person)
        notice = self.campaign()
        self.assertEqual(self.told(notice, "web"), {"prof client"})

    def test_without_calls_and_without_letters(self):
        notice = self.campaign(call_mode="never", with_email=False, with_web=False)
        self.assertFalse(notice.contact_ids)
        with self.assertRaisesRegex(UserError, "Nobody is on the list"):
            notice.action_start()

    def test_figures_of_the_preview(self):
        self.make_client("premium", "Mute", email=False, phone=False)
        notice = self.campaign()
        self.assertEqual(notice.client_count, 4)
        self.assertEqual((notice.email_count, notice.unwritable_count), (3, 1))
        phones = len(
            [x for x in ("prof", "optima", "premium") if self.plan(x).is_notified_phone]
        )
        self.assertEqual(notice.phone_count, phones)

    # === COVERAGE === #

    def test_who_may_have_the_version_though_support_has_ended(self):
        with freeze_time("2026-12-20 09:00:00"):
            late = self.release("8.11", date=date(2026, 12, 20))
            fix = self.release("8.10.3", fix_of_id=self.news.id, kind="fix")
            self.assertFalse(self.told(self.campaign(late)))
            self.assertEqual(len(self.told(self.campaign(fix))), 3)

    def test_covered_former_and_everybody(self):
        self.make_client("prof", "Newcomer")
        with freeze_time("2026-12-20 09:00:00"):
            self.make_client("prof", "Late")
            late = self.release("8.11", date=date(2026, 12, 20))
            everybody = {
                "prof client",
                "optima client",
                "premium client",
                "Newcomer",
                "Late",
            }
            for coverage, names in (
                ("entitled", {"Late"}),
                ("covered", {"Late"}),
                ("former", everybody - {"Late"}),
                ("everybody", everybody),
            ):
                with self.subTest(coverage=coverage):
                    notice = self.campaign(late, coverage=coverage)
                    self.assertEqual(self.told(notice), names)
                    notice.action_cancel()

    def test_former_clients_of_long_ago_are_left_in_peace(self):
        with freeze_time("2026-12-20 09:00:00"):
            notice = self.campaign(coverage="former", former_days=20)
            self.assertFalse(notice.contact_ids)

    def test_a_client_who_never_paid_is_told_nothing(self):
        unpaid = self._create_client("Unpaid", email="unpaid@example.com")
        self.sell("optima_6", client=unpaid)
        notice = self.campaign(coverage="everybody")
        self.assertNotIn("Unpaid", self.told(notice))

    def test_only_some_plans(self):
        notice = self.campaign(plan_ids=self.plan("optima").ids)
        self.assertEqual(self.told(notice), {"optima client"})

    def test_clients_of_another_company_are_not_ours(self):
        other = self._create_company("Another company")
        self.env.user.company_ids |= other
        notice = self.campaign(company_id=other.id)
        self.assertFalse(notice.contact_ids)

    # === PROGRAM AND VERSION === #

    def test_another_program_is_not_announced(self):
        self.copy("100", self.clients["prof"], self.payroll)
        self.assertEqual(
            self.told(self.campaign()), {"optima client", "premium client"}
        )

    def test_below_a_version_or_of_unknown_version(self):
        self.copy("1", self.clients["prof"], version="8.9")
        self.copy("2", self.clients["optima"], version="8.10")
        self.copy("3", self.clients["premium"])
        for version, names in (
            ("8.10", {"prof client", "premium client"}),
            ("8.9", {"premium client"}),
            ("8.10.1", {"prof client", "optima client", "premium client"}),
        ):
            with self.subTest(version=version):
                notice = self.campaign(below_version=version)
                self.assertEqual(self.told(notice), names)
                notice.action_cancel()

    def test_who_runs_the_version_already_is_not_told(self):
        self.copy("1", self.clients["prof"], version="8.10.2")
        self.copy("2", self.clients["optima"], version="8.11")
        self.copy("3", self.clients["premium"], version="8.10.1")
        notice = self.campaign()
        self.assertEqual(notice.below_version, "8.10.2")
        self.assertEqual(self.told(notice), {"premium client"})
        notice.action_draft()
        notice.below_version = False
        notice.action_prepare()
        self.assertEqual(len(self.told(notice)), 3)

    def test_one_of_two_copies_is_old(self):
        self.copy("1", self.clients["prof"], version="8.10.2")
        self.copy("2", self.clients["prof"], version="8.8")
        notice = self.campaign(below_version="8.10.2")
        self.assertIn("prof client", self.told(notice))

    def test_what_is_no_version_is_refused_in_words(self):
        with self.assertRaisesRegex(ValidationError, "not a version number"):
            self.campaign(below_version="newest")

    def test_only_some_editions(self):
        school = self.env["kbs.edition"].create(
            {"name": "School", "software_id": self.accounting.id}
        )
        other = self.env["kbs.edition"].create(
            {"name": "Hospital", "software_id": self.accounting.id}
        )
        self.copy("1", self.clients["prof"], edition_id=school.id)
        self.copy("2", self.clients["optima"], edition_id=other.id)
        notice = self.campaign(edition_ids=school.ids)
        # Of the premium client nothing is on record: nothing speaks against it.
        self.assertEqual(self.told(notice), {"prof client", "premium client"})

    # === PEOPLE === #

    def person(self, name, plan="optima", **values):
        return self.env["res.partner"].create(
            {
                "name": name,
                "parent_id": self.clients[plan].id,
                "email": f"{name}@{plan}.example.com",
                "lang": "uk_UA",
                **values,
            }
        )

    def recipient(self, notice, plan="optima", channel="email"):
        return self.rows(notice, channel, self.clients[plan]).partner_id

    def test_who_installs_updates_is_told_first(self):
        self.person("Head", kbs_role="head")
        self.person("Accountant", kbs_role="accounting")
        admin = self.person("Admin", kbs_role="updates")
        self.assertEqual(self.recipient(self.campaign()), admin)

    def test_the_role_asked_for_comes_before_others(self):
        self.person("Admin", kbs_role="updates")
        head = self.person("Head", kbs_role="head")
        self.assertEqual(self.recipient(self.campaign(role="head")), head)

    def test_nobody_is_left_out_for_want_of_a_role(self):
        notice = self.campaign(role="head")
        self.assertEqual(self.recipient(notice), self.clients["optima"])

    def test_the_next_person_when_the_first_has_no_address(self):
        self.person("Admin", kbs_role="updates", email=False)
        accountant = self.person("Accountant", kbs_role="accounting")
        self.assertEqual(self.recipient(self.campaign()), accountant)

    def test_who_has_unsubscribed_gets_no_letter(self):
        self.clients["optima"].kbs_is_news_refused = True
        self.assertEqual(
            self.states(self.campaign(), "email")["optima client"], "refused"
        )

    def test_a_colleague_who_has_not_unsubscribed_gets_it(self):
        self.clients["optima"].kbs_is_news_refused = True
        person = self.person("Olha")
        notice = self.campaign()
        self.assertEqual(self.recipient(notice), person)
        self.assertEqual(self.states(notice, "email")["optima client"], "waiting")

    def test_a_legal_deadline_reaches_who_has_unsubscribed(self):
        self.clients["optima"].kbs_is_news_refused = True
        self.news.mandatory_by = TODAY + timedelta(days=30)
        self.assertEqual(
            self.states(self.campaign(), "email")["optima client"], "waiting"
        )

    def test_only_some_languages(self):
        english = self.env["res.lang"]._lang_get("en_US")
        self.clients["optima"].lang = "en_US"
        notice = self.campaign(lang_ids=english.ids)
        self.assertEqual(self.told(notice), {"optima client"})

    def test_calls_are_for_who_looks_after_the_client(self):
        self.plan("premium").is_notified_phone = True
        notice = self.campaign()
        row = self.rows(notice, "phone", self.clients["premium"])
        self.assertEqual(row.user_id, self.agent)
        notice.action_cancel()
        support = self.env["kbs.subscription"]._get_active(self.clients["premium"])
        support[self.clients["premium"]].manager_id = False
        row = self.rows(self.campaign(), "phone", self.clients["premium"])
        self.assertEqual(row.user_id, self.lead)

    # === THE LIST IS WHAT IT WAS MADE BY === #

    def test_conditions_are_fixed_with_the_list(self):
        notice = self.campaign().with_user(self.lead)
        with self.assertRaisesRegex(UserError, "back to draft"):
            notice.coverage = "everybody"
        notice.action_draft()
        self.assertFalse(notice.contact_ids)
        notice.coverage = "everybody"
        notice.action_prepare()
        self.assertEqual(len(self.told(notice)), 3)

    def test_making_the_list_again_doubles_nobody(self):
        notice = self.campaign()
        notice.action_prepare()
        self.assertEqual(notice.email_count, 3)

    def test_a_long_list_is_made_in_the_background(self):
        with patch(f"{AUDIENCE}.MAX_AT_ONCE", 2):
            notice = self.campaign()
        self.assertEqual(notice.state, "preparing")
        self.assertFalse(notice.contact_ids)
        with self.assertRaisesRegex(UserError, "List is being made"):
            notice.action_start()
        job = self.env["queue.job"].search(
            [("identity_key", "=", f"kbs.notice-list-{notice.id}")]
        )
        self.assertEqual((len(job), job.method_name), (1, "_job_prepare_list"))
        for _run in range(2):
            notice._job_prepare_list()
            self.assertEqual((notice.state, notice.email_count), ("ready", 3))

    def test_one_campaign_at_a_time_about_a_version(self):
        self.campaign()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(UniqueViolation, "kbs_notice_one_running"),
        ):
            self.campaign()

    def test_state_is_moved_by_buttons(self):
        notice = self.campaign().with_user(self.lead)
        with self.assertRaises(AccessError):
            notice.state = "done"
        for values in ({"state": "running"}, {"kind": "withdrawal"}):
            with self.subTest(**values), self.assertRaises(AccessError):
                notice.create({"release_id": self.news.id, **values})

    def test_a_started_campaign_stays(self):
        notice = self.campaign()
        notice.action_start()
        with self.assertRaisesRegex(UserError, "stays for the record"):
            notice.unlink()

    def test_many_clients_cost_no_more_queries_than_one_batch(self):
        def count():
            notice = self.campaign()
            notice.action_draft()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            notice.action_prepare()
            number = self.env.cr.sql_log_count - before
            notice.action_cancel()
            return number

        few = count()
        for number in range(50):
            self.make_client("optima", f"School {number}")
        self.assertLessEqual(count(), few + 2)

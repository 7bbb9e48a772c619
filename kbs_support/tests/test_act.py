from datetime import date, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .act_common import ActCase


@tagged("post_install", "-at_install")
class TestActMake(ActCase):
    """Acts are made of what is over, and come to what was paid."""

    def test_months_come_to_the_price(self):
        acts = self.make()
        self.assertEqual(len(acts), 13)
        self.assertEqual(self.total(acts), self.period.price_total)
        self.assertEqual(
            self.stretches(acts)[:2],
            [("2026-01-15", "2026-01-31"), ("2026-02-01", "2026-02-28")],
        )
        self.assertEqual(acts[0].line_ids.days, 17)
        self.assertTrue(self.period.is_acted)

    def test_second_run_makes_nothing(self):
        self.assertEqual(len(self.make("2026-03-31")), 3)
        self.assertFalse(self.make("2026-03-31"))
        self.assertEqual(len(self.make("2026-04-30")), 1)

    def test_month_that_runs_waits(self):
        self.assertEqual(len(self.make("2026-02-27")), 1)

    def test_client_has_his_own_frequency(self):
        self.client.kbs_act_frequency = "quarter"
        acts = self.make()
        self.assertEqual(
            self.stretches(acts)[:2],
            [("2026-01-15", "2026-03-31"), ("2026-04-01", "2026-06-30")],
        )
        self.assertEqual(self.total(acts), self.period.price_total)

    def test_one_act_for_a_period(self):
        self.company.kbs_act_frequency = "period"
        self.assertFalse(self.make("2027-01-13"))
        acts = self.make("2027-01-14")
        self.assertEqual(self.stretches(acts), [("2026-01-15", "2027-01-14")])
        self.assertEqual(self.total(acts), self.period.price_total)

    def test_unpaid_days_have_no_act(self):
        period = self.sell_days(
            "optima_3", "2026-02-01", "2026-04-30", self.reader.partner_id, False
        )
        self.assertFalse(self.make(subs=period.subscription_id))

    def test_guaranteed_days_are_rendered_even_when_it_lapsed(self):
        client = self._create_client("School No. 2")
        period = self.sell_days("optima_3", "2026-02-01", "2026-04-30", client, False)
        self.guarantee(period, "2026-03-10")
        self.assertFalse(period.is_effective)
        acts = self.make(subs=period.subscription_id)
        self.assertEqual(
            self.stretches(acts),
            [("2026-02-01", "2026-02-28"), ("2026-03-01", "2026-03-10")],
        )
        self.pay(period.order_id)
        self.env.flush_all()
        rest = self.make(subs=period.subscription_id)
        self.assertEqual(
            self.stretches(rest),
            [("2026-03-11", "2026-03-31"), ("2026-04-01", "2026-04-30")],
        )
        self.assertEqual(self.total(acts | rest), period.price_total)

    def test_stop_leaves_what_was_served(self):
        with freeze_time("2026-05-20 09:00:00"):
            before = self.make("2026-04-30")
            reason = self.env["kbs.close.reason"].search([], limit=1)
            note = self.sub._leave_at_once(reason, date(2026, 5, 20))
        after = self.make()
        self.assertEqual(self.stretches(after), [("2026-05-01", "2026-05-19")])
        paid = self.period.price_total - note.amount_total
        self.assertEqual(self.total(before | after), round(paid, 2))

    def test_change_of_plan_stands_on_one_act(self):
        with freeze_time("2026-05-20 09:00:00"):
            wizard = self.env["kbs.plan.change"].create(
                {
                    "subscription_id": self.sub.id,
                    "plan_id": self.plan("premium").id,
                    "date": "2026-05-20",
                    "reason": "More questions",
                }
            )
            order = self.env["sale.order"].browse(wizard.action_quote()["res_id"])
            order.action_confirm()
            self.pay(order)
        self.env.cr.flush()
        acts = self.make()
        self.assertEqual(len(acts), 13)
        self.assertEqual(
            [(x.period_id.plan_id.code, x.days) for x in acts[4].line_ids],
            [("optima", 19), ("premium", 12)],
        )
        paid = self.period.price_total + order.amount_total
        self.assertEqual(self.total(acts), round(paid, 2))

    def test_pause_is_not_paid_for(self):
        self.pause("2026-05-14", "2026-06-20")
        acts = self.make()
        self.assertEqual(self.total(acts), self.period.price_total)
        self.assertEqual(acts[4].line_ids.days, 13)
        self.assertEqual(acts[5].line_ids.days, 10)

    def test_days_before_the_first_day_of_acts_were_settled(self):
        self.company.kbs_act_since = "2026-03-01"
        acts = self.make()
        self.assertEqual(acts[0].date_start, date(2026, 3, 1))
        settled = self.period.price_total * 45 / 365
        self.assertAlmostEqual(
            self.total(acts), self.period.price_total - settled, delta=0.01
        )

    def test_settled_days_are_settled_in_later_runs_too(self):
        self.company.kbs_act_since = "2026-03-10"
        acts = self.make("2026-06-30")
        acts |= self.make("2026-12-31")
        acts |= self.make()
        self.assertEqual(acts[0].line_ids.days, 22)
        settled = self.period.price_total * 54 / 365
        self.assertAlmostEqual(
            self.total(acts), self.period.price_total - settled, delta=0.01
        )
        acts.action_issue()
        last = acts.line_ids.sorted("date_start")[-1]
        standing = acts[-1]._get_standing()[last]
        self.assertEqual(last._count_anew(standing), standing)

    def test_database_refuses_a_day_on_two_acts(self):
        acts = self.make("2026-02-28")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            acts[1].copy({"date_start": "2026-02-28", "state": "draft"})

    def test_tax_is_included(self):
        tax = self.env["account.tax"].create(
            {
                "name": "VAT 20 % of the tests",
                "amount": 20,
                "price_include_override": "tax_included",
                "company_id": self.company.id,
                "country_id": self.company.account_fiscal_country_id.id,
            }
        )
        self.period.sale_line_id.sudo().tax_ids = tax
        act = self.make("2026-01-31")
        self.assertAlmostEqual(act.amount_tax, act.amount_total / 6, delta=0.01)

    def test_job_makes_the_past_month_of_all(self):
        other = self.sell_days(
            "prof_3", "2026-04-01", "2026-06-30", self._create_client("School No. 3")
        )
        self.run_job("acts")
        acts = self.env["kbs.act"].search([("company_id", "=", self.company.id)])
        self.assertEqual(acts.subscription_id, self.sub | other.subscription_id)
        self.assertEqual(max(acts.mapped("date_end")), date(2026, 4, 30))
        self.assertEqual(set(acts.mapped("state")), {"draft"})
        self.run_job("acts")
        again = self.env["kbs.act"].search([("company_id", "=", self.company.id)])
        self.assertEqual(again, acts)

    def test_job_issues_where_it_is_set(self):
        self.company.kbs_act_issue = True
        self.run_job("acts")
        acts = self.sub.env["kbs.act"].search([("subscription_id", "=", self.sub.id)])
        self.assertEqual(set(acts.mapped("state")), {"issued"})


@tagged("post_install", "-at_install")
class TestActLife(ActCase):
    """Numbers without gaps, signatures, silence and reminders."""

    def test_numbers_have_no_gaps(self):
        drafts = self.make("2026-04-30")
        drafts[3].unlink()
        drafts = drafts.exists()
        drafts[2].action_issue()
        drafts[:2].action_issue()
        self.assertEqual(
            (drafts[2] | drafts[:2]).mapped("name"),
            ["2026-000001", "2026-000002", "2026-000003"],
        )

    def test_each_year_counts_anew(self):
        acts = self.make("2027-01-31")
        with freeze_time("2027-02-01 09:00:00"):
            acts.action_issue()
        self.assertEqual(acts[-1].name, "2027-000001")
        self.assertEqual(acts[-2].name, "2026-000012")

    def test_each_company_counts_for_itself(self):
        other = self._create_company("Other company")
        other.kbs_act_since = "2020-01-01"
        self.issue("2026-01-31")
        names = self.env["kbs.act"]._take_numbers(other, 2026, 2)
        self.assertEqual(names, ["2026-000001", "2026-000002"])

    def test_issued_act_stays(self):
        act = self.issue("2026-01-31")
        with self.assertRaisesRegex(UserError, "was issued"):
            act.unlink()
        with self.assertRaisesRegex(UserError, "was issued"):
            act.date = "2026-02-01"
        with self.assertRaises(UserError):
            act.action_issue()
        with self.assertRaises(AccessError):
            act.with_user(self.manager).write({"amount_total": 1})

    def test_signature(self):
        act = self.issue("2026-01-31")
        wizard = self.env["kbs.act.sign"].with_user(self.accountant)
        for day in ("2026-05-15", "2026-01-14"):
            with self.assertRaisesRegex(UserError, "cannot have been signed"):
                wizard.create({"act_ids": act.ids, "date": day}).action_sign()
        wizard.create(
            {
                "act_ids": act.ids,
                "date": "2026-05-13",
                "scan": b"c2Nhbg==",
                "scan_name": "act.pdf",
            }
        ).action_sign()
        self.assertEqual((act.state, str(act.signed_on)), ("signed", "2026-05-13"))
        self.assertEqual(act.signed_scan_name, "act.pdf")
        act.with_user(self.accountant).action_unsign()
        self.assertEqual((act.state, act.accepted_on), ("issued", False))

    def test_draft_cannot_be_signed(self):
        draft = self.make("2026-01-31")
        with self.assertRaises(UserError):
            draft._sign(date(2026, 5, 13))

    def test_silence_accepts_as_agreed(self):
        silent = self.issue("2026-01-31")
        self.client.kbs_act_silence_days = 10
        agreed = self.issue("2026-02-28")
        self.assertEqual(str(agreed.silent_on), "2026-05-24")
        self.client.kbs_act_silence_days = 1  # what was issued keeps its term
        with freeze_time("2026-05-23 09:00:00"):
            self.run_job("acts_follow")
            self.assertEqual(agreed.state, "issued")
        with freeze_time("2026-05-25 09:00:00"):
            self.run_job("acts_follow")
        self.assertEqual(
            (agreed.state, str(agreed.accepted_on)), ("silent", "2026-05-24")
        )
        self.assertEqual(silent.state, "issued")

    def test_objection_ends_the_silence(self):
        self.client.kbs_act_silence_days = 10
        first, second = self.issue("2026-02-28")
        first.with_user(self.accountant).action_object()
        with freeze_time("2026-06-30 09:00:00"):
            self.run_job("acts_follow")
            self.assertEqual((first.state, second.state), ("issued", "silent"))
            second.with_user(self.accountant).action_unsign()
            self.run_job("acts_follow")
        self.assertEqual(second.state, "issued")
        with self.assertRaises(AccessError):
            first.with_user(self.agent).action_object()

    def test_unsigned_act_is_reminded_of_once(self):
        self.sub.manager_id = self.manager
        self.client.email = "school@example.com"
        act = self.issue("2026-01-31")
        self.company.write({"kbs_act_reminder": "both", "kbs_act_reminder_days": 7})
        with freeze_time("2026-05-20 09:00:00"):
            self.run_job("acts_follow")
        self.assertFalse(act.reminded_on)
        for day in ("2026-05-21", "2026-05-22"):
            with freeze_time(f"{day} 09:00:00"):
                self.run_job("acts_follow")
        self.assertEqual(str(act.reminded_on), "2026-05-21")
        self.assertEqual(act.activity_ids.user_id, self.manager)
        mails = self.env["mail.mail"].search(
            [("model", "=", "kbs.act"), ("res_id", "=", act.id)]
        )
        self.assertEqual(len(mails), 1)
        self.assertEqual(mails.recipient_ids, self.client)
        act._sign(date(2026, 5, 13))
        self.assertFalse(act.activity_ids)

    def test_nobody_is_reminded_where_it_is_off(self):
        act = self.issue("2026-01-31")
        self.company.kbs_act_reminder = "none"
        with freeze_time("2026-06-30 09:00:00"):
            self.run_job("acts_follow")
        self.assertFalse(act.reminded_on)

    def test_codes_are_checked(self):
        for name, right, wrong in (
            ("kbs_kekv", "2240", "22400"),
            ("kbs_dk_021", "72250000-2", "7225"),
            ("kbs_prozorro", "UA-2026-05-14-000123-a", "UA-2026-05-40-000123-a"),
            (
                "kbs_treasury_account",
                "UA213223130000026007233566001",
                "UA213223130000026007233566002",
            ),
        ):
            with self.subTest(name=name):
                self.client[name] = right
                self.client.flush_recordset()
                with self.assertRaises(ValidationError):
                    self.client[name] = wrong
        contact = self.env["res.partner"].create(
            {"name": "Accountant", "parent_id": self.client.id}
        )
        self.assertEqual(contact.kbs_kekv, "2240")


@tagged("post_install", "-at_install")
class TestActCorrection(ActCase):
    """What changes after the issue is an act of its own."""

    def correct(self, act, reason="Letter No. 5", user=None, **values):
        wizard = (
            self.env["kbs.act.correct"]
            .with_user(user or self.accountant)
            .create({"act_id": act.id, "reason": reason, **values})
        )
        action = wizard.action_correct()
        return self.env["kbs.act"].browse(action["res_id"])

    def test_days_that_a_later_pause_took(self):
        acts = self.issue("2026-05-31")
        may = acts[-1]
        self.pause("2026-05-20", "2026-05-24")
        correction = self.correct(may)
        self.assertEqual(correction.kind, "correction")
        self.assertEqual(correction.name, "2026-000006")
        self.assertEqual(correction.line_ids.days, -5)
        self.assertLess(correction.amount_total, 0)
        self.assertEqual(
            may.amount_now, round(may.amount_total + correction.amount_total, 2)
        )
        rest = self.make()
        self.assertEqual(self.total(acts | correction | rest), self.period.price_total)
        with self.assertRaisesRegex(UserError, "Nothing changes"):
            self.correct(may)

    def test_cancelled_act_frees_its_days(self):
        acts = self.issue("2026-03-31")
        with self.assertRaisesRegex(UserError, "follows"):
            self.correct(acts[0], is_whole=True)
        correction = self.correct(acts[2], is_whole=True)
        self.assertEqual(acts[2].state, "cancelled")
        self.assertEqual(acts[2].amount_now, 0)
        again = self.make("2026-03-31")
        self.assertEqual(again.amount_total, acts[2].amount_total)
        rest = self.make()
        self.assertEqual(
            self.total(acts | correction | again | rest), self.period.price_total
        )

    def test_draft_and_correction_are_not_corrected(self):
        acts = self.make("2026-02-28")
        with self.assertRaises(UserError):
            self.correct(acts[0], is_whole=True)
        acts.action_issue()
        correction = self.correct(acts[1], is_whole=True)
        with self.assertRaisesRegex(UserError, "a correction itself"):
            self.correct(correction, is_whole=True)

    def test_stop_before_the_end_of_an_issued_act(self):
        acts = self.issue("2026-05-31")
        with freeze_time("2026-05-25 09:00:00"):
            reason = self.env["kbs.close.reason"].search([], limit=1)
            note = self.sub._leave_at_once(reason, date(2026, 5, 25))
        self.assertFalse(self.make())
        correction = self.correct(acts[-1])
        self.assertEqual(correction.line_ids.days, -7)
        paid = self.period.price_total - note.amount_total
        self.assertEqual(self.total(acts | correction), round(paid, 2))

    def test_amounts_are_never_less_than_nothing(self):
        act = self.issue("2026-01-31")
        wizard = (
            self.env["kbs.act.correct"]
            .with_user(self.accountant)
            .create({"act_id": act.id, "reason": "Letter"})
        )
        wizard.line_ids.amount = -1
        with self.assertRaisesRegex(UserError, "less than nothing"):
            wizard.action_correct()

    def test_who_corrects(self):
        act = self.issue("2026-01-31")
        for user in (self.agent, self.lead, self.salesman, self.reader):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.correct(act, user=user, is_whole=True)
        self.assertTrue(self.correct(act, user=self.manager, is_whole=True))


@tagged("post_install", "-at_install")
class TestActAccess(ActCase):
    """Specialists read, accountants and managers keep, clients go by their pages."""

    def test_table_of_rights(self):
        act = self.make("2026-01-31")
        portal = self._create_portal_user("act_portal", self.client)
        public = self.env.ref("base.public_user")
        operations = dict(
            zip("rwcd", ("read", "write", "create", "unlink"), strict=True)
        )
        for user, rights, rights_on_lines in (
            (self.agent, "r", "r"),
            (self.lead, "r", "r"),
            (self.manager, "rwd", "r"),
            (self.accountant, "rwd", "r"),
            (self.salesman, "r", "r"),
            (self.reader, "r", "r"),
            (portal, "", ""),
            (public, "", ""),
        ):
            with self.subTest(user=user.login):
                for records, allowed in (
                    (act, rights),
                    (act.line_ids, rights_on_lines),
                ):
                    own = records.with_user(user)
                    found = [x for x, y in operations.items() if own.has_access(y)]
                    self.assertEqual("".join(found), allowed)

    def test_other_company_is_out_of_reach(self):
        act = self.make("2026-01-31")
        other = self._create_company("Other company")
        self.accountant.write(
            {"company_ids": [(6, 0, other.ids)], "company_id": other.id}
        )
        for records in (act, act.line_ids):
            own = records.with_user(self.accountant).with_context(
                allowed_company_ids=other.ids
            )
            with self.subTest(model=records._name):
                self.assertFalse(own.has_access("read"))

    def test_who_makes_acts(self):
        for user in (self.agent, self.lead, self.salesman, self.reader):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["kbs.act.make"].with_user(user).create({}).action_make()
        wizard = self.env["kbs.act.make"].with_user(self.accountant).create({})
        self.assertEqual(wizard.date_until, date(2026, 4, 30))
        self.assertEqual(wizard.due_count, 1)
        action = wizard.action_make()
        acts = self.env["kbs.act"].search(action["domain"])
        self.assertEqual(len(acts), 4)
        with self.assertRaisesRegex(UserError, "acts already"):
            wizard.action_make()
        wizard.date_until = wizard.company_id._kbs_today()
        with self.assertRaisesRegex(UserError, "are over"):
            wizard.action_make()

    def test_wizard_makes_acts_of_the_chosen_clients(self):
        client = self._create_client("School No. 2")
        self.sell_days("prof_3", "2026-03-01", "2026-05-31", client)
        wizard = (
            self.env["kbs.act.make"]
            .with_user(self.manager)
            .create({"partner_ids": client.ids, "is_issued": True})
        )
        wizard.action_make()
        acts = self.env["kbs.act"].search([("company_id", "=", self.company.id)])
        self.assertEqual(acts.partner_id, client)
        self.assertEqual(set(acts.mapped("state")), {"issued"})
        self.assertEqual(
            max(acts.mapped("date_end")) + timedelta(days=1), date(2026, 5, 1)
        )

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .import_common import ImportCase


@tagged("post_install", "-at_install")
class TestOpening(ImportCase):
    """A term that was paid elsewhere counts here as one that was paid."""

    def setUp(self):
        super().setUp()
        self.bring()
        self.support = self.find().kbs_subscription_ids
        self.opened = self.support.period_ids

    def again(self, **support):
        rows = self.story()
        rows["support"][0] |= support
        return self.check(rows)

    def faults(self, record):
        return record.fault_ids.filtered(lambda x: not x.is_warning).mapped("text")

    def test_it_is_paid_without_an_invoice_and_says_from_where(self):
        self.assertRecordValues(
            self.opened,
            [
                {
                    "is_paid": True,
                    "is_effective": True,
                    "state": "current",
                    "opened_on": date(2026, 5, 14),
                    "opened_from": "clients.xlsx, row 3",
                    "first_paid_on": False,
                    "chain_start": date(2025, 3, 1),
                    "chain_months": 24,
                    "price_total": 9000,
                    "price_kind": "regular",
                    "is_waiting_for_payment": False,
                }
            ],
        )
        self.assertFalse(self.opened.order_id or self.support.invoice_count)

    def test_report_counts_the_tenure_from_before(self):
        report = self.env["kbs.report.subscription"]
        report._count_sudo(self.company)
        row = report.search([("subscription_id", "=", self.support.id)], limit=1)
        self.assertEqual(row.month, date(2026, 5, 1))
        self.assertEqual(row.tenure_months, self.support.tenure_months)
        self.assertEqual(self.support.tenure_months, 38)  # since March 2023

    def test_only_the_import_can_say_that_it_was_paid_elsewhere(self):
        order = self.sell("prof_3")
        for user in (self.manager, self.lead, self.accountant):
            with self.assertRaises(AccessError):
                self.period(order).with_user(user).opened_on = date(2026, 5, 1)

    def test_daily_job_leaves_it_alone(self):
        self.run_daily_job()
        self.assertEqual((self.support.state, self.opened.is_paid), ("active", True))

    def test_renewal_continues_it_at_the_loyalty_price(self):
        renewal = self.sell_paid(
            "optima_12", client=self.support.partner_id,
            kbs_subscription_id=self.support.id, pricelist_id=self.loyalty.id,
        )  # fmt: skip
        period = self.period(renewal)
        self.assertEqual(
            (period.date_start, period.date_end),
            (date(2027, 3, 1), date(2028, 2, 29)),
        )
        self.assertEqual(period.price_kind, "loyalty")
        self.assertEqual(self.support.tenure_start, date(2023, 3, 1))
        self.assertEqual(self.support.date_end, date(2028, 2, 29))

    def test_no_hours_of_months_that_were_over(self):
        grants = self.support.hour_entry_ids.filtered(
            lambda x: x.kind == "grant" and not x.source_id
        )
        self.assertEqual(min(grants.mapped("valid_from")), date(2026, 5, 1))
        self.assertEqual(len(grants), 10)

    def test_statement_tells_where_bought_hours_come_from(self):
        statement = self.env["kbs.hour.statement"].create(
            {"subscription_id": self.support.id}
        )
        texts = [x["text"] for x in statement._prepare()["rows"]]
        self.assertIn("Taken over from clients.xlsx, row 4", texts)
        self.assertNotIn("False", " ".join(texts))

    def test_it_is_no_sale_in_the_report(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_subscription_period_action_report"
        )
        self.assertIn("search_default_sold_here", action["context"])
        view = self.env["kbs.subscription.period"].get_view(view_type="search")
        self.assertIn("('opened_on', '=', False)", view["arch"])

    def test_who_leaves_gets_the_unused_days_back(self):
        reason = self.env["kbs.close.reason"].search([], limit=1)
        notes = self.support.with_user(self.manager)._leave_at_once(
            reason, date(2026, 9, 1)
        )
        # 181 of 365 days, of 9,000.00
        self.assertAlmostEqual(notes.sudo().amount_total, 9000 * 181 / 365, 2)
        self.assertEqual(notes.sudo().partner_id, self.support.partner_id)
        self.assertTrue(self.opened.is_paid)
        self.assertEqual(self.support.date_end, date(2026, 8, 31))

    def test_change_of_plan_counts_what_was_paid_elsewhere(self):
        premium = self.plan("premium")
        change = self.support._quote_change(premium, date(2026, 6, 1))
        self.assertAlmostEqual(change.credit, 9000 * 273 / 365, 2)

    def test_transferred_with_it(self):
        heir = self._create_client("Heir", company_registry="40000137")
        self.support.with_user(self.lead)._transfer(heir, "Merged")
        self.assertEqual(self.opened.commercial_partner_id, heir)
        texts = self.faults(self.again(price=1))
        self.assertIn("This contract belongs to another client.", texts)
        self.assertIn("The row of this support has a fault.", texts)

    def test_days_are_corrected_while_nothing_stands_on_them(self):
        record = self.again(date_end=date(2026, 8, 31), term="6")
        record.action_write()
        self.env.flush_all()
        self.assertEqual(self.support.period_ids, self.opened)
        self.assertEqual(self.support.date_end, date(2026, 8, 31))
        self.assertEqual(self.opened.chain_months, 18)
        grants = self.support.hour_entry_ids.filtered(
            lambda x: x.kind == "grant" and x.left_minutes
        )
        self.assertEqual(max(grants.mapped("valid_to")), date(2026, 8, 31))

    def test_plan_is_corrected_with_its_hours(self):
        rows = self.story()
        rows["support"][0]["plan"] = self.plan("premium").name
        rows["hours"][0]["minutes"] = "5:00"
        record = self.check(rows)
        self.assertFalse(self.faults(record))
        record.action_write()
        self.env.flush_all()
        self.assertEqual(self.support.plan_id, self.plan("premium"))
        self.assertEqual(self.support.minutes_left, 300 + 210)
        later = self.support.hour_entry_ids.filtered(
            lambda x: x.kind == "grant" and x.left_minutes
        ).sorted("valid_from")[1:]
        self.assertEqual(set(later.mapped("left_minutes")), {360})

    def test_days_stay_once_something_stands_on_them(self):
        self.quote(
            "optima_12", client=self.support.partner_id,
            kbs_subscription_id=self.support.id,
        ).action_confirm()  # fmt: skip
        self.assertFalse(self.faults(self.again()))
        texts = self.faults(self.again(price=8000))
        self.assertIn("already", texts[0])
        self.assertEqual(self.opened.price_total, 9000)

    def test_paused_one_is_as_before_for_the_same_file(self):
        self.env["kbs.pause"].create(
            {
                "subscription_id": self.support.id,
                "date_start": date(2026, 6, 1),
                "date_end": date(2026, 6, 10),
                "reason_id": self.env["kbs.pause.reason"].search([], limit=1).id,
            }
        )
        record = self.again()
        self.assertEqual(self.verdicts(record), ["same"])

    def test_withdrawn_it_covers_nothing_and_may_come_again(self):
        with self.assertRaises(AccessError):
            self.opened.with_user(self.lead).action_withdraw_opening()
        self.opened.with_user(self.manager).action_withdraw_opening()
        self.assertEqual(self.support.state, "cancelled")
        self.assertEqual(self.support.minutes_left, 0)
        self.assertIn("withdrawn the period", self.support.message_ids[0].body)
        self.bring()
        supports = self.find().kbs_subscription_ids
        self.assertEqual(sorted(supports.mapped("state")), ["active", "cancelled"])
        self.assertEqual(sum(supports.mapped("minutes_left")), 330)

    def test_renewed_or_sold_one_cannot_be_withdrawn(self):
        order = self.sell_paid("prof_3")
        with self.assertRaisesRegex(UserError, "was not taken over"):
            self.period(order).with_user(self.manager).action_withdraw_opening()
        self.quote(
            "optima_12", client=self.support.partner_id,
            kbs_subscription_id=self.support.id,
        ).action_confirm()  # fmt: skip
        with self.assertRaisesRegex(UserError, "so it stays"):
            self.opened.with_user(self.manager).action_withdraw_opening()

    def test_end_that_is_no_end_of_a_month_counts_anew(self):
        record = self.again(date_end=date(2027, 3, 5))
        self.assertIn("not exactly the chosen term", record.fault_ids.text)
        self.assertFalse(self.faults(record))
        record.action_write()
        self.assertEqual(self.opened.chain_months, 0)
        renewal = self.sell_paid(
            "optima_3", client=self.support.partner_id,
            kbs_subscription_id=self.support.id,
        )  # fmt: skip
        self.assertEqual(self.period(renewal).date_start, date(2027, 3, 6))
        self.assertEqual(self.period(renewal).date_end, date(2027, 6, 5))

    def test_portal_and_timeline_show_it(self):
        values = self.opened.sudo()._prepare_portal_period(self.env["account.move"])
        self.assertTrue(values["is_paid"])
        self.assertFalse(values["pay_url"])
        badges = [x for x, _color in self.opened._get_timeline_badges()]
        self.assertIn("taken over on 05/14/2026", badges)

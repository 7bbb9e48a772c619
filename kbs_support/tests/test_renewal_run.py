import logging
from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import KbsCase

_logger = logging.getLogger(__name__)

IN_WINDOW = "2026-07-20 09:00:00"  # the clients are covered until 13.08


@tagged("post_install", "-at_install")
class TestRenewalRun(KbsCase):
    """Quotations for all who end soon; one bad record stops nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.manager
        cls.subs = cls.sell_many(4)

    @classmethod
    def sell_many(cls, count, product="optima_3"):
        orders = cls.env["sale.order"]
        for number in range(count):
            client = cls._create_client(
                f"Client {number}", email=f"client{number}@example.com"
            )
            orders |= cls.quote(product, client=client)
        orders.action_confirm()
        cls.env.flush_all()
        # Statistics of a real database, which one long transaction has not.
        cls.env.cr.execute("ANALYZE")
        cls.pay(orders)
        return orders.order_line.kbs_period_ids.subscription_id

    def run_for(self, **values):
        runs = self.env["kbs.renewal.run"].with_user(self.seller)
        return runs.create({"company_id": self.company.id, **values})

    def mails(self, orders):
        return self.env["mail.mail"].search(
            [("model", "=", "sale.order"), ("res_id", "in", orders.ids)]
        )

    def states(self, run):
        return run.line_ids.sorted(lambda x: x.subscription_id.id).mapped("state")

    def test_collects_who_ends_within_the_window(self):
        self.sell_many(1, "optima_12")
        with freeze_time("2026-06-13 09:00:00"):  # 61 days before the end
            with self.assertRaisesRegex(UserError, "No other client fits"):
                self.run_for().action_collect()
        with freeze_time("2026-06-14 09:00:00"):
            run = self.run_for()
            run.action_collect()
            self.assertEqual(run.line_ids.subscription_id, self.subs)
            self.assertEqual(set(run.line_ids.mapped("price")), {16830})
            self.assertEqual(set(run.line_ids.mapped("saving")), {2430})
            with self.assertRaisesRegex(UserError, "No other client fits"):
                run.action_collect()

    def test_review_make_and_send_are_three_steps(self):
        with freeze_time(IN_WINDOW):
            run = self.run_for()
            run.action_collect()
            self.assertFalse(run.line_ids.order_id)
            run.line_ids[0].term_id = self.env.ref("kbs_support.kbs_term_12")
            run.line_ids[1].action_skip()
            run.action_make()
            self.assertEqual(self.states(run), ["made"] * 3)
            orders = run.line_ids.order_id
            self.assertEqual(set(orders.mapped("state")), {"draft"})
            self.assertEqual(
                sorted(orders.mapped("amount_total")), [16830, 16830, 60120]
            )
            self.assertEqual(orders.create_uid, self.seller)
            mails = self.mails(orders)
            self.assertFalse(mails)
            run.action_send()
            self.assertEqual(set(orders.mapped("state")), {"sent"})
            self.assertEqual(self.states(run), ["sent"] * 3)
            mails = self.mails(orders)
            self.assertEqual(mails.recipient_ids, orders.partner_id)
            self.assertEqual(len(mails), 3)
            self.assertIn("16,830.00", str(mails.mapped("body_html")))

    def test_one_broken_record_in_the_middle(self):
        broken = self.subs[1]
        with freeze_time(IN_WINDOW):
            run = self.run_for()
            run.action_collect()
            order = broken.period_ids.order_id
            self.renew(order, "optima_1", client=order.partner_id).action_confirm()
            run.action_make()
            self.assertEqual(self.states(run), ["made", "failed", "made", "made"])
            line = run.line_ids.filtered(lambda x: x.subscription_id == broken)
            self.assertIn("waits for payment", line.error)
            broken.period_ids.filtered(lambda x: not x.is_paid).action_cancel()
            line.action_retry()
            self.assertEqual(line.state, "made")
            self.assertFalse(line.error)

    def test_client_without_address_fails_alone(self):
        self.subs[2].partner_id.email = False
        with freeze_time(IN_WINDOW):
            run = self.run_for()
            run.action_collect()
            run.action_make()
            run.action_send()
            self.assertEqual(self.states(run), ["sent", "sent", "failed", "sent"])
            line = run.line_ids.filtered("error")
            self.assertIn("has no e-mail address", line.error)
            self.subs[2].partner_id.email = "found@example.com"
            run.action_retry()
            self.assertEqual(line.state, "sent")

    def test_background_does_the_same(self):
        with freeze_time(IN_WINDOW):
            run = self.run_for()
            run.action_collect()
            run.line_ids.sudo().state = "queued"
            cron = self.env.ref("kbs_support.ir_cron_kbs_renewal_runs")
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(self.states(run), ["made"] * 4)
            self.assertEqual(run.line_ids.order_id.create_uid, self.seller)

    def test_what_a_click_cannot_do_goes_on_in_the_background(self):
        self.subs |= self.sell_many(3)
        with freeze_time(IN_WINDOW):
            run = self.run_for()
            run.action_collect()
            run.action_make()
            run.action_send()  # five now, two later
            self.assertEqual(sorted(self.states(run)), ["sent"] * 5 + ["to_send"] * 2)
            cron = self.env.ref("kbs_support.ir_cron_kbs_renewal_runs")
            self.assertTrue(self.env["ir.cron.trigger"].search(
                [("cron_id", "=", cron.id)]))  # fmt: skip
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.env.invalidate_all()
            self.assertEqual(set(self.states(run)), {"sent"})
            self.assertEqual(len(self.mails(run.line_ids.order_id)), 7)

    def test_twice_in_two_runs_gives_one_quotation(self):
        with freeze_time(IN_WINDOW):
            one, two = self.run_for(), self.run_for()
            one.action_collect()
            two.action_collect()
            one.action_make()
            two.action_make()
            self.assertEqual(one.line_ids.order_id, two.line_ids.order_id)

    def test_who_refused_is_not_asked(self):
        renewals = self.env["kbs.renewal"]._open(self.subs)
        reason = self.env.ref("kbs_support.kbs_close_reason_no_budget")
        renewals[self.subs[0]]._lose(reason)
        with freeze_time(IN_WINDOW):
            run = self.run_for()
            run.action_collect()
            self.assertEqual(run.line_ids.subscription_id, self.subs[1:])

    def test_budget_year_clients_from_september(self):
        year = self.sell_many(2, "prof_budget_year")
        self.sell_many(1, "optima_6")  # ends before the year does, and is no budget
        with freeze_time("2026-09-01 09:00:00"):
            run = self.run_for(kind="budget_year")
            self.assertEqual(run.date_until, date(2026, 12, 31))
            run.action_collect()
            self.assertEqual(run.line_ids.subscription_id, year)
            run.action_make()
            lines = run.line_ids.order_id.order_line
            self.assertEqual(set(lines.mapped("kbs_date_start")), {date(2027, 1, 1)})
            self.assertEqual(set(lines.mapped("price_total")), {15300})

    def test_chosen_clients(self):
        with freeze_time(IN_WINDOW):
            action = self.subs[:2].with_user(self.seller).action_renew_chosen()
            run = self.env["kbs.renewal.run"].browse(action["res_id"])
            self.assertEqual(run.line_ids.subscription_id, self.subs[:2])

    def test_steps_are_not_typed_in(self):
        with freeze_time(IN_WINDOW):
            run = self.run_for()
            run.action_collect()
            order = self.quote("prof_1")
            for values in ({"state": "made"}, {"order_id": order.id}):
                with self.subTest(values=values), self.assertRaises(AccessError):
                    run.line_ids[0].write(values)
            line = run.line_ids.create(
                {
                    "run_id": self.run_for().id,
                    "subscription_id": self.subs[0].id,
                    "plan_id": self.plan("optima").id,
                    "term_id": self.env.ref("kbs_support.kbs_term_3").id,
                    "state": "made",
                    "order_id": order.id,
                }
            )
            self.assertEqual((line.state, line.order_id.id), ("review", False))

    def test_clients_of_another_company_stay_out(self):
        other = self._create_company("Other")
        self.subs[0].sudo().company_id = other
        with freeze_time(IN_WINDOW):
            run = self.run_for()
            values = {
                "run_id": run.id,
                "subscription_id": self.subs[0].id,
                "plan_id": self.plan("optima").id,
                "term_id": self.env.ref("kbs_support.kbs_term_3").id,
            }
            with self.assertRaises(AccessError):
                run.line_ids.create(values)
            with self.assertRaisesRegex(ValidationError, "of its own company"):
                run.sudo().line_ids.create(values)

    def test_only_a_manager_makes_others_responsible(self):
        all_leads = new_test_user(
            self.env,
            "kbs_all_leads",
            groups="sales_team.group_sale_salesman_all_leads",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        runs = self.env["kbs.renewal.run"].with_user(all_leads)
        run = runs.create({"company_id": self.company.id})
        with self.assertRaises(AccessError):
            run.user_id = self.manager
        with self.assertRaises(AccessError):
            runs.create({"company_id": self.company.id, "user_id": self.manager.id})

    def test_responsible_without_rights_blocks_nobody(self):
        with freeze_time(IN_WINDOW):
            run = self.run_for()
            run.action_collect()
            run.line_ids.sudo().state = "queued"
            run.user_id.sudo().group_ids -= self.env.ref(
                "sales_team.group_sale_manager"
            )
            run.user_id.sudo().group_ids = [
                Command.set(self.env.ref("base.group_user").ids)
            ]
            run.sudo().line_ids._work()
            self.assertEqual(set(run.sudo().line_ids.mapped("state")), {"failed"})

    def test_cancelled_quotation_is_not_sent(self):
        with freeze_time(IN_WINDOW):
            run = self.run_for()
            run.action_collect()
            run.action_make()
            run.line_ids[1].order_id._action_cancel()
            run.action_send()
            self.assertEqual(sorted(self.states(run)), ["failed"] + ["sent"] * 3)
            self.assertEqual(len(self.mails(run.line_ids.order_id)), 3)

    def test_letter_goes_to_who_has_an_address(self):
        client = self.subs[0].partner_id
        client.email = False
        accountant = self.env["res.partner"].create(
            {
                "name": "Accountant",
                "parent_id": client.id,
                "type": "invoice",
                "email": "accountant@example.com",
            }
        )
        with freeze_time(IN_WINDOW):
            order = self.subs[0]._create_renewal_order(
                self.env.ref("kbs_support.kbs_term_3")
            )
            order._kbs_send_renewal_offer()
        self.assertEqual(self.mails(order).recipient_ids, accountant)
        self.assertIn("without a gap", str(self.mails(order).body_html))

    def test_chosen_of_two_companies(self):
        for subs in (self.subs.browse(), self.subs):
            self.subs[0].sudo().company_id = self._create_company(f"Other {len(subs)}")
            with self.subTest(count=len(subs)), self.assertRaises(UserError):
                subs.action_renew_chosen()

    def test_who_may_run(self):
        for user in (self.agent, self.reader, self.salesman):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["kbs.renewal.run"].with_user(user).create({})

    def test_thousand_cost_no_more_each(self):
        """Queries of one more quotation, between 10 and 50."""
        counts = []
        for count in (1, 10, 50):
            subs = self.sell_many(count)
            with freeze_time(IN_WINDOW):
                run = self.run_for(kind="chosen")
                run._add(subs)
                run.line_ids.sudo().state = "queued"
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                run.line_ids._work()
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
                self.assertEqual(set(run.line_ids.mapped("state")), {"made"})
        slope = (counts[2] - counts[1]) / 40
        _logger.info(
            "renewal run: %s queries for 1, %.1f for each more", *counts[:1], slope
        )
        self.assertLessEqual(slope, 20)

from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .hours_common import HoursCase

SELLER = "sales_team.group_sale_salesman_all_leads"


@tagged("post_install", "-at_install")
class TestWork(HoursCase):
    """Work on tickets: a timesheet line that draws on the hours (E3–E5)."""

    def test_work_is_a_timesheet_with_its_cost(self):
        line = self.work(90)
        self.assertEqual(line.employee_id.user_id, self.agent)
        self.assertEqual(line.amount, -450)
        self.assertTrue(line.project_id.allow_timesheets)
        self.assertTrue(line.account_id)
        self.assertEqual(line.company_id, self.company)
        self.assertEqual(line.partner_id, self.case.partner_id)
        self.assertEqual(self.left(), 90)

    def test_work_is_called_by_its_ticket(self):
        line = self.work(90)
        self.assertEqual(line.display_name, f"{self.case.number}: {line.name}")

    def test_consultation_is_included(self):
        line = self.work(90, "consultation")
        self.assertEqual(self.left(), 180)
        self.assertFalse(line.sudo().kbs_over_ids)
        self.assertEqual(line.kbs_drawn, "Included in the plan")

    def test_programmer_only_where_the_plan_says_so(self):
        self.work(30, "programmer")
        self.assertEqual(self.left(), 150)
        self.plan("optima").is_programmer_included = False
        line = self.work(30, "programmer")
        self.assertEqual(self.left(), 150)
        self.assertEqual(line.sudo().kbs_over_ids.minutes, 30)

    def test_bought_hours_pay_for_a_programmer(self):
        self.plan("optima").is_programmer_included = False
        self.pay(self.sell_hours("hour"))
        line = self.work(40, "programmer")
        self.assertFalse(line.sudo().kbs_over_ids)
        self.assertEqual(self.left(), 200)

    def test_who_is_not_covered_has_it_over_plan(self):
        ticket = self.ticket(self._create_client("Stranger"))
        line = self.work(40, "consultation", ticket=ticket)
        self.assertEqual(line.sudo().kbs_over_ids.minutes, 40)

    def test_forecast(self):
        told = self.case._kbs_foresee("other")
        self.assertEqual((told["state"], told["minutes"]), ("hours", 180))
        self.assertEqual(self.case._kbs_foresee("consultation")["state"], "included")
        self.work(180)
        self.assertEqual(self.case._kbs_foresee("other")["state"], "over")

    def wizard(self, mode, user=None, **values):
        """The form of the wizard, as a person fills it in."""
        model = self.env["kbs.ticket.work"].with_user(user or self.agent)
        form = Form(
            model.with_context(default_ticket_id=self.case.id, default_mode=mode)
        )
        for name, value in values.items():
            form[name] = value
        return form.save()

    def test_timer(self):
        self.company.kbs_work_rounding = 5
        self.wizard("start", kind="programmer").action_apply()
        case = self.case.with_user(self.agent)
        self.assertTrue(case.kbs_timer_start)
        self.agent.tz = "Europe/Kyiv"
        local = case.with_context(tz="Europe/Kyiv", lang="uk_UA")
        self.assertEqual(local.kbs_timer_since, "12:00")
        self.assertFalse(self.case.with_user(self.lead).kbs_timer_start)
        with freeze_time("2026-05-14 10:02:00"):
            form = self.wizard("stop", name="Changed a report")
            self.assertEqual(form.kind, "programmer")
            self.assertAlmostEqual(form.hours, 65 / 60)
            told = form.action_apply()
        self.assertIn("1 h 5 min", told["params"]["message"])
        case.invalidate_recordset()
        self.assertFalse(case.kbs_timer_start)
        self.assertEqual(self.case.kbs_work_minutes, 65)
        self.assertEqual(self.left(), 115)

    def test_one_timer_for_a_person(self):
        self.wizard("start").action_apply()
        with self.assertRaisesRegex(UserError, "Your timer runs on"):
            self.wizard("start").action_apply()
        self.wizard("start", user=self.lead).action_apply()

    def test_colleagues_read_it_and_change_only_their_own(self):
        line = self.work(30)
        colleague = self._create_portal_user("work_portal", self.accountant)
        other = line.with_user(
            new_test_user(
                self.env,
                "kbs_agent_2",
                groups="kbs_support.group_kbs_agent",
                company_id=self.company.id,
                company_ids=[Command.set(self.company.ids)],
            )
        )
        self.assertEqual(other.unit_amount, 0.5)
        with self.assertRaises(AccessError):
            other.unit_amount = 1
        with self.assertRaises(AccessError):
            line.with_user(colleague).read(["name"])

    def test_seller_who_books_time_opens_his_orders(self):
        self.agent.group_ids = [Command.link(self.env.ref(SELLER).id)]
        order = self.quote("optima_3", client=self.hospital).with_user(self.agent)
        self.assertFalse(order.show_hours_recorded_button)
        self.assertFalse(self.agent.has_group("project.group_project_user"))

    def test_merged_ticket_takes_its_work_along(self):
        later = self.ticket(self.hospital)
        line = self.work(30, ticket=later)
        later._kbs_merge_into(self.case)
        self.assertEqual(line.kbs_ticket_id, self.case)
        self.assertEqual(self.left(), 150)

    def test_who_sells_and_enters_work_opens_an_order(self):
        seller = new_test_user(
            self.env,
            "kbs_seller_agent",
            groups="sales_team.group_sale_salesman,kbs_support.group_kbs_agent",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        order = self.sell_hours()
        order.user_id = seller
        self.env.invalidate_all()
        self.assertFalse(order.with_user(seller).show_hours_recorded_button)

    def test_timers_of_a_list_cost_the_same(self):
        self.wizard("start").action_apply()
        tickets = self.case
        for _number in range(5):
            tickets |= self.ticket(self.hospital)
        tickets = tickets.with_user(self.agent)
        self.env.flush_all()
        counts = []
        for some in (tickets, tickets[:1], tickets):
            self.env.invalidate_all()
            some.mapped("name")
            start = self.env.cr.sql_log_count
            self.assertEqual(some.filtered("kbs_timer_start"), self.case)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[1], counts[2])

    def test_work_without_time(self):
        with self.assertRaisesRegex(UserError, "how long"):
            self.wizard("log", name="Nothing").action_apply()

    def test_work_of_a_closed_month(self):
        with freeze_time("2026-06-02 09:00:00"):
            self.wizard(
                "log", name="Late", kind="other", hours=1.0, date=date(2026, 5, 29)
            ).action_apply()
        self.assertEqual(self.left(date(2026, 5, 29)), 120)

    def test_booking_costs_the_same_for_1_and_50(self):
        values = {
            "kbs_ticket_id": self.case.id,
            "kbs_kind": "other",
            "unit_amount": 1 / 60,
            "date": "2026-05-14",
            "name": "Work",
        }
        lines = self.env["account.analytic.line"].with_user(self.agent)
        lines.create([dict(values)])
        self.env.flush_all()
        counts = []
        for number in (1, 50):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            lines.create([dict(values) for _number in range(number)])
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - start)
        self.assertLess(counts[1], counts[0] * 2, counts)


@tagged("post_install", "-at_install")
class TestOverPlan(HoursCase):
    """What nothing covers: a person decides (E3)."""

    def over(self, minutes=40, **values):
        """Work of which ``minutes`` are over plan."""
        line = self.work(180 + minutes, **values)
        return line.sudo().kbs_over_ids.with_user(self.agent)

    def test_waits_for_a_decision(self):
        over = self.over()
        self.assertEqual((over.minutes, over.state), (40, "pending"))
        self.assertEqual(over.commercial_partner_id, self.hospital)

    def test_price_is_known_before_the_decision(self):
        over = self.over()  # 40 → 45 minutes of 1,500 an hour
        self.assertEqual((over.bill_amount, over.billed_minutes), (1125, 0))
        self.assertEqual(over.currency_id.name, "UAH")

    def test_goodwill_needs_a_lead_and_a_reason(self):
        over = self.over()
        with self.assertRaises(AccessError):
            over._give("Why not")
        wizard = self.env["kbs.over.plan.goodwill"].with_user(self.lead)
        wizard.create({"over_ids": over.ids, "reason": "Our mistake"}).action_give()
        self.assertEqual((over.state, over.reason), ("goodwill", "Our mistake"))
        self.assertEqual(over.decided_by_id, self.lead)

    def test_billed_once_a_month_with_rounding(self):
        over = self.over()  # 40 → 45 minutes
        second = self.work(16, on=date(2026, 5, 20)).sudo().kbs_over_ids
        (over | second.with_user(self.agent)).action_bill()
        self.run_job("over_plan")
        self.assertFalse(over.invoice_id, "the month is not over")
        with freeze_time("2026-06-01 03:00:00"):
            self.run_job("over_plan")
            self.run_job("over_plan")
        move = over.sudo().invoice_id
        self.assertEqual(len(move), 1)
        self.assertEqual(second.invoice_id, move)
        self.assertEqual(move.state, "draft")
        self.assertEqual(move.partner_id, self.hospital)
        self.assertEqual(move.invoice_line_ids.quantity, 1.25)  # 45 + 30 minutes
        self.assertEqual(move.amount_total, 1875)
        self.assertEqual(over.state, "billed")

    def test_invoice_has_an_annex_of_the_works(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        self.hospital.lang = "uk_UA"
        over = self.over()
        over.action_bill()
        over.with_user(self.bookkeeper).action_invoice()
        move = over.sudo().invoice_id
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "account.account_invoices", move.ids
        )
        html = html.decode()
        for text in (
            "Додаток: роботи понад тариф",
            "Reposted the documents",
            self.case.number,
            "40 хв",
            "45 хв",
        ):
            self.assertIn(text, html)

    def test_cancelled_invoice_frees_the_work(self):
        over = self.over()
        over.action_bill()
        over.with_user(self.bookkeeper).action_invoice()
        move = over.sudo().invoice_id
        with self.assertRaisesRegex(UserError, "stands on the invoice"):
            over.sudo().timesheet_id.with_user(self.agent).unit_amount = 1
        move.button_cancel()
        self.assertEqual(over.state, "to_bill")
        with self.assertRaisesRegex(UserError, "waits for another one"):
            move.button_draft()
        over.with_user(self.bookkeeper).action_invoice()
        self.assertNotEqual(over.sudo().invoice_id, move)
        over.sudo().invoice_id.unlink()
        self.assertEqual(over.state, "to_bill")

    def test_from_bought_hours(self):
        over = self.over()
        with self.assertRaisesRegex(UserError, "not enough"):
            over.action_draw()
        self.pay(self.sell_hours("hour"))
        over.action_draw()
        self.assertEqual(over.state, "drawn")
        self.assertEqual(self.left(), 20)
        with self.assertRaisesRegex(UserError, "billed or drawn"):
            over.action_bill()

    def test_pack_sold_for_it_is_drawn_when_paid(self):
        over = self.over()
        told = over.action_sell_pack()["params"]["message"]
        order = over.sudo().order_id
        self.assertIn(order.name, told)
        self.assertEqual(over.state, "ordered")
        seller = over.with_user(self.salesman)
        with self.assertRaises(AccessError):
            seller.action_sell_pack()
        over.action_sell_pack()
        self.assertEqual(over.sudo().order_id, order, "only one")
        self.assertEqual(order.order_line.product_id, self.product("hour_pack_5"))
        self.assertEqual(order.partner_id, self.hospital)
        order.action_confirm()
        order._create_invoices().action_post()
        with freeze_time("2026-05-21 09:00:00"):
            self.pay(order)
            self.env.flush_all()
        self.assertEqual(over.state, "drawn")
        self.assertEqual(self.left(date(2026, 5, 21)), 260)

    def test_decision_follows_the_work(self):
        over = self.over()
        over.action_bill()
        line = over.sudo().timesheet_id.with_user(self.agent)
        line.unit_amount = 4
        self.assertEqual((over.minutes, over.billed_minutes), (60, 60))
        line.unit_amount = 2
        self.assertFalse(over.exists())

    def test_work_drawn_from_a_pack_is_drawn_anew(self):
        self.pay(self.sell_hours("hour"))
        order_free = self.over(100)  # 180 + 60 bought, 40 over
        self.assertEqual(order_free.minutes, 40)
        self.pay(self.sell_hours("hour"))
        order_free.action_draw()
        line = order_free.sudo().timesheet_id.with_user(self.agent)
        line.unit_amount = 6  # 360: 120 more than there is
        self.assertEqual((order_free.state, order_free.minutes), ("pending", 60))
        self.assertEqual(self.left(), 0)

import base64

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import KbsCase

OLD_CODE, CODE, FREE_CODE = "32855961", "14360570", "00032129"


@tagged("post_install", "-at_install")
class TestTransfer(KbsCase):
    """Support passes to a successor: paid days and tenure with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.company_registry = OLD_CODE
        cls.successor = cls._create_client("Lyceum No. 1", company_registry=CODE)
        cls.order = cls.sell_paid("optima_3")
        cls.sub = cls.subscription(cls.order)
        cls.contact = cls.env["res.partner"].create(
            {"name": "Old accountant", "parent_id": cls.client.id}
        )
        cls.new_contact = cls.env["res.partner"].create(
            {"name": "New accountant", "parent_id": cls.successor.id}
        )

    def wizard(self, code=CODE, user=None, sub=None, **values):
        return (
            self.env["kbs.transfer"]
            .with_user(user or self.lead)
            .create(
                {
                    "subscription_id": (sub or self.sub).id,
                    "code": code,
                    "reason": "Decision of the council No. 5",
                    **values,
                }
            )
        )

    def covered(self, partner):
        return self.sub._get_active(partner)[partner]

    def test_days_and_tenure_pass(self):
        self.sub.specialist_id = self.agent
        self.sub.message_subscribe((self.contact | self.agent.partner_id).ids)
        facts = ["state", "date_start", "date_end", "tenure_start", "tenure_months",
                 "plan_id", "specialist_id", "manager_id"]  # fmt: skip
        with freeze_time("2026-07-20 09:00:00"):
            before = self.sub.read(facts)
            self.assertEqual(self.covered(self.contact), self.sub)
            self.wizard().action_transfer()
            self.env.invalidate_all()
            self.assertEqual(self.sub.read(facts), before)
            self.assertEqual(self.sub.partner_id, self.successor)
            self.assertEqual(self.sub.commercial_partner_id, self.successor)
            self.assertEqual(self.sub.period_ids.partner_id, self.successor)
            self.assertEqual(self.covered(self.new_contact), self.sub)
            self.assertEqual(self.covered(self.successor), self.sub)
            for partner in self.client | self.contact:
                self.assertFalse(self.covered(partner))
        self.assertNotIn(self.contact, self.sub.message_partner_ids)
        self.assertIn(self.agent.partner_id, self.sub.message_partner_ids)
        # What was sold stays with who bought it.
        self.assertEqual(self.order.partner_id, self.client)
        self.assertEqual(self.order.invoice_ids.partner_id, self.client)

    def test_transfer_is_kept_for_the_record(self):
        scan = base64.b64encode(b"Decision")
        self.wizard(document=scan, document_name="d.pdf").action_transfer()
        transfer = self.sub.transfer_ids
        self.assertEqual(transfer.old_partner_id, self.client)
        self.assertEqual(transfer.new_partner_id, self.successor)
        self.assertEqual(str(transfer.date), "2026-05-14")
        self.assertEqual(transfer.user_id, self.lead)
        self.assertEqual(transfer.period_ids, self.sub.period_ids)
        self.assertEqual(transfer.document, scan)
        for record, text in (
            (self.sub, "Decision of the council"),
            (self.client, "Successor: Lyceum No. 1"),
            (self.successor, "Successor of School No. 1"),
        ):
            said = " ".join(record.message_ids.mapped("body"))
            with self.subTest(record=record):
                self.assertIn(text, said)
        message = self.sub.message_ids.filtered("attachment_ids")
        self.assertEqual(message.attachment_ids.name, "d.pdf")
        self.assertIn(
            "School No. 1 → Lyceum No. 1",
            str(self.sub.with_user(self.agent).timeline_html),
        )

    def test_local_day_of_the_company(self):
        with freeze_time("2026-05-31 21:30:00"):
            self.assertEqual(str(self.wizard().date), "2026-06-01")

    def test_renewed_by_the_successor(self):
        self.wizard().action_transfer()
        order = self.quote(
            "optima_3",
            client=self.successor,
            kbs_subscription_id=self.sub.id,
            pricelist_id=self.loyalty.id,
        )
        order.action_confirm()
        self.pay(order)
        self.assertEqual(self.period(order).price_kind, "loyalty")
        self.assertEqual(self.sub.tenure_start, self.period(self.order).date_start)
        # Not so the former client.
        old = self.quote("optima_3", kbs_subscription_id=self.sub.id)
        with self.assertRaisesRegex(UserError, "belongs to Lyceum"):
            old.action_confirm()

    # === THE SUCCESSOR === #

    def test_code_is_checked(self):
        for code in ("32855968", "1234567", "3285596A", "", False):
            with self.subTest(code=code):
                wizard = self.wizard(code)
                self.assertEqual(bool(wizard.code_error), bool(code))
                with self.assertRaisesRegex(UserError, "no ЄДРПОУ code"):
                    wizard.action_transfer()
        self.assertEqual(self.wizard(" 1436 0570 ").successor_id, self.successor)

    def test_form_proposes_the_only_company(self):
        action = self.sub.with_user(self.lead).action_transfer()
        form = Form(
            self.env["kbs.transfer"]
            .with_user(self.lead)
            .with_context(**action["context"])
        )
        form.code = CODE
        self.assertEqual(form.successor_id, self.successor)
        form.reason = "Decree"
        form.save().action_transfer()
        self.assertEqual(self.sub.partner_id, self.successor)

    def test_several_companies_of_one_code(self):
        twin = self._create_client("Lyceum, branch", company_registry=CODE)
        wizard = self.wizard()
        self.assertEqual(wizard.candidate_count, 2)
        self.assertFalse(wizard.successor_id)
        with self.assertRaisesRegex(UserError, "Several companies"):
            wizard.action_transfer()
        wizard.successor_id = twin
        wizard.action_transfer()
        self.assertEqual(self.sub.partner_id, twin)

    def test_new_company_is_created(self):
        wizard = self.wizard(FREE_CODE)
        self.assertFalse(wizard.candidate_count)
        with self.assertRaisesRegex(UserError, "enter its full name"):
            wizard.action_transfer()
        wizard.name = " New college "
        wizard.action_transfer()
        company = self.sub.partner_id
        self.assertEqual(company.name, "New college")
        self.assertTrue(company.is_company)
        self.assertEqual(company.company_registry, FREE_CODE)
        self.assertEqual(company.country_id, self.env.ref("base.ua"))
        self.assertEqual(company.lang, self.client.lang)

    def test_successor_is_another_company(self):
        wizard = self.wizard(OLD_CODE)
        self.assertIn("School No. 1", wizard.code_error)
        with self.assertRaisesRegex(UserError, "code of School No. 1 itself"):
            wizard.action_transfer()
        with self.assertRaisesRegex(UserError, "client already"):
            self.sub.with_user(self.lead)._transfer(self.client, "x")
        with self.assertRaisesRegex(UserError, "company of its own"):
            self.sub.with_user(self.lead)._transfer(self.new_contact, "x")
        wizard = self.wizard()
        wizard.successor_id = self._create_client("Bank", company_registry=FREE_CODE)
        with self.assertRaisesRegex(UserError, "another ЄДРПОУ"):
            wizard.action_transfer()

    def test_duplicate_of_the_client_may_be_the_successor(self):
        twin = self._create_client("School No. 1 (double)", company_registry=OLD_CODE)
        self.wizard(OLD_CODE).action_transfer()
        self.assertEqual(self.sub.partner_id, twin)

    @mute_logger("odoo.sql_db")
    def test_database_refuses_a_transfer_to_oneself(self):
        self.wizard().action_transfer()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.sub.transfer_ids.sudo().new_partner_id = self.client
            self.env.flush_all()

    # === WHAT IS UNDER WAY === #

    def test_order_that_waits_for_payment(self):
        order = self.renew(self.order, "optima_3")
        order.action_confirm()
        with self.assertRaisesRegex(UserError, f"{order.name} waits for payment"):
            self.wizard().action_transfer()
        order._action_cancel()
        self.wizard().action_transfer()
        self.assertEqual(self.sub.partner_id, self.successor)

    def test_guaranteed_order_waits_for_payment_too(self):
        order = self.sell("prof_1")
        self.env["kbs.guarantee"].create(
            {
                "period_id": self.period(order).id,
                "date_until": "2026-06-30",
                "reason": "test",
                "letter": b"bGV0dGVy",
            }
        )
        sub = self.subscription(order)
        self.assertEqual(sub.state, "active")
        with self.assertRaisesRegex(UserError, "waits for payment"):
            self.wizard(sub=sub).action_transfer()
        # With all subscriptions of the client, this one stops them all.
        with self.assertRaisesRegex(UserError, "waits for payment"):
            self.wizard(is_all=True).action_transfer()
        self.assertEqual(self.sub.partner_id, self.client)

    def test_credited_order_waits_for_nothing(self):
        self.credit(self.order.invoice_ids)
        self.wizard().action_transfer()
        self.assertEqual(self.sub.partner_id, self.successor)

    def test_quotations_are_withdrawn(self):
        term = self.env.ref("kbs_support.kbs_term_3")
        offer = self.sub._create_renewal_order(term)
        by_hand = self.quote("optima_3", kbs_subscription_id=self.sub.id)
        other = self.quote("optima_3")
        self.wizard().action_transfer()
        for quotation in offer | by_hand:
            said = " ".join(quotation.message_ids.mapped("body"))
            self.assertEqual(quotation.state, "cancel")
            self.assertIn("passes to Lyceum No. 1", said)
        self.assertEqual(other.state, "draft")
        self.assertEqual(self.sub.renewal_id.partner_id, self.successor)
        self.assertFalse(self.sub.offer_id)

    def test_opportunity_and_letters_follow(self):
        self.client.email = "school@example.com"
        with freeze_time("2026-07-14 06:00:00"):
            self.env["kbs.renewal"]._open(self.sub)
            self.run_job("reminders")
            offer = self.sub._create_renewal_order(
                self.env.ref("kbs_support.kbs_term_3")
            )
            offer._kbs_send_renewal_offer()
        renewal = self.sub.renewal_id
        letter = renewal.reminder_ids.mail_id
        offered = self.env["mail.mail"].search(
            [("model", "=", "sale.order"), ("res_id", "=", offer.id)]
        )
        self.assertEqual(letter.state, "outgoing")
        self.assertEqual(offered.state, "outgoing")
        self.wizard().action_transfer()
        self.assertEqual(renewal.lead_id.partner_id, self.successor)
        self.assertIn("Lyceum No. 1", renewal.lead_id.name)
        self.assertEqual(letter.state, "cancel")
        self.assertEqual(offered.state, "cancel")

    def test_sold_order_keeps_its_client(self):
        user = self.salesman
        order = self.order.with_user(user)
        self.order.user_id = user
        self.wizard().action_transfer()
        order.partner_id = self.contact  # of the same institution: allowed
        with self.assertRaisesRegex(UserError, "client cannot be changed"):
            order.partner_id = self.successor
        # A second transfer changes nothing about who bought it.
        third = self._create_client("Third", company_registry=FREE_CODE)
        self.wizard(FREE_CODE).action_transfer()
        self.assertEqual(self.sub.partner_id, third)
        self.assertEqual(
            self.order.order_line.kbs_period_ids._get_buyers(), self.client
        )

    def test_cancelled_order_is_not_confirmed_for_the_former_client(self):
        order = self.sell("prof_1")
        sub = self.subscription(order)
        order._action_cancel()
        self.wizard(sub=sub).action_transfer()
        order.action_draft()
        with self.assertRaisesRegex(UserError, "belongs to Lyceum"):
            order.action_confirm()

    def test_all_subscriptions_of_the_client(self):
        second = self.subscription(self.sell_paid("prof_1"))
        closed = self.subscription(self.sell("prof_3"))
        closed._close(self.env["kbs.close.reason"].search([], limit=1))
        alone = self.wizard()
        self.assertEqual(alone.subscription_ids, self.sub)
        wizard = self.wizard(is_all=True)
        self.assertEqual(wizard.subscription_ids, self.sub | second)
        wizard.action_transfer()
        self.assertEqual((self.sub | second).partner_id, self.successor)
        self.assertEqual(closed.partner_id, self.client)

    def test_paused_subscription_stays_paused(self):
        self.env["kbs.pause"].create(
            {
                "subscription_id": self.sub.id,
                "reason_id": self.env["kbs.pause.reason"].search([], limit=1).id,
                "date_start": "2026-05-14",
            }
        )
        self.wizard().action_transfer()
        self.assertEqual(self.sub.state, "paused")
        self.assertEqual(self.sub.pause_ids.partner_id, self.successor)
        self.assertFalse(self.covered(self.successor))

    # === WHO MAY === #

    def test_who_may_transfer(self):
        for user in (self.agent, self.salesman, self.accountant, self.reader):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self.wizard(user=user)
                with self.assertRaises(AccessError):
                    self.sub.with_user(user)._transfer(self.successor, "x")
        with self.assertRaises(AccessError):
            self.sub.with_user(self.manager).partner_id = self.successor
        self.wizard().action_transfer()
        transfer = self.sub.transfer_ids
        for user in (self.agent, self.salesman, self.accountant, self.reader):
            self.assertTrue(transfer.with_user(user).has_access("read"))
        for operation in ("write", "create", "unlink"):
            self.assertFalse(transfer.with_user(self.manager).has_access(operation))

    def test_other_company(self):
        other = self._create_company("Another company")
        stranger = new_test_user(
            self.env,
            "kbs_other",
            groups="kbs_support.group_kbs_lead",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        with self.assertRaises(AccessError):
            wizard = self.wizard(user=stranger)
            wizard.action_transfer()
        self.successor.company_id = other
        # Also for a lead who works in both companies.
        self.lead.company_ids |= other
        both = {"allowed_company_ids": (self.company | other).ids}
        wizard = self.wizard().with_context(**both)
        wizard.invalidate_recordset()
        self.assertFalse(wizard.candidate_count)
        with self.assertRaises(UserError):
            self.sub.with_user(self.lead)._transfer(self.successor, "x")
        self.successor.company_id = False
        self.wizard().action_transfer()
        transfer = self.sub.transfer_ids.with_user(stranger)
        self.assertFalse(
            transfer.with_context(allowed_company_ids=other.ids).has_access("read")
        )

    def test_fifty_cost_the_same_for_each(self):
        orders = self.env["sale.order"]
        for __ in range(52):
            orders |= self.quote("prof_1")
        orders.action_confirm()
        self.pay(orders)
        subs = orders.order_line.kbs_period_ids.subscription_id
        self.env.flush_all()

        def count(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.browse(records.ids).with_user(self.lead)._transfer(
                self.successor, "x"
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(subs[:1])
        one, ten, many = count(subs[1:2]), count(subs[2:12]), count(subs[12:])
        self.assertLessEqual((many - ten) / 40, one)

import base64
from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import TODAY, KbsCase


@tagged("post_install", "-at_install")
class TestPayment(KbsCase):
    """Rule S1: coverage follows the money, down as well as up."""

    def assert_covered(self, order, is_covered=True):
        period = self.period(order)
        self.assertEqual(period.is_effective, is_covered)
        active = self.env["kbs.subscription"]._get_active(self.client)[self.client]
        self.assertEqual(bool(active), is_covered)

    def test_posted_is_not_paid(self):
        self.assert_covered(self.sell("optima_3"), False)

    def test_part_of_the_money_is_not_paid(self):
        order = self.sell("optima_3")
        self.pay(order, amount=19259.99)
        self.assertEqual(order.invoice_ids.payment_state, "partial")
        self.assert_covered(order, False)
        self.pay(order)
        self.assert_covered(order)

    def test_unreconciled(self):
        order = self.sell("optima_3")
        payment = self.pay_with_entry(order)
        self.assertTrue(payment.move_id)
        self.assert_covered(order)
        order.invoice_ids.line_ids.remove_move_reconcile()
        payment.action_draft()
        self.assert_covered(order, False)
        self.assertEqual(self.subscription(order).state, "draft")

    def pay_with_entry(self, order):
        """Pay by a journal with an outstanding account, which makes an entry."""
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        line = journal.inbound_payment_method_line_ids[:1]
        line.payment_account_id = self.env["account.account"].create(
            {
                "name": "Outstanding",
                "code": "333999",
                "account_type": "asset_current",
                "reconcile": True,
                "company_ids": self.company.ids,
            }
        )
        return self.pay(order)

    def test_bank_statement_pays(self):
        order = self.sell("optima_3")
        invoice = order.invoice_ids
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        statement_line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "payment_ref": invoice.name,
                "partner_id": self.client.id,
                "amount": 19260,
                "date": "2026-05-20",
            }
        )
        receivable = invoice.line_ids.filtered(
            lambda x: x.account_type == "asset_receivable"
        )
        _liquidity, suspense, _other = statement_line._seek_for_lines()
        suspense.account_id = receivable.account_id
        (suspense + receivable).reconcile()
        period = self.period(order)
        self.assertTrue(period.is_effective)
        self.assertEqual(period.first_paid_on, date(2026, 5, 20))
        self.assertEqual(period.date_start, date(2026, 5, 20))
        suspense.remove_move_reconcile()
        self.assertFalse(period.is_effective)

    def test_invoice_reset_to_draft(self):
        order = self.sell_paid("optima_3")
        order.invoice_ids.button_draft()
        self.assert_covered(order, False)
        order.invoice_ids.action_post()
        self.assertEqual(len(self.subscription(order).period_ids), 1)

    def test_invoice_cancelled(self):
        order = self.sell_paid("optima_3")
        order.invoice_ids.button_draft()
        order.invoice_ids.button_cancel()
        self.assert_covered(order, False)

    def test_credited_in_full(self):
        order = self.sell_paid("optima_3")
        invoice = order.invoice_ids
        self.credit(invoice)
        self.assertEqual(invoice.payment_state, "paid")  # as Odoo leaves it
        self.assert_covered(order, False)

    def test_unpaid_invoice_credited_in_full(self):
        order = self.sell("optima_3")
        self.credit(order.invoice_ids)
        self.assertEqual(order.invoice_ids[0].payment_state, "reversed")
        self.assert_covered(order, False)

    def test_credited_in_part(self):
        order = self.sell_paid("optima_3")
        self.credit(order.invoice_ids, amount=1000)
        self.assert_covered(order)

    def test_credited_by_a_free_line(self):
        order = self.sell_paid("optima_3")
        refund = order.invoice_ids._reverse_moves()
        refund.invoice_line_ids.unlink()
        refund.invoice_line_ids = [
            Command.create({"name": "Back", "price_unit": 19260, "tax_ids": False})
        ]
        refund.action_post()
        self.assert_covered(order, False)

    def test_settled_by_a_credit_note_of_something_else(self):
        order = self.sell("optima_3")
        invoice = order.invoice_ids
        other = invoice.copy({"move_type": "out_refund"})
        other.invoice_line_ids.sale_line_ids = False
        other.action_post()
        self.assertFalse(other.reversed_entry_id)
        (invoice + other).line_ids.filtered(
            lambda x: x.account_type == "asset_receivable"
        ).reconcile()
        self.assertEqual(invoice.payment_state, "reversed")
        self.assert_covered(order, False)  # no money came

    def test_invoiced_in_two_parts(self):
        self.company.kbs_invoice_on_confirm = False
        order = self.sell("optima_3")
        for share, is_covered in ((0.1, False), (0.9, True)):
            invoice = order._create_invoices()
            invoice.invoice_line_ids.quantity = share
            invoice.action_post()
            self.pay(order)
            self.assert_covered(order, is_covered)

    def test_second_invoice_by_mistake_takes_nothing_away(self):
        order = self.sell_paid("optima_3")
        order.invoice_ids.copy().action_post()
        self.assert_covered(order)

    def test_draft_credit_note_changes_nothing(self):
        order = self.sell_paid("optima_3")
        order.invoice_ids._reverse_moves()
        self.assert_covered(order)

    def test_credited_and_invoiced_again(self):
        order = self.sell_paid("optima_3")
        period = self.period(order)
        self.credit(order.invoice_ids)
        again = order._create_invoices()
        again.action_post()
        self.assert_covered(order, False)
        self.pay(order)
        self.assert_covered(order)
        self.assertEqual(self.period(order), period)
        self.assertEqual(period.date_start, TODAY)

    def test_invoiced_again_and_settled_by_the_credit_note(self):
        order = self.sell_paid("optima_3")
        refund = self.credit(order.invoice_ids)
        again = order._create_invoices()
        again.action_post()
        (refund + again).line_ids.filtered(
            lambda x: x.account_type == "asset_receivable"
        ).reconcile()
        self.assertEqual(again.payment_state, "reversed")
        self.assert_covered(order)

    def test_zero_invoice_is_paid_when_posted(self):
        order = self.quote("optima_3")
        order.order_line.price_unit = 0
        order.kbs_override_reason = "Gift to the hospital"
        order.action_confirm()
        self.assert_covered(order)
        # No payment is matched: the state of the entry is all that changes.
        order.invoice_ids.button_draft()
        self.assert_covered(order, False)
        order.invoice_ids.action_post()
        self.assert_covered(order)


@tagged("post_install", "-at_install")
class TestGuarantee(KbsCase):
    """Service before payment, until a date."""

    def guarantee(self, order, until, user=None):
        return (
            self.env["kbs.guarantee"]
            .with_user(user or self.manager)
            .create(
                {
                    "period_id": self.period(order).id,
                    "date_until": until,
                    "reason": "Budget is approved in June",
                    "letter": base64.b64encode(b"letter"),
                    "letter_name": "letter.pdf",
                }
            )
        )

    def test_covers_until_its_date(self):
        order = self.sell("optima_3")
        subscription = self.subscription(order)
        self.guarantee(order, date(2026, 6, 15))
        self.assertEqual(subscription.state, "active")
        get_active = self.env["kbs.subscription"]._get_active
        self.assertTrue(get_active(self.client, date(2026, 6, 15))[self.client])
        self.assertFalse(get_active(self.client, date(2026, 6, 16))[self.client])

    def test_lapses_by_itself(self):
        order = self.sell("optima_3")
        self.guarantee(order, date(2026, 6, 15))
        subscription = self.subscription(order)
        with freeze_time("2026-06-15 20:59:00"):
            self.run_daily_job()
            self.assertEqual(subscription.state, "active")
        with freeze_time("2026-06-15 21:00:00"):
            self.run_daily_job()
            self.assertFalse(self.period(order).is_effective)
            self.assertEqual(subscription.state, "draft")

    def test_payment_after_a_guarantee_does_not_move_the_start(self):
        order = self.sell("optima_3")
        self.guarantee(order, date(2026, 6, 15))
        self.pay(order, on=date(2026, 6, 10))
        self.assertEqual(self.period(order).date_start, TODAY)
        with freeze_time("2026-06-20 09:00:00"):
            self.run_daily_job()
            self.assertEqual(self.subscription(order).state, "active")

    def test_revoked(self):
        order = self.sell("optima_3")
        letter = self.guarantee(order, date(2026, 6, 15))
        letter.action_revoke()
        self.assertEqual(self.subscription(order).state, "draft")

    def test_only_a_manager_gives_it(self):
        order = self.sell("optima_3")
        for user in (self.salesman, self.agent, self.lead, self.accountant):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.guarantee(order, date(2026, 6, 15), user)

    def test_needs_a_sensible_date(self):
        order = self.sell("optima_3")
        with self.assertRaisesRegex(UserError, "before the period starts"):
            self.guarantee(order, date(2026, 5, 13))

    def test_needs_a_reason_and_a_file(self):
        form = Form(
            self.env["kbs.guarantee"]
            .with_user(self.manager)
            .with_context(default_period_id=self.period(self.sell("optima_3")).id)
        )
        form.date_until = date(2026, 6, 15)
        with self.assertRaisesRegex(AssertionError, "reason is a required field"):
            form.save()
        form.reason = "Budget is approved in June"
        with self.assertRaisesRegex(AssertionError, "letter is a required field"):
            form.save()
        form.letter = base64.b64encode(b"letter")
        self.assertEqual(form.save().user_id, self.manager)

    def test_who_allowed_it_is_not_for_choosing(self):
        order = self.sell("optima_3")
        letter = self.guarantee(order, date(2026, 6, 15))
        forged = letter.with_user(self.manager).copy({"user_id": self.lead.id})
        self.assertEqual(forged.user_id, self.manager)
        with self.assertRaises(AccessError):
            letter.with_user(self.manager).unlink()

from functools import partial

import psycopg2

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .two_workers_common import TwoWorkersCase


# Skipped unless asked for: see TwoWorkersCase.
@tagged("-standard", "post_install", "-at_install", "kbs_two_workers")
class TestTwoWorkers(TwoWorkersCase):
    """Rule S4 with two real cursors: one period and one invoice, whoever is first."""

    def test_both_confirm_one_order(self):
        order_id = self.committed(self.quote)

        def confirm(env):
            return env["sale.order"].browse(order_id).action_confirm()

        self.assertEqual(self.race(confirm, confirm), [True, True])
        self.assert_one(order_id)

    def test_both_pay_one_invoice(self):
        def sell(env):
            order = self.quote(env)
            order.action_confirm()
            return order

        order_id = self.committed(sell)

        def pay(env):
            invoices = env["sale.order"].browse(order_id).invoice_ids
            wizard = env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoices.ids
            )
            return bool(wizard.create({})._create_payments())

        first, second = self.race(pay, pay)
        self.assertIs(first, True)
        # Odoo's wizard tells the second one that nothing is left to pay.
        self.assertIsInstance(second, UserError)
        self.assertTrue(self.assert_one(order_id))

    def quote_change(self, env, subscription_id):
        """A change to the dearest plan from the first possible day on."""
        subscription = env["kbs.subscription"].browse(subscription_id)
        change = subscription._quote_change(
            env.ref("kbs_support.kbs_plan_premium"),
            subscription._get_first_change_day(),
        )
        return subscription._create_change_order(change, "Two workers")

    def test_two_quotations_of_one_change(self):
        """Asking twice at once gives one quotation."""
        subscription_id = self.committed(self.sell_paid)

        def quote(env):
            return self.quote_change(env, subscription_id).id

        first, second = self.race(quote, quote)
        self.assertEqual(first, second)
        with self.registry.cursor() as cr:
            orders = self.environment(cr)["sale.order"].search(
                [("kbs_subscription_id", "=", subscription_id)]
            )
            self.assertEqual(orders.ids, [first])

    def test_change_and_renewal_of_one_subscription(self):
        """The renewal moves the end and the change does not: both are seen."""
        subscription_id = self.committed(self.sell_paid)
        change = self.committed(
            partial(self.quote_change, subscription_id=subscription_id)
        )
        renewal = self.committed(partial(self.quote, subscription_id=subscription_id))
        first, second = self.race(
            lambda env: env["sale.order"].browse(change).action_confirm(),
            lambda env: env["sale.order"].browse(renewal).action_confirm(),
        )
        self.assertIs(first, True)
        self.assertIsInstance(second, UserError)
        self.assertIn("waits for payment", str(second))

    def test_change_that_is_paid_and_unpaid(self):
        """The old and the new period change together, each time in one commit."""
        subscription_id = self.committed(self.sell_paid)
        order_id = self.committed(
            partial(self.quote_change, subscription_id=subscription_id)
        )

        def act(do):
            with self.registry.cursor() as cr:
                do(self.environment(cr)["sale.order"].browse(order_id))
            with self.registry.cursor() as cr:
                order = self.environment(cr)["sale.order"].browse(order_id)
                new = order.order_line.kbs_period_ids
                return new.is_effective, (
                    new.replaced_period_id.date_end < new.date_start
                )

        act(lambda order: order.action_confirm())
        paid = act(lambda order: self.pay(order.env, order))
        self.assertEqual(paid, (True, True))
        unpaid = act(lambda order: order.invoice_ids.button_draft())
        self.assertEqual(unpaid, (False, False))
        again = act(lambda order: order.invoice_ids.action_post())
        self.assertEqual(again, (True, True))

    def test_both_stop_one_subscription(self):
        """The money for unused days goes back once."""
        subscription_id = self.committed(self.sell_paid)

        def stop(env):
            subscription = env["kbs.subscription"].browse(subscription_id)
            reason = env.ref("kbs_support.kbs_close_reason_mistake")
            day = subscription._get_first_change_day()
            return subscription._leave_at_once(reason, day).ids

        first, second = self.race(stop, stop)
        self.assertEqual(len(first), 1)
        self.assertIsInstance(second, UserError)
        with self.registry.cursor() as cr:
            subscription = self.environment(cr)["kbs.subscription"].browse(
                subscription_id
            )
            self.assertEqual(subscription.period_ids.credit_note_ids.ids, first)

    def test_two_offers_of_one_renewal(self):
        """Renewing twice at once gives one quotation, and then one period."""
        subscription_id = self.committed(self.sell_paid)

        def offer(env):
            term = env.ref("kbs_support.kbs_term_3")
            subscription = env["kbs.subscription"].browse(subscription_id)
            return subscription._create_renewal_order(term).id

        first, second = self.race(offer, offer)
        self.assertEqual(first, second)

        def confirm(env):
            return env["sale.order"].browse(first).action_confirm()

        self.assertEqual(self.race(confirm, confirm), [True, True])
        self.assert_one(first)
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            subscription = env["kbs.subscription"].browse(subscription_id)
            self.assertEqual(len(subscription.renewal_ids), 1)
            self.assertEqual(len(subscription.period_ids), 2)

    def test_two_renewals_of_one_subscription(self):
        subscription_id = self.committed(self.sell_paid)
        one, two = (
            self.committed(partial(self.quote, subscription_id=subscription_id))
            for __ in range(2)
        )
        first, second = self.race(
            lambda env: env["sale.order"].browse(one).action_confirm(),
            lambda env: env["sale.order"].browse(two).action_confirm(),
        )
        self.assertIs(first, True)
        self.assertIsInstance(second, UserError)
        self.assertIn("waits for payment", str(second))
        self.assert_one(one)
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            self.assertEqual(env["sale.order"].browse(two).state, "draft")
            self.assertEqual(
                len(env["kbs.subscription"].browse(subscription_id).period_ids), 2
            )

    def test_database_refuses_the_second_period(self):
        """Without Odoo's locks: two plain inserts of the same days."""

        def sell(env):
            order = self.quote(env)
            order.action_confirm()
            period = order.order_line.kbs_period_ids
            period.sale_line_id.order_id._action_cancel()
            return period

        period_id = self.committed(sell)

        def insert(env):
            env.cr.execute(
                """INSERT INTO kbs_subscription_period (subscription_id, company_id,
                       plan_id, term_id, currency_id, price_kind, date_start, date_end,
                       sold_until)
                   SELECT subscription_id, company_id, plan_id, term_id, currency_id,
                       price_kind, date_start, date_end, sold_until
                   FROM kbs_subscription_period WHERE id = %s""",
                [period_id],
            )
            return True

        first, second = self.race(insert, insert)
        self.assertIs(first, True)
        self.assertIn("cannot overlap", str(second))
        self.assertIsInstance(second.__cause__, psycopg2.errors.ExclusionViolation)

    # === PRICE REVISION === #

    def make_revision(self, env):
        """A calculated revision of a price list of this company alone."""
        pricelist = env["product.pricelist"].create(
            {
                "name": "Two workers",
                "company_id": self.company_id,
                "currency_id": env.ref("base.UAH").id,
                "kbs_kind": "regular",
                "sequence": 99,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": env.ref(
                                "kbs_support.product_product_kbs_optima_3"
                            ).id,
                            "fixed_price": 19260,
                        }
                    )
                ],
            }
        )
        revision = env["kbs.price.revision"].create(
            {"pricelist_ids": pricelist.ids, "company_id": self.company_id}
        )
        revision.action_calculate()
        return revision

    def clean_revision(self, revision_id):
        """Other tests must not meet this price list."""
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            revision = env["kbs.price.revision"].browse(revision_id)
            orders = env["sale.order"].search(
                [("pricelist_id", "=", revision.pricelist_ids.id)]
            )
            orders.filtered(lambda x: x.state == "sale")._action_cancel()
            orders.order_line.kbs_price_rule_id = False
            orders.pricelist_id = False
            revision.pricelist_ids.unlink()

    def get_prices(self, revision_id):
        with self.registry.cursor() as cr:
            revision = self.environment(cr)["kbs.price.revision"].browse(revision_id)
            items = revision.pricelist_ids.item_ids.sorted("id")
            return items.mapped("fixed_price")

    def test_both_apply_one_revision(self):
        revision_id = self.committed(self.make_revision)
        self.addCleanup(self.clean_revision, revision_id)

        def apply(env):
            return env["kbs.price.revision"].browse(revision_id).action_apply()

        self.assertEqual(self.race(apply, apply), [True, True])
        self.assertEqual(self.get_prices(revision_id), [19260, 21190])

    def test_two_revisions_of_one_price(self):
        one = self.committed(self.make_revision)
        self.addCleanup(self.clean_revision, one)

        def make_another(env):
            another = env["kbs.price.revision"].browse(one).copy()
            another.action_calculate()
            return another

        two = self.committed(make_another)
        first, second = self.race(
            lambda env: env["kbs.price.revision"].browse(one).action_apply(),
            lambda env: env["kbs.price.revision"].browse(two).action_apply(),
        )
        self.assertIs(first, True)
        self.assertIn("has changed since", str(second))
        self.assertEqual(self.get_prices(one), [19260, 21190])

    def prepare_sale_by_revision(self):
        """An applied revision and a quotation of a day when its price is valid.

        :return: ids of both
        """

        def apply(env):
            revision = self.make_revision(env)
            revision.action_apply()
            return revision

        revision_id = self.committed(apply)
        self.addCleanup(self.clean_revision, revision_id)

        def quote_later(env):
            revision = env["kbs.price.revision"].browse(revision_id)
            order = self.quote(env)
            order.write(
                {
                    "pricelist_id": revision.pricelist_ids.id,
                    "date_order": revision._get_moment(),
                }
            )
            order.action_update_prices()
            return order

        return revision_id, self.committed(quote_later)

    def test_sale_and_undo_at_once(self):
        for is_sale_first in (True, False):
            revision_id, order_id = self.prepare_sale_by_revision()

            def sell(env, order_id=order_id):
                return env["sale.order"].browse(order_id).action_confirm()

            def undo(env, revision_id=revision_id):
                return env["kbs.price.revision"].browse(revision_id).action_undo()

            works = (sell, undo) if is_sale_first else (undo, sell)
            with self.subTest(is_sale_first=is_sale_first):
                first, second = self.race(*works)
                self.assertIs(first, True)
                self.assertIsInstance(second, UserError)
                refused = "Sold by the new" if is_sale_first else "list has changed"
                self.assertIn(refused, str(second))

    def test_both_remind_one_client(self):
        """Without the lock of the job: the database refuses the second letter."""

        def open_renewal(env):
            subscription = self.sell_paid(env)
            subscription.partner_id.email = "school@example.com"
            renewal = env["kbs.renewal"]._open(subscription)[subscription]
            # Bought long ago, so that a reminder is due today.
            renewal.period_id.order_id.date_order = "2020-01-01 09:00:00"
            renewal.period_id.write(
                {"date_start": "2020-01-01", "first_paid_on": "2020-01-01"}
            )
            days = (renewal.ends_on - renewal.company_id._kbs_today()).days
            renewal.company_id.kbs_reminder_days = str(-days)
            return renewal

        renewal_id = self.committed(open_renewal)

        def remind(env):
            env["kbs.renewal"].browse(renewal_id)._remind()
            return True

        first, second = self.race(remind, remind)
        self.assertIs(first, True)
        self.assertIn("reminded of this day already", str(second))
        with self.registry.cursor() as cr:
            reminder = self.environment(cr)["kbs.renewal"].browse(renewal_id)
            self.assertEqual(len(reminder.reminder_ids), 1)
            self.assertEqual(len(reminder.reminder_ids.mail_id), 1)

from datetime import timedelta
from functools import partial

from odoo.exceptions import UserError
from odoo.tests import tagged

from .two_workers_common import TwoWorkersCase


@tagged("-standard", "post_install", "-at_install", "kbs_two_workers")
class TestTwoWorkersPause(TwoWorkersCase):
    """Rule S4 for pauses and transfers, with two real cursors."""

    def sell(self, env, is_paid=True):
        order = self.quote(env)
        order.action_confirm()
        if is_paid:
            self.pay(env, order)
        return order.order_line.kbs_period_ids.subscription_id

    def pause(self, env, subscription_id, days=None):
        subscription = env["kbs.subscription"].browse(subscription_id)
        today = subscription.company_id._kbs_today()
        return env["kbs.pause"].create(
            {
                "subscription_id": subscription_id,
                "reason_id": env.ref("kbs_support.kbs_pause_reason_mobilisation").id,
                "date_start": today,
                "date_end": days and today + timedelta(days=days - 1),
            }
        )

    def read(self, subscription_id, do):
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            return do(env["kbs.subscription"].browse(subscription_id))

    def assert_moved(self, subscription_id, days):
        """Both periods have moved by ``days``, without a gap between them."""

        def check(subscription):
            first, second = subscription.period_ids.sorted("date_start")
            self.assertEqual(first._get_coverage().moved_days, days)
            self.assertEqual(second._get_coverage().moved_days, days)
            self.assertEqual(second.date_start - first.date_end, timedelta(days=1))
            self.assertEqual(subscription.date_end, second.date_end)
            self.assertEqual(subscription.state, "paused")

        self.read(subscription_id, check)

    def renewed(self):
        """A paid subscription and an unpaid order that renews it."""
        subscription_id = self.committed(self.sell)
        order_id = self.committed(partial(self.quote, subscription_id=subscription_id))
        return subscription_id, order_id

    def test_pause_and_pay(self):
        subscription_id, order_id = self.renewed()
        with self.registry.cursor() as cr:
            self.environment(cr)["sale.order"].browse(order_id).action_confirm()
        first, second = self.race(
            lambda env: bool(self.pause(env, subscription_id, 10)),
            lambda env: self.pay(env, env["sale.order"].browse(order_id)),
        )
        self.assertEqual([first, second], [True, True])
        self.assert_moved(subscription_id, 10)

    def test_pay_and_pause(self):
        subscription_id, order_id = self.renewed()
        with self.registry.cursor() as cr:
            self.environment(cr)["sale.order"].browse(order_id).action_confirm()
        first, second = self.race(
            lambda env: self.pay(env, env["sale.order"].browse(order_id)),
            lambda env: bool(self.pause(env, subscription_id, 10)),
        )
        self.assertEqual([first, second], [True, True])
        self.assert_moved(subscription_id, 10)

    def test_pause_and_renew(self):
        for is_pause_first in (True, False):
            with self.subTest(is_pause_first=is_pause_first):
                subscription_id, order_id = self.renewed()
                both = [
                    lambda env, sub=subscription_id: bool(self.pause(env, sub, 10)),
                    lambda env, order=order_id: (
                        env["sale.order"].browse(order).action_confirm()
                    ),
                ]
                if not is_pause_first:
                    both.reverse()
                self.assertEqual(self.race(*both), [True, True])
                with self.registry.cursor() as cr:
                    env = self.environment(cr)
                    self.pay(env, env["sale.order"].browse(order_id))
                self.assert_moved(subscription_id, 10)

    def test_both_pause(self):
        subscription_id = self.committed(self.sell)
        first, second = self.race(
            lambda env: bool(self.pause(env, subscription_id)),
            lambda env: bool(self.pause(env, subscription_id)),
        )
        self.assertIs(first, True)
        self.assertIn("cannot overlap", str(second))
        self.assertEqual(self.read(subscription_id, lambda x: len(x.pause_ids)), 1)

    def test_transfer_and_confirm(self):
        subscription_id, order_id = self.renewed()
        successor_id = self.committed(
            lambda env: env["res.partner"].create({"name": "New", "is_company": True})
        )

        def transfer(env):
            subscription = env["kbs.subscription"].browse(subscription_id)
            successor = env["res.partner"].browse(successor_id)
            return bool(subscription._transfer(successor, "Decree"))

        first, second = self.race(
            transfer, lambda env: env["sale.order"].browse(order_id).action_confirm()
        )
        self.assertIs(first, True)
        self.assertIsInstance(second, UserError)
        owner = self.read(subscription_id, lambda x: x.partner_id.id)
        self.assertEqual(owner, successor_id)

from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.tests import tagged

from .two_workers_common import TwoWorkersCase


@tagged("-standard", "post_install", "-at_install", "kbs_two_workers")
class TestTwoWorkersActs(TwoWorkersCase):
    """Two accountants at once make no act twice, and give no number twice."""

    def support(self, env):
        env["res.company"].browse(self.company_id).kbs_act_since = "2020-01-01"
        subscription = self.sell_paid(env)
        # Three months that are over.
        today = fields.Date.today()
        first = (today.replace(day=1) - timedelta(days=70)).replace(day=1)
        subscription.period_ids._read_replaced()
        subscription.period_ids.write(
            {
                "starts_on_payment": False,
                "date_start": first,
                "chain_start": first,
                "sold_until": first + timedelta(days=27),
            }
        )
        # At once, so that the new dates reach the database together.
        subscription.period_ids.mapped("date_end")
        env.flush_all()
        return subscription

    def acts(self, env, subscription_id):
        return env["kbs.act"].search([("subscription_id", "=", subscription_id)])

    def test_wizard_makes_acts_once(self):
        subscription_id = self.committed(self.support)

        def make(env):
            subscription = env["kbs.subscription"].browse(subscription_id)
            wizard = env["kbs.act.make"].create(
                {"partner_ids": subscription.partner_id.ids}
            )
            return bool(wizard.action_make())

        outcomes = self.race(make, make)
        self.assertIs(outcomes[0], True)
        self.assertIn("acts already", str(outcomes[1]))
        with self.registry.cursor() as cr:
            self.assertEqual(len(self.acts(self.environment(cr), subscription_id)), 1)

    def test_database_refuses_the_second_act_of_a_day(self):
        subscription_id = self.committed(self.support)

        def make(env):
            subscription = env["kbs.subscription"].browse(subscription_id)
            until = fields.Date.today()
            return len(env["kbs.act"]._make_sudo(subscription, until))

        outcomes = self.race(make, make)
        self.assertEqual(outcomes[0], 1)
        # Odoo's server says the same to a user in words.
        self.assertNotEqual(outcomes[1], 1)
        if isinstance(outcomes[1], Exception):
            self.assertIsInstance(outcomes[1].__cause__ or outcomes[1], IntegrityError)
        with self.registry.cursor() as cr:
            self.assertEqual(len(self.acts(self.environment(cr), subscription_id)), 1)

    def test_numbers_are_given_once_and_without_a_gap(self):
        ids = []
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            for __ in range(2):
                subscription = self.support(env)
                ids += env["kbs.act"]._make_sudo(subscription, fields.Date.today()).ids

        def issue(act_id):
            def work(env):
                env["kbs.act"].browse(act_id)._issue_sudo()
                return True

            return work

        self.assertEqual(self.race(issue(ids[0]), issue(ids[1])), [True, True])
        with self.registry.cursor() as cr:
            acts = self.environment(cr)["kbs.act"].browse(ids)
            numbers = [int(x.name.rpartition("-")[2]) for x in acts]
            self.assertEqual(abs(numbers[0] - numbers[1]), 1)

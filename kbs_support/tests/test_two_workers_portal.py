from uuid import uuid4

from odoo import Command
from odoo.tests import tagged

from .two_workers_common import TwoWorkersCase


@tagged("post_install", "-at_install")
class TestTwoWorkersPortal(TwoWorkersCase):
    """Two colleagues of a client renew at once, with real transactions."""

    def sell(self, env):
        env["res.company"].browse(self.company_id).kbs_renewal_days = 365
        return self.sell_paid(env)

    def person(self, env, support_id):
        client = env["kbs.subscription"].browse(support_id).partner_id
        name = f"two_workers_{uuid4()}"
        person = env["res.partner"].create({"name": name, "parent_id": client.id})
        return env["res.users"].create(
            {
                "login": name,
                "partner_id": person.id,
                "company_id": self.company_id,
                "company_ids": [Command.set([self.company_id])],
                "group_ids": [Command.set(env.ref("base.group_portal").ids)],
            }
        )

    def setUp(self):
        super().setUp()
        self.support_id = self.committed(self.sell)
        self.people = [
            self.committed(lambda env: self.person(env, self.support_id))
            for _x in range(2)
        ]

    def choose(self, number, months=12):
        def work(env):
            user = env["res.users"].browse(self.people[number])
            support = env["kbs.subscription"].browse(self.support_id)
            offers = support._get_portal_offers()[support]
            offer = next(x for x in offers if x.term.months == months)
            return support._quote_from_portal_sudo(
                user, offer.term.id, str(offer.price)
            )

        return work

    def test_the_same_offer_is_one_quotation(self):
        outcomes = self.race(
            lambda env: self.choose(0)(env).id, lambda env: self.choose(1)(env).id
        )
        self.assertIsInstance(outcomes[0], int, outcomes)
        self.assertEqual(outcomes[0], outcomes[1])

    def test_one_confirmation_is_one_invoice(self):
        order_id = self.committed(self.choose(0))

        def confirm(number):
            def work(env):
                order = env["sale.order"].browse(order_id)
                user = env["res.users"].browse(self.people[number])
                amount = str(order.amount_total)
                order._kbs_confirm_from_portal_sudo(user, amount)

            return work

        self.assertEqual(self.race(confirm(0), confirm(1)), [None, None])
        self.assertFalse(self.assert_one(order_id))

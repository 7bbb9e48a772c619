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

    # === MORE THAN THE RENEWAL === #

    def hours(self, number, quantity=2):
        def work(env):
            user = env["res.users"].browse(self.people[number])
            support = env["kbs.subscription"].browse(self.support_id)
            one = support.with_company(self.company_id)._get_portal_hours()[0]
            return support._quote_hours_from_portal_sudo(
                user, one["id"], quantity, str(one["price"])
            )

        return work

    def plan(self, number):
        def work(env):
            user = env["res.users"].browse(self.people[number])
            support = env["kbs.subscription"].browse(self.support_id)
            change = support._get_portal_changes()[0]
            return support._quote_change_from_portal_sudo(
                user, change.plan.id, str(change.difference)
            )

        return work

    def ids(self, first, second):
        """The ids of what two colleagues get who choose at once."""
        outcomes = self.race(lambda env: first(env).id, lambda env: second(env).id)
        self.assertTrue(all(isinstance(x, int) for x in outcomes), outcomes)
        return outcomes

    def states(self, ids):
        with self.registry.cursor() as cr:
            orders = self.environment(cr)["sale.order"].browse(ids)
            return orders.mapped("state")

    def test_the_same_hours_or_plan_are_one_quotation(self):
        for choose in (self.hours, self.plan):
            with self.subTest(choose=choose.__name__):
                first, second = self.ids(choose(0), choose(1))
                self.assertEqual(first, second)

    def test_other_hours_take_the_place_of_the_first(self):
        found = self.ids(self.hours(0), self.hours(1, quantity=5))
        self.assertEqual(self.states(found), ["cancel", "sent"])

    def test_hours_confirmed_at_once_are_one_invoice(self):
        order_id = self.committed(self.hours(0))
        self.assertEqual(self.race(*self.confirmations(order_id)), [None, None])
        with self.registry.cursor() as cr:
            order = self.environment(cr)["sale.order"].browse(order_id)
            self.assertEqual((order.state, len(order.invoice_ids)), ("sale", 1))

    def confirmations(self, order_id):
        def confirm(number):
            def work(env):
                order = env["sale.order"].browse(order_id)
                user = env["res.users"].browse(self.people[number])
                amount = str(order.amount_total)
                order._kbs_confirm_from_portal_sudo(user, amount)

            return work

        return confirm(0), confirm(1)


@tagged("post_install", "-at_install")
class TestTwoWorkersFirst(TwoWorkersCase):
    """Two colleagues buy the first support at once."""

    def newcomer(self, env, client_id):
        name = f"two_workers_{uuid4()}"
        person = env["res.partner"].create({"name": name, "parent_id": client_id})
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
        client_id = self.committed(
            lambda env: env["res.partner"].create(
                {"name": f"Client {uuid4()}", "is_company": True}
            )
        )
        self.people = [
            self.committed(lambda env: self.newcomer(env, client_id)) for _x in range(2)
        ]

    def buy(self, number, months=3):
        def work(env):
            user = env["res.users"].browse(self.people[number])
            subscriptions = env["kbs.subscription"]
            company = env["res.company"].browse(self.company_id)
            plan = env.ref("kbs_support.kbs_plan_optima")
            term = env.ref(f"kbs_support.kbs_term_{months}")
            offer = subscriptions._get_first_offer(company, plan.id, term.id)
            return subscriptions._quote_first_from_portal_sudo(
                user, plan.id, term.id, str(offer.price)
            )

        return work

    def test_the_same_choice_is_one_quotation(self):
        found = self.race(
            lambda env: self.buy(0)(env).id, lambda env: self.buy(1)(env).id
        )
        self.assertIsInstance(found[0], int, found)
        self.assertEqual(found[0], found[1])

    def test_another_choice_takes_the_place_of_the_first(self):
        found = self.race(
            lambda env: self.buy(0)(env).id, lambda env: self.buy(1, months=6)(env).id
        )
        self.assertTrue(all(isinstance(x, int) for x in found), found)
        with self.registry.cursor() as cr:
            orders = self.environment(cr)["sale.order"].browse(found)
            self.assertEqual(orders.mapped("state"), ["cancel", "sent"])

    def test_one_confirmation_is_one_support(self):
        order_id = self.committed(self.buy(0))

        def confirm(number):
            def work(env):
                order = env["sale.order"].browse(order_id)
                user = env["res.users"].browse(self.people[number])
                order._kbs_confirm_from_portal_sudo(user, str(order.amount_total))

            return work

        self.assertEqual(self.race(confirm(0), confirm(1)), [None, None])
        self.assertFalse(self.assert_one(order_id))

from uuid import uuid4

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.kbs_invitation import MAX_A_DAY
from .two_workers_common import TwoWorkersCase


@tagged("post_install", "-at_install")
class TestTwoWorkersPeople(TwoWorkersCase):
    """Two administrators of a client at once, with real transactions."""

    def setUp(self):
        super().setUp()
        self.client_id = self.committed(
            lambda env: env["res.partner"].create(
                {"name": "Two workers client", "is_company": True}
            )
        )
        self.people = [self.committed(self.administrator) for _x in range(2)]

    def administrator(self, env):
        name = f"two_workers_{uuid4()}"
        person = env["res.partner"].create(
            {"name": name, "parent_id": self.client_id, "kbs_is_administrator": True}
        )
        return env["res.users"].create(
            {
                "login": name,
                "partner_id": person.id,
                "company_id": self.company_id,
                "company_ids": [Command.set([self.company_id])],
                "group_ids": [Command.set(env.ref("base.group_portal").ids)],
            }
        )

    def users(self, env):
        return [env["res.users"].browse(x) for x in self.people]

    def test_each_takes_the_role_of_the_other_and_one_is_left(self):
        def depose(actor, target):
            def work(env):
                users = self.users(env)
                person = users[target].partner_id
                person._kbs_make_administrator_sudo(users[actor], False)

            return work

        first, second = self.race(depose(0, 1), depose(1, 0))
        self.assertIsNone(first)
        self.assertIsInstance(second, AccessError)
        with self.registry.cursor() as cr:
            client = self.environment(cr)["res.partner"].browse(self.client_id)
            self.assertEqual(len(client._kbs_get_administrators_sudo()), 1)

    def test_two_invitations_of_one_address_are_one_person_and_one_letter(self):
        email = f"{uuid4()}@h.example.com"

        def invite(actor):
            def work(env):
                users = self.users(env)
                partners = env["res.partner"]
                person = partners._kbs_invite_colleague_sudo(users[actor], "New", email)
                return person.id

            return work

        first, second = self.race(invite(0), invite(1))
        self.assertIsInstance(first, int)
        self.assertIsInstance(second, UserError)
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            found = env["res.partner"].search([("email", "=", email)])
            self.assertEqual(found.ids, [first])
            self.assertEqual(len(found.user_ids), 1)
            sent = env["kbs.invitation"].search_count([("email", "=", email)])
            self.assertEqual(sent, 1)

    def test_the_last_letter_of_the_day_is_one(self):
        def fill(env):
            return env["kbs.invitation"].create(
                [
                    {
                        "client_id": self.client_id,
                        "partner_id": self.client_id,
                        "email": f"{number}@h.example.com",
                        "user_id": self.people[0],
                    }
                    for number in range(MAX_A_DAY - 1)
                ]
            )[0]

        self.committed(fill)

        def invite(actor):
            def work(env):
                users = self.users(env)
                email = f"{uuid4()}@h.example.com"
                env["res.partner"]._kbs_invite_colleague_sudo(
                    users[actor], "New", email
                )

            return work

        first, second = self.race(invite(0), invite(1))
        self.assertIsNone(first)
        self.assertIsInstance(second, UserError)

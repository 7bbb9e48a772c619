from odoo import Command
from odoo.tests import tagged

from .two_workers_common import TwoWorkersCase


@tagged("post_install", "-at_install")
class TestTwoWorkersEvents(TwoWorkersCase):
    """The last seat of a plan is given once, with real transactions."""

    def setUp(self):
        super().setUp()
        self.support_id = self.committed(self.sell_paid)
        self.event_id = self.committed(self.announce)

    def announce(self, env):
        event = env["event.event"].create(
            {
                "name": "Two workers",
                "company_id": self.company_id,
                "date_begin": "2099-01-10 08:00:00",
                "date_end": "2099-01-10 10:00:00",
                "date_tz": "Europe/Kyiv",
                "event_ticket_ids": [
                    Command.create(
                        {
                            "name": "Seat",
                            "price": 100,
                            "product_id": env.ref(
                                "event_product.product_product_event"
                            ).id,
                        }
                    )
                ],
            }
        )
        support = env["kbs.subscription"].browse(self.support_id)
        # Within what is paid, whenever the test runs.
        event.date_begin = event._kbs_get_company()._kbs_to_utc(
            support.date_end, event.date_begin.time()
        )
        env["kbs.event.benefit"].create(
            {
                "ticket_id": event.event_ticket_ids.id,
                "plan_id": support.plan_id.id,
                "kind": "free",
                "seats": 1,
            }
        )
        return event

    def join(self, name):
        def work(env):
            event = env["event.event"].browse(self.event_id)
            seat = env["event.registration"].create(
                {
                    "event_id": event.id,
                    "event_ticket_id": event.event_ticket_ids.id,
                    "partner_id": env["kbs.subscription"]
                    .browse(self.support_id)
                    .partner_id.id,
                    "name": name,
                    "email": f"{name}@two.test",
                }
            )
            return seat.kbs_benefit

        return work

    def test_the_last_seat_is_taken_once(self):
        outcomes = self.race(self.join("one"), self.join("two"))
        self.assertEqual(sorted(map(str, outcomes)), ["free", "none"], outcomes)

    def test_one_person_has_it_once(self):
        with self.registry.cursor() as cr:
            benefits = self.environment(cr)["kbs.event.benefit"]
            benefits.search([("event_id", "=", self.event_id)]).seats = 0
        outcomes = self.race(self.join("same"), self.join("same"))
        self.assertEqual(sorted(map(str, outcomes)), ["free", "none"], outcomes)

    def test_two_clicks_make_one_order(self):
        def make_client(env):
            return env["res.partner"].create({"name": "School", "is_company": True})

        client_id = self.committed(make_client)

        def make_user(env):
            return env["res.users"].create(
                {
                    "name": "Olena",
                    "login": f"olena-{client_id}@two.test",
                    "partner_id": env["res.partner"]
                    .create({"name": "Olena", "parent_id": client_id})
                    .id,
                    "group_ids": [Command.set(env.ref("base.group_portal").ids)],
                    "company_id": self.company_id,
                    "company_ids": [Command.set([self.company_id])],
                }
            )

        user_id = self.committed(make_user)

        def click(env):
            seats = env["event.registration"]
            event = env["event.event"].browse(self.event_id)
            row = {
                "event_id": event.id,
                "event_ticket_id": event.event_ticket_ids.id,
                "name": "Olena",
                "email": "olena@two.test",
            }
            values, order = seats._kbs_prepare_website_sudo(
                event, env["res.users"].browse(user_id), [row], 100.0
            )
            seats.create(values)
            return order.id

        outcomes = self.race(click, click)
        orders = [x for x in outcomes if isinstance(x, int)]
        self.assertEqual(len(orders), 1, outcomes)
        self.assertIn("registered already", str(outcomes))

    def test_a_certificate_has_one_number(self):
        def attend(env):
            self.join("attended")(env)
            seat = env["event.registration"].search(
                [("event_id", "=", self.event_id)], limit=1
            )
            seat.action_set_done()
            return seat

        seat_id = self.committed(attend)

        def number(env):
            seat = env["event.registration"].browse(seat_id)
            seat._kbs_number_certificates_sudo()
            return seat.kbs_certificate

        first, second = self.race(number, number)
        self.assertTrue(isinstance(first, str), first)
        self.assertEqual(first, second)

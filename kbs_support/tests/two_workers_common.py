import threading
from functools import partial

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name
from odoo.tools import mute_logger

COMPANY = "SOFTKOM two workers"
WAIT = 20  # seconds; a worker that takes longer hangs


class TwoWorkersCase(BaseCase):
    """Two requests at once, with real cursors, as two workers of the server have.

    Real transactions leave committed records, so a company's own database is not the
    place for these tests. They take a company of their own, which is archived after
    them: the daily jobs of other tests have no work there.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            company = cls._get_or_create_company(env)
            company.active = True
            cls.company_id = company.id

    @classmethod
    def tearDownClass(cls):
        with cls.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            company = env["res.company"].browse(cls.company_id)
            env["res.users"].search([("company_id", "=", company.id)]).active = False
            company.active = False
        super().tearDownClass()

    @classmethod
    def _get_or_create_company(cls, env):
        Company = env["res.company"].with_context(active_test=False)
        company = Company.search([("name", "=", COMPANY)], limit=1)
        if not company:
            company = env["res.company"].create(
                {
                    "name": COMPANY,
                    "country_id": env.ref("base.ua").id,
                    "currency_id": env.ref("base.UAH").id,
                }
            )
            env["account.chart.template"].try_loading(
                "ua_psbo", company=company, install_demo=False
            )
        return company

    def environment(self, cr):
        context = {
            "allowed_company_ids": [self.company_id],
            "tracking_disable": True,
            "lang": "en_US",
        }
        return api.Environment(cr, SUPERUSER_ID, context)

    def quote(self, env, subscription_id=False, product="optima_3"):
        client = env["res.partner"].create({"name": "Client", "is_company": True})
        if subscription_id:
            client = env["kbs.subscription"].browse(subscription_id).partner_id
        return env["sale.order"].create(
            {
                "partner_id": client.id,
                "company_id": self.company_id,
                "kbs_subscription_id": subscription_id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": env.ref(
                                f"kbs_support.product_product_kbs_{product}"
                            ).id
                        }
                    )
                ],
            }
        )

    def committed(self, make):
        """Run ``make(env)`` in its own transaction; return the id it gives."""
        with self.registry.cursor() as cr:
            return make(self.environment(cr)).id

    def race(self, first, second):
        """Run two requests so that both begin before either commits.

        Each has its own cursor and is repeated on a conflict as Odoo's server does.

        :return: list with the outcome of each: its value, or its exception
        """
        outcomes, has_worked = [None, None], threading.Event()

        def run(number, work):
            try:
                with self.registry.cursor() as cr:
                    env = self.environment(cr)
                    env["res.partner"].search([], limit=1)  # takes the snapshot
                    if number:
                        has_worked.wait(WAIT)
                    outcomes[number] = retrying(partial(step, number, work, env), env)
            except Exception as error:  # the outcome is what the test looks at
                outcomes[number] = error

        def step(number, work, env):
            result = work(env)
            env.flush_all()
            if not number:
                has_worked.set()
                threading.Event().wait(1)  # the other one runs into our locks
            return result

        threads = [
            threading.Thread(target=run, args=args)
            for args in ((0, first), (1, second))
        ]
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(WAIT * 2)
        return outcomes

    def assert_one(self, order_id):
        with self.registry.cursor() as cr:
            order = self.environment(cr)["sale.order"].browse(order_id)
            self.assertEqual(order.state, "sale")
            self.assertEqual(len(order.order_line.kbs_period_ids), 1)
            self.assertEqual(len(order.invoice_ids), 1)
            return order.order_line.kbs_period_ids.is_effective

    def sell_paid(self, env, product="optima_3"):
        order = self.quote(env, product=product)
        order.action_confirm()
        self.pay(env, order)
        return order.order_line.kbs_period_ids.subscription_id

    def pay(self, env, order):
        wizard = env["account.payment.register"].with_context(
            active_model="account.move", active_ids=order.invoice_ids.ids
        )
        return bool(wizard.create({})._create_payments())

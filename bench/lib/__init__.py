"""What the measurements share."""

import sys
import time

import odoo
from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry


class Watch:
    """Seconds and queries of a block, for each of ``count`` records."""

    def __init__(self, env, what, count):
        self.env, self.what, self.count = env, what, count

    def __enter__(self):
        self.env.flush_all()
        self.queries = self.env.cr.sql_log_count
        self.start = time.monotonic()

    def __exit__(self, *exc):
        self.env.flush_all()
        seconds = time.monotonic() - self.start
        queries = self.env.cr.sql_log_count - self.queries
        sys.stdout.write(
            f"{self.what:<28} {self.count:>6} in {seconds:7.1f} s "
            f"= {self.count / seconds:6.1f}/s, {queries / self.count:6.1f} queries\n"
        )
        sys.stdout.flush()


def make_company(env):
    """A Ukrainian company with its chart of accounts, as in production."""
    # Each measurement of a database has its own.
    number = env["res.company"].search_count([])
    company = env["res.company"].create(
        {
            "name": f"SOFTKOM bench {number}",
            "country_id": env.ref("base.ua").id,
            "currency_id": env.ref("base.UAH").id,
        }
    )
    env["account.chart.template"].try_loading(
        "ua_psbo", company=company, install_demo=False
    )
    env.user.write(
        {"company_ids": [Command.link(company.id)], "company_id": company.id}
    )
    return company


def sell(env, clients, product):
    """Sell a ``product`` to each of ``clients``, and pay; return subscriptions."""
    orders = env["sale.order"].create(
        [
            {
                "partner_id": client.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
            for client in clients
        ]
    )
    orders.action_confirm()
    env["account.payment.register"].with_context(
        active_model="account.move", active_ids=orders.invoice_ids.ids
    ).create({"group_payment": False})._create_payments()
    return orders.order_line.kbs_period_ids.subscription_id


def make_people(env, name):
    """A lead ``<name>_lead``, and a client with paid support, ``<name>_client``.

    The password is the login. Returns ``env`` of their company.
    """
    company = make_company(env)
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    client = env["res.partner"].create({"name": "Client", "is_company": True})
    sell(env, client, env.ref("kbs_support.product_product_kbs_optima_12"))
    person = env["res.partner"].create({"name": "Person", "parent_id": client.id})
    for login, group, partner in (
        (f"{name}_lead", "kbs_support.group_kbs_lead", False),
        (f"{name}_client", "base.group_portal", person.id),
    ):
        env["res.users"].create(
            {
                "name": login,
                "login": login,
                "password": login,
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set(env.ref(group).ids)],
                **({"partner_id": partner} if partner else {}),
            }
        )
    return env


def run(measure, argv, count):
    """Call ``measure(env, count)`` on the database that the command line names."""
    database = argv[1]
    count = int(argv[2]) if len(argv) > 2 else count
    odoo.tools.config.parse_config(["-d", database, "--log-level=warn", "--no-http"])
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        measure(env, count)
        cr.commit()

"""Measures a renewal run: bench/renewal_run.py [CLIENTS] (1,000 by default).

Run by `make bench`. Makes a database of its own, sells to the clients, then makes
and sends their renewal quotations as the background job does, with one broken client
in the middle. Prints records a second, and queries for each.
"""

import logging
import sys
import time
from datetime import timedelta

import odoo
from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry

_logger = logging.getLogger("bench")


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


def sell(env, count):
    """Sell three months of OPTIMA to ``count`` new clients, and pay for them."""
    product = env.ref("kbs_support.product_product_kbs_optima_3")
    partners = env["res.partner"].create(
        [
            {
                "name": f"Client {number:05}",
                "is_company": True,
                "email": f"client{number}@example.com",
            }
            for number in range(count)
        ]
    )
    orders = env["sale.order"].create(
        [
            {
                "partner_id": partner.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
            for partner in partners
        ]
    )
    orders.action_confirm()
    env["account.payment.register"].with_context(
        active_model="account.move", active_ids=orders.invoice_ids.ids
    ).create({"group_payment": False})._create_payments()
    return orders.order_line.kbs_period_ids.subscription_id


def sell_in_batches(env, count, batch=100):
    subscriptions = env["kbs.subscription"]
    with Watch(env, "sell, invoice and pay", count):
        for start in range(0, count, batch):
            subscriptions |= sell(env, min(batch, count - start))
            env.cr.commit()
            sys.stdout.write(f"   sold {min(start + batch, count)} of {count}\n")
    return subscriptions


def break_one(subscription):
    """Give a client what a renewal run cannot work with: an unpaid period."""
    env = subscription.env
    env["sale.order"].create(
        {
            "partner_id": subscription.partner_id.id,
            "kbs_subscription_id": subscription.id,
            "order_line": [
                Command.create(
                    {
                        "product_id": env.ref(
                            "kbs_support.product_product_kbs_optima_1"
                        ).id
                    }
                )
            ],
        }
    ).action_confirm()


def make_company(env):
    """A Ukrainian company with its chart of accounts, as in production."""
    company = env["res.company"].create(
        {
            "name": "SOFTKOM bench",
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


def measure(env, count):
    company = make_company(env)
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    env.company.kbs_renewal_days = 120  # they were all sold today
    subscriptions = sell_in_batches(env, count)
    run = env["kbs.renewal.run"].create(
        {"date_until": env.company._kbs_today() + timedelta(days=120)}
    )
    with Watch(env, "collect for review", count):
        run.action_collect()
    break_one(subscriptions[count // 2])
    lines = run.line_ids
    lines.state = "queued"
    with Watch(env, "make quotations", count):
        for start in range(0, len(lines), 50):
            lines[start : start + 50]._work()
            env.flush_all()
            env.invalidate_all()
    made = lines.filtered(lambda x: x.state == "made")
    failed = lines.filtered(lambda x: x.state == "failed")
    sys.stdout.write(
        f"made {len(made)}, failed {len(failed)}: {'; '.join(failed.mapped('error'))}\n"
    )
    # A PDF takes wkhtmltopdf about a second, and a served database for its styles.
    env.ref("kbs_support.mail_template_kbs_renewal_offer").report_template_ids = False
    made.state = "to_send"
    with Watch(env, "queue the letters, no PDF", len(made)):
        for start in range(0, len(made), 50):
            made[start : start + 50]._work()


def main(database, count):
    odoo.tools.config.parse_config(["-d", database, "--log-level=warn", "--no-http"])
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        measure(env, count)
        cr.commit()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000)

"""Measures a renewal run: bench/renewal_run.py [CLIENTS] (1,000 by default).

Run by `make bench`. Makes a database of its own, sells to the clients, then makes
and sends their renewal quotations as the background job does, with one broken client
in the middle. Prints records a second, and queries for each.
"""

import sys
from datetime import timedelta

from lib import Watch, make_company, run, sell

from odoo import Command


def sell_to_new(env, count):
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
    return sell(env, partners, product)


def sell_in_batches(env, count, batch=100):
    subscriptions = env["kbs.subscription"]
    with Watch(env, "sell, invoice and pay", count):
        for start in range(0, count, batch):
            subscriptions |= sell_to_new(env, min(batch, count - start))
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


def measure(env, count):
    company = make_company(env)
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    env.company.kbs_renewal_days = 120  # they were all sold today
    subscriptions = sell_in_batches(env, count)
    renewals = env["kbs.renewal.run"].create(
        {"date_until": env.company._kbs_today() + timedelta(days=120)}
    )
    with Watch(env, "collect for review", count):
        renewals.action_collect()
    break_one(subscriptions[count // 2])
    lines = renewals.line_ids
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


if __name__ == "__main__":
    run(measure, sys.argv, 1000)

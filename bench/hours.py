"""Measures the ledger of hours: bench/hours.py DATABASE [ROWS].

Run by `make bench`. 80 subscriptions share 100 rows for each client asked for (100,000
by default). What is left of all 80 must be one query, as the list shows it; how long a
statement takes is told for a service month and for everything.
"""

import sys

from clocks import multiply
from lib import Watch, make_company, run, sell

CLIENTS = 80


def sell_premium(env):
    """80 clients with ПРЕМІУМ for a year: 12 grants each."""
    clients = env["res.partner"].create(
        [{"name": f"Client {x}", "is_company": True} for x in range(CLIENTS)]
    )
    product = env.ref("kbs_support.product_product_kbs_premium_12")
    subscriptions = sell(env, clients, product)
    env.flush_all()  # what is paid gives its hours
    return subscriptions


def fill(env, subscriptions, count):
    """``count`` rows of a minute, the same number for each service month."""
    grants = env["kbs.hour.entry"].search(
        [("subscription_id", "in", subscriptions.ids), ("source_id", "=", False)]
    )
    # As many that take as that give back: what is left stays right.
    each = count // len(grants) // 2 * 2
    for grant in grants:
        multiply(
            env,
            grant,
            each,
            source_id=str(grant.id),
            kind="'use'",
            minutes="CASE WHEN mod(n, 2) = 0 THEN 1 ELSE -1 END",
            left_minutes="0",
        )
    env.cr.commit()
    env.cr.execute("ANALYZE kbs_hour_entry")
    env.invalidate_all()


def measure_list(env, subscriptions):
    """What the list of subscriptions asks for its column of hours."""
    subscriptions = subscriptions.browse(subscriptions.ids)
    subscriptions.mapped("name")
    subscriptions.mapped("company_id.kbs_tz")
    before = env.cr.sql_log_count
    with Watch(env, "balances of the list", len(subscriptions)):
        subscriptions.mapped("minutes_left")
    queries = env.cr.sql_log_count - before
    sys.stdout.write(f"{queries} query for {len(subscriptions)} balances\n")
    if queries != 1:
        sys.exit("The balances of a list must be one query.")


def measure_statement(env, subscriptions):
    today = env.company._kbs_today()
    for name in ("month", "whole"):
        env.invalidate_all()
        first, last = subscriptions[0]._get_statement_spans()[name]
        with Watch(env, f"statement, {name}", 1):
            values = subscriptions[0]._prepare_hour_statement(first, last)
        sys.stdout.write(f"{len(values['rows'])} lines up to {today}\n")


def measure(env, count):
    company = make_company(env)
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    subscriptions = sell_premium(env)
    fill(env, subscriptions, count * 100)
    total = env["kbs.hour.entry"].search_count([("company_id", "=", company.id)])
    sys.stdout.write(f"{total} rows of {len(subscriptions)} subscriptions\n")
    measure_list(env, subscriptions)
    measure_statement(env, subscriptions)


if __name__ == "__main__":
    run(measure, sys.argv, 1000)

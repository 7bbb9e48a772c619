"""Measures the reports: bench/reports.py DATABASE [CLIENTS].

Run by `make bench`. Each client has a subscription of two years, ten clocks of tickets
and ten entries of hours: with 100,000 clients there are 1,000,000 of each. The rows are
copied by SQL. Then the reports are counted, as the job does, and each is asked what its
screen asks: the pivot, the graph, a page of the list. EXPLAIN=1 prints the plans.
"""

import os
import sys
import time

from clocks import multiply
from lib import Watch, make_company, run, sell

from odoo.tools import SQL

METRICS = ("first_response", "next_response", "resolution")
REPORTS = ("subscription", "revenue", "sla", "work", "client")


def last_id(env, model):
    env.cr.execute(SQL("SELECT MAX(id) FROM %s", SQL.identifier(env[model]._table)))
    return env.cr.fetchone()[0]


def make_subscriptions(env, count):
    """One in five does not renew; the second year has another price."""
    client = env["res.partner"].create({"name": "Client", "is_company": True})
    support = sell(env, client, env.ref("kbs_support.product_product_kbs_optima_12"))
    period = support.period_ids
    env.flush_all()  # it is paid
    partners = last_id(env, "res.partner")
    multiply(env, client, count, commercial_partner_id=f"{partners} + n")
    supports = last_id(env, "kbs.subscription")
    owner = f"{partners} + n"
    multiply(
        env,
        support,
        count,
        name="'BENCH' || n",
        partner_id=owner,
        commercial_partner_id=owner,
    )
    start = "(CURRENT_DATE - 730 + mod(n, 365))"
    for year in (0, 1):
        first = f"{start} + {365 * year}"
        multiply(
            env,
            period,
            count,
            subscription_id=f"{supports} + n",
            partner_id=owner,
            commercial_partner_id=owner,
            sale_line_id="NULL",
            date_start=first,
            date_end=f"{first} + 364",
            sold_until=f"{first} + 364",
            chain_start=start,
            price_total=f"price_total - {year * 1000}",
        )
    env.cr.execute(
        "DELETE FROM kbs_subscription_period WHERE subscription_id > %s"
        " AND mod(subscription_id - %s, 5) = 0 AND date_start > CURRENT_DATE - 365",
        [supports, supports],
    )
    return client, support, partners, supports


def make_tickets(env, client, support, partners, supports, count):
    """Ten clocks for each client, over three years, and force majeure twice a day."""
    ticket = env["helpdesk.ticket"].create(
        {
            "name": "Question",
            "description": "It does not work.",
            "partner_id": client.id,
            "team_id": env.ref("kbs_support.helpdesk_ticket_team_kbs_line").id,
            "company_id": env.company.id,
        }
    )
    env.flush_all()
    number = count * 10 // len(METRICS) + 1
    tickets = last_id(env, "helpdesk.ticket")
    multiply(
        env,
        ticket,
        number,
        kbs_subscription_id=f"{supports} + 1 + mod(n, {count})",
        partner_id=f"{partners} + 1 + mod(n, {count})",
        commercial_partner_id=f"{partners} + 1 + mod(n, {count})",
    )
    clock = ticket.kbs_sla_target_ids[:1]
    start = f"CURRENT_TIMESTAMP - n * interval '3 years' / {number}"
    for metric in METRICS:
        multiply(
            env,
            clock,
            number,
            ticket_id=f"{tickets} + n",
            metric=f"'{metric}'",
            date_start=start,
            done_at=f"{start} + interval '3 hours'",
            state="CASE WHEN mod(n, 7) = 0 THEN 'missed' ELSE 'met' END",
            late_minutes="CASE WHEN mod(n, 7) = 0 THEN mod(n, 90) + 1 ELSE 0 END",
        )
    blackout = env["kbs.blackout"].create({"date_start": "2020-01-01 00:00:00"})
    multiply(
        env,
        blackout,
        2190,
        date_start="CURRENT_TIMESTAMP - n * interval '12 hours'",
        date_end="CURRENT_TIMESTAMP - n * interval '12 hours' + interval '2 hours'",
    )
    blackout.unlink()
    return ticket


def make_work(env, ticket, support, supports, count):
    """Five pieces of work for each client, with what was given and what was drawn."""
    env["hr.employee"].create({"name": "Agent", "user_id": env.uid, "hourly_cost": 300})
    line = env["account.analytic.line"].create(
        {"kbs_ticket_id": ticket.id, "unit_amount": 0.5, "name": "Work",
         "kbs_kind": "other"}
    )  # fmt: skip
    env.flush_all()
    grant = support.hour_entry_ids.filtered(lambda x: not x.source_id)[:1]
    use = line.kbs_entry_ids[:1]
    number = count * 5
    owner = f"{supports} + 1 + mod(n, {count})"
    lines = last_id(env, "account.analytic.line")
    day = f"CURRENT_DATE - (n * 1095::bigint / {number})::int"
    multiply(env, line, number, kbs_subscription_id=owner, date=day)
    sources = last_id(env, "kbs.hour.entry")
    multiply(env, grant, number, subscription_id=owner, period_id="NULL", date=day)
    multiply(
        env,
        use,
        number,
        subscription_id=owner,
        source_id=f"{sources} + n",
        timesheet_id=f"{lines} + n",
        date=day,
    )


class Recorder:
    """Remembers the longest query of a block."""

    def __init__(self, cr):
        self.cr, self.longest, self.seconds = cr, None, 0.0

    def __enter__(self):
        self.execute = self.cr.execute
        self.cr.execute = self.watch
        return self

    def __exit__(self, *exc):
        self.cr.execute = self.execute

    def watch(self, query, params=None, log_exceptions=True):
        start = time.monotonic()
        res = self.execute(query, params, log_exceptions)
        if (seconds := time.monotonic() - start) > self.seconds:
            self.longest, self.seconds = (query, params), seconds
        return res


def ask(env, name, what):
    """Ask once to warm up, then once more, and say how long that took."""
    what()
    env.invalidate_all()
    with Recorder(env.cr) as recorder:
        start = time.monotonic()
        what()
        seconds = time.monotonic() - start
    sys.stdout.write(f"{name:<44} {seconds:6.3f} s\n")
    if os.environ.get("EXPLAIN"):
        query, params = recorder.longest
        if isinstance(query, SQL):
            query, params = query.code, query.params
        env.cr.execute("EXPLAIN (ANALYZE, COSTS OFF) " + query, params)
        for [row] in env.cr.fetchall():
            sys.stdout.write(f"    {row}\n")
    sys.stdout.flush()


def ask_groups(env, report, groupby, measures, domain):
    model = env[f"kbs.report.{report}"]
    ask(
        env,
        f"{report} by {', '.join(groupby)}",
        lambda: model.formatted_read_group(
            domain, groupby, [f"{x}:{model._fields[x].aggregator}" for x in measures]
        ),
    )


def ask_all(env):
    today = env.company._kbs_today()
    year = [("month", ">=", f"{today.year}-01-01"), ("month", "<=", str(today))]
    stock = ("active_count", "new_count", "won_back_count", "renewed_count",
             "lost_count", "mrr", "mrr_change")  # fmt: skip
    ask_groups(env, "subscription", ["month:month"], stock, year)
    ask_groups(env, "subscription", ["month:month"], stock, [])
    ask_groups(env, "subscription", ["month:month", "cause"], ["mrr_change"], year)
    ask_groups(env, "subscription", ["cohort_month:month", "cohort_age"],
               ["kept_count"], [])  # fmt: skip
    money = ("revenue", "invoiced", "paid")
    ask_groups(env, "revenue", ["month:month"], money, year)
    ask_groups(env, "revenue", ["month:month", "plan_id"], ["revenue"], year)
    terms = ("met_count", "missed_count", "met_share", "late_average")
    first = [*year, ("metric", "=", "first_response")]
    ask_groups(env, "sla", ["month:month"], terms, first)
    ask_groups(env, "sla", ["hour", "state"], ["met_count"], year)
    ask_groups(env, "sla", ["month:month"], terms, [])
    margin = ("minutes", "income", "cost", "margin")
    ask_groups(env, "work", ["plan_id", "source"], margin, year)
    ask_groups(env, "work", ["plan_id", "source"], margin, [])
    ask_groups(env, "client", ["date_end:month", "plan_id"], ["renewal_amount"], [])
    for report in REPORTS:
        model = env[f"kbs.report.{report}"]
        ask(
            env,
            f"{report}: a page of the list",
            lambda model=model: model.web_search_read(
                year, {"month": {}, "partner_id": {"fields": {"display_name": {}}}},
                limit=80, count_limit=10001,
            ),
        )  # fmt: skip


def measure(env, count):
    company = make_company(env)
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    client, support, partners, supports = make_subscriptions(env, count)
    ticket = make_tickets(env, client, support, partners, supports, count)
    make_work(env, ticket, support, supports, count)
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.invalidate_all()
    for report in REPORTS:
        model = env[f"kbs.report.{report}"]
        with Watch(env, f"counting {report}", count):
            model._count_sudo(env.company)
        sys.stdout.write(f"   {model.search_count([])} rows\n")
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(model._table)))
    env.cr.commit()
    # With the rights of a person, record rules included.
    reader = env.ref("base.user_admin")
    reader.company_ids |= company
    ask_all(env(user=reader.id, su=False))


if __name__ == "__main__":
    run(measure, sys.argv, 1000)

"""Measures the consultation line: bench/clocks.py DATABASE [TICKETS].

Run by `make bench`. First the intake: tickets with coverage and clocks against the
bare tickets of helpdesk_mgmt. Then the job that watches the clocks: 100 open clocks
for each ticket of the intake (100,000 by default), one in a hundred of them due. It
must touch only the due ones.
"""

import sys

from lib import Watch, make_company, run, sell

from odoo.tools import SQL


def sell_one(env):
    """One covered client."""
    client = env["res.partner"].create({"name": "Client", "is_company": True})
    sell(env, client, env.ref("kbs_support.product_product_kbs_optima_12"))
    return client


def prepare(env, client, count):
    team = env.ref("kbs_support.helpdesk_ticket_team_kbs_line")
    return [
        {
            "name": f"Question {number}",
            "description": "It does not work.",
            "partner_id": client.id,
            "team_id": team.id,
            "company_id": env.company.id,
        }
        for number in range(count)
    ]


def measure_intake(env, client, count):
    """Plain and covered tickets, by batches of 50 and one by one."""
    # Only now does Odoo know where the add-on lies.
    from odoo.addons.kbs_support.models.helpdesk_ticket import HelpdeskTicket

    env = env(context={**env.context, "tracking_disable": False})
    tickets = env["helpdesk.ticket"]
    for size in (50, 1):
        total = count if size > 1 else min(count, 200)
        for name, create in (
            ("plain", super(HelpdeskTicket, tickets).create),
            ("covered", tickets.create),
        ):
            with Watch(env, f"{name} tickets by {size}", total):
                for _start in range(0, total, size):
                    create(prepare(env, client, size))
                    env.flush_all()
                    env.invalidate_all()
    return tickets.search([], limit=1, order="id desc")


def multiply(env, record, count, **changes):
    """Copy the row of ``record`` ``count`` times; ``changes`` are SQL by column."""
    columns = [
        name
        for name, field in record._fields.items()
        if field.store and field.column_type and name != "id"
    ]
    values = [
        SQL(changes[name]) if name in changes else SQL.identifier(name)
        for name in columns
    ]
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s, generate_series(1, %s) n"
            " WHERE id = %s",
            SQL.identifier(record._table),
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL(", ").join(values),
            SQL.identifier(record._table),
            count,
            record.id,
        )
    )


# One in a hundred is due.
DUE = (
    "now() AT TIME ZONE 'UTC' + CASE WHEN mod(n, 100) = 0"
    " THEN interval '-1 hour' ELSE interval '1 day' END"
)


def measure_job(env, ticket, count):
    """``count`` open clocks, one in a hundred of them due."""
    last = ticket.id
    multiply(env, ticket, count)
    clock = ticket.kbs_sla_target_ids.filtered(lambda x: x.metric == "first_response")
    multiply(
        env,
        clock,
        count,
        ticket_id=f"{last} + n",
        deadline=DUE,
        alert_at=DUE,
    )
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.invalidate_all()
    due = count // 100
    with Watch(env, f"watch {count} clocks, due", due):
        env["kbs.sla.target"]._cron_watch_clocks()
    with Watch(env, f"watch {count} clocks again", due):
        env["kbs.sla.target"]._cron_watch_clocks()
    touched = env["kbs.sla.target"].search_count(
        [("state", "=", "missed"), ("ticket_id", ">", last)]
    )
    sys.stdout.write(f"missed {touched} of {due} due, in {count} open clocks\n")


def measure(env, count):
    company = make_company(env)
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    ticket = measure_intake(env, sell_one(env), count)
    measure_job(env, ticket, count * 100)


if __name__ == "__main__":
    run(measure, sys.argv, 1000)

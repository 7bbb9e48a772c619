"""Measures the pages of clients: bench/portal.py DATABASE [HUNDREDS].

Run by `make bench`. Beside one client with an account there are 100 clients with paid
support and a ticket for each one asked for (100,000 by default). Each page is asked for
by HTTP from a server process of its own; its median must stay below 150 ms.
"""

import statistics
import sys
import time

from clocks import multiply
from lib import make_people, run
from lib.server import Server

TIMES = 15
ALLOWED = 150  # milliseconds
PAGES = (
    "/my",
    "/my/support",
    "/my/support/{support}",
    "/my/support/{support}/renew",
    "/my/support/{support}/request",
    "/my/tickets",
    "/my/ticket/{ticket}",
    "/new/ticket",
    "/my/releases",
    "/my/feedback",
    "/my/proposals",
    "/my/hours",
    "/library",
    "/tariffs",
)


def make_ticket(env, support):
    return env["helpdesk.ticket"].create(
        {
            "name": "Report is empty",
            "description": "x",
            "partner_id": support.partner_id.id,
            "company_id": support.company_id.id,
        }
    )


def fill(env, support, ticket, count):
    """``count`` clients beside this one, each with a support and a ticket."""
    client, period = support.partner_id, support.period_ids
    env.flush_all()
    clients, supports = (get_last(env, x) for x in (client, support))
    # The checks of references were planned while the tables were all but empty.
    env.cr.execute("SET LOCAL enable_seqscan = off")
    env.cr.execute("DISCARD PLANS")
    # Ids follow each other, so rows that belong together are known beforehand.
    partner = f"{clients} + n"
    env.cr.execute("SELECT setval('res_partner_id_seq', %s)", [clients])
    env.cr.execute("SELECT setval('kbs_subscription_id_seq', %s)", [supports])
    multiply(env, client, count, name="'Client ' || n", commercial_partner_id=partner)
    owner = {"partner_id": partner, "commercial_partner_id": partner}
    multiply(env, support, count, name="'B' || n", **owner)
    owned = {"subscription_id": f"{supports} + n", "sale_line_id": "NULL"}
    multiply(env, period, count, **owned, **owner)
    number = {"number": "'B' || n", "access_token": "NULL"}
    multiply(env, ticket, count, **number, **owner)
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()


def get_last(env, record):
    env.cr.execute(f"SELECT max(id) FROM {record._table}")
    return env.cr.fetchone()[0]


def measure_page(server, session, path):
    """Return the median of milliseconds from the request to the whole answer."""
    seconds = []
    for _time in range(TIMES + 2):
        start = time.monotonic()
        answer = session.get(server.url + path, timeout=120, allow_redirects=False)
        seconds.append(time.monotonic() - start)
        if answer.status_code != 200:
            sys.exit(f"{path}: {answer.status_code}")
    # The first ones load templates and styles.
    return statistics.median(seconds[2:]) * 1000


def measure(env, count):
    env = make_people(env, "portal")
    user = env["res.users"].search([("login", "=", "portal_client")])
    client = user.partner_id.commercial_partner_id
    support = env["kbs.subscription"].search([("partner_id", "=", client.id)])
    ticket = make_ticket(env, support)
    fill(env, support, ticket, count * 100)
    total = env["kbs.subscription"].search_count([])
    sys.stdout.write(f"{total} subscriptions, a ticket each\n")
    slow = []
    with Server(env.cr.dbname) as server:
        session, _token = server.log_in("portal_client")
        for page in PAGES:
            path = page.format(support=support.id, ticket=ticket.id)
            median = measure_page(server, session, path)
            sys.stdout.write(f"{page:<32} {median:6.0f} ms\n")
            sys.stdout.flush()
            if median > ALLOWED:
                slow.append(page)
    if slow:
        sys.exit(f"Slower than {ALLOWED} ms: {', '.join(slow)}")


if __name__ == "__main__":
    run(measure, sys.argv, 1000)

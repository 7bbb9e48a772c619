"""Measures campaigns: bench/notice.py DATABASE [CLIENTS].

Run by `make bench`. A campaign tells all clients of a version: a real server with its
job runner sends the letters to a mail server on this machine. In the middle the server
is killed and started again. At the end the mail server has each client once; at most
the letter that was on its way is in doubt. Then the ways that Odoo has do the same for
PEERS clients (1,000): a template with `send_mail_batch`, and `mass_mailing`.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from collections import Counter

from aiosmtpd.controller import Controller
from lib import Watch, make_company, run, sell
from lib.server import Server

from odoo import Command
from odoo.tools import SQL

PEERS = int(os.environ.get("PEERS", 1000))
LIMIT = 3600  # seconds in which a campaign has to be over
SMTP_PORT = 1025  # of scripts/config


class Mailbox:
    """A mail server that counts the letters to clients."""

    def __init__(self):
        self.counts = Counter()

    async def handle_DATA(self, server, session, envelope):
        # Our own people get letters too: the campaign has changed its state.
        self.counts.update(x for x in envelope.rcpt_tos if x.startswith("client"))
        return "250 OK"


def copy_rows(env, record, ids, **changes):
    """Copy the row of ``record``, once for each of ``ids``: SQL by column, with ``n``.

    What the add-on makes by selling takes a second for each client; here only the
    number of rows matters.
    """
    names = [
        name
        for name, field in record._fields.items()
        if field.store and field.column_type and name != "id"
    ]
    values = [
        SQL(changes[name]) if name in changes else SQL.identifier("r", name)
        for name in names
    ]
    env.cr.execute(
        SQL(
            "INSERT INTO %(table)s (id, %(names)s) SELECT n.id, %(values)s"
            " FROM %(table)s r, unnest(%(ids)s) WITH ORDINALITY AS n(id, number)"
            " WHERE r.id = %(record)s",
            table=SQL.identifier(record._table),
            names=SQL(", ").join(map(SQL.identifier, names)),
            values=SQL(", ").join(values),
            ids=ids,
            record=record.id,
        )
    )


def take_ids(env, model, count):
    env.cr.execute(
        SQL(
            "SELECT nextval(%s) FROM generate_series(1, %s)",
            f"{env[model]._table}_id_seq",
            count,
        )
    )
    return [found for [found] in env.cr.fetchall()]


def make_clients(env, count):
    """Covered clients, each with an address of its own."""
    client = env["res.partner"].create(
        {"name": "Client", "is_company": True, "email": "client0@bench.example.com"}
    )
    subscription = sell(
        env, client, env.ref("kbs_support.product_product_kbs_optima_12")
    )
    period = subscription.period_ids
    env.flush_all()
    # Ids of one make are one after another, so a client's number gives its rows.
    clients = take_ids(env, "res.partner", count - 1)
    subscriptions = take_ids(env, "kbs.subscription", count - 1)
    first = clients[0]
    email = "'client' || n.number || '@bench.example.com'"
    copy_rows(
        env,
        client,
        clients,
        commercial_partner_id="n.id",
        email=email,
        email_normalized=email,
    )
    of_client = f"{first} + n.number - 1"
    copy_rows(
        env,
        subscription,
        subscriptions,
        name="'BENCH' || n.number",
        partner_id=of_client,
        commercial_partner_id=of_client,
    )
    copy_rows(
        env,
        period,
        take_ids(env, "kbs.subscription.period", count - 1),
        subscription_id=f"{subscriptions[0]} + n.number - 1",
        partner_id=of_client,
        commercial_partner_id=of_client,
        sale_line_id="NULL",
    )
    env.invalidate_all()
    env.cr.execute("ANALYZE")
    return env["res.partner"].browse([client.id, *clients])


def make_release(env):
    program = env["kbs.software"].create({"name": "Program", "code": "campaign"})
    release = env["kbs.release"].create(
        {
            "software_id": program.id,
            "version": "8.10",
            "summary": "Report forms of the new year",
            "note_ids": [
                Command.create({"section": section, "text": f"What is new {number}"})
                for section in ("law", "new", "fixed")
                for number in range(3)
            ],
        }
    )
    # Its files are not what is measured here.
    release.sudo().write({"state": "published"})
    return release


def make_campaign(env, release, count):
    notice = env["kbs.notice"].create(
        {"release_id": release.id, "wave_size": 500, "wave_minutes": 0}
    )
    with Watch(env, "clients on the list", count):
        # At once, though there are many: what is measured is the work.
        notice.state = "preparing"
        notice._job_prepare_list()
    if notice.email_count != count:
        sys.exit(f"{notice.email_count} letters for {count} clients")
    notice.action_start()
    env.cr.commit()
    return notice


def wait_for(mailbox, number, env, notice, server):
    """Wait until ``number`` letters have come, or the campaign is over."""
    end, told = time.monotonic() + LIMIT, time.monotonic()
    while time.monotonic() < end:
        time.sleep(0.2)
        env.cr.rollback()
        env.invalidate_all()
        if sum(mailbox.counts.values()) >= number or notice.state == "done":
            return
        if server.process.poll() is not None:
            sys.exit("The server has ended.")
        if time.monotonic() - told > 30:
            told = time.monotonic()
            say(f"   {sum(mailbox.counts.values())} letters so far")
    sys.exit(f"Only {sum(mailbox.counts.values())} letters in {LIMIT} seconds")


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def measure_campaign(env, mailbox, count):
    """One campaign with a killed server in the middle; then what arrived is counted."""
    release = make_release(env)
    notice = make_campaign(env, release, count)
    start = time.monotonic()
    with Server(env.cr.dbname) as server:
        wait_for(mailbox, 1, env, notice, server)
        first = time.monotonic()
        wait_for(mailbox, count // 10, env, notice, server)
        tenth = time.monotonic()
        wait_for(mailbox, count // 2 + 7, env, notice, server)  # within a wave
        half = time.monotonic()
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
    time.sleep(1)  # what was on its way arrives
    at_kill = sum(mailbox.counts.values())
    say(
        f"{'letters of a campaign':<28} {at_kill:>6} in {half - first:7.1f} s = "
        f"{at_kill / (half - first):6.1f}/s; the first tenth "
        f"{count // 10 / (tenth - first):6.1f}/s; the first after {first - start:.1f} s"
    )
    with Server(env.cr.dbname) as server:
        killed = time.monotonic()
        wait_for(mailbox, at_kill + 1, env, notice, server)
        back = time.monotonic()
        wait_for(mailbox, 10 * count, env, notice, server)
        end = time.monotonic()
    rest = sum(mailbox.counts.values()) - at_kill
    say(
        f"{'after the server was killed':<28} {rest:>6} in {end - back:7.1f} s = "
        f"{rest / max(end - back, 0.1):6.1f}/s; goes on after {back - killed:.1f} s"
    )
    twice = sum(number > 1 for number in mailbox.counts.values())
    unsure = notice.unsure_count
    missed = count - len(mailbox.counts)
    say(
        f"   {count} clients: {len(mailbox.counts)} have a letter, {twice} have two, "
        f"{missed} have none, {unsure} in doubt; the campaign is {notice.state}"
    )
    if twice or missed > unsure or unsure > 1 or notice.state != "done":
        sys.exit("Somebody was told twice, or missed.")


def measure_peers(env, mailbox, clients):
    """What Odoo has for the same: a template on partners, and a mailing."""
    clients = clients[:PEERS]
    template = env["mail.template"].create(
        {
            "name": "Bench",
            "model_id": env.ref("base.model_res_partner").id,
            "subject": "News for {{ object.name }}",
            "email_to": "{{ object.email }}",
            "email_from": "office@bench.example.com",
            "body_html": env.ref("kbs_support.mail_template_kbs_feedback_author")
            .body_html.split("<table")[0]
            .replace("object.change_id", "False and object"),
        }
    )
    mailbox.counts.clear()
    with Watch(env, "send_mail_batch, queued", len(clients)):
        template.send_mail_batch(clients.ids)
    with Watch(env, "send_mail_batch, sent", len(clients)):
        env["mail.mail"].process_email_queue(batch_size=len(clients) + 100)
    say(f"   {sum(mailbox.counts.values())} letters arrived")


def measure_mailing(env, mailbox, clients):
    clients = clients[:PEERS]
    mailing = env["mailing.mailing"].create(
        {
            "subject": "News",
            "body_html": "<p>Good day! A new version is out.</p>",
            "mailing_model_id": env.ref("base.model_res_partner").id,
            "mailing_domain": f"[('id', 'in', {clients.ids})]",
            "email_from": "office@bench.example.com",
            "reply_to_mode": "update",
        }
    )
    mailbox.counts.clear()
    with Watch(env, "mass_mailing, sent", len(clients)):
        mailing.action_put_in_queue()
        env.cr.commit()  # the job has a connection of its own
        env.ref("mass_mailing.ir_cron_mass_mailing_queue").method_direct_trigger()
        env.cr.commit()  # to see what the job has made
        env["mail.mail"].process_email_queue(batch_size=len(clients) + 100)
    say(f"   {sum(mailbox.counts.values())} letters arrived")


def with_company(env):
    company = make_company(env)
    company.email = "office@bench.example.com"
    return env(context={**env.context, "allowed_company_ids": company.ids})


def measure(env, count):
    env = with_company(env)
    mailbox = Mailbox()
    box = Controller(mailbox, hostname="127.0.0.1", port=SMTP_PORT)
    box.start()
    try:
        with Watch(env, "clients made", count):
            clients = make_clients(env, count)
        env.cr.commit()
        measure_campaign(env, mailbox, count)
        measure_peers(env, mailbox, clients)
        env.cr.commit()
    finally:
        box.stop()


def measure_with_mailing(env, count):
    mailbox = Mailbox()
    box = Controller(mailbox, hostname="127.0.0.1", port=SMTP_PORT)
    box.start()
    clients = env["res.partner"].search([("email", "ilike", "@bench.example.com")])
    try:
        measure_mailing(env, mailbox, clients)
    finally:
        box.stop()


def install_mailing(database):
    """Bring the peer that the add-on does not need."""
    subprocess.run(
        [
            *(sys.executable, "-m", "odoo", "-d", database, "-i", "mass_mailing"),
            *("--no-http", "--stop-after-init", "--log-level=warn"),
        ],
        check=True,
    )


if __name__ == "__main__":
    # aiosmtpd tells every command.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    if sys.argv[3:] == ["mailing"]:
        run(measure_with_mailing, sys.argv, 0)
    else:
        run(measure, sys.argv, 1000)
        install_mailing(sys.argv[1])
        # A registry of its own: the new add-on is not in this one.
        again = [sys.executable, __file__, sys.argv[1], "0", "mailing"]
        subprocess.run(again, check=True)

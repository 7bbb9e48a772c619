import re
import threading
from collections import namedtuple
from datetime import date
from io import BytesIO
from unittest.mock import patch
from urllib.parse import urlsplit

from freezegun import freeze_time

from odoo import Command, http
from odoo.tools import SQL

from .people_common import PeopleCase

GET, POST, CALL = "GET", "POST", "CALL"
# Whoever asks, in the order in which the table says what he gets.
ACTORS = ("own", "colleague", "blind", "stranger", "nobody")
ADDON = "odoo.addons.kbs_support."
# Stands in whatever is a stranger's: no page of ours may show it.
SECRET = "What is a stranger alone"
# Numbers and tokens of an address.
ID = re.compile(r"(?<=/)-?\d+(?=/|$)|(?<=-)\d+(?=/|$)")
TOKEN = re.compile(r"(?<=/)[\w-]{30,}(?=/|$)")

# A route of the map and how it answers.
#
# ``url``: as in the map; ``verb``: GET, POST or CALL (JSON); ``path``: with names of
# RoutesCase.ids in braces; ``expect``: what each of ACTORS gets, in words: a status,
# "login", or ">/address" of where it leads to, numbers as "#", tokens as "*";
# ``missing``: what the own client gets for numbers that nobody has (if empty, what a
# stranger gets, or 404 where a number is nobody's own); ``data``: what
# the form sends, the same names in braces; ``words``: fields in which any words are
# right, so that what they make is no fault; ``csrf``: whether a token is asked for.
Route = namedtuple(
    "Route",
    "url verb path expect missing data words csrf",
    defaults=("", None, (), True),
)

# Rows of these may not change by a request that is refused. A table is counted and the
# numbers of its writing transactions are added, so that a change counts too.
WATCHED = (
    "account_move",
    "crm_lead",
    "event_registration",
    "helpdesk_ticket",
    "ir_attachment",
    "kbs_article_vote",
    "kbs_booking",
    "kbs_feedback",
    "kbs_feedback_vote",
    "kbs_hour_entry",
    "kbs_installation",
    "kbs_invitation",
    "kbs_public_form",
    "kbs_release",
    "kbs_release_download",
    "kbs_renewal",
    "kbs_signed_scan",
    "kbs_subscription",
    "kbs_subscription_period",
    "mail_activity",
    "mail_mail",
    "rating_rating",
    "res_users",
    "sale_order",
)
# Of these only the number: whoever waits for his turn writes a row as it was.
COUNTED = ("res_partner", "mail_message")


class RoutesCase(PeopleCase):
    """A hospital that has one of everything, and a stranger who has the same.

    To be used with ``HttpCase``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.limit()
        cls.client.name = SECRET
        cls.open_window(cls)
        # The own client made all that follows, and is an administrator.
        cls.own, cls.nobody = cls.boss, None
        cls.ids, cls.foreign = {}, {}
        cls._make_documents()
        cls._make_versions()
        cls._make_acts()
        cls._make_choices()
        cls._make_events()
        cls._make_words()
        cls._make_tokens()
        cls.env.flush_all()

    @classmethod
    def _both(cls, name, make):
        """Make one for the own client, then one for the stranger: its neighbour."""
        cls.ids[name] = make(cls.own, "Own")
        cls.foreign[name] = make(cls.stranger, SECRET)

    @classmethod
    def _make_documents(cls):
        sold = cls.subscription(cls.sell_paid("optima_3", client=cls.client))
        cls.ids["support"], cls.foreign["support"] = cls.support.id, sold.id
        cls._both("person", lambda user, _text: user.partner_id.id)
        cls.ids["person"] = cls.blind.partner_id.id
        cls._both(
            "bill",
            lambda user, _text: cls._create_bill(user.commercial_partner_id).id,
        )

        def quote(user, _text):
            support = cls.support if user == cls.own else sold
            offer = support._get_portal_offers()[support][0]
            order = support._quote_from_portal_sudo(
                user, offer.term.id, str(offer.price)
            )
            cls.ids.update(
                {
                    "term": offer.term.id,
                    "price": str(offer.price),
                    "amount": str(order.amount_total),
                }
                if user == cls.own
                else {}
            )
            return order.id

        cls._both("order", quote)

    @classmethod
    def _make_acts(cls):
        cls.company.kbs_act_since = "2020-01-01"

        def issue(user, _text):
            support = cls.env["kbs.subscription"].search(
                [("partner_id", "=", user.commercial_partner_id.id)], limit=1
            )
            acts = cls.env["kbs.act"]._make_sudo(support, date(2026, 12, 31))
            acts.action_issue()
            return acts[0].id

        cls.env.flush_all()
        cls._both("act", issue)
        supports = cls.env["kbs.subscription"].browse(
            (cls.ids["support"], cls.foreign["support"])
        )
        supports.action_issue_contract()

    @classmethod
    def _make_choices(cls):
        """What the own client may order beside the renewal."""
        hour = cls.support._prepare_portal_hour_prices()[0]
        plan = cls.support._prepare_portal_change_page(cls.own)["changes"][0]
        cls.ids |= {
            "hour": hour["id"],
            "hour_price": str(hour["price"]),
            "plan": plan["plan_id"],
            "plan_price": str(plan["price"]),
        }

    @classmethod
    def _make_events(cls):
        past, coming = cls.env["event.event"].create(
            [
                {
                    "name": "Training",
                    "company_id": cls.company.id,
                    "date_tz": "Europe/Kyiv",
                    "date_begin": f"{day} 07:00:00",
                    "date_end": f"{day} 11:00:00",
                    "website_published": True,
                    "event_ticket_ids": [Command.create({"name": "Seat"})],
                }
                for day in ("2026-05-04", "2026-06-04")
            ]
        )
        cls.ids["event"] = f"training-{coming.id}"
        cls.ids["dashboard"] = cls.env.ref("kbs_support.kbs_dashboard").id

        def join(event, state):
            def make(user, text):
                seat = cls.env["event.registration"].create(
                    {
                        "event_id": event.id,
                        "event_ticket_id": event.event_ticket_ids.id,
                        "partner_id": user.partner_id.id,
                        "name": text,
                        "email": f"{user.login}@example.com",
                    }
                )
                seat.state = state
                return seat.id

            return make

        cls._both("seat", join(coming, "open"))
        cls._both("attended", join(past, "done"))

    @classmethod
    def _make_versions(cls):
        cls.release = cls.make("8.10.2")
        cls.ids |= {"release": cls.release.id, "file": cls.release.file_ids.id}
        cls.ids["draft"] = cls.draft("8.10.3", summary=SECRET).id
        cls._both(
            "copy",
            lambda user, text: (
                cls.env["kbs.installation"]
                .create(
                    {
                        "software_id": cls.program.id,
                        "partner_id": user.commercial_partner_id.id,
                        "company_id": cls.company.id,
                        "number": text,
                        "version": "8.10.1",
                    }
                )
                .id
            ),
        )
        article = cls.env["kbs.article"].create(
            {"name": "How", "summary": "S", "body": "<p>B</p>", "visibility": "covered"}
        )
        file = cls.env["ir.attachment"].create(
            {"name": "form.txt", "raw": b"content", "res_model": "kbs.article"}
        )
        article.attachment_ids = file
        article.action_review()
        article.action_publish()
        cls.ids |= {"article": article.id, "article_file": file.id}
        cls.ids["slug"] = article._get_url().removeprefix("/library/")

    @classmethod
    def _make_words(cls):
        tickets, Feedback = cls.env["helpdesk.ticket"], cls.env["kbs.feedback"]
        cls._both(
            "ticket",
            lambda user, text: (
                tickets.create(
                    {
                        "name": text,
                        "description": f"<p>{text}</p>",
                        "partner_id": user.partner_id.id,
                        "company_id": cls.company.id,
                    }
                ).id
            ),
        )

        def give(user, text):
            typed = {"kind": "remark", "title": text, "text": text, "category_id": ""}
            files = [("act.txt", text.encode())]
            return Feedback._create_from_portal_sudo(user, typed, files).id

        cls._both("feedback", give)
        for ids in (cls.ids, cls.foreign):
            feedback = Feedback.browse(ids["feedback"])
            ids["feedback_file"] = feedback.client_attachment_ids.id
        proposal = Feedback.with_user(cls.agent).create(
            {
                "kind": "proposal",
                "title": "Departments",
                "text": "By hand",
                "partner_id": cls.colleague.partner_id.id,
            }
        )
        proposal = proposal.with_user(cls.lead)
        proposal.public_title = "Public words"
        proposal.action_publish()
        cls.ids["proposal"] = proposal.id

    @classmethod
    def _make_tokens(cls):
        tickets = cls.env["helpdesk.ticket"]
        cls.ids["ticket_token"] = tickets.browse(
            cls.ids["ticket"]
        )._portal_ensure_token()
        closed = tickets.create(
            {
                "name": "Closed",
                "description": "<p>x</p>",
                "partner_id": cls.own.partner_id.id,
                "company_id": cls.company.id,
            }
        )
        closed._kbs_close(cls.env.ref("kbs_support.kbs_ticket_close_reason_withdrawn"))
        # Pages make the tokens of what stands in a list.
        for ticket in tickets.search([("company_id", "=", cls.company.id)]):
            ticket._portal_ensure_token()
        cls.ids["rating"] = closed._rating_get_access_token()
        cls.ids["stage"] = cls.env["helpdesk.ticket.stage"].search(
            [("closed", "=", True)], limit=1
        ).id  # fmt: skip
        cls.ids["reader"] = cls.own.partner_id.id
        cls.ids["news"] = cls.own.partner_id._kbs_get_news_token()
        link, token = cls.release.file_ids._issue_link_sudo(cls.own, {})
        cls.ids |= {"link": link.id, "link_token": token}
        link, token = cls.release.file_ids._issue_link_sudo(cls.own, {})
        cls.env.flush_all()
        cls.env.cr.execute(  # a log is not written by hand
            "UPDATE kbs_release_download SET expires_at = %s WHERE id = %s",
            ("2026-05-14 08:00:00", link.id),
        )
        cls.ids |= {"old_link": link.id, "old_link_token": token}
        with freeze_time("2026-05-14 08:59:00"):
            for name in ("question", "call"):
                stamp = cls.env["kbs.public.form"]._make_stamp_sudo(name)
                cls.ids[f"{name}_stamp"] = stamp

    # === ASKING === #

    def ask(self, route, ids=None, data=None, verb=None, csrf=True, files=None):
        """Send one request as whoever is logged in, and undo what it has done.

        :param dict ids: numbers in the place of the own ones
        :param dict data: what the form sends, in the place of the right values
        :return: ``(answer, tables that it has changed)``
        """
        ids = self.ids | (ids or {})
        verb = verb or route.verb
        path = route.path.format_map(ids)
        if data is None:
            data = {
                key: value.format_map(ids) for key, value in (route.data or {}).items()
            }
        before = self.fingerprint()
        savepoint = self.env.cr.savepoint()
        try:
            answer = self.send(path, verb, data, csrf and route.csrf, files)
            self.env.invalidate_all()
            after = self.fingerprint()
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        changed = {x for x in before if before[x] != after[x]}
        if "res_users" in changed:  # Odoo has remembered what is undone here
            self.registry.clear_cache()
        return answer, changed

    def send(self, path, verb, data, csrf, files):
        if verb == CALL:
            body = {"jsonrpc": "2.0", "id": 0, "params": data}
            return self.url_open(path, json=body, timeout=60, allow_redirects=False)
        if verb == GET:
            return self.url_open(
                path, params=data, timeout=60, allow_redirects=False, method=GET
            )
        if csrf:
            data = {**data, "csrf_token": http.Request.csrf_token(self)}
        return self.url_open(
            path,
            data=data,
            files=files,
            timeout=60,
            allow_redirects=False,
            method=POST,
        )

    def expect(self, route, actor):
        """What the table says ``actor`` gets."""
        words = route.expect.split()
        if len(words) == 2:
            return words[actor == "nobody"]
        return words[ACTORS.index(actor)]

    def tell(self, answer):
        """What came back, in the words of the table."""
        if not 300 <= answer.status_code < 400:
            return str(answer.status_code)
        path = urlsplit(answer.headers["Location"]).path
        if path == "/web/login":
            return "login"
        return ">" + TOKEN.sub("*", ID.sub("#", path))

    def fingerprint(self):
        """Return ``{table: what stands in it, as one value}``."""
        self.env.flush_all()
        parts = [
            SQL(
                "SELECT %s, count(*), sum(xmin::text::bigint) FROM %s",
                name,
                SQL.identifier(name),
            )
            for name in WATCHED
        ] + [
            SQL("SELECT %s, count(*), 0 FROM %s", name, SQL.identifier(name))
            for name in COUNTED
        ]
        self.env.cr.execute(SQL(" UNION ALL ").join(parts))
        return {name: (count, total) for name, count, total in self.env.cr.fetchall()}

    @classmethod
    def file(cls):
        """A file, to be sent in the place of words."""
        return ("x.txt", BytesIO(b"x" * 100), "text/plain")

    # === THE MAP === #

    def get_map(self):
        """Return ``{(url, verb)}`` of all routes whose last word is ours."""
        found, thread = set(), threading.current_thread()
        # Odoo reads from the thread of a request which database it serves.
        with patch.object(thread, "dbname", self.env.cr.dbname, create=True):
            rules = list(self.env["ir.http"].routing_map().iter_rules())
        for rule in rules:
            method = rule.endpoint.func.__func__
            if not method.__module__.startswith(ADDON):
                continue
            if rule.endpoint.routing["type"] != "http":
                found.add((rule.rule, CALL))
                continue
            verbs = set(rule.methods or {GET}) & {GET, POST}
            found |= {(rule.rule, verb) for verb in verbs}
        return found

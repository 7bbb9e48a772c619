import re
from datetime import timedelta

from odoo import fields, models

# A session that somebody noted himself may differ by so much from the report.
NEAR = timedelta(minutes=15)
NUMBER = re.compile(r"[A-Z]{1,5}-?\d{3,}")


class KbsRemoteImportLine(models.Model):
    """Whose connection it was: specialist, client and ticket, and what is known."""

    _inherit = "kbs.remote.import.line"

    def _match(self):
        """Find specialist, client and ticket of these lines, and what is known already.

        What a person has chosen stays.
        """
        lines = self.filtered(lambda x: not x.session_id and not x.fault)
        lines._match_users()
        lines._match_known()
        lines = lines.filtered(lambda x: not x.session_id)
        lines._match_numbers()
        lines._match_computers()
        lines._match_names()
        lines._match_tickets()

    def _match_users(self):
        """By name, login or e-mail, as the program for remote access knows him."""
        names = {x.specialist.strip().lower() for x in self if x.specialist}
        users = self.env["res.users"].search(
            [("share", "=", False), ("company_ids", "in", self.company_id.ids)]
        )
        found = {}
        for user in users:
            for name in (user.name, user.login, user.email):
                if name and name.lower() in names:
                    found.setdefault(name.lower(), user)
        for line in self.filtered(lambda x: not x.user_id):
            line.user_id = found.get((line.specialist or "").strip().lower())

    def _match_known(self):
        """Tie the lines whose sessions exist: imported earlier, or noted by hand."""
        sessions = self.env["kbs.remote.session"].sudo()
        own = [("company_id", "in", self.company_id.ids)]
        imported = sessions.search([*own, ("report_key", "in", self.mapped("key"))])
        by_key = imported.grouped("report_key")
        starts = self.mapped("date_start") or [fields.Datetime.now()]
        noted = sessions.search(
            [
                *own,
                ("report_key", "=", False),
                ("user_id", "in", self.user_id.ids),
                ("date_start", ">=", min(starts) - timedelta(days=1)),
                ("date_start", "<=", max(starts) + timedelta(days=1)),
                ("state", "=", "done"),
            ]
        )
        taken = sessions.browse()
        for line in self:
            session = by_key.get(line.key, sessions)[:1]
            if not session:
                session = (noted - taken).filtered(line._is_same)[:1]
                session.report_key = line.key
                session.connection_id = session.connection_id or line.connection_id
                taken |= session
            if session:
                line.write(
                    {
                        "session_id": session.id,
                        "is_known": True,
                        "partner_id": session.commercial_partner_id.id,
                        "ticket_id": session.ticket_id.id,
                    }
                )

    def _is_same(self, session):
        """Say whether the specialist noted this very connection himself."""
        if session.user_id != self.user_id or not session.date_end:
            return False
        if session.connection_id and self.connection_id:
            if session._get_connection_digits() != self.connection_id:
                return False
        return (
            abs(session.date_start - self.date_start) <= NEAR
            and abs(session.date_end - self.date_end) <= NEAR
        )

    def _match_numbers(self):
        """A note names the ticket."""
        numbers = {x: set(NUMBER.findall(x.note or "")) for x in self}
        tickets = self.env["helpdesk.ticket"].search(
            [
                ("number", "in", list(set().union(*numbers.values()))),
                ("company_id", "in", self.company_id.ids),
            ]
        )
        by_number = {x.number: x for x in tickets}
        for line in self.filtered(lambda x: not x.ticket_id):
            found = [by_number[x] for x in numbers[line] if x in by_number]
            if len(found) == 1:
                line.ticket_id = found[0]
                line.partner_id = found[0].commercial_partner_id

    def _match_computers(self):
        """The computer is known from earlier sessions."""
        sessions = self.env["kbs.remote.session"].sudo()
        earlier = sessions.search(
            [
                ("company_id", "in", self.company_id.ids),
                ("connection_digits", "in", self.mapped("connection_id")),
            ],
            order="date_start",
        )
        clients = {x.connection_digits: x.commercial_partner_id for x in earlier}
        for line in self.filtered(lambda x: not x.partner_id):
            line.partner_id = clients.get(line.connection_id)

    def _match_names(self):
        """The group or the computer is called as the client, or as his subscription."""
        names = {
            x.strip() for x in self.mapped("group_name") + self.mapped("device") if x
        }
        if not names:
            return
        subscriptions = self.env["kbs.subscription"].search(
            [
                ("company_id", "in", self.company_id.ids),
                "|",
                ("name", "in", list(names)),
                ("partner_id.name", "in", list(names)),
            ]
        )
        clients = {}
        for subscription in subscriptions:
            for name in (subscription.name, subscription.partner_id.name):
                clients.setdefault(name, set()).add(subscription.partner_id)
        for line in self.filtered(lambda x: not x.partner_id):
            for name in filter(None, (line.group_name, line.device)):
                found = clients.get(name.strip(), ())
                if len(found) == 1:
                    (line.partner_id,) = found
                    break

    def _match_tickets(self):
        """The one ticket of the client that was open then."""
        open_lines = self.filtered(lambda x: x.partner_id and not x.ticket_id)
        if not open_lines:
            return
        tickets = self.env["helpdesk.ticket"].search(
            [
                ("commercial_partner_id", "in", open_lines.partner_id.ids),
                ("company_id", "in", open_lines.company_id.ids),
                ("kbs_received_at", "<=", max(open_lines.mapped("date_end"))),
                "|",
                ("closed_date", "=", False),
                ("closed_date", ">=", min(open_lines.mapped("date_start"))),
            ]
        )
        by_client = tickets.grouped("commercial_partner_id")
        for line in open_lines:
            found = by_client.get(line.partner_id, tickets.browse()).filtered(
                lambda x, line=line: (
                    x.kbs_received_at <= line.date_end
                    and (not x.closed_date or x.closed_date >= line.date_start)
                )
            )
            if len(found) == 1:
                line.ticket_id = found

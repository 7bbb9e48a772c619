from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class KbsTicketWork(models.TransientModel):
    """A remote session: who agreed, and what came of it."""

    _inherit = "kbs.ticket.work"

    has_consent = fields.Boolean(
        string="The client agreed to the connection",
        compute="_compute_session",
        store=True,
        readonly=False,
    )
    consent_name = fields.Char(
        string="Agreed by", compute="_compute_session", store=True, readonly=False
    )
    connection_id = fields.Char(
        string="Connection ID", compute="_compute_session", store=True, readonly=False
    )
    workplace = fields.Char(
        compute="_compute_session",
        store=True,
        readonly=False,
        help="Which computer, which database.",
    )
    date_start = fields.Datetime(
        string="Began", compute="_compute_date_start", store=True, readonly=False
    )
    outcome = fields.Selection(
        selection=lambda self: (
            self.env["kbs.remote.session"]
            ._fields["outcome"]
            ._description_selection(self.env)
        ),
        default="solved",
    )
    is_protocol_sent = fields.Boolean(string="Send the protocol", default=True)

    @api.depends("hours")
    def _compute_date_start(self):
        """What took so long began at least so long ago."""
        now = fields.Datetime.now().replace(second=0, microsecond=0)
        for work in self:
            latest = now - timedelta(minutes=round(work.hours * 60) or 60)
            work.date_start = min(work.date_start or latest, latest)

    @api.depends("ticket_id", "mode", "kind")
    def _compute_session(self):
        """What was said when it began; else what is known of the last one."""
        for work in self:
            running = work._get_timer().session_id.sudo()
            known = running or work._get_last_session_sudo()
            work.has_consent = bool(running.consent_at)
            work.consent_name = running.consent_name or work.ticket_id.partner_id.name
            work.connection_id = known.connection_id
            work.workplace = known.workplace

    def _get_last_session_sudo(self):
        """Sudo: the client's computer is known from whoever of us was there."""
        client = self.ticket_id.commercial_partner_id
        sessions = self.env["kbs.remote.session"].sudo()
        if not client:
            return sessions
        return sessions.search(
            [
                ("commercial_partner_id", "=", client.id),
                ("company_id", "=", self.ticket_id.company_id.id),
            ],
            limit=1,
        )

    def action_apply(self):
        # EXTENDS: a connection that failed takes no time from the client.
        self.ensure_one()
        if self.kind != "remote":
            return super().action_apply()
        self._check_consent()
        if self.mode == "start" or self.outcome != "not_connected":
            return super().action_apply()
        self.ticket_id.check_access("write")
        timer = self._get_timer()
        session = timer.session_id or self._log_session(0)
        session._end("not_connected", self.name, **self._prepare_session())
        if self.mode == "stop":
            timer.unlink()
        return {"type": "ir.actions.act_window_close"}

    def _check_consent(self):
        """Nobody enters a client's computer without his leave.

        :raise UserError: nobody agreed, or it is not said who
        """
        if not self.has_consent or not (self.consent_name or "").strip():
            raise UserError(
                self.env._(
                    "Ask the client for consent to the connection, and note who agreed."
                )
            )

    def _prepare_session(self):
        return {
            "connection_id": self.connection_id,
            "workplace": self.workplace,
            "consent_name": self.consent_name,
        }

    def _begin(self):
        # EXTENDS
        timer = super()._begin()
        if self.kind == "remote":
            timer.sudo().session_id = self.env["kbs.remote.session"]._begin(
                self.ticket_id, self._prepare_session()
            )
        return timer

    def _book(self, minutes):
        # EXTENDS
        if self.kind != "remote":
            return super()._book(minutes)
        running = self.mode == "stop" and self._get_timer().session_id
        session = running or self._log_session(minutes)
        work = self.with_context(kbs_session_id=session.id)
        session._end(self.outcome, self.name, **self._prepare_session())
        line = super(KbsTicketWork, work)._book(minutes)
        if self.is_protocol_sent:
            session._send_protocol()
        return line

    def _log_session(self, minutes):
        """Make a session that was over before it is entered."""
        start = fields.Datetime.now() - timedelta(minutes=minutes)
        if self.mode == "log":
            start = self.date_start
        return self.env["kbs.remote.session"]._begin(
            self.ticket_id,
            {
                "date_start": start,
                "date_end": start + timedelta(minutes=minutes),
                "outcome": self.outcome,
                "result": self.name,
                **self._prepare_session(),
            },
        )

    def _prepare_line(self, minutes):
        # EXTENDS
        values = super()._prepare_line(minutes)
        session_id = self.env.context.get("kbs_session_id")
        if self.kind == "remote" and session_id:
            session = self.env["kbs.remote.session"].browse(session_id)
            values |= {"kbs_session_id": session_id, "date": session.sudo().day}
        return values

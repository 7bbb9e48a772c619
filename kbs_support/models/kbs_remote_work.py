from datetime import time, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

from .kbs_hour_entry_draw import BOUGHT, SOURCES


class AccountAnalyticLine(models.Model):
    """The time of a remote session: each has one line, each such line a session."""

    _inherit = "account.analytic.line"

    kbs_session_id = fields.Many2one(
        comodel_name="kbs.remote.session",
        string="Remote Session",
        ondelete="restrict",
        copy=False,
    )

    _kbs_one_line_a_session = models.UniqueIndex(
        "(kbs_session_id) WHERE kbs_session_id IS NOT NULL",
        "The time of this session is booked already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS hours
        for vals in vals_list:
            # No default out of a context: which session it is has to be said.
            vals.setdefault("kbs_session_id", False)
            self._kbs_check_session(vals)
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS hours: with the day the session moves to another month.
        if "kbs_session_id" in vals and not self.env.su:
            raise AccessError(self._kbs_tell_foreign_session())
        if "date" not in vals:
            return super().write(vals)
        sessions = self.sudo().kbs_session_id
        months = sessions._get_months()
        for session in sessions:
            session._leave_month(fields.Date.to_date(vals["date"]))
        res = super().write(vals)
        sessions._hand_on_places_sudo(months)
        return res

    def _kbs_check_session(self, vals):
        """A specialist books the time of his own session, on its ticket.

        :raise AccessError: it is another one
        """
        if self.env.su or not vals["kbs_session_id"]:
            return
        session = self.env["kbs.remote.session"].browse(vals["kbs_session_id"])
        session.check_access("write")
        is_his = (
            vals.get("kbs_kind") == "remote"
            and session.user_id == self.env.user
            and session.ticket_id.id == vals.get("kbs_ticket_id")
        )
        if not is_his:
            raise AccessError(self._kbs_tell_foreign_session())

    def _kbs_tell_foreign_session(self):
        return self.env._("The time of a session is booked by who was connected.")

    def unlink(self):
        # EXTENDS hours: without its time there was no session.
        sessions = self.sudo().kbs_session_id
        res = super().unlink()
        sessions._drop()
        return res

    def _kbs_draw(self):
        # EXTENDS hours: what is drawn depends on the place in the month.
        self.sudo()._kbs_follow_sessions()
        return super()._kbs_draw()

    def _kbs_follow_sessions(self):
        """Give each remote work its session, and settle the months they are in."""
        remote = self.filtered(lambda x: x.kbs_ticket_id and x.kbs_kind == "remote")
        no_more = (self - remote).filtered("kbs_session_id")
        dropped = no_more.kbs_session_id
        no_more.kbs_session_id = False
        dropped._drop()
        missing = remote.filtered(lambda x: not x.kbs_session_id)
        sessions = self.env["kbs.remote.session"].create(
            [x._kbs_prepare_session() for x in missing]
        )
        for line, session in zip(missing, sessions, strict=True):
            first = session.day
            line.kbs_session_id = session
            if session.day != first:
                session.is_within = False  # counted on the day of the work
        changed = remote.kbs_session_id._settle_quota()
        if neighbours := changed.timesheet_ids - self:
            neighbours._kbs_draw()

    def _kbs_prepare_session(self):
        """Values of a session that somebody entered as plain work."""
        company = self.kbs_ticket_id.company_id
        now = fields.Datetime.now()
        start = min(
            company._kbs_to_utc(self.date, time(12)),
            now - timedelta(minutes=self.kbs_minutes),
        )
        return {
            "ticket_id": self.kbs_ticket_id.id,
            "user_id": self.user_id.id or self.env.uid,
            "date_start": start,
            "date_end": start + timedelta(minutes=self.kbs_minutes),
            "outcome": "continues",
            "result": self.name,
        }

    def _kbs_get_drawn_kinds(self, plan):
        # EXTENDS hours
        session = self.kbs_session_id
        if self.kbs_kind == "remote" and plan:
            return self.kbs_ticket_id._kbs_get_remote_kinds(plan, session.is_within)
        return super()._kbs_get_drawn_kinds(plan)


class KbsRemoteSession(models.Model):
    _inherit = "kbs.remote.session"

    def _drop(self):
        """Forget these sessions: their time is gone, or was another kind of work."""
        sessions = self.sudo().exists()
        if not sessions:
            return
        months = sessions._get_months()
        sessions.unlink()
        self.browse()._hand_on_places_sudo(months)

    def _leave_month(self, day):
        """Give the place back when this session moves to ``day`` of another month."""
        if not self.is_within or not self.subscription_id or not self._is_undecided():
            return
        months = [self.subscription_id._get_remote_quota(x) for x in (self.day, day)]
        if not all(months) or months[0].first != months[1].first:
            self.is_within = False


class KbsTimer(models.Model):
    _inherit = "kbs.timer"

    session_id = fields.Many2one(
        comodel_name="kbs.remote.session", index="btree_not_null", ondelete="set null"
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals.setdefault("session_id", False)
            self._check_session(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_session(vals)
        return super().write(vals)

    def _check_session(self, vals):
        """Which session a timer runs for is said by what begins it, not typed in."""
        if vals.get("session_id") and not self.env.su:
            raise AccessError(
                self.env._("The time of a session is booked by who was connected.")
            )

    def unlink(self):
        # EXTENDS hours: a timer that somebody threw away was no session.
        running = self.sudo().session_id.filtered(lambda x: x.state == "running")
        res = super().unlink()
        if running:
            running._end("not_connected", self.env._("The timer was thrown away."))
        return res


class HelpdeskTicket(models.Model):
    """Remote sessions on a ticket: what the plan includes, what is over it."""

    _inherit = "helpdesk.ticket"

    kbs_session_ids = fields.One2many(
        comodel_name="kbs.remote.session",
        inverse_name="ticket_id",
        string="Remote Sessions",
        groups="kbs_support.group_kbs_agent",
    )

    def _kbs_get_remote_kinds(self, plan, is_within):
        """Return the sources that a session draws on, as ``_kbs_get_drawn_kinds``.

        A session beyond the limit of the plan draws on bought hours only.
        """
        if not is_within:
            return BOUGHT
        return SOURCES if plan.included_minutes else None

    def _kbs_get_drawn_kinds(self, kind, plan):
        # EXTENDS hours: one that would begin now.
        if kind != "remote" or not plan:
            return super()._kbs_get_drawn_kinds(kind, plan)
        quota = self._kbs_get_remote_quota()
        return self._kbs_get_remote_kinds(plan, bool(quota) and quota.is_left)

    def _kbs_get_remote_quota(self):
        """Return the quota of today, or None where nothing covers the client."""
        subscription = self.sudo().kbs_subscription_id._origin
        today = self.company_id._kbs_today()
        return subscription._get_remote_quota(today) if subscription else None

    def _kbs_foresee(self, kind):
        # EXTENDS hours: which session of the month it would be.
        told = super()._kbs_foresee(kind)
        quota = kind == "remote" and self._kbs_get_remote_quota()
        if not quota or quota.limit is None:
            return told
        counted = self.env._(
            "Remote sessions from %(first)s to %(last)s: %(used)s of %(limit)s are "
            "used.",
            first=format_date(self.env, quota.first),
            last=format_date(self.env, quota.last),
            used=quota.used + quota.booked,
            limit=quota.limit,
        )
        return {**told, "text": f"{counted} {told['text']}"}

    def _kbs_get_card_promises(self, plan):
        # EXTENDS the card: sessions that are left stand beside the hours (E6).
        rows = super()._kbs_get_card_promises(plan)
        quota = self._kbs_get_remote_quota()
        if not quota or quota.limit is None:
            return rows
        text = self.env._(
            "%(left)s of %(limit)s until %(date)s",
            left=quota.left,
            limit=quota.limit,
            date=format_date(self.env, quota.last),
        )
        label = self.env._("Remote sessions left")
        return [(label, text, False if quota.is_left else "warning"), *rows]

    def _kbs_move_contents_sudo(self, target):
        # EXTENDS merging: sessions go along with their time.
        res = super()._kbs_move_contents_sudo(target)
        sessions = self.sudo().kbs_session_ids
        stay = sessions.filtered(lambda x: x.timesheet_ids.kbs_ticket_id in self)
        (sessions - stay).ticket_id = target
        return res

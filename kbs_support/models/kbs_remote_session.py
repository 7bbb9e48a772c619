from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_date

from ..tools.hours import count_minutes

# Of a session that exists, its specialist may still mend these; the rest is a proof.
MENDABLE = {"workplace", "connection_id", "result", "consent_name"}


class KbsRemoteSession(models.Model):
    """One remote connection to a client's computer (E4).

    It begins with the consent of the client and ends with a result. Its time is a
    timesheet line on the ticket, which draws on hours where the plan has any.
    """

    _name = "kbs.remote.session"
    _description = "Remote Session"
    _order = "date_start desc, id desc"

    ticket_id = fields.Many2one(
        comodel_name="helpdesk.ticket", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        related="ticket_id.company_id", store=True, index=True, precompute=True
    )
    commercial_partner_id = fields.Many2one(
        related="ticket_id.commercial_partner_id",
        string="Client",
        store=True,
        index=True,
    )
    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        string="Support",
        compute="_compute_subscription_id",
        store=True,
        precompute=True,
        help="Whose plan this session is counted on.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Specialist",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        ondelete="restrict",
    )
    date_start = fields.Datetime(
        string="Began", required=True, default=fields.Datetime.now, index=True
    )
    date_end = fields.Datetime(string="Ended")
    minutes = fields.Integer(
        compute="_compute_minutes",
        store=True,
        help="From the beginning to the end of the session; 0 while it runs.",
    )
    day = fields.Date(
        compute="_compute_day",
        store=True,
        precompute=True,
        help="Local day that the session is counted on.",
    )

    # === WHERE, AND BY WHOSE LEAVE === #
    connection_id = fields.Char(
        string="Connection ID",
        help="Number of the client's computer in the program for remote access.",
    )
    workplace = fields.Char(help="Which computer, which database.")
    consent_name = fields.Char(
        string="Agreed by", help="Who let us in on the client's side."
    )
    consent_at = fields.Datetime(string="Agreed at", readonly=True)

    # === WHAT CAME OF IT === #
    outcome = fields.Selection(
        selection=[
            ("solved", "Solved"),
            ("continues", "To be continued"),
            ("not_connected", "The connection failed"),
        ],
        readonly=True,
    )
    result = fields.Text(string="What Was Done")
    state = fields.Selection(
        selection=[("running", "Running"), ("done", "Done"), ("failed", "Failed")],
        compute="_compute_state",
        store=True,
    )
    is_within = fields.Boolean(
        string="Within the Plan",
        readonly=True,
        help="Counted on the sessions of the plan. Otherwise the time is over the "
        "plan.",
    )
    timesheet_ids = fields.One2many(
        comodel_name="account.analytic.line",
        inverse_name="kbs_session_id",
        string="Work",
    )
    protocol_at = fields.Datetime(string="Protocol Sent", readonly=True)

    _quota_index = models.Index("(subscription_id, day)")
    _one_running = models.UniqueIndex(
        "(user_id) WHERE date_end IS NULL",
        "Your remote session runs already: end it first.",
    )
    _ends_after_start = models.Constraint(
        "CHECK (date_end >= date_start)", "A session cannot end before it began."
    )

    # === COMPUTE METHODS === #

    @api.depends("ticket_id")
    def _compute_subscription_id(self):
        """That of the ticket on the day of the session; the ticket may change later."""
        for session in self:
            session.subscription_id = session.ticket_id.kbs_subscription_id

    @api.depends("date_start", "date_end")
    def _compute_minutes(self):
        for session in self:
            session.minutes = session.date_end and count_minutes(
                session.date_start, session.date_end
            )

    @api.depends("date_start", "company_id", "timesheet_ids.date")
    def _compute_day(self):
        for session in self:
            local = session.company_id._kbs_to_local_date(session.date_start)
            session.day = session.timesheet_ids[:1].date or local

    @api.depends("date_end", "outcome")
    def _compute_state(self):
        for session in self:
            if not session.date_end:
                session.state = "running"
            elif session.outcome == "not_connected":
                session.state = "failed"
            else:
                session.state = "done"

    @api.depends("ticket_id", "day")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for session in self:
            session.display_name = self.env._(
                "Session on %(date)s, %(ticket)s",
                date=format_date(self.env, session.day),
                ticket=session.ticket_id.number,
            )

    # === CONSTRAINT METHODS === #

    @api.constrains("date_start", "date_end")
    def _check_has_happened(self):
        now = fields.Datetime.now()
        if self.filtered(lambda x: max(x.date_start, x.date_end or x.date_start) > now):
            raise ValidationError(
                self.env._(
                    "A session of the future cannot be entered; book it instead."
                )
            )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        sessions = super().create(vals_list)
        sessions._take_booked_places_sudo()
        sessions._settle_quota_and_draw()
        sessions._tell_tickets()
        return sessions

    def write(self, vals):
        """Nobody rewrites what happened.

        :raise AccessError: more than the words about it would change
        """
        if not self.env.su and not set(vals) <= MENDABLE:
            raise AccessError(
                self.env._(
                    "When a session was and whom it is counted on stays as it is. Its "
                    "time is mended on the work of the ticket."
                )
            )
        return super().write(vals)

    def _tell_tickets(self):
        """Let the clocks know: who is let in has talked with the client (L1)."""
        agreed = self.filtered(lambda x: x.consent_at and x.state != "failed")
        for session in agreed:
            received = session.ticket_id.kbs_received_at
            session.ticket_id._kbs_note_answer(max(session.date_start, received))

    # === BUSINESS METHODS === #

    @api.model
    def _begin(self, ticket, values):
        """Begin a session of the current user on ``ticket``; it is counted at once.

        :param dict values: of the session, with who agreed
        """
        # Sudo: sessions are made by what a specialist does, never typed in.
        return self.sudo().create(
            {
                "ticket_id": ticket.id,
                "user_id": self.env.uid,
                "consent_at": fields.Datetime.now(),
                **values,
            }
        )

    def _end(self, outcome, result, **values):
        """End these sessions, or mend how they ended.

        :param str outcome: ``not_connected`` frees the place in the plan
        """
        self.sudo().write({"outcome": outcome, "result": result, **values})
        for session in self.sudo().filtered(lambda x: not x.date_end):
            session.date_end = max(fields.Datetime.now(), session.date_start)
        self._settle_quota_and_draw()

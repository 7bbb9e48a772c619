from odoo import api, fields, models

from ..tools.connection_report import get_digits
from ..tools.hours import count_minutes, round_up


class KbsRemoteImportLine(models.Model):
    """One connection of a report: whose it was, and what became of it."""

    _name = "kbs.remote.import.line"
    _description = "Imported Connection"
    _order = "number, id"
    _rec_name = "key"
    _check_company_auto = True

    import_id = fields.Many2one(
        comodel_name="kbs.remote.import", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="import_id.company_id", store=True)
    # What the file says.
    number = fields.Integer(string="Line")
    key = fields.Char(required=True)
    date_start = fields.Datetime(string="Began")
    date_end = fields.Datetime(string="Ended")
    minutes = fields.Integer(compute="_compute_minutes")
    specialist = fields.Char(string="User in the File")
    connection_id = fields.Char(string="Connection ID")
    device = fields.Char(string="Computer")
    group_name = fields.Char(string="Group")
    note = fields.Char()
    fault = fields.Char()
    # What it is with us.
    user_id = fields.Many2one(comodel_name="res.users", string="Specialist")
    partner_id = fields.Many2one(comodel_name="res.partner", string="Client")
    ticket_id = fields.Many2one(
        comodel_name="helpdesk.ticket",
        check_company=True,
        domain="[('company_id', '=', company_id),"
        " ('commercial_partner_id', '=?', partner_id)]",
    )
    session_id = fields.Many2one(
        comodel_name="kbs.remote.session",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    is_known = fields.Boolean(help="It was booked before, or noted by the specialist.")
    error = fields.Char(readonly=True)
    state = fields.Selection(
        selection=[
            ("unread", "Not understood"),
            ("no_user", "Whose specialist?"),
            ("no_client", "Whose computer?"),
            ("no_ticket", "Which ticket?"),
            ("ready", "Ready"),
            ("known", "Known already"),
            ("booked", "Booked"),
        ],
        compute="_compute_state",
        store=True,
    )

    _one_line_a_connection = models.Constraint(
        "UNIQUE (import_id, key)", "This connection stands in the report twice."
    )

    # === COMPUTE METHODS === #

    @api.depends("date_start", "date_end")
    def _compute_minutes(self):
        for line in self:
            is_known = line.date_start and line.date_end
            line.minutes = is_known and count_minutes(line.date_start, line.date_end)

    @api.depends(
        "fault", "user_id", "partner_id", "ticket_id", "session_id", "is_known"
    )
    def _compute_state(self):
        for line in self:
            if line.session_id:
                line.state = "known" if line.is_known else "booked"
            elif line.fault:
                line.state = "unread"
            elif not line.user_id:
                line.state = "no_user"
            elif line.ticket_id:
                line.state = "ready"
            else:
                line.state = "no_ticket" if line.partner_id else "no_client"

    @api.onchange("ticket_id")
    def _onchange_ticket_id(self):
        if self.ticket_id:
            self.partner_id = self.ticket_id.commercial_partner_id

    # === BOOKING === #

    def _book(self):
        """Make the session of this line and its time, as the specialist would have.

        The report does not know who agreed, and no protocol is sent.
        """
        self.ensure_one()
        self.ticket_id.check_access("write")
        step = self.company_id.kbs_work_rounding
        session = self.env["kbs.remote.session"]._begin(
            self.ticket_id,
            {
                "user_id": self.user_id.id,
                "date_start": self.date_start,
                "date_end": self.date_end,
                "consent_at": False,
                "connection_id": self.connection_id,
                "workplace": self.device,
                "result": self.note,
                "report_key": self.key,
            },
        )
        # Sudo: a lead books the time of a specialist.
        self.env["account.analytic.line"].sudo().create(
            {
                "kbs_ticket_id": self.ticket_id.id,
                "kbs_kind": "remote",
                "kbs_session_id": session.id,
                "date": session.day,
                "unit_amount": round_up(self.minutes, step) / 60,
                "user_id": self.user_id.id,
                "name": self.note or self.env._("Remote connection"),
            }
        )
        self.session_id = session


class KbsRemoteSession(models.Model):
    """What ties a session to the report of the program for remote access."""

    _inherit = "kbs.remote.session"

    report_key = fields.Char(
        string="In the Report",
        readonly=True,
        copy=False,
        help="What the connection report calls this connection.",
    )
    connection_digits = fields.Char(
        compute="_compute_connection_digits", store=True, index="btree_not_null"
    )

    _one_session_a_connection = models.UniqueIndex(
        "(company_id, report_key) WHERE report_key IS NOT NULL",
        "This connection was booked already.",
    )

    @api.depends("connection_id")
    def _compute_connection_digits(self):
        for session in self:
            session.connection_digits = session._get_connection_digits() or False

    def _get_connection_digits(self):
        return get_digits(self.connection_id) or (self.connection_id or "")

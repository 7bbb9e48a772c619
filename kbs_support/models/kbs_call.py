from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

FAILED = ("no_answer", "busy", "wrong_number")


class KbsCall(models.Model):
    """One phone call about a ticket. It is a proof: nobody changes it afterwards."""

    _name = "kbs.call"
    _description = "Call about a Ticket"
    _order = "moment desc, id desc"
    _rec_name = "ticket_id"

    ticket_id = fields.Many2one(
        comodel_name="helpdesk.ticket", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="ticket_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="ticket_id.partner_id", string="Client")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Who of Us",
        required=True,
        default=lambda self: self.env.user,
        index=True,
        domain="[('share', '=', False)]",
        ondelete="restrict",
    )
    moment = fields.Datetime(
        string="When", required=True, default=fields.Datetime.now, index=True
    )
    direction = fields.Selection(
        selection=[("out", "We called"), ("in", "The client called")],
        required=True,
        default="out",
    )
    phone = fields.Char(string="Number")
    result = fields.Selection(
        selection=[
            ("talked", "Talked"),
            ("no_answer", "No answer"),
            ("busy", "Busy"),
            ("wrong_number", "Wrong number"),
            ("later", "Asked to call later"),
        ],
        required=True,
    )
    later_at = fields.Datetime(
        string="Call Again at", help="When the client wants to be called instead."
    )
    minutes = fields.Integer(help="How long the talk was, in minutes.")
    note = fields.Text(string="What Was Said")

    _minutes_not_negative = models.Constraint(
        "CHECK (minutes >= 0)", "A call cannot be shorter than nothing."
    )
    _later_has_time = models.Constraint(
        "CHECK (result != 'later' OR (later_at IS NOT NULL AND later_at > moment))",
        "Say when the client wants to be called.",
    )
    _came_in_is_talk = models.Constraint(
        "CHECK (direction = 'out' OR result IN ('talked', 'later'))",
        "Only our own call can stay unanswered.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains("moment")
    def _check_has_happened(self):
        if self.filtered(lambda x: x.moment > fields.Datetime.now()):
            raise ValidationError(self.env._("A call of the future cannot be logged."))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        calls = super().create(vals_list)
        calls._check_honest()
        for call in calls:
            call._note_on_ticket()
        calls.ticket_id._kbs_follow_attempts()
        return calls

    def _check_honest(self):
        """A call is logged by who called, and soon; only leads log for others.

        Not a constraint: Odoo checks those as the system.
        """
        if self.env.su or self.env.user.has_group("kbs_support.group_kbs_lead"):
            return
        if self.user_id != self.env.user:
            raise AccessError(self.env._("Only leads log calls of others."))
        since = fields.Datetime.now() - timedelta(days=1)
        if self.filtered(lambda x: x.moment < since):
            raise AccessError(
                self.env._("Only leads log calls that are older than a day.")
            )

    def _note_on_ticket(self):
        """Tell the ticket: a note for us, and an answer when we talked (L1)."""
        ticket = self.ticket_id
        ticket._message_log(body=self._get_summary())
        if self.result == "talked":
            ticket._kbs_note_answer(max(self.moment, ticket.kbs_received_at))
        elif self.result == "later" and ticket.kbs_callback_state == "waiting":
            ticket.kbs_callback_at = self.later_at
        # The pause "not reached" is over: we have just talked.
        is_reached = self.result in ("talked", "later")
        if is_reached and ticket._kbs_get_open_pause_sudo().is_total:
            ticket._kbs_go_on(lambda x: x.stage_id.kbs_is_waiting)
            ticket._kbs_get_open_pause_sudo().ticket_id._kbs_resume_clocks()

    def _get_summary(self):
        """Return the call in one line, in the language of who logs it."""
        facts = [
            dict(self._fields[name]._description_selection(self.env))[self[name]]
            for name in ("direction", "result")
        ]
        if self.minutes:
            facts.append(self.env._("%s min", self.minutes))
        return ", ".join(filter(None, [*facts, self.phone, self.note]))

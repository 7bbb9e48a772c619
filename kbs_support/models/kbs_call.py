from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..tools.locking import wait_for_others

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
        # Of two calls at once only one is the last attempt.
        wait_for_others(calls.ticket_id)
        calls._note_on_tickets()
        calls._tell_tickets()
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

    def _note_on_tickets(self):
        """Leave a note for us on each ticket, of several calls a line for each."""
        self.ticket_id._message_log_batch(
            bodies={
                ticket.id: Markup("<br/>").join(x._get_summary() for x in calls)
                for ticket, calls in self.grouped("ticket_id").items()
            }
        )

    def _tell_tickets(self):
        """Let the clocks know: a talk is an answer, and ends the wait (L1)."""
        talks = self.filtered(lambda x: x.result == "talked").sorted("moment")
        for moment, calls in talks.grouped(
            lambda x: max(x.moment, x.ticket_id.kbs_received_at)
        ).items():
            calls.ticket_id._kbs_note_answer(moment)
        later = self.filtered(lambda x: x.result == "later")
        waiting = later.filtered(lambda x: x.ticket_id.kbs_callback_state == "waiting")
        for moment, calls in waiting.grouped("later_at").items():
            calls.ticket_id.kbs_callback_at = moment
        # Where no call was ordered, the promise to call again is one of who made it.
        for call in later - waiting:
            call.ticket_id._kbs_plan_call_sudo(call.later_at, call.phone, call.user_id)
        # The pause "not reached" is over: we have just talked.
        reached = (talks | later).ticket_id.filtered(
            lambda x: x._kbs_get_open_pause_sudo().is_total
        )
        reached._kbs_go_on(lambda x: x.stage_id.kbs_is_waiting)
        reached.filtered(lambda x: x._kbs_get_open_pause_sudo())._kbs_resume_clocks()

    def _get_summary(self):
        """Return the call in one line, in the language of who logs it."""
        facts = [
            dict(self._fields[name]._description_selection(self.env))[self[name]]
            for name in ("direction", "result")
        ]
        if self.minutes:
            facts.append(self.env._("%s min", self.minutes))
        return ", ".join(filter(None, [*facts, self.phone, self.note]))

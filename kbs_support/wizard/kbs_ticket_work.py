from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.account_analytic_line import WORK_KINDS
from ..tools.hours import round_up


class KbsTicketWork(models.TransientModel):
    """Begin, end or enter work on a ticket, and see first what it draws on."""

    _name = "kbs.ticket.work"
    _description = "Work on a Ticket"

    ticket_id = fields.Many2one(comodel_name="helpdesk.ticket", required=True)
    mode = fields.Selection(
        selection=[("start", "Begin"), ("stop", "End"), ("log", "Enter")],
        required=True,
        default="log",
    )
    kind = fields.Selection(
        selection=WORK_KINDS,
        string="Kind of Work",
        required=True,
        compute="_compute_timer",
        store=True,
        readonly=False,
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._kbs_today()
    )
    hours = fields.Float(
        string="Time", compute="_compute_timer", store=True, readonly=False
    )
    name = fields.Char(string="What Was Done")
    forecast_state = fields.Char(compute="_compute_forecast")
    forecast = fields.Char(compute="_compute_forecast")

    @api.depends("ticket_id", "mode")
    def _compute_timer(self):
        """What ended is what the timer says, rounded up by the setting."""
        for work in self:
            timer = work._get_timer()
            if work.mode == "stop" and timer:
                step = work.ticket_id.company_id.kbs_work_rounding
                work.hours = round_up(timer._get_minutes(), step) / 60
                work.kind = timer.kind
            work.kind = work.kind or "consultation"

    @api.depends("ticket_id", "kind")
    def _compute_forecast(self):
        for work in self:
            told = (
                work.ticket_id and work.kind and work.ticket_id._kbs_foresee(work.kind)
            )
            work.forecast_state = told and told["state"]
            work.forecast = told and told["text"]

    def _get_timer(self):
        return self.env["kbs.timer"].search(
            [("user_id", "=", self.env.uid), ("ticket_id", "=", self.ticket_id.id)]
        )

    def action_apply(self):
        """Start the timer, or book the work, and say what it was drawn from.

        :raise UserError: no time, no description, or the timer was ended elsewhere
        """
        self.ensure_one()
        self.ticket_id.check_access("write")
        if self.mode == "start":
            self._begin()
            return {"type": "ir.actions.act_window_close"}
        timer = self._get_timer()
        if self.mode == "stop" and not timer:
            raise UserError(self.env._("Your timer on this ticket was ended already."))
        minutes = round(self.hours * 60)
        if minutes <= 0:
            raise UserError(self.env._("Say how long the work took."))
        line = self._book(minutes)
        if self.mode == "stop":
            timer.unlink()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if line.kbs_over_ids else "success",
                "title": self.env._("The work is booked"),
                "message": line.kbs_drawn,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _begin(self):
        """Start the timer of the current user, and return it."""
        return self.env["kbs.timer"]._begin(self.ticket_id, self.kind)

    def _book(self, minutes):
        """Make the timesheet line of ``minutes``, drawn at once, and return it."""
        return self.env["account.analytic.line"].create(self._prepare_line(minutes))

    def _prepare_line(self, minutes):
        return {
            "kbs_ticket_id": self.ticket_id.id,
            "kbs_kind": self.kind,
            "date": self.date,
            "unit_amount": minutes / 60,
            "name": self.name,
        }

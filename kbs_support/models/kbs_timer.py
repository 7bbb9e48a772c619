from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.hours import count_minutes
from .account_analytic_line import WORK_KINDS


class KbsTimer(models.Model):
    """Somebody works on a ticket right now: one running timer for a person."""

    _name = "kbs.timer"
    _description = "Running Timer"
    _rec_name = "ticket_id"

    user_id = fields.Many2one(
        comodel_name="res.users",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env.user,
    )
    ticket_id = fields.Many2one(
        comodel_name="helpdesk.ticket", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="ticket_id.company_id", store=True, index=True)
    kind = fields.Selection(selection=WORK_KINDS, string="Kind of Work", required=True)
    date_start = fields.Datetime(
        string="Began", required=True, default=fields.Datetime.now
    )

    _one_each = models.Constraint(
        "UNIQUE (user_id)", "Your timer runs already: end that work first."
    )

    @api.model
    def _begin(self, ticket, kind):
        """Begin work on ``ticket`` for the current user.

        :raise UserError: his timer runs already, it says where
        """
        if running := self.search([("user_id", "=", self.env.uid)]):
            raise UserError(
                self.env._(
                    "Your timer runs on %(ticket)s. End that work first.",
                    ticket=running.ticket_id.display_name,
                )
            )
        return self.create({"ticket_id": ticket.id, "kind": kind})

    def _get_minutes(self):
        """Return the full minutes since this timer began, at least one."""
        self.ensure_one()
        return count_minutes(self.date_start, fields.Datetime.now())

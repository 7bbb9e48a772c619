from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .kbs_booking import OPEN


class KbsRemoteSession(models.Model):
    """A session takes the place that was booked for it."""

    _inherit = "kbs.remote.session"

    booking_ids = fields.One2many(
        comodel_name="kbs.booking", inverse_name="session_id", string="Booked as"
    )

    def _take_booked_places_sudo(self):
        """Tie these new sessions to what was booked for their tickets on their days.

        Sudo: a booking may be of a colleague.
        """
        for session in self.sudo():
            booking = session.ticket_id.kbs_booking_ids.filtered(
                lambda x, session=session: x.state in OPEN and x.day == session.day
            )[:1]
            booking.write({"state": "done", "session_id": session.id})
            session.is_within = bool(booking) and not booking.is_over


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    kbs_booking_ids = fields.One2many(
        comodel_name="kbs.booking",
        inverse_name="ticket_id",
        string="Booked Sessions",
        groups="kbs_support.group_kbs_agent",
    )

    def _kbs_move_contents_sudo(self, target):
        # EXTENDS merging: the specialist still connects at the time that was booked.
        res = super()._kbs_move_contents_sudo(target)
        self._kbs_get_coming_bookings_sudo().ticket_id = target
        return res

    def _kbs_get_coming_bookings_sudo(self):
        """Return the slots of these tickets that are booked still.

        Sudo: a client sees those of his ticket, and reads no bookings otherwise.
        """
        return self.sudo().kbs_booking_ids.filtered(lambda x: x.state == "booked")

    def action_kbs_book(self):
        """Book a slot for this ticket."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Book a Remote Session"),
            "res_model": "kbs.booking",
            "view_mode": "form",
            "target": "new",
            "context": {"default_ticket_id": self.id},
        }


class KbsBooking(models.Model):
    _inherit = "kbs.booking"

    def _tell_no_place(self):
        """Say to the client that his plan has no session left on that day."""
        self.ensure_one()
        quota = self._get_quota()
        if not quota:
            return self.env._(
                "Support is not paid for %s, so no session can be booked.",
                format_date(self.env, self.day),
            )
        return self.env._(
            "All %(limit)s remote sessions until %(date)s are used or booked. Write to "
            "us on the ticket: we will agree on a paid one.",
            limit=quota.limit,
            date=format_date(self.env, quota.last),
        )

    def _cancel_from_portal(self):
        """Cancel as the client, in time.

        :raise UserError: too late; he has to call
        """
        self.ensure_one()
        hours = self.company_id.kbs_booking_cancel_hours
        left = self.date_start - fields.Datetime.now()
        if self.state != "booked" or left.total_seconds() < hours * 3600:
            raise UserError(
                self.env._(
                    "A session can be cancelled here until %s hours before it begins. "
                    "Call us, please.",
                    hours,
                )
            )
        self._cancel(self.env._("Cancelled by the client"))

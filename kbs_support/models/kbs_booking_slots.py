from datetime import time, timedelta

from odoo import models
from odoo.exceptions import UserError

from ..tools.slots import get_slots
from ..tools.work_time import subtract

DAYS = 14  # so far ahead a client may book


class ResUsers(models.Model):
    """When a specialist works, and when he is free."""

    _inherit = "res.users"

    def _kbs_get_working(self, company, start, end):
        """Return when this person works between two moments (UTC, naive).

        :return: intervals ``[(start, end)]`` without holidays and his absences
        """
        self.ensure_one()
        calendar = company.sudo()._kbs_get_people_calendar()
        absences = self._kbs_get_absences(start, end)
        working = calendar._kbs_get_work_time(company).between(start, end)
        return subtract(working, absences.get(self, []))

    def _kbs_get_absences(self, start, end):
        """Return the absences of these people: ``{user: [(start, end)]}``."""
        absences = {}
        for leave in self._kbs_find_absences_sudo(start, end):
            user = leave.resource_id.user_id.sudo(False).with_env(self.env)
            absences.setdefault(user, []).append((leave.date_from, leave.date_to))
        return absences

    def _kbs_get_free_slots(self, company, start, end):
        """Return when these people can be booked: ``{moment: user}``, UTC, naive.

        Of several who are free at a moment the first one of ``self``.
        """
        company = company.sudo()
        calendar = company._kbs_get_people_calendar()
        working = calendar._kbs_get_work_time(company).between(start, end)
        absences = self._kbs_get_absences(start, end)
        bookings = (
            self.env["kbs.booking"]
            .sudo()
            .search(
                [
                    ("user_id", "in", self.ids),
                    ("state", "=", "booked"),
                    ("date_start", "<", end),
                    ("date_end", ">", start),
                ]
            )
        )
        by_user = bookings.grouped(lambda x: x.user_id.id)
        free = {}
        for user in self:
            own = by_user.get(user.id, bookings.browse())
            taken = [(x.date_start, x.date_end) for x in own]
            taken += absences.get(user, [])
            for moment in get_slots(working, taken, company.kbs_booking_minutes):
                free.setdefault(moment, user)
        return dict(sorted(free.items()))


class HelpdeskTicket(models.Model):
    """Who can be booked for a ticket, and when."""

    _inherit = "helpdesk.ticket"

    def _kbs_get_bookable_users_sudo(self):
        """Return who may connect: whose ticket it is, own specialist, else the team.

        Sudo: a client sees no users; of these he learns the name.
        """
        team = self.sudo().team_id.user_ids
        return self._kbs_get_own_users_sudo() or team._kbs_filter_working(
            self.sudo().company_id
        )

    def _kbs_get_own_users_sudo(self):
        """Return who works on this ticket, or the client's own specialist."""
        ticket = self.sudo()
        own = (ticket.user_id, ticket.kbs_subscription_id.specialist_id)
        working = [x._kbs_filter_working(ticket.company_id) for x in own]
        return working[0] or working[1]

    def _kbs_get_free_slots_sudo(self):
        """Return the slots that a client may choose: ``{moment: user}``, UTC, naive.

        From tomorrow on, for two weeks. Sudo: as above.
        """
        self.ensure_one()
        company = self.sudo().company_id
        tomorrow = company._kbs_today() + timedelta(days=1)
        start = company._kbs_to_utc(tomorrow, time())
        end = company._kbs_to_utc(tomorrow + timedelta(days=DAYS), time())
        users = self._kbs_get_bookable_users_sudo()
        return users._kbs_get_free_slots(company, start, end)

    def _kbs_book_from_portal_sudo(self, moment, note):
        """Book the slot at ``moment`` for the client who looks at this ticket.

        :param datetime moment: UTC, naive, one of the free slots
        :raise UserError: the client may not, or the slot was taken meanwhile
        Sudo: the caller has checked that the client may see the ticket.
        """
        ticket = self.sudo()
        if fault := ticket._kbs_get_booking_fault():
            raise UserError(fault)
        user = ticket._kbs_get_free_slots_sudo().get(moment)
        if not user:
            raise UserError(self.env._("This time was just taken. Choose another one."))
        booking = self.env["kbs.booking"].sudo()
        booking = booking.create(
            {
                "ticket_id": ticket.id,
                "user_id": user.id,
                "date_start": moment,
                "note": note,
            }
        )
        if booking.is_over:
            raise UserError(booking._tell_no_place())
        return booking

    def _kbs_get_booking_fault(self):
        """Return why the client may not book a session for this ticket, or None."""
        self.ensure_one()
        ticket = self.sudo()
        if ticket.closed or not ticket.active:
            return self.env._("The ticket is closed. Open a new one, please.")
        if not ticket._kbs_is_served():
            return self.env._("Support is not paid now, so no session can be booked.")
        if not ticket._kbs_get_bookable_users_sudo():
            return self.env._("No specialist has been chosen yet. We will call you.")
        if ticket._kbs_get_coming_bookings_sudo():
            return self.env._("A session is booked for this ticket already.")
        return None

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Datetime
from odoo.http import request, route
from odoo.tools import format_date, format_time, groupby

from odoo.addons.portal.controllers.portal import CustomerPortal

from .helpdesk_ticket_portal import KbsTicketPortal
from .typed import read_line, to_id

MAX_NOTE = 250


class KbsBookingPortal(CustomerPortal):
    """A client books a remote session for his ticket, and cancels it in time."""

    @route(
        "/my/ticket/<int:ticket_id>/booking",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_booking_form(self, ticket_id, **kw):
        """Show the free slots of who works on the ticket."""
        ticket = self._kbs_get_ticket_sudo(ticket_id)
        return self._kbs_render_booking(ticket) if ticket else request.redirect("/my")

    @route(
        "/my/ticket/<int:ticket_id>/booking",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def kbs_booking_book(self, ticket_id, moment=None, **typed):
        """Book the chosen slot, or say why not, with the slots that are free now."""
        ticket = self._kbs_get_ticket_sudo(ticket_id)
        if not ticket:
            return request.redirect("/my")
        note = read_line(typed, "note")[:MAX_NOTE]
        chosen = self._kbs_read_moment(moment)
        if not chosen:
            fault = request.env._("Choose a time.")
            return self._kbs_render_booking(ticket, note, fault)
        try:
            with request.env.cr.savepoint():
                ticket._kbs_book_from_portal_sudo(chosen, note)
        except UserError as error:
            return self._kbs_render_booking(ticket, note, str(error))
        return request.redirect(f"/my/ticket/{ticket.id}/booking?booked=1")

    @route(
        "/my/ticket/<int:ticket_id>/booking/cancel",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def kbs_booking_cancel(self, ticket_id, booking_id=None, **kw):
        """Cancel a slot of this ticket."""
        ticket = self._kbs_get_ticket_sudo(ticket_id)
        if not ticket:
            return request.redirect("/my")
        number = to_id(booking_id)
        booking = ticket.kbs_booking_ids.filtered(lambda x: x.id == number)
        if booking:
            try:
                with request.env.cr.savepoint():
                    booking._cancel_from_portal()
            except UserError as error:
                return self._kbs_render_booking(ticket, fault=str(error))
        return request.redirect(f"/my/ticket/{ticket.id}/booking")

    def _kbs_get_ticket_sudo(self, ticket_id):
        """Return the ticket in sudo when this client may see it, else None."""
        try:
            ticket = KbsTicketPortal()._document_check_access(
                "helpdesk.ticket", ticket_id
            )
        except (AccessError, MissingError):
            return None
        return ticket if ticket.active else None

    def _kbs_read_moment(self, text):
        """Return the chosen moment in UTC (naive), or False for what is none."""
        try:
            return Datetime.to_datetime(text)
        except (ValueError, TypeError):
            return False

    def _kbs_render_booking(self, ticket, note="", fault=None):
        env = request.env
        zone = ticket.company_id.kbs_tz
        refused = ticket._kbs_get_booking_fault()
        slots = {} if refused else ticket._kbs_get_free_slots_sudo()
        days = [
            {
                "day": format_date(env, day, date_format="EEEE, d MMMM"),
                "slots": [
                    {
                        "value": Datetime.to_string(moment),
                        "label": format_time(env, moment, zone, "short"),
                    }
                    for moment in moments
                ],
            }
            for day, moments in groupby(slots, key=ticket.company_id._kbs_to_local_date)
        ]
        values = self._prepare_portal_layout_values()
        values.update(
            {
                "page_name": "kbs_booking",
                # Not "ticket": the breadcrumbs of the ticket's page would join ours.
                "kbs_ticket": ticket,
                "bookings": ticket._kbs_get_coming_bookings_sudo(),
                "days": days,
                "minutes": ticket.company_id.kbs_booking_minutes,
                "left": ticket.kbs_subscription_id._tell_sessions_left(),
                "note": note,
                "fault": fault,
                "refused": refused,
                "is_booked": request.params.get("booked"),
            }
        )
        return request.render("kbs_support.portal_ticket_booking", values)

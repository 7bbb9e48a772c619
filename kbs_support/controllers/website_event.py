import re

from odoo.exceptions import UserError
from odoo.http import request, route

from odoo.addons.website_event.controllers.main import WebsiteEventController

from .typed import read_line, read_typed

RECORD = re.compile(r"\d+-(event_ticket_id|event_slot_id)")
ANSWER = re.compile(r"\d+-[a-z_]+-\d+")
MAX_LINE, MAX_TEXT = 250, 5000  # characters
MAX_DIGITS = 9


class KbsWebsiteEvent(WebsiteEventController):
    """Registering for a training event at the price of the client's plan."""

    def _prepare_event_register_values(self, event, **post):
        values = super()._prepare_event_register_values(event, **post)
        values["kbs_fault"] = request.session.pop("kbs_event_fault", None)
        return values

    @route()
    def registration_confirm(self, event, **post):
        """Book all seats or none; what is wrong is said on the page of the event."""
        try:
            with request.env.cr.savepoint():
                return super().registration_confirm(event, **post)
        except UserError as error:
            request.session["kbs_event_fault"] = str(error)
        slug = request.env["ir.http"]._slug(event)
        return request.redirect(f"/event/{slug}/register")

    def _process_attendees_form(self, event, form_details):
        # EXTENDS website_event: takes only what can be read.
        rows = super()._process_attendees_form(event, self._kbs_read_form(form_details))
        if not rows or (
            event.event_ticket_ids and any(not x.get("event_ticket_id") for x in rows)
        ):
            raise UserError(request.env._("Nobody is registered: choose a ticket."))
        return rows

    def _kbs_read_form(self, form):
        """Return the fields of attendees as they can be stored.

        :raise UserError: a field was made by a program, not by the form
        """
        read = {}
        for key in form:
            number = read_line(form, key)
            if RECORD.fullmatch(key):
                if not number.isascii() or not number.isdigit():
                    number = ""
                read[key] = number[:MAX_DIGITS] or "0"
            elif ANSWER.fullmatch(key):
                read[key] = self._kbs_read_answer(form, key)
        return read

    def _kbs_read_answer(self, form, key):
        kind = key.split("-")[1]
        if kind == "text_box":
            return read_typed(form, (key,))[key][:MAX_TEXT]
        line = read_line(form, key)[:MAX_LINE]
        if kind == "simple_choice" and not (line.isascii() and line.isdigit()):
            return ""
        return line

    def _create_attendees_from_registration_post(self, event, registration_data):
        # EXTENDS website_event
        if not event.sudo().event_ticket_ids:
            return super()._create_attendees_from_registration_post(
                event, registration_data
            )
        rows, order_sudo = request.env["event.registration"]._kbs_prepare_website_sudo(
            event, request.env.user, registration_data, self._kbs_read_amount()
        )
        attendees_sudo = super()._create_attendees_from_registration_post(event, rows)
        if order_sudo:
            order_sudo._kbs_confirm_events_sudo(request.env.user)
        return attendees_sudo

    def _kbs_read_amount(self):
        """Return what the visitor has read as the sum; 0 where it is no number."""
        text = read_line(request.params, "kbs_amount")
        return float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,2})?", text) else 0.0

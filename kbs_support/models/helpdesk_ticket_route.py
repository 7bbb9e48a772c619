import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..tools.mail_headers import REPLY, get_automation, get_numbers

_logger = logging.getLogger(__name__)


class HelpdeskTicket(models.Model):
    """To which ticket a letter belongs, and whose letters are welcome."""

    _inherit = "helpdesk.ticket"

    @api.model
    def _kbs_complete_routes(self, message, message_dict, routes):
        """Find the ticket of a letter whose sender's program has cut the thread.

        A letter to several aliases opens one ticket; an automatic answer opens none.

        :param routes: as ``message_route`` returns them, and so is the result
        """
        completed, is_opened = [], False
        for route in routes:
            if route[0] != self._name:
                completed.append(route)
                continue
            ticket = self.browse(route[1]) or self._kbs_find_named(message_dict)
            live = ticket.sudo()._kbs_get_live()
            if not live and get_automation(message) == REPLY:
                _logger.info(
                    "Automatic answer without a ticket: %s",
                    message_dict.get("message_id"),
                )
            elif live:
                completed.append((route[0], live.id, *route[2:]))
            elif not is_opened:
                is_opened = True
                values = route[2] or {"team_id": ticket.sudo().team_id.id}
                completed.append((route[0], False, values, *route[3:]))
        return completed

    @api.model
    def _kbs_find_named(self, message_dict):
        """Return the ticket whose number stands in the subject, if the sender may.

        Numbers can be guessed and senders forged: what comes from one of us by the
        number alone is kept as a note and does not go to the client.
        """
        numbers = get_numbers(message_dict.get("subject"))
        sender = email_normalize(message_dict.get("email_from"))
        if not numbers or not sender:
            return self.browse()
        found = (
            self.sudo()
            .with_context(active_test=False)
            .search([("number", "in", numbers)], order="id desc", limit=5)
        )
        is_ours = bool(found) and self._kbs_is_our_address(sender)
        for ticket in found:
            if is_ours or ticket._kbs_is_correspondent(sender):
                message_dict["is_internal"] = is_ours
                return self.browse(ticket.id)
        return self.browse()

    def _kbs_get_live(self):
        """Return the ticket that goes on with this one: itself, or what it became.

        Empty when it was closed so long ago that a letter is about something new.
        """
        ticket = self._kbs_get_live_ticket()
        if not ticket.active:
            return self.browse()
        days = ticket.company_id.kbs_reopen_days
        closed = ticket.closed_date
        if closed and closed < fields.Datetime.now() - timedelta(days=days):
            return self.browse()
        return ticket

    def _kbs_is_correspondent(self, address):
        """Tell whether a normalized address belongs to the client of the ticket."""
        self.ensure_one()
        if address == email_normalize(self.partner_email):
            return True
        return bool(
            self.commercial_partner_id
            and self.env["res.partner"].search_count(
                [
                    ("email_normalized", "=", address),
                    ("commercial_partner_id", "=", self.commercial_partner_id.id),
                ],
                limit=1,
            )
        )

    @api.model
    def _kbs_is_our_address(self, address):
        """Tell whether a normalized address belongs to one of our people."""
        return bool(self._kbs_get_ours([address]))

    @api.model
    def _kbs_get_ours(self, addresses):
        """Return those of these normalized addresses that belong to our people."""
        users = (
            self.env["res.users"]
            .sudo()  # letters of strangers are processed too
            .search(
                [
                    ("share", "=", False),
                    ("partner_id.email_normalized", "in", list(addresses)),
                ]
            )
        )
        return set(users.partner_id.mapped("email_normalized"))

    @api.model
    def _detect_loop_sender_domain(self, email_from_normalized):
        if self._kbs_is_our_address(email_from_normalized):
            return Domain.FALSE  # who forwards letters of clients sends many
        return [("partner_email", "=", email_from_normalized)]

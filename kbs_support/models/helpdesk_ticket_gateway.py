import email
import logging
from datetime import timedelta
from email import policy
from xmlrpc.client import Binary

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize, email_normalize_all
from odoo.tools.mail import email_split_tuples

from odoo.addons.kbs_support.tools.mail_headers import (
    REPLY,
    get_automation,
    get_numbers,
)

_logger = logging.getLogger(__name__)

MAX_TITLE = 250


class HelpdeskTicket(models.Model):
    """Letters that become tickets, or belong to one."""

    _inherit = "helpdesk.ticket"
    _primary_email = "partner_email"  # Odoo's guard against loops counts by it

    number = fields.Char(index=True)
    partner_email = fields.Char(index="btree_not_null")

    # === INTAKE === #

    @api.model
    def default_get(self, fields):
        """Who wrote, or the robot that fetched the letter, does not answer it."""
        defaults = super().default_get(fields)
        if self.env.uid == SUPERUSER_ID or self.env.user.share:
            defaults.pop("user_id", None)
        return defaults

    @api.model
    def _kbs_complete_intake(self, vals_list):
        """Store addresses as they are compared: without a name, in small letters."""
        completed = []
        for values in vals_list:
            name, address = (
                email_split_tuples(values.get("partner_email")) or [("", "")]
            )[0]
            if email_normalize(address):
                values = {
                    **values,
                    "partner_email": email_normalize(address),
                    "partner_name": values.get("partner_name") or name or address,
                }
            completed.append(values)
        return super()._kbs_complete_intake(completed)

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Open a ticket for a letter, with or without our own additions.

        When one of them fails, the ticket is there all the same, and its team's
        leader is asked to look at it.
        """
        values = {
            **self._kbs_prepare_mail_values(msg_dict),
            **(custom_values or {}),
        }
        self = self.with_context(kbs_from_mail=True)
        try:
            with self.env.cr.savepoint():
                return super().message_new(msg_dict, values)
        except Exception:  # whatever it is, the letter must not be lost
            self.env.invalidate_all(flush=False)
            _logger.exception(
                "A letter becomes a plain ticket: %s", msg_dict.get("message_id")
            )
            plain = self.with_context(kbs_plain_intake=True)
            ticket = super(HelpdeskTicket, plain).message_new(msg_dict, values)
            ticket._kbs_ask_to_check(
                self.env._(
                    "Client, coverage and deadlines could not be found: set them "
                    "by hand."
                )
            )
            return ticket

    @api.model
    def _kbs_prepare_mail_values(self, msg_dict):
        """Return the values of a ticket that a letter opens."""
        channel = self.env.ref(
            "helpdesk_mgmt.helpdesk_ticket_channel_email", raise_if_not_found=False
        )
        subject = " ".join((msg_dict.get("subject") or "").split())
        return {
            "name": subject[:MAX_TITLE] or self.env._("No subject"),
            "description": msg_dict.get("body") or "",
            "channel_id": channel and channel.id,
            "user_id": False,
        }

    def message_update(self, msg_dict, update_vals=None):
        return super(
            HelpdeskTicket, self.with_context(kbs_from_mail=True)
        ).message_update(msg_dict, update_vals=update_vals)

    @api.model
    def _kbs_keep_letter(self, message, model):
        """Keep a letter that cannot be processed: a ticket with the letter attached.

        :param message: as ``message_process`` gets it
        :param model: the model that letters without an alias go to, or None
        :return: the ticket; empty when the letter is not for the line
        """
        raw = message.data if isinstance(message, Binary) else message
        raw = raw.encode() if isinstance(raw, str) else bytes(raw)
        letter = email.message_from_bytes(raw, policy=policy.compat32)
        alias = self._kbs_find_alias_sudo(letter)
        if not alias and model != self._name:
            return self.browse()
        subject = str(letter.get("Subject") or "")[:MAX_TITLE]
        ticket = self.with_context(kbs_plain_intake=True, kbs_from_mail=True).create(
            {
                "name": subject or self.env._("No subject"),
                "description": self.env._("The letter is attached as it came."),
                "partner_email": str(letter.get("From") or ""),
                "channel_id": self._kbs_prepare_mail_values({})["channel_id"],
                "team_id": alias.alias_parent_thread_id,
                "user_id": False,
            }
        )
        self.env["ir.attachment"].create(
            {
                "name": "letter.eml",
                "raw": raw,
                "res_model": self._name,
                "res_id": ticket.id,
            }
        )
        ticket._kbs_ask_to_check(self.env._("Read the attached letter."))
        return ticket

    @api.model
    def _kbs_find_alias_sudo(self, letter):
        """Return the alias of a team that a raw letter was sent to, if any."""
        headers = ("Delivered-To", "To", "Cc")
        addresses = email_normalize_all(
            ",".join(str(letter.get(x) or "") for x in headers)
        )
        return (
            self.env["mail.alias"]
            .sudo()
            .search(
                [
                    ("alias_full_name", "in", addresses),
                    ("alias_model_id.model", "=", self._name),
                    ("alias_parent_thread_id", "!=", 0),
                ],
                limit=1,
            )
        )

    def _kbs_ask_to_check(self, note):
        """Put what could not be done by itself before the leader of the team."""
        admin = self.env.ref("base.user_admin")
        for ticket in self:
            ticket.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=(ticket.team_id.user_id or admin).id,
                summary=self.env._("Check the ticket"),
                note=note,
            )

    # === ROUTES === #

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
        ticket, seen = self, self.browse()
        while ticket and not ticket.active and ticket.duplicate_id not in seen:
            seen |= ticket
            ticket = ticket.duplicate_id
        if not ticket or not ticket.active:
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
        return bool(
            self.env["res.users"]
            .sudo()  # letters of strangers are processed too
            .search_count(
                [("share", "=", False), ("partner_id.email_normalized", "=", address)],
                limit=1,
            )
        )

    @api.model
    def _detect_loop_sender_domain(self, email_from_normalized):
        if self._kbs_is_our_address(email_from_normalized):
            return Domain.FALSE  # who forwards letters of clients sends many
        return [("partner_email", "=", email_from_normalized)]

    # === FOLLOWERS === #

    def message_subscribe(self, partner_ids=None, subtype_ids=None):
        """Let a letter, or a visitor, add people of the client and of ours only.

        Whoever else is in Cc stays in ``email_cc``. One of us may add anybody: to
        follow brings letters, and opens nothing.
        """
        is_person = self.env.user._is_internal() and self.env.uid != SUPERUSER_ID
        if not partner_ids or (is_person and not self.env.context.get("kbs_from_mail")):
            return super().message_subscribe(partner_ids, subtype_ids)
        partners = self.env["res.partner"].sudo().browse(partner_ids)
        for ticket in self:
            own = partners.filtered(
                lambda x, client=ticket.commercial_partner_id: (
                    not x.partner_share
                    or (client and x.commercial_partner_id == client)
                )
            )
            if own:
                super(HelpdeskTicket, ticket).message_subscribe(own.ids, subtype_ids)
        return True

    def _message_add_suggested_recipients(self, force_primary_email=False):
        """Do not propose who was only in Cc, unless he belongs to the client."""
        suggested = super()._message_add_suggested_recipients(
            force_primary_email=force_primary_email
        )
        for ticket in self.filtered("email_cc"):
            strangers = [
                x
                for x in email_normalize_all(ticket.email_cc)
                if not ticket.sudo()._kbs_is_correspondent(x)
            ]
            suggested[ticket.id]["email_to_lst"] = [
                x
                for x in suggested[ticket.id]["email_to_lst"]
                if email_normalize(x) not in strangers
            ]
        return suggested

import email
import logging
from email import policy
from xmlrpc.client import Binary

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import email_normalize, email_normalize_all
from odoo.tools.mail import email_split_tuples

from ..tools.mail_headers import decode, read_header

_logger = logging.getLogger(__name__)

MAX_TITLE = 250


class HelpdeskTicket(models.Model):
    """Letters that become tickets. To which ticket one belongs: ``…_route``."""

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
        subject = read_header(letter, "Subject")[:MAX_TITLE]
        ticket = self.with_context(kbs_plain_intake=True, kbs_from_mail=True).create(
            {
                "name": subject or self.env._("No subject"),
                "description": self.env._("The letter is attached as it came."),
                **self._kbs_prepare_sender(str(letter.get("From") or "")),
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
    def _kbs_prepare_sender(self, sender):
        """Return who wrote, of a raw header: the address is taken before the name."""
        name, address = (email_split_tuples(sender) or [("", "")])[0]
        address = email_normalize(address) or decode(sender)
        return {"partner_email": address, "partner_name": decode(name) or address}

    @api.model
    def _kbs_find_alias_sudo(self, letter):
        """Return the alias of a team that a raw letter was sent to, if any."""
        # The same headers in which Odoo looks for it.
        headers = ("Delivered-To", "To", "Cc", "Resent-To", "Resent-Cc")
        found = [str(x) for name in headers for x in letter.get_all(name, [])]
        addresses = email_normalize_all(",".join(found))
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
        admin = self.env.ref("base.user_admin", raise_if_not_found=False)
        for ticket in self:
            ticket.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=(ticket.team_id.user_id or admin or self.env.user).id,
                summary=self.env._("Check the ticket"),
                note=note,
            )

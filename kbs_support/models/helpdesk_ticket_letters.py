import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import formataddr

from ..tools.batches import run_isolated
from .helpdesk_ticket_notify import AUTOMATIC

_logger = logging.getLogger(__name__)

# Whoever opens more tickets in an hour gets no more receipts: it may be a machine.
RECEIPTS_AN_HOUR = 5


class HelpdeskTicket(models.Model):
    """Automatic letters to the client: received, waiting for you, closed.

    Each marks itself as automatic, so that no vacation responder answers it, and
    none is sent for a letter that was automatic itself.
    """

    _inherit = "helpdesk.ticket"

    # === WHEN === #

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        if not self.env.context.get("kbs_from_mail"):
            tickets._kbs_confirm_receipt()
        return tickets

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        # A letter is confirmed after it stands on its ticket: one thread for both.
        if (
            self.env.context.get("kbs_from_mail")
            and message.message_type == "email"
            and message.sudo().subtype_id == self._creation_subtype()
        ):
            self._kbs_confirm_receipt()
        return result

    def _track_template(self, changes):
        templates = super()._track_template(changes)
        templates.pop("stage_id", None)  # sent by _message_track_post_template
        return templates

    def _message_track_post_template(self, changes):
        result = super()._message_track_post_template(changes)
        if changes and "stage_id" in changes:
            for ticket in self.filtered(lambda x: x.active and not x.duplicate_id):
                ticket._kbs_send_letter(ticket.stage_id.mail_template_id)
        return result

    def action_kbs_confirm_receipt(self):
        """Send the letter "received" of a ticket that was typed in, on request."""
        template = self._kbs_get_receipt_template()
        for ticket in self:
            ticket.check_access("write")
            ticket._kbs_send_letter(template)

    def _kbs_confirm_receipt(self):
        """Tell the senders of these new tickets that they have been received."""
        if self.env.context.get("kbs_auto_reply"):
            return
        template = self._kbs_get_receipt_template()
        for ticket in self:
            if ticket._kbs_is_receipt_due():
                ticket._kbs_send_letter(template)

    @api.model
    def _kbs_get_receipt_template(self):
        return self.env.ref(
            "kbs_support.mail_template_kbs_ticket_received", raise_if_not_found=False
        )

    def _kbs_is_receipt_due(self):
        """Tell whether the client wrote this himself, and is no machine."""
        self.ensure_one()
        ticket_sudo = self.sudo()  # a new ticket by a client, or by a stranger
        channels = ("email", "web")
        own_ways = [f"helpdesk_mgmt.helpdesk_ticket_channel_{x}" for x in channels]
        written = [self.env.ref(x, raise_if_not_found=False) for x in own_ways]
        if not ticket_sudo.channel_id or ticket_sudo.channel_id not in written:
            return False
        if not ticket_sudo.active or ticket_sudo.closed:
            return False
        partner, address = ticket_sudo._kbs_get_letter_recipient()
        address = address or partner.email_normalized
        return bool(address) and ticket_sudo._kbs_may_write_to(address)

    def _kbs_may_write_to(self, address):
        """Tell whether ``address`` is neither ours nor that of a flood."""
        domains = self.env["mail.alias.domain"]
        if self._kbs_is_our_address(address) or domains._find_aliases([address]):
            return False
        since = fields.Datetime.now() - timedelta(hours=1)
        recent = self.with_context(active_test=False).search_count(
            [("partner_email", "=", address), ("kbs_received_at", ">", since)],
            limit=RECEIPTS_AN_HOUR + 1,
        )
        return recent <= RECEIPTS_AN_HOUR

    # === HOW === #

    def _kbs_send_letter(self, template):
        """Queue ``template`` for the client of this ticket, if he has an address.

        A letter that fails undoes nothing: it is logged, and the team's leader finds
        it among his activities.
        """
        self.ensure_one()
        template = (template or self.env["mail.template"]).sudo()
        # Sudo: whatever the letter says was decided by whoever made the template.
        ticket_sudo = self.sudo().with_context(kbs_auto_reply=True)
        if not template.active:
            return
        error = run_isolated(ticket_sudo, lambda x: x._kbs_post_letter(template))
        if error is not None:
            _logger.error(
                "The letter %s failed for %s", template.name, self, exc_info=error
            )
            ticket_sudo._kbs_ask_to_check(
                self.env._("The letter “%(name)s” was not sent.", name=template.name)
            )

    def _kbs_post_letter(self, template):
        partner, address = self._kbs_get_letter_recipient()
        if not (partner or address):
            return
        rendered = {
            name: template._render_field(
                name,
                self.ids,
                compute_lang=True,
                **({"options": {"post_process": True}} if name == "body_html" else {}),
            )[self.id]
            for name in ("subject", "body_html")
        }
        self.message_post(
            author_id=self.company_id.partner_id.id,
            email_from=self._kbs_get_letter_sender(),
            subject=rendered["subject"],
            body=rendered["body_html"],
            message_type="auto_comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=partner.ids,
            outgoing_email_to=address,
            notify_skip_followers=True,
            notify_author=True,
            email_add_signature=False,
            mail_headers={**AUTOMATIC, "X-Kbs-Ticket": self.number},
        )

    def _kbs_get_letter_sender(self):
        """Return the address of the line under the name of the company, or False."""
        address = self.team_id.alias_email or self.company_id.email
        return bool(address) and formataddr((self.company_id.name, address))

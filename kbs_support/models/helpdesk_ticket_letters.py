import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import formataddr

from ..tools.batches import run_each
from ..tools.xmlid import find
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

    kbs_receipt_at = fields.Datetime(
        string="Receipt Sent",
        readonly=True,
        copy=False,
        help="When the client was told that his request has been received (UTC).",
    )

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
            told = self.filtered(lambda x: x.active and not x.duplicate_id)
            for stage, tickets in told.grouped("stage_id").items():
                tickets._kbs_send_letter(stage.mail_template_id)
        return result

    def action_kbs_confirm_receipt(self):
        """Send the letter "received" of a ticket that was typed in, on request."""
        self.check_access("write")
        self._kbs_send_receipts()

    def _kbs_confirm_receipt(self):
        """Tell the senders of these new tickets that they have been received."""
        if not self.env.context.get("kbs_auto_reply"):
            if due := self._kbs_filter_receipt_due():
                due._kbs_send_receipts()

    def _kbs_send_receipts(self):
        sent = self._kbs_send_letter(
            self.env.ref(
                "kbs_support.mail_template_kbs_ticket_received",
                raise_if_not_found=False,
            )
        )
        # Sudo: a client who writes changes nothing of his ticket.
        sent.sudo().kbs_receipt_at = fields.Datetime.now()

    def _kbs_filter_receipt_due(self):
        """Return those of these whose clients wrote them, and are no machine."""
        channels = self.env["helpdesk.ticket.channel"].sudo()
        for name in ("email", "web"):
            xmlid = f"helpdesk_mgmt.helpdesk_ticket_channel_{name}"
            channels |= find(self.env, channels._name, xmlid)
        addresses = {}
        # Sudo: new tickets by clients, or by strangers.
        for ticket in self.sudo().filtered(
            lambda x: x.channel_id in channels and x.active and not x.closed
        ):
            partner, address = ticket._kbs_get_letter_recipient()
            addresses[ticket.id] = address or partner.email_normalized
        welcome = self._kbs_filter_welcome(set(addresses.values()) - {False})
        return self.filtered(lambda x: addresses.get(x.id) in welcome)

    @api.model
    def _kbs_filter_welcome(self, addresses):
        """Return those of ``addresses`` that are neither ours nor those of a flood.

        :param set addresses: normalized
        """
        if not addresses:
            return set()
        since = fields.Datetime.now() - timedelta(hours=1)
        groups = (
            self.sudo()  # tickets of a sender count whoever may see them
            .with_context(active_test=False)
            ._read_group(
                [
                    ("partner_email", "in", list(addresses)),
                    ("kbs_received_at", ">", since),
                ],
                ["partner_email"],
                ["__count"],
            )
        )
        floods = {address for address, count in groups if count > RECEIPTS_AN_HOUR}
        aliases = self.env["mail.alias.domain"]._find_aliases(list(addresses))
        return addresses - floods - set(aliases) - self._kbs_get_ours(addresses)

    # === HOW === #

    def _kbs_send_letter(self, template, also=None):
        """Queue ``template`` for the clients of these tickets who have an address.

        A letter that fails undoes nothing: it is logged, and the team's leader finds
        it among his activities.

        :param also: tickets whose clients read these letters as well
        :return: those of these tickets whose letter is queued
        """
        template = (template or self.env["mail.template"]).sudo()
        if not template.active:
            return self.browse()
        # Sudo: whatever the letter says was decided by whoever made the template.
        sudo = self.sudo().with_context(kbs_auto_reply=True)
        readers = {
            x: (x | (also or x).sudo())._kbs_get_letter_readers_sudo() for x in sudo
        }
        written = sudo.filtered(lambda x: any(readers[x]))
        failed = run_each(written, lambda x: x._kbs_post_letters(template, readers))
        for ticket, error in failed.items():
            _logger.error(
                "The letter %s failed for %s", template.name, ticket, exc_info=error
            )
            ticket._kbs_ask_to_check(
                self.env._("The letter “%(name)s” was not sent.", name=template.name)
            )
        return self.filtered(lambda x: x in written and x not in failed)

    def _kbs_get_letter_readers_sudo(self):
        """Return who reads a letter about all of these, as (partners, addresses).

        :return: the addresses as text, separated by commas
        """
        partners, addresses = self.env["res.partner"].sudo(), set()
        for ticket in self.sudo():
            partner, address = ticket._kbs_get_letter_recipient()
            partners |= partner
            addresses.add(address)
        addresses -= {False, *partners.mapped("email_normalized")}
        return partners, ",".join(sorted(addresses))

    def _kbs_post_letters(self, template, readers):
        """Render ``template`` for all of these at once, and post each.

        :param dict readers: ``{ticket: (partners, addresses)}``
        """
        options = {"body_html": {"options": {"post_process": True}}}
        subjects, bodies = (
            template._render_field(
                name, self.ids, compute_lang=True, **options.get(name, {})
            )
            for name in ("subject", "body_html")
        )
        for ticket in self:
            ticket._kbs_post_letter(
                *readers[ticket], subject=subjects[ticket.id], body=bodies[ticket.id]
            )

    def _kbs_post_letter(self, partners, addresses, **values):
        """Post an automatic letter of the company to these readers, and nobody else.

        :param str addresses: of readers without a contact, separated by commas
        :param values: what else ``message_post`` takes: subject, body, attachments
        """
        self.ensure_one()
        return self.message_post(
            author_id=self.company_id.partner_id.id,
            email_from=self._kbs_get_letter_sender(),
            message_type="auto_comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=partners.ids,
            outgoing_email_to=addresses,
            notify_skip_followers=True,
            notify_author=True,
            email_add_signature=False,
            mail_headers={**AUTOMATIC, "X-Kbs-Ticket": self.number},
            **values,
        )

    def _kbs_get_letter_sender(self):
        """Return the address of the line under the name of the company, or False."""
        address = self.team_id.alias_email or self.company_id.email
        return bool(address) and formataddr((self.company_id.name, address))

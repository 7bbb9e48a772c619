from odoo import api, fields, models
from odoo.tools import email_normalize

# What says that nobody is to answer by a machine (RFC 3834).
AUTOMATIC = {
    "Auto-Submitted": "auto-replied",
    "X-Auto-Response-Suppress": "All",
}
CLIENT_LAYOUT = "kbs_support.kbs_mail_layout"


class HelpdeskTicket(models.Model):
    """How a word of ours reaches the client: always, in his language, numbered."""

    _inherit = "helpdesk.ticket"

    kbs_letter_lang = fields.Char(
        string="Language of Letters",
        compute="_compute_kbs_letter_lang",
        compute_sudo=True,
        help="The client's, else the company's.",
    )

    kbs_line_opens_at = fields.Datetime(
        string="Line Opens",
        compute="_compute_kbs_line_opens_at",
        help="When the line is open again (UTC); empty while it is open.",
    )

    @api.depends("kbs_plan_id", "team_id", "company_id")
    def _compute_kbs_line_opens_at(self):
        now = fields.Datetime.now()
        for ticket in self:
            opening = ticket._kbs_get_line_opening(now)
            ticket.kbs_line_opens_at = opening if opening != now else False

    @api.depends("partner_id.lang", "company_id.partner_id.lang")
    def _compute_kbs_letter_lang(self):
        for ticket in self:
            ticket.kbs_letter_lang = (
                ticket.partner_id.lang or ticket.company_id.partner_id.lang
            )

    def _kbs_get_letter_recipient(self):
        """Return who reads letters about this ticket, as (partner, address).

        One of the two is empty: the address stands alone when the client wrote from
        one that is not his contact's.
        """
        self.ensure_one()
        # Odoo writes to no contact that was put away; his address is written to.
        partner = self.partner_id.filtered("active")
        address = email_normalize(self.partner_email)
        if address and address != partner.email_normalized:
            return partner.browse(), address
        readers = (partner, self.partner_id.commercial_partner_id)
        found = [x for x in readers if x.active and x.email_normalized]
        return (found[0] if found else partner.browse()), False

    # === A WORD OF OURS === #

    def message_post(self, *, partner_ids=None, outgoing_email_to=False, **kwargs):
        """An answer goes to the client, whoever else was chosen."""
        is_letter = kwargs.get("message_type") == "email"
        if is_letter and self.env.context.get("kbs_auto_reply"):
            partner_ids = []  # what a machine has said is sent on to nobody
        if self._kbs_is_word_to_client(kwargs):
            partner, address = self.sudo()._kbs_get_letter_recipient()
            partner_ids = list({*(partner_ids or []), *partner.ids})
            if address:
                addresses = {address, *(outgoing_email_to or "").split(",")}
                outgoing_email_to = ",".join(sorted(filter(None, addresses)))
        return super().message_post(
            partner_ids=partner_ids, outgoing_email_to=outgoing_email_to, **kwargs
        )

    def _kbs_is_word_to_client(self, values):
        """Tell whether what ``message_post`` gets is a public message of a person."""
        if self.env.context.get("kbs_auto_reply"):
            return False
        if values.get("message_type") not in ("comment", "email"):
            return False
        comment = self.env.ref("mail.mt_comment")
        subtype_id = values.get("subtype_id")
        if xmlid := values.get("subtype_xmlid"):
            subtype_id = self.env["ir.model.data"]._xmlid_to_res_id(xmlid)
        if subtype_id != comment.id or values.get("is_internal"):
            return False
        author_id = values.get("author_id")
        author = self.env["res.partner"].browse(author_id or [])
        return self._kbs_is_ours(author or self.env.user.partner_id)

    # === THE LETTER === #

    def _kbs_add_number(self, subject):
        """Return ``subject`` with the number that a cut thread is found by."""
        tag = f"[{self.number}]"
        return subject if tag in subject else f"{tag} {subject}"

    def _message_compute_subject(self):
        self.ensure_one()
        return self._kbs_add_number(self.name)

    def _notify_by_email_get_base_mail_values(self, message, *args, **kwargs):
        values = super()._notify_by_email_get_base_mail_values(message, *args, **kwargs)
        if self:
            subject = values.get("subject") or message.subject or self.name
            values["subject"] = self._kbs_add_number(subject)
        return values

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        """An address without a contact is written to in the client's language."""
        recipients = super()._notify_get_recipients(message, msg_vals, **kwargs)
        for recipient in recipients:
            if recipient["share"] and not recipient["lang"]:
                # Sudo: a client who writes does not choose the language.
                recipient["lang"] = self.sudo().kbs_letter_lang
        return recipients

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        for name, _function, values in groups:
            if name != "user":
                values.setdefault("button_access", {})["title"] = self.env._(
                    "Open the ticket"
                )
        return groups

    def _notify_by_email_render_layout(
        self, message, recipients_group, msg_vals=False, render_values=None
    ):
        """Clients get a layout of ours, without words that are not for them."""
        if self and recipients_group["notification_group_name"] != "user":
            msg_vals = {**(msg_vals or {}), "email_layout_xmlid": CLIENT_LAYOUT}
        return super()._notify_by_email_render_layout(
            message, recipients_group, msg_vals=msg_vals, render_values=render_values
        )

    def _notify_by_email_get_headers(self, headers=None):
        """A letter of the system says so, and no vacation responder answers it."""
        headers = super()._notify_by_email_get_headers(headers)
        if self.env.context.get("kbs_auto_reply"):
            headers = {**(headers or {}), **AUTOMATIC}
        return headers

    def _notify_thread_by_email(self, message, recipients_data, **kwargs):
        """Leave sending to the queue: nobody waits for the mail server."""
        result = super()._notify_thread_by_email(
            message, recipients_data, **{**kwargs, "force_send": False}
        )
        if any(x["notif"] == "email" for x in recipients_data):
            self._kbs_wake_mail_queue()
        return result

    @api.model
    def _kbs_wake_mail_queue(self):
        # Sudo: whoever wrote something may have it sent.
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()

    def _notify_thread_with_out_of_office(self, message, *args, **kwargs):
        """A specialist's absence is no answer, and no answer to a machine."""
        if self.env.context.get("kbs_auto_reply"):
            return self.env["mail.message"]
        return super(
            HelpdeskTicket, self.with_context(kbs_auto_reply=True)
        )._notify_thread_with_out_of_office(message, *args, **kwargs)

    def _notify_thread_with_out_of_office_get_additional_users(self, *args, **kwargs):
        # Sudo: a client who writes may not read who answers him.
        return super(
            HelpdeskTicket, self.sudo()
        )._notify_thread_with_out_of_office_get_additional_users(*args, **kwargs)

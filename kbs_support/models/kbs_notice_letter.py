from odoo import api, fields, models
from odoo.tools.mail import email_normalize, formataddr, generate_tracking_message_id

TEMPLATES = {
    "release": "kbs_support.mail_template_kbs_notice",
    "withdrawal": "kbs_support.mail_template_kbs_notice_withdrawal",
}


class KbsNoticeContact(models.Model):
    """The letter of one row: its words by a template, its headers by the RFCs."""

    _inherit = "kbs.notice.contact"

    message_id = fields.Char(
        string="Message-Id", readonly=True, help="By it a returned letter is found."
    )
    # === WHAT THE LETTER SAYS === #
    url = fields.Char(compute="_compute_url", compute_sudo=True)
    unsubscribe_url = fields.Char(compute="_compute_url", compute_sudo=True)
    copies = fields.Char(
        compute="_compute_copies",
        compute_sudo=True,
        help="Numbers and versions of the client's copies of the program.",
    )

    _message_index = models.Index("(message_id) WHERE message_id IS NOT NULL")

    @api.depends("release_id", "partner_id", "notice_id.is_mandatory")
    def _compute_url(self):
        base = self.browse().get_base_url()
        for contact in self:
            contact.url = f"{base}/my/releases/{contact.release_id.id}"
            contact.unsubscribe_url = (
                contact.partner_id and contact.partner_id._kbs_get_news_url()
            )

    @api.depends("commercial_partner_id", "release_id")
    def _compute_copies(self):
        found = self.env["kbs.installation"].search_fetch(
            [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("software_id", "in", self.release_id.software_id.ids),
                ("company_id", "in", self.company_id.ids),
            ],
            ["commercial_partner_id", "software_id", "company_id", "number", "version"],
        )
        by_key = found.grouped(
            lambda x: (x.commercial_partner_id, x.software_id, x.company_id)
        )
        for contact in self:
            key = (
                contact.commercial_partner_id,
                contact.release_id.software_id,
                contact.company_id,
            )
            contact.copies = ", ".join(
                f"{x.number} ({x.version})" if x.version else x.number
                for x in by_key.get(key, [])
            )

    def _build_letters(self):
        """Return ``{row id: email.message.EmailMessage}``, each in its reader's words.

        The rows are of one campaign. Rendering serves all of them at once.
        """
        notice = self.notice_id
        template = self.env.ref(TEMPLATES[notice.kind])
        rendered = {
            name: template._render_field(name, self.ids, compute_lang=True)
            for name in ("subject", "body_html", "email_from", "reply_to")
        }
        letters = {}
        for contact in self:
            subject, body, sender, reply_to = (
                rendered[name][contact.id] for name in rendered
            )
            letters[contact.id] = self.env["ir.mail_server"]._build_email__(
                email_from=sender,
                email_to=[formataddr((contact.partner_id.name or "", contact.email))],
                reply_to=reply_to or False,
                subject=subject,
                body=contact._wrap(body),
                subtype="html",
                message_id=generate_tracking_message_id(f"{contact.id}-kbs.notice"),
                headers=contact._get_headers(),
            )
        return letters

    def _wrap(self, body):
        """Return ``body`` as a whole page that names its language."""
        lang = (self.partner_id.lang or "uk_UA").split("_")[0]
        return (
            f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"/></head>'
            f"<body>{body}</body></html>"
        )

    def _get_headers(self):
        """Return headers of a bulk letter: RFC 2369, 2919, 3834 and 8058.

        A responder that reads them stays silent; a mail program shows its button
        "Unsubscribe", and one click is a POST to our page.
        """
        domain = email_normalize(self.company_id.email or "").partition("@")[2]
        headers = {
            "Auto-Submitted": "auto-generated",
            "Precedence": "bulk",
            "X-Auto-Response-Suppress": "OOF, AutoReply",
            "List-Id": f"<versions.{domain or 'localhost'}>",
        }
        if self.unsubscribe_url:
            headers |= {
                "List-Unsubscribe": f"<{self.unsubscribe_url}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            }
        return headers

import re

from odoo import fields, models

# Where anybody may open a mailbox, so the domain says nothing about the company.
PUBLIC_MAIL_DOMAINS = (
    "ukr.net, gmail.com, googlemail.com, i.ua, ua.fm, email.ua, meta.ua, bigmir.net, "
    "online.ua, 3g.ua, ukrpost.ua, outlook.com, hotmail.com, live.com, msn.com, "
    "yahoo.com, icloud.com, me.com, aol.com, gmx.com, proton.me, protonmail.com, "
    "zoho.com, tutanota.com"
)


class ResCompany(models.Model):
    """How the consultation line knows the colleagues of its clients."""

    _inherit = "res.company"

    kbs_public_mail_domains = fields.Text(
        string="Public Mail Domains",
        default=PUBLIC_MAIL_DOMAINS,
        help="Mail services that are open to everybody. A sender from here is never "
        "taken for a colleague of a client. Separated by commas or spaces.",
    )

    def _kbs_get_public_mail_domains(self):
        """Return the domains of public mail services as a set, in small letters."""
        texts = " ".join(self.mapped(lambda x: x.kbs_public_mail_domains or ""))
        return {x.lstrip("@") for x in re.split(r"[\s,;]+", texts.lower()) if x}

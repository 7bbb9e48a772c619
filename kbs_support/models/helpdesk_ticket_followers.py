from odoo import SUPERUSER_ID, models
from odoo.tools import email_normalize, email_normalize_all


class HelpdeskTicket(models.Model):
    """Who gets letters about a ticket beside its client."""

    _inherit = "helpdesk.ticket"

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

    def _message_get_suggested_recipients_batch(self, *args, **kwargs):
        """Do not propose who was only in Cc, unless he belongs to the client."""
        suggested = super()._message_get_suggested_recipients_batch(*args, **kwargs)
        for ticket in self.filtered("email_cc"):
            copies = set(email_normalize_all(ticket.email_cc))
            suggested[ticket.id] = [
                x
                for x in suggested[ticket.id]
                if email_normalize(x["email"]) not in copies
                or ticket.sudo()._kbs_is_correspondent(email_normalize(x["email"]))
            ]
        return suggested

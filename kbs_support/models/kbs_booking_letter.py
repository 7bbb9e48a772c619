from odoo import models
from odoo.tools import email_normalize, format_datetime

from ..tools.invitation import make_invitation


class KbsBooking(models.Model):
    """The letters about a slot, with a file for the client's calendar."""

    _inherit = "kbs.booking"

    def _send_invitations(self):
        """Tell the clients when the specialist connects, or that he does not."""
        for booking in self.sudo():
            ticket = booking.ticket_id
            booking.version += 1
            partner, address = ticket._kbs_get_letter_recipient()
            client = partner or booking.commercial_partner_id
            told = booking.with_context(lang=client.lang or self.env.lang)
            told.ticket_id.with_context(kbs_auto_reply=True)._kbs_post_letter(
                partner,
                address or "",
                subject=told._get_summary(),
                body=told.env["ir.qweb"]._render(
                    "kbs_support.kbs_booking_letter",
                    {
                        "is_cancelled": booking.state == "cancelled",
                        "when": told._tell_when(),
                        "specialist": booking.user_id.name,
                        "what_for": booking.note or ticket.name,
                    },
                ),
                attachments=[("remote-session.ics", told._make_invitation())],
            )

    def _make_invitation(self):
        self.ensure_one()
        company = self.company_id
        sender = self.ticket_id._kbs_get_letter_sender() or company.email
        return make_invitation(
            uid=f"kbs-booking-{self.id}@{self._get_database_uuid()}",
            sequence=self.version,
            start=self.date_start,
            end=self.date_end,
            summary=self._get_summary(),
            text=f"{company.name}: {self.user_id.name}, {self.ticket_id.number}",
            organizer=email_normalize(sender or "") or "",
            cancelled=self.state == "cancelled",
        )

    def _get_database_uuid(self):
        return self.env["ir.config_parameter"].sudo().get_param("database.uuid")

    def _get_summary(self):
        if self.state == "cancelled":
            return self.env._("Remote session cancelled: %s", self._tell_when())
        return self.env._("Remote session on %s", self._tell_when())

    def _tell_when(self):
        """Return the beginning in the time zone of support, in the language of env."""
        zone = self.company_id.kbs_tz
        return format_datetime(self.env, self.date_start, zone, "short")

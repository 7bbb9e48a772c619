from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ..tools.locking import take_turn
from ..tools.wording import nest_quotes


class EventRegistration(models.Model):
    """The certificate of who has attended an event."""

    _inherit = "event.registration"

    kbs_certificate = fields.Char(string="Certificate", readonly=True, copy=False)

    _kbs_certificate_unique = models.UniqueIndex(
        "(kbs_certificate) WHERE kbs_certificate IS NOT NULL",
        "There is already a certificate of this number.",
    )

    def _kbs_has_certificate(self):
        self.ensure_one()
        return (
            self.state == "done" and self.active and self.event_id.kbs_has_certificate
        )

    def _kbs_number_certificates_sudo(self):
        """Give a number to each that has none; once and for ever.

        Sudo: the client who downloads it first has no rights on registrations.

        :raise UserError: somebody has not attended
        """
        registrations = self.sudo()
        if absent := registrations.filtered(lambda x: not x._kbs_has_certificate()):
            raise UserError(
                self.env._(
                    "%(person)s has no certificate: only who has attended gets one.",
                    person=absent[0].display_name,
                )
            )
        new = registrations.filtered(lambda x: not x.kbs_certificate)
        take_turn(new)
        Sequence = self.env["ir.sequence"].sudo()
        for registration in new:
            registration.kbs_certificate = Sequence.next_by_code(
                "kbs.event.certificate"
            )

    def _kbs_prepare_certificate(self):
        """Return what stands in the certificate, as plain values."""
        self.ensure_one()
        event = self.event_id
        company = event._kbs_get_company()
        first = company._kbs_to_local_date(self.event_begin_date)
        last = company._kbs_to_local_date(self.event_end_date)
        days = [format_date(self.env, x, date_format="d MMMM y") for x in (first, last)]
        return {
            "number": self.kbs_certificate,
            "name": self.name,
            "client": self.kbs_client_id.name
            if self.kbs_client_id.name != self.name
            else False,
            "title": self.env._("“%(title)s”", title=nest_quotes(self.env, event.name)),
            "organiser": event.organizer_id.name or company.name,
            "days": days[0] if first == last else " – ".join(days),
            "issued": days[1],
            "hours": event.kbs_hours
            and formatLang(
                self.env, event.kbs_hours, digits=0 if event.kbs_hours % 1 == 0 else 1
            ),
            "company": company,
        }


class ReportKbsEventCertificate(models.AbstractModel):
    """What the paper of a certificate shows; printing gives it its number."""

    _name = "report.kbs_support.kbs_event_certificate"
    _description = "Certificate of a Training Event"

    @api.model
    def _get_report_values(self, docids, data=None):
        registrations = self.env["event.registration"].browse(docids)
        registrations.check_access("read")
        registrations._kbs_number_certificates_sudo()
        return {
            "doc_ids": docids,
            "doc_model": "event.registration",
            # Sudo: the certificate names client and organiser, and nothing else.
            "docs": registrations.sudo(),
        }

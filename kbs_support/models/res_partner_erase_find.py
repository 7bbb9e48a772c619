from odoo import models
from odoo.fields import Domain
from odoo.tools import email_normalize

# Texts about what is told to a client: the model, and the field that leads to it.
BESIDE = {
    "calendar.attendee": "event_id",
    "event.registration.answer": "registration_id",
    "kbs.feedback.change": "feedback_id",
    "kbs.notice.attempt": "contact_id",
    "kbs.remote.import.line": "ticket_id",
    "kbs.renewal.reminder": "renewal_id",
    "kbs.ticket.pause": "ticket_id",
    "sale.order.line": "order_id",
}
# The same where any record may be meant: the fields of its model and its number.
ABOUT_ANY = {
    "mail.message": ("model", "res_id"),
    "mail.activity": ("res_model", "res_id"),
    "mail.scheduled.message": ("model", "res_id"),
    "ir.attachment": ("res_model", "res_id"),
}
# What strangers sent before they were anybody's contact, and the field of the address.
BY_EMAIL = {
    "helpdesk.ticket": "partner_email",
    "crm.lead": "email_from",
    "event.registration": "email",
}


class ResPartner(models.Model):
    """Where a person may be named."""

    _inherit = "res.partner"

    def _kbs_collect(self, emails):
        """Return ``{model: records}`` in which the person may be named.

        :param list emails: addresses that only this person has
        """
        data = self.env["kbs.client.data"]
        people = data._get_people_sudo(self)
        found = {}
        for company in self.env["res.company"].search([]):  # pylint: disable=no-search-all
            for model, records in data._collect_sudo(people, company).items():
                found[model] = found.get(model, records) | records
        self._kbs_collect_unowned(found, emails)
        self._kbs_collect_beside(found)
        self._kbs_collect_letters(found, emails)
        for model in ("kbs.client.import.line", "kbs.client.import.fault"):
            # A few weeks of them, and any may name him.
            found[model] = self.env[model].search([])  # pylint: disable=no-search-all
        return found

    def _kbs_collect_unowned(self, found, emails):
        """Add to ``found`` what bears an address of his, and nobody's contact."""
        for model, fname in BY_EMAIL.items():
            records = self.env[model]
            for email in emails:
                records |= records.search(
                    Domain("partner_id", "=", False) & Domain(fname, "ilike", email)
                )
            found[model] |= self._kbs_filter_unowned(records, emails)

    def _kbs_filter_unowned(self, records, emails):
        """Return those of ``records`` that are this person's by contact or address."""
        fname = BY_EMAIL[records._name]
        return records.filtered(
            lambda x: (
                x.partner_id == self
                or (not x.partner_id and email_normalize(x[fname] or "") in emails)
            )
        )

    def _kbs_collect_beside(self, found):
        """Add to ``found`` the texts that belong to it, messages among them."""
        for model, path in BESIDE.items():
            records = self.env[model]
            owner = records._fields[path].comodel_name
            found[model] = records.search([(path, "in", found[owner].ids)])
        owners = list(found.items())
        for model, (model_field, id_field) in ABOUT_ANY.items():
            records = found.get(model, self.env[model])
            for owner, owned in owners:
                records |= records.search(
                    [(model_field, "=", owner), (id_field, "in", owned.ids)]
                )
            found[model] = records

    def _kbs_collect_letters(self, found, emails):
        """Add to ``found`` letters of its messages, and all letters to him."""
        messages = found["mail.message"]
        domain = Domain("mail_message_id", "in", messages.ids)
        domain |= Domain("recipient_ids", "in", self.ids)
        domain |= Domain.OR(Domain("email_to", "ilike", x) for x in emails)
        letters = self.env["mail.mail"].search(domain)
        messages |= letters.mail_message_id
        unsent = letters.filtered(
            lambda x: (
                x.state == "outgoing"
                and x.recipient_ids <= self
                and (x.recipient_ids or email_normalize(x.email_to or "") in emails)
            )
        )
        letters -= unsent
        unsent.unlink()
        messages = messages.exists()
        found["mail.mail"], found["mail.message"] = letters, messages
        for model in ("mail.tracking.value", "mail.notification"):
            found[model] = self.env[model].search(
                [("mail_message_id", "in", messages.ids)]
            )

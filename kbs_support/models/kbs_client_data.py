from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain


class Part(NamedTuple):
    """What belongs to a client in one model: paths to the person, and what is told."""

    paths: tuple
    fields: tuple


OWN = ("partner_id", "commercial_partner_id")
OF_SUPPORT = ("subscription_id.commercial_partner_id",)
OF_TICKET = ("ticket_id.partner_id", "ticket_id.commercial_partner_id")
TICKET = "description partner_name partner_email stage_id priority create_date"

# Everything that a client may ask for: model, how it leads to him, and what is told.
PARTS = {
    model: Part(paths, tuple(fields.split()))
    for model, paths, fields in (
        (
            "res.partner",
            ("id",),
            "name parent_id company_registry vat function email phone street street2 "
            "city zip state_id country_id lang kbs_role kbs_is_news_refused "
            "kbs_erased_on create_date",
        ),
        ("res.users", ("partner_id",), "login active login_date create_date"),
        ("res.partner.bank", ("partner_id",), "acc_number bank_id"),
        (
            "kbs.subscription",
            OWN,
            "name plan_id state date_start date_end tenure_start manager_id "
            "specialist_id closed_on",
        ),
        (
            "kbs.subscription.period",
            OWN,
            "subscription_id plan_id term_id date_start date_end price_total "
            "price_kind is_paid is_cancelled opened_on opened_from",
        ),
        ("kbs.guarantee", ("period_id.commercial_partner_id",), "date_until reason"),
        ("kbs.pause", OF_SUPPORT, "date_start date_end reason_id"),
        (
            "kbs.subscription.transfer",
            ("old_partner_id", "new_partner_id"),
            "date old_partner_id new_partner_id reason",
        ),
        ("kbs.renewal", OF_SUPPORT, "subscription_id state ends_on"),
        (
            "kbs.hour.entry",
            OF_SUPPORT,
            "subscription_id kind minutes date valid_from valid_to",
        ),
        (
            "kbs.installation",
            OWN,
            "software_id edition_id number version place last_seen",
        ),
        ("helpdesk.ticket", OWN, f"number name {TICKET}"),
        ("kbs.call", OF_TICKET, "ticket_id create_date"),
        (
            "kbs.remote.session",
            ("commercial_partner_id",),
            "ticket_id date_start date_end consent_at connection_id workplace result",
        ),
        ("kbs.booking", ("commercial_partner_id",), "ticket_id date_start state"),
        (
            "account.analytic.line",
            ("kbs_ticket_id.commercial_partner_id",),
            "date name unit_amount kbs_ticket_id",
        ),
        ("kbs.over.plan", ("commercial_partner_id",), "ticket_id minutes state"),
        ("kbs.feedback", OWN, "name title text state create_date"),
        ("kbs.feedback.letter", ("partner_id",), "create_date"),
        ("kbs.feedback.vote", ("partner_id",), "create_date"),
        ("kbs.article.vote", ("partner_id",), "create_date"),
        ("rating.rating", ("partner_id",), "rating feedback create_date"),
        ("kbs.release.download", OWN, "create_date"),
        ("kbs.notice.contact", OWN, "channel state done_at"),
        ("sale.order", ("partner_id",), "name date_order state amount_total"),
        (
            "account.move",
            OWN,
            "name move_type state invoice_date amount_total payment_state",
        ),
        ("account.payment", ("partner_id",), "date amount state memo"),
        ("payment.transaction", ("partner_id",), "reference amount state create_date"),
        ("payment.token", ("partner_id",), "payment_details create_date"),
        (
            "crm.lead",
            ("partner_id",),
            "name contact_name email_from phone create_date",
        ),
        (
            "event.registration",
            ("partner_id",),
            "event_id name email phone state kbs_benefit kbs_certificate create_date",
        ),
        (
            "kbs.act",
            ("partner_id",),
            "name kind date date_start date_end amount_total state signed_on",
        ),
        (
            "kbs.signed.scan",
            ("partner_id", "subscription_id.commercial_partner_id"),
            "file_name sent_at state signed_on word",
        ),
        ("kbs.invitation", ("partner_id",), "email moment"),
        ("calendar.event", ("partner_ids",), "name start stop"),
        ("project.task", ("partner_id",), "name create_date"),
        ("sms.sms", ("partner_id",), "number body state create_date"),
        ("snailmail.letter", ("partner_id",), "state create_date"),
        (
            "website.visitor",
            ("partner_id",),
            "create_date last_connection_datetime visit_count",
        ),
        ("mail.message", ("author_id",), "date subject body email_from model"),
    )
}

INTERNAL = "how we work on it, nothing about the client that is not told elsewhere"
SETTING = "a setting of ours, no data of a client"
DOUBLE = "stands in what is told already"
# What refers to a client, a support or a ticket and is not told, each with the reason.
LEFT_OUT = {
    "account.analytic.account": SETTING,
    "account.analytic.distribution.model": SETTING,
    "account.bank.statement.line": DOUBLE,
    "account.move.line": DOUBLE,
    "account.reconcile.model": SETTING,
    "account.reconcile.model.line": SETTING,
    "blog.post": SETTING,
    "calendar.attendee": DOUBLE,
    "calendar.filters": SETTING,
    "discuss.channel.member": INTERNAL,
    "discuss.channel.rtc.session": INTERNAL,
    "event.event": SETTING,
    "hr.employee": SETTING,
    "hr.version": SETTING,
    "hr.work.location": SETTING,
    "ir.actions.server": SETTING,
    "kbs.client.export": DOUBLE,
    "kbs.price.revision.client": INTERNAL,
    "kbs.remote.import.line": DOUBLE,
    "kbs.renewal.reminder": INTERNAL,
    "kbs.renewal.run.line": INTERNAL,
    "kbs.sla.target": INTERNAL,
    "kbs.ticket.pause": INTERNAL,
    "kbs.timer": INTERNAL,
    "mail.followers": INTERNAL,
    "mail.mail": DOUBLE,
    "mail.message.reaction": INTERNAL,
    "mail.notification": INTERNAL,
    "mail.push.device": INTERNAL,
    "mail.scheduled.message": INTERNAL,
    "product.supplierinfo": SETTING,
    "project.collaborator": SETTING,
    "project.project": SETTING,
    "res.company": SETTING,
    "res.partner.category": SETTING,
    "res.users.settings.volumes": SETTING,
    "sale.order.line": DOUBLE,
}


class KbsClientData(models.AbstractModel):
    """Where the data of a client are: what he is told of, and what is erased.

    ``tests/test_client_data.py`` walks over all models that refer to a client, and
    fails for one that stands in neither table.
    """

    _name = "kbs.client.data"
    _description = "Data of a Client"

    @api.model
    def _get_parts(self):
        """Return ``{model: Part}``; a module with models of its own adds them."""
        return PARTS

    @api.model
    def _get_left_out(self):
        """Return ``{model: why it is not told}``."""
        return LEFT_OUT

    @api.model
    def _get_people_sudo(self, partner):
        """Return the client's company and all its contacts, with sudo."""
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        return partners.search([("id", "child_of", partner.commercial_partner_id.id)])

    @api.model
    def _collect_sudo(self, people, company):
        """Return ``{model: records}`` of all that belongs to ``people``.

        Sudo: who answers for the rights of a client over his data need not have the
        right to read his invoices. Records of other companies stay out.
        """
        found = {}
        for model, part in self._get_parts().items():
            records = self.env[model].sudo().with_context(active_test=False)
            domain = Domain.OR([(path, "in", people.ids)] for path in part.paths)
            if "company_id" in records._fields and model != "res.users":
                domain &= Domain("company_id", "in", (False, company.id))
            found[model] = records.search(domain)
        return found

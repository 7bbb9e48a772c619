from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

REPORT = "kbs_support.kbs_act_report"
MAX_ON_PAGE = 12  # the rest stands in the list of acts


class KbsAct(models.Model):
    """The acts of a client on his pages."""

    _inherit = "kbs.act"

    @api.model
    def _get_portal_domain(self, user):
        """Domain of the acts that ``user`` may see: issued ones of his company.

        All pages and files of acts ask here. An act says what support costs, so it is
        for who may see the invoices.
        """
        person = user.sudo().partner_id
        if not person._kbs_may_see_invoices():
            return Domain.FALSE
        client = person.commercial_partner_id
        return (
            Domain("partner_id", "=", client.id)
            & Domain("company_id", "in", user.company_ids.ids)
            & Domain("state", "!=", "draft")
        )

    @api.model
    def _get_portal_act_sudo(self, user, act_id):
        """Return the act with sudo if ``user`` may see it, else none."""
        domain = self._get_portal_domain(user) & Domain("id", "=", act_id)
        return self.sudo().search(domain)

    @api.model
    def _prepare_portal_acts_sudo(self, user, domain=Domain.TRUE, **kwargs):
        """Return acts of ``user`` as plain values, the latest first.

        :param domain: which of them
        :param kwargs: ``limit`` and ``offset``
        """
        acts = self.sudo().search(self._get_portal_domain(user) & domain, **kwargs)
        return [x._prepare_portal_act() for x in acts]

    def _prepare_portal_act(self):
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        return {
            "name": self.name,
            "url": f"/my/acts/{self.id}/pdf",
            "page_url": self._kbs_get_portal_url(),
            "date": format_date(self.env, self.date),
            "days": self.subscription_id._tell_days(self.date_start, self.date_end),
            "total": format_amount(self.env, self.amount_total, self.currency_id),
            "is_correction": self.kind == "correction",
            "is_waiting": self.state == "issued",
            "is_accepted": self.state in ("signed", "silent"),
            "state": states[self.state],
            "silent_on": self.state == "issued"
            and self.silent_on
            and format_date(self.env, self.silent_on),
        }

    def _render_pdf_sudo(self):
        """Return the PDF of this act; sudo: who may see it was checked before."""
        self.ensure_one()
        reports = self.env["ir.actions.report"]
        return reports._kbs_print_sudo(REPORT, self, self.company_id)


class KbsSubscription(models.Model):
    _inherit = "kbs.subscription"

    def _prepare_portal_page_sudo(self, user):
        # EXTENDS kbs_support: acts stand among the documents.
        acts = self.env["kbs.act"]._prepare_portal_acts_sudo(
            user, Domain("subscription_id", "=", self.id), limit=MAX_ON_PAGE
        )
        return {**super()._prepare_portal_page_sudo(user), "acts": acts}

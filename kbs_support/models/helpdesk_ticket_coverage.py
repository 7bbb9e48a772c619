from odoo import api, models
from odoo.exceptions import AccessError


class HelpdeskTicket(models.Model):
    """Covered by which plan until when, or why not (E1, E6).

    The answer is given when the ticket is taken in. While the ticket is open it
    follows another client, and a payment; on a closed one it stays.
    """

    _inherit = "helpdesk.ticket"

    # === CRUD METHODS === #

    def write(self, vals):
        self._kbs_check_derived(vals)
        clients = {x: x.partner_id for x in self} if "partner_id" in vals else {}
        res = super().write(vals)
        moved = self.filtered(lambda x: x in clients and clients[x] != x.partner_id)
        if moved := moved.filtered(lambda x: not x.closed):
            moved.sudo().kbs_found_by = "hand"
            moved._kbs_redo_coverage()
        return res

    def _kbs_check_derived(self, vals):
        """Keep what follows from the client from being typed in.

        :raise AccessError: somebody writes what intake or a lead's exception decides
        """
        derived = self._kbs_get_derived_fields() & set(vals)
        if derived and not self.env.su:
            labels = self.fields_get(derived, ["string"]).values()
            raise AccessError(
                self.env._(
                    "These follow from the client of the ticket and cannot be "
                    "written: %(fields)s",
                    fields=", ".join(label["string"] for label in labels),
                )
            )

    @api.model
    def _kbs_get_derived_fields(self):
        """Names of the fields that nobody writes by hand."""
        return {
            "kbs_subscription_id",
            "kbs_coverage",
            "kbs_coverage_reason",
            "kbs_found_by",
            "kbs_exception_reason",
            "kbs_exception_user_id",
            "kbs_lead_id",
        }

    # === AT INTAKE === #

    @api.model
    def _kbs_cover(self, vals_list):
        """Fill in what covers new tickets, whatever their values said before."""
        for companies, group in self._kbs_group_by_companies(vals_list):
            ids = {x["partner_id"] for x in group if x.get("partner_id")}
            partners = self.env["res.partner"].browse(ids)
            told = self._kbs_get_coverage(partners, companies)
            for vals in group:
                partner = partners.browse(vals.get("partner_id"))
                values, company = told[partner]
                vals.update(values)
                if company and not vals.get("company_id"):
                    vals["company_id"] = company.id

    @api.model
    def _kbs_get_coverage(self, partners, companies):
        """Tell what covers ``partners`` today in ``companies``.

        :return: dict ``{partner: (values of the ticket, company of the subscription or
            an empty one)}``, with a key for nobody as well; the sentence is in the
            language of the company
        """
        ours = companies[:1].sudo().partner_id
        # Of both at once: every ticket pays for a query more.
        (partners.sudo() | ours).mapped("lang")
        lang = ours.lang or self.env.lang
        subscriptions = (
            self.env["kbs.subscription"]
            .sudo()  # the answer is needed by whoever writes
            .with_context(allowed_company_ids=companies.ids, lang=lang)
        )
        active = subscriptions._get_active_periods(partners.sudo())
        last = subscriptions._get_last_known(
            partners.sudo().filtered(lambda x: not active[x])
        )
        nobody = self.env["res.partner"]
        nothing = self.env["kbs.subscription.period"].sudo()
        told = {nobody: self._kbs_prepare_coverage(nothing, subscriptions)}
        for partner in partners:
            known = partner.sudo()
            told[partner] = self._kbs_prepare_coverage(
                active[known], last.get(known, subscriptions), known
            )
        return told

    @api.model
    def _kbs_prepare_coverage(self, period, last, partner=None):
        """Return the values of a ticket, and the company that they come from.

        :param period: what covers ``partner`` today, or an empty one
        :param last: the subscription that covered him last, or an empty one
        """
        subscription = period.subscription_id or last
        if period:
            reason = subscription._tell_coverage(period)
        elif last:
            reason = last._tell_no_coverage()
        else:
            reason = last._tell_never_sold(partner)
        values = {
            "kbs_subscription_id": period.subscription_id.id,
            "kbs_coverage": "covered" if period else "not_covered",
            "kbs_coverage_reason": reason,
        }
        return values, subscription.company_id

    # === LATER === #

    def _kbs_redo_coverage(self):
        """Ask again what covers these open tickets; their clocks follow."""
        for company, tickets in self.grouped("company_id").items():
            told = self._kbs_get_coverage(tickets.partner_id, company)
            for partner, same in tickets.grouped("partner_id").items():
                values, _company = told[partner]
                # Sudo: nobody types the coverage in, see _kbs_check_derived.
                same.sudo().write(values)

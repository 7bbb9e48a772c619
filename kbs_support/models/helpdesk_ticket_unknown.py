from odoo import api, models
from odoo.tools import email_normalize
from odoo.tools.mail import email_split_tuples


class HelpdeskTicket(models.Model):
    """Who writes to the line and is no client, becomes a prospect of sales."""

    _inherit = "helpdesk.ticket"

    @api.model
    def _kbs_is_stranger(self, email, companies=None):
        """Say whether nobody knows this sender: no contact, no client's domain.

        :param str email: address, with a name or without
        :param companies: ours, in which clients are looked for; by default all that
            the user works in
        """
        companies = companies or self.env.companies
        address = email_normalize(email)
        if not address:
            return True
        return not (
            self._kbs_match_emails({address}, companies)
            or self._kbs_match_domains({address.split("@")[1]}, companies)
        )

    @api.model
    def _kbs_route_stranger(self, route, message_dict):
        """Return ``route`` of an incoming mail, to CRM for a new mail of a stranger.

        :param tuple route: model, thread id, values, user id, alias
        """
        model, thread_id, values, user_id, _alias = route
        if model != self._name or thread_id:
            return route
        # Sudo: mail is sorted by the gateway.
        team = (
            self.env["helpdesk.ticket.team"]
            .sudo()
            .browse((values or {}).get("team_id"))
        )
        sender = message_dict.get("email_from")
        if not self._kbs_is_stranger(sender, team.company_id):
            return route
        lead = self._kbs_prepare_stranger_lead(message_dict, team)
        # Without the alias: when CRM fails, it is not the alias that is wrong.
        return "crm.lead", 0, {**lead, "kbs_ticket_values": values}, user_id, None

    @api.model
    def _kbs_prepare_stranger_lead(self, message_dict, team):
        """Values of the prospect, beside those that Odoo takes from the mail."""
        names = email_split_tuples(message_dict.get("email_from") or "")
        company = team.company_id or self.env.company
        return {
            # Odoo may know a contact of another company of ours: not of this one.
            "partner_id": False,
            "contact_name": names and names[0][0],
            "description": message_dict.get("body"),
            "company_id": company.id,
            "user_id": False,
            "source_id": self.with_company(company)._kbs_get_lead_source_sudo().id,
        }

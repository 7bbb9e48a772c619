from odoo import api, fields, models
from odoo.tools import email_normalize
from odoo.tools.mail import email_split_tuples


class HelpdeskTicket(models.Model):
    """Whose ticket it is: by contact, by e-mail, by the domain of the company."""

    _inherit = "helpdesk.ticket"

    kbs_found_by = fields.Selection(
        selection=[
            ("contact", "Contact"),
            ("email", "E-mail"),
            ("domain", "Domain of the E-mail"),
            ("hand", "By Hand"),
        ],
        string="Client Found by",
        readonly=True,
        copy=False,
        help="A client found by the domain only is checked by whoever answers.",
    )

    @api.model
    def _kbs_find_clients(self, vals_list):
        """Fill in the client of new tickets, and how he was found.

        The address decides only where no contact is given. A domain makes the sender
        a contact of the client's company, without access to the portal.
        """
        for companies, group in self._kbs_group_by_companies(vals_list):
            unknown = []
            for vals in group:
                vals["kbs_found_by"] = "contact" if vals.get("partner_id") else False
                if not vals.get("partner_id"):
                    unknown.append(vals)
            unknown = self._kbs_find_by_email(unknown, companies)
            self._kbs_find_by_domain(unknown, companies)

    @api.model
    def _kbs_group_by_companies(self, vals_list):
        """Return ``[(companies, [vals])]``: where the clients are looked for.

        The company of the team or of the ticket; where neither has one, all that the
        user works in.
        """
        groups = {}
        teams = self.env["helpdesk.ticket.team"]
        for vals in vals_list:
            # Sudo: a portal user may not read who answers him.
            given = teams.sudo().browse(vals.get("team_id")).company_id
            given |= self.env["res.company"].browse(vals.get("company_id"))
            companies = given[:1].sudo(False) or self.env.companies
            groups.setdefault(companies, []).append(vals)
        return list(groups.items())

    def action_kbs_confirm_sender(self):
        """Somebody has made sure that the sender works for this client."""
        self.check_access("write")
        # Sudo: how a client was found is not typed in, see _kbs_check_derived.
        self.filtered(lambda x: x.kbs_found_by == "domain").sudo().kbs_found_by = "hand"

    # === BY E-MAIL === #

    @api.model
    def _kbs_find_by_email(self, vals_list, companies):
        """Fill in the contacts of these addresses, and return what is left."""
        found = self._kbs_match_emails(
            {email_normalize(x.get("partner_email")) for x in vals_list} - {False},
            companies,
        )
        left = []
        for vals in vals_list:
            partner = found.get(email_normalize(vals.get("partner_email")))
            if partner:
                self._kbs_put_client(vals, partner, "email")
            else:
                left.append(vals)
        return left

    @api.model
    def _kbs_match_emails(self, emails, companies):
        """Return ``{address: contact}``, of several the one who was sold support."""
        if not emails:
            return {}
        partners = (
            self.env["res.partner"]
            .sudo()  # who writes is found out for everybody
            .search(
                [
                    ("email_normalized", "in", list(emails)),
                    ("company_id", "in", [False, *companies.ids]),
                ],
                order="id",
            )
        )
        return {
            email: same.sorted(self._kbs_rank_contact)[0] if len(same) > 1 else same
            for email, same in partners.grouped("email_normalized").items()
        }

    @api.model
    def _kbs_rank_contact(self, partner):
        """A client before others, a person before his company."""
        sold = partner.commercial_partner_id.kbs_subscription_ids
        return (not sold, partner.is_company, partner.id)

    # === BY DOMAIN === #

    @api.model
    def _kbs_find_by_domain(self, vals_list, companies):
        """Make the senders contacts of the only client that has their domain."""
        senders = {}
        for vals in vals_list:
            if email := email_normalize(vals.get("partner_email")):
                senders.setdefault(email, []).append(vals)
        owners = self._kbs_match_domains({x.split("@")[1] for x in senders}, companies)
        new = {
            email: owners[email.split("@")[1]]
            for email in senders
            if email.split("@")[1] in owners
        }
        if not new:
            return
        partners = (
            self.env["res.partner"]
            .sudo()  # who writes to us need not be allowed to make contacts
            .with_context(mail_create_nosubscribe=True)
            .create(
                [
                    self._kbs_prepare_contact(email, senders[email][0], company)
                    for email, company in new.items()
                ]
            )
        )
        for email, partner in zip(new, partners, strict=True):
            for vals in senders[email]:
                self._kbs_put_client(vals, partner, "domain")

    @api.model
    def _kbs_match_domains(self, domains, companies):
        """Return ``{domain: client}`` for domains of exactly one client.

        :param set domains: in small letters
        :param companies: ours, in which support was sold to the client
        :return: dict of commercial entities, in sudo
        """
        domains = set(domains) - companies.sudo()._kbs_get_public_mail_domains()
        if not domains:
            return {}
        groups = (
            self.env["res.partner"]
            .sudo()  # who writes is found out for everybody
            ._read_group(
                [
                    ("kbs_email_domain", "in", list(domains)),
                    (
                        "commercial_partner_id.kbs_subscription_ids",
                        "any",
                        [("company_id", "in", companies.ids)],
                    ),
                ],
                ["kbs_email_domain"],
                ["commercial_partner_id:recordset"],
            )
        )
        return {domain: clients for domain, clients in groups if len(clients) == 1}

    @api.model
    def _kbs_prepare_contact(self, email, vals, company):
        """Values of the sender as a contact of the client's ``company``."""
        names = email_split_tuples(vals.get("partner_email") or "")
        name = vals.get("partner_name") or (names and names[0][0]) or email
        return {"name": name, "email": email, "parent_id": company.id}

    @api.model
    def _kbs_put_client(self, vals, partner, found_by):
        vals["partner_id"] = partner.id
        vals["partner_name"] = vals.get("partner_name") or partner.name
        vals["kbs_found_by"] = found_by

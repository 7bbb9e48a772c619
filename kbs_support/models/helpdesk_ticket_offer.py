from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.mail import is_html_empty

from ..tools.locking import wait_for_others


class HelpdeskTicket(models.Model):
    """What a client without coverage is offered, and who of sales does it."""

    _inherit = "helpdesk.ticket"

    kbs_lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Opportunity",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_user",
        help="What sales make of this ticket.",
    )

    # === OFFER === #

    def action_kbs_offer(self):
        """Open what this client can be offered, or hand him over to sales.

        A renewal where he had support that goes on, else a new quotation. Who may
        not sell leaves an opportunity to those who do.
        """
        self.ensure_one()
        self.check_access("read")
        is_seller = self.env.user.has_group("sales_team.group_sale_salesman")
        if not is_seller or not self.partner_id:
            return self.action_kbs_make_lead()
        subscription = self._kbs_get_known_subscription_sudo().sudo(False)
        if not subscription or subscription.state == "cancelled":
            return self._kbs_get_quotation_action()
        try:
            return subscription.action_renew()
        except UserError:
            # Ordered and not paid, for example: there he sees what it waits for.
            return {
                "type": "ir.actions.act_window",
                "res_model": "kbs.subscription",
                "res_id": subscription.id,
                "views": [(False, "form")],
            }

    def action_kbs_make_lead(self):
        """Make an opportunity of this ticket, once, and say who has it."""
        self.ensure_one()
        self.check_access("write")
        lead = self._kbs_get_lead_sudo().sudo(False)
        if lead.has_access("read"):
            return {
                "type": "ir.actions.act_window",
                "res_model": "crm.lead",
                "res_id": lead.id,
                "views": [(False, "form")],
            }
        seller = lead.sudo().user_id.name  # his name only
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Sales know of this client"),
                "message": (
                    self.env._("%(seller)s makes the offer.", seller=seller)
                    if seller
                    else self.env._("Whoever sells will take it over.")
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _kbs_get_quotation_action(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale.action_quotations_with_onboarding"
        )
        action["views"] = [(False, "form")]
        action["context"] = {"default_partner_id": self.commercial_partner_id.id}
        return action

    def _kbs_get_known_subscription_sudo(self):
        """Return what covers the client, or covered him last; maybe nothing.

        Sudo: decides what is shown and offered to people who may not read it.
        """
        self.ensure_one()
        subscriptions = (
            self.env["kbs.subscription"]
            .sudo()
            .with_context(allowed_company_ids=(self.company_id or self.env.company).ids)
        )
        partner = self.partner_id._origin.sudo()
        if not partner:
            return subscriptions
        active = subscriptions._get_active(partner)[partner]
        return active or subscriptions._get_last_known(partner)[partner]

    # === OPPORTUNITY === #

    def _kbs_get_lead_sudo(self):
        """Return the opportunity of this ticket, made at the first call.

        That of the client's renewal where one is running. Sudo: who answers clients
        need not see what sales do.
        """
        self.ensure_one()
        ticket = self.sudo()
        wait_for_others(ticket)
        if not ticket.kbs_lead_id:
            renewal = ticket._kbs_get_known_subscription_sudo().renewal_id
            lead = renewal.lead_id.filtered("active")
            if lead:
                lead.message_post(
                    body=self.env._(
                        "The client asks for support: ticket %(number)s, %(name)s",
                        number=ticket.number,
                        name=ticket.name,
                    )
                )
            else:
                lead = ticket.env["crm.lead"].create(ticket._kbs_prepare_lead())
            ticket.kbs_lead_id = lead
        return ticket.kbs_lead_id

    def _kbs_prepare_lead(self):
        """Values of the opportunity that sales get for this ticket."""
        subscription = self._kbs_get_known_subscription_sudo()
        seller = subscription._get_working_manager() if subscription else False
        seller = seller or self.company_id.kbs_renewal_user_id
        text = self.description
        return {
            "name": self.name,
            "type": "opportunity",
            "referred": self.number,
            "partner_id": self.partner_id.id,
            "contact_name": self.partner_name,
            "email_from": self.partner_email,
            "description": False if is_html_empty(text) else text,
            "company_id": self.company_id.id,
            "user_id": seller.id,
            "source_id": self._kbs_get_lead_source_sudo().id,
        }

    @api.model
    def _kbs_get_lead_source_sudo(self):
        """Return the source of prospects who write to the consultation line.

        Sudo: who answers clients may not make sources.
        """
        company = self.env.company.sudo()
        sources = self.env["utm.source"].sudo()
        lang = company.partner_id.lang or self.env.lang
        name = self.with_context(lang=lang).env._("Consultation line")
        found = sources.search([("name", "=", name)], limit=1)
        return found or sources.create({"name": name})

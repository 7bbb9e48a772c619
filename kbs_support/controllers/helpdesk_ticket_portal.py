from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route

from odoo.addons.helpdesk_mgmt.controllers.main import HelpdeskTicketController
from odoo.addons.helpdesk_mgmt.controllers.myaccount import CustomerPortalHelpdesk

from .typed import to_id


class KbsTicketPortal(CustomerPortalHelpdesk):
    """The page of a ticket."""

    @route()
    def portal_my_ticket(self, ticket_id, access_token=None, **kw):
        """The page of one ticket; no attachment gets a token that lasts."""
        try:
            ticket_sudo = self._document_check_access(
                "helpdesk.ticket", ticket_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        if not ticket_sudo.active:
            return request.redirect("/my")
        values = self._ticket_get_page_view_values(ticket_sudo, access_token, **kw)
        return request.render("helpdesk_mgmt.portal_helpdesk_ticket_page", values)

    def _ticket_get_page_view_values(self, ticket, access_token, **kwargs):
        values = super()._ticket_get_page_view_values(ticket, access_token, **kwargs)
        return {
            **values,
            "closed_stages": ticket._kbs_get_portal_closing_stages(),
            "kbs_bookings": ticket._kbs_get_coming_bookings_sudo(),
            "kbs_may_book": request.env.user._is_portal() and not ticket.closed,
            "kbs_attachments": [
                {"name": x.name, "url": _get_download_url(x)}
                for x in ticket._kbs_get_public_attachments_sudo()
            ],
        }


class KbsTicketClosing(HelpdeskTicketController):
    """Closing by the client. A page that others can make him open closes nothing."""

    @route(auth="public", methods=["POST"], website=True, csrf=True)
    def support_ticket_close(
        self, ticket_id=None, stage_id=None, access_token=None, **kw
    ):
        """Close the ticket, for anybody who may read it or has its link."""
        portal = KbsTicketPortal()
        try:
            ticket_sudo = portal._document_check_access(
                "helpdesk.ticket", to_id(ticket_id), access_token=access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        if not ticket_sudo.active:
            return request.redirect("/my")
        user = request.env.user
        ticket = ticket_sudo.with_user(user)
        if user._is_internal() and not ticket.has_access("write"):
            return request.redirect("/my")
        ticket.sudo()._kbs_close_from_portal(to_id(stage_id))  # a right of the page
        address = ticket_sudo.access_url
        # What was typed is not led back to: it may be anything.
        if access_token and access_token == ticket_sudo.access_token:
            address += f"/{access_token}"
        return request.redirect(address)


def _get_download_url(attachment):
    # Clients have no right to files: each link is signed, for some weeks.
    token = attachment._get_raw_access_token()
    return f"/web/content/{attachment.id}?download=true&access_token={token}"

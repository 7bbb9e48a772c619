from odoo.exceptions import UserError
from odoo.http import request, route

from .kbs_support_home import KbsSupportPortal
from .typed import read_line, read_typed


class KbsRequestPortal(KbsSupportPortal):
    """What a client asks for, and a person decides."""

    @route(
        "/my/support/<int:subscription_id>/request",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_support_request(self, subscription_id, **query):
        subscription_sudo = self._kbs_find_sudo(subscription_id)
        typed = {"kind": read_line(query, "kind"), "reason": ""}
        return self._kbs_render_request(subscription_sudo, typed)

    @route(
        "/my/support/<int:subscription_id>/request",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def kbs_support_ask(self, subscription_id, **typed):
        """Take the request in, or show the form again with all that was typed."""
        subscription_sudo = self._kbs_find_sudo(subscription_id)
        typed = read_typed(typed, ("kind", "reason"))
        try:
            with request.env.cr.savepoint():
                ticket_sudo = subscription_sudo._request_from_portal_sudo(
                    request.env.user, typed["kind"], typed["reason"]
                )
        except UserError as error:
            return self._kbs_render_request(subscription_sudo, typed, str(error))
        return request.redirect(ticket_sudo.access_url)

    def _kbs_render_request(self, subscription_sudo, typed, fault=None):
        return self._kbs_render(
            "portal_kbs_support_request",
            "kbs_support_request",
            subscription_sudo,
            asked=subscription_sudo._prepare_portal_requests(request.env.user),
            typed=typed,
            fault=fault,
        )

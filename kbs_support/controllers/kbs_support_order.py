from odoo.exceptions import UserError
from odoo.http import request, route

from .kbs_support_home import KbsSupportPortal
from .typed import read_line


class KbsOrderPortal(KbsSupportPortal):
    """The last step of any order of a client's: he reads it again, and confirms."""

    @route(
        "/my/support/order/<int:order_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_order(self, order_id, **_query):
        """Show the quotation once more, before it becomes an order."""
        return self._kbs_render_order(self._kbs_find_order_sudo(order_id))

    @route(
        "/my/support/order/<int:order_id>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def kbs_order_confirm(self, order_id, **typed):
        """Confirm the order with the obligation to pay, and lead to the payment."""
        order_sudo, user = self._kbs_find_order_sudo(order_id), request.env.user
        try:
            with request.env.cr.savepoint():
                order_sudo._kbs_confirm_from_portal_sudo(
                    user, read_line(typed, "amount")
                )
        except UserError as error:
            return self._kbs_render_order(order_sudo, str(error))
        return self._kbs_lead_on(order_sudo)

    def _kbs_find_order_sudo(self, order_id):
        """Return the order; what is not the client's does not exist for him."""
        order_sudo = request.env["sale.order"]._kbs_get_portal_order_sudo(
            request.env.user, order_id
        )
        if not order_sudo:
            raise request.not_found()
        return order_sudo

    def _kbs_render_order(self, order_sudo, fault=None):
        if order_sudo.state == "sale":
            return self._kbs_lead_on(order_sudo)
        return self._kbs_render(
            "portal_kbs_support_order",
            "kbs_support_order",
            order_sudo._kbs_get_portal_support_sudo(request.env.user),
            order_sudo.company_id,
            fault=fault,
            order=order_sudo._kbs_prepare_portal_quotation(),
        )

    def _kbs_lead_on(self, order_sudo):
        """Lead the client from the confirmed order to its payment."""
        user = request.env.user
        invoice_sudo = order_sudo._kbs_get_portal_invoice_sudo(user)
        if invoice_sudo:
            return request.redirect(f"/my/support/pay/{invoice_sudo.id}")
        support_sudo = order_sudo._kbs_get_portal_support_sudo(user)
        page = f"/{support_sudo.id}" if support_sudo else ""
        return request.redirect(f"/my/support{page}?ordered=1")

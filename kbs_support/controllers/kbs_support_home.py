from odoo.exceptions import UserError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from .helpdesk_ticket_portal import to_id
from .typed import read_line


class KbsSupportPortal(CustomerPortal):
    """A client's support: what he has, and how he renews it himself."""

    @route("/my/support", type="http", auth="user", website=True, methods=["GET"])
    def kbs_support(self, **_query):
        Subscription = request.env["kbs.subscription"]
        home = Subscription._prepare_portal_home_sudo(request.env.user)
        return self._kbs_render("portal_kbs_support", "kbs_support", home=home)

    @route(
        "/my/support/<int:subscription_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_support_page(self, subscription_id, **query):
        subscription_sudo = self._kbs_find_sudo(subscription_id)
        return self._kbs_render(
            "portal_kbs_support_page",
            "kbs_support_page",
            subscription_sudo,
            page=subscription_sudo._prepare_portal_page_sudo(request.env.user),
            is_ordered=bool(query.get("ordered")),
        )

    # === CHOOSING === #

    @route(
        "/my/support/<int:subscription_id>/renew",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_support_offers(self, subscription_id, **_query):
        """Show the offers side by side."""
        return self._kbs_render_offers(self._kbs_find_sudo(subscription_id))

    @route(
        "/my/support/<int:subscription_id>/renew",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def kbs_support_choose(self, subscription_id, **typed):
        """Make the quotation of the chosen offer, or say why not."""
        subscription_sudo = self._kbs_find_sudo(subscription_id)
        term, price = to_id(read_line(typed, "term")), read_line(typed, "price")
        try:
            with request.env.cr.savepoint():
                subscription_sudo._quote_from_portal_sudo(request.env.user, term, price)
        except UserError as error:
            return self._kbs_render_offers(subscription_sudo, str(error))
        return request.redirect(f"/my/support/{subscription_id}/order")

    # === CONFIRMING === #

    @route(
        "/my/support/<int:subscription_id>/order",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_support_order(self, subscription_id, **_query):
        """Show the quotation once more, before it becomes an order."""
        return self._kbs_render_order(self._kbs_find_sudo(subscription_id))

    @route(
        "/my/support/<int:subscription_id>/order",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def kbs_support_confirm(self, subscription_id, **typed):
        """Confirm the order with the obligation to pay, and lead to the payment."""
        subscription_sudo, user = self._kbs_find_sudo(subscription_id), request.env.user
        order_sudo = subscription_sudo._get_portal_order_sudo(
            user, to_id(read_line(typed, "order"))
        )
        if not order_sudo:
            return request.redirect(f"/my/support/{subscription_id}/renew")
        try:
            with request.env.cr.savepoint():
                order_sudo._kbs_confirm_from_portal_sudo(
                    user, read_line(typed, "amount")
                )
        except UserError as error:
            return self._kbs_render_order(subscription_sudo, str(error))
        invoice_sudo = order_sudo._kbs_get_portal_invoice_sudo(user)
        if not invoice_sudo:
            return request.redirect(f"/my/support/{subscription_id}?ordered=1")
        return request.redirect(f"/my/support/pay/{invoice_sudo.id}")

    # === WHAT IS SHOWN === #

    def _kbs_find_sudo(self, subscription_id):
        """Return the subscription; what is not the client's does not exist for him."""
        subscription_sudo = request.env["kbs.subscription"]._get_portal_sudo(
            request.env.user, subscription_id
        )
        if not subscription_sudo:
            raise request.not_found()
        return subscription_sudo

    def _kbs_render_offers(self, subscription_sudo, fault=None):
        return self._kbs_render(
            "portal_kbs_support_renew",
            "kbs_support_renew",
            subscription_sudo,
            fault=fault,
            refusal=subscription_sudo._get_portal_renewal_fault(),
            offers=subscription_sudo._prepare_portal_offers(),
            order=subscription_sudo._prepare_portal_quotation(request.env.user),
        )

    def _kbs_render_order(self, subscription_sudo, fault=None):
        order = subscription_sudo._prepare_portal_quotation(request.env.user)
        if not order:
            if fault:
                return self._kbs_render_offers(subscription_sudo, fault)
            return request.redirect(f"/my/support/{subscription_sudo.id}/renew")
        return self._kbs_render(
            "portal_kbs_support_order",
            "kbs_support_order",
            subscription_sudo,
            fault=fault,
            order=order,
        )

    def _kbs_render(self, template, page_name, subscription_sudo=None, **values):
        values |= self._prepare_portal_layout_values() | {"page_name": page_name}
        if subscription_sudo:
            company_sudo = subscription_sudo.company_id
            values |= {
                "support": {
                    "id": subscription_sudo.id,
                    "name": subscription_sudo.name,
                    "plan": subscription_sudo.plan_id.name,
                    "words": subscription_sudo._tell_portal_state(),
                    "people": subscription_sudo._prepare_portal_people(),
                },
                "contact": company_sudo._kbs_get_client_words(),
                "may_order": company_sudo.kbs_portal_orders,
            }
        return request.render(f"kbs_support.{template}", values)

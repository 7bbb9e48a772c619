from odoo.exceptions import UserError
from odoo.http import request, route

from .kbs_support_home import KbsSupportPortal
from .typed import read_line, to_id


class KbsMorePortal(KbsSupportPortal):
    """What a client with support adds to it: hours, and a bigger plan."""

    # === HOURS === #

    @route(
        "/my/support/<int:subscription_id>/hours",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_hours_offers(self, subscription_id, **_query):
        return self._kbs_render_hours(self._kbs_find_sudo(subscription_id))

    @route(
        "/my/support/<int:subscription_id>/hours",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def kbs_hours_choose(self, subscription_id, **typed):
        """Make the quotation of the chosen hours, or say why not."""
        subscription_sudo = self._kbs_find_sudo(subscription_id)
        try:
            with request.env.cr.savepoint():
                order_sudo = subscription_sudo._quote_hours_from_portal_sudo(
                    request.env.user,
                    to_id(read_line(typed, "product")),
                    to_id(read_line(typed, "quantity")),
                    read_line(typed, "price"),
                )
        except UserError as error:
            return self._kbs_render_hours(subscription_sudo, str(error))
        return request.redirect(f"/my/support/order/{order_sudo.id}")

    def _kbs_render_hours(self, subscription_sudo, fault=None):
        return self._kbs_render(
            "portal_kbs_support_hours_order",
            "kbs_support_hours",
            subscription_sudo,
            fault=fault,
            is_served=subscription_sudo._is_portal_served(),
            hours=subscription_sudo._prepare_portal_hour_prices(),
            validity=subscription_sudo._tell_hours_validity(),
        )

    # === ANOTHER PLAN === #

    @route(
        "/my/support/<int:subscription_id>/plan",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_plan_offers(self, subscription_id, **_query):
        return self._kbs_render_plans(self._kbs_find_sudo(subscription_id))

    @route(
        "/my/support/<int:subscription_id>/plan",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def kbs_plan_choose(self, subscription_id, **typed):
        """Make the quotation of the bigger plan, or say why not."""
        subscription_sudo = self._kbs_find_sudo(subscription_id)
        try:
            with request.env.cr.savepoint():
                order_sudo = subscription_sudo._quote_change_from_portal_sudo(
                    request.env.user,
                    to_id(read_line(typed, "plan")),
                    read_line(typed, "price"),
                )
        except UserError as error:
            return self._kbs_render_plans(subscription_sudo, str(error))
        return request.redirect(f"/my/support/order/{order_sudo.id}")

    def _kbs_render_plans(self, subscription_sudo, fault=None):
        return self._kbs_render(
            "portal_kbs_support_plan",
            "kbs_support_plan",
            subscription_sudo,
            fault=fault,
            page=subscription_sudo._prepare_portal_change_page(request.env.user),
        )

from odoo.exceptions import UserError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from .typed import read_line, to_id


class KbsSupportPortal(CustomerPortal):
    """A client's support: what he has, and how he renews it himself."""

    @route("/my/support", type="http", auth="user", website=True, methods=["GET"])
    def kbs_support(self, **query):
        Subscription = request.env["kbs.subscription"]
        home = Subscription._prepare_portal_home_sudo(request.env.user)
        return self._kbs_render(
            "portal_kbs_support",
            "kbs_support",
            home=home,
            is_ordered=bool(query.get("ordered")),
        )

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
                order_sudo = subscription_sudo._quote_from_portal_sudo(
                    request.env.user, term, price
                )
        except UserError as error:
            return self._kbs_render_offers(subscription_sudo, str(error))
        return request.redirect(f"/my/support/order/{order_sudo.id}")

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

    def _kbs_render(
        self, template, page_name, subscription_sudo=None, company_sudo=None, **values
    ):
        """Render a page of the portal.

        :param subscription_sudo: the support that it is about, if there is one
        :param company_sudo: ours, by default that of the support, else of the user
        """
        user_sudo = request.env.user.sudo()
        company_sudo = (
            company_sudo
            or (subscription_sudo and subscription_sudo.company_id)
            or user_sudo.company_id
        )
        values["support"] = None
        if subscription_sudo:
            values["support"] = {
                "id": subscription_sudo.id,
                "name": subscription_sudo.name,
                "plan": subscription_sudo.plan_id.name,
                "words": subscription_sudo._tell_portal_state(),
                "people": subscription_sudo._prepare_portal_people(),
            }
        subscriptions, user = request.env["kbs.subscription"], request.env.user
        may_order = subscriptions._may_order_portal(user, company_sudo)
        # Whom of his institution to ask, where it is only he who may not.
        is_asking = company_sudo.kbs_portal_orders and not may_order
        values |= self._prepare_portal_layout_values() | {
            "page_name": page_name,
            "contact": company_sudo._kbs_get_client_words(),
            "may_order": may_order,
            "ask": is_asking and subscriptions._get_portal_person_fault(user),
        }
        return request.render(f"kbs_support.{template}", values)

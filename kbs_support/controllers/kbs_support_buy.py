from odoo.exceptions import UserError
from odoo.http import request, route

from .kbs_support_home import KbsSupportPortal
from .typed import read_line, to_id


class KbsBuyPortal(KbsSupportPortal):
    """A client without support buys his first one: from the tariffs to the order."""

    @route("/my/support/buy", type="http", auth="user", website=True, methods=["GET"])
    def kbs_buy(self, **query):
        """Show what the chosen plan costs, and for which days."""
        return self._kbs_render_buy(query)

    @route("/my/support/buy", type="http", auth="user", website=True, methods=["POST"])
    def kbs_buy_choose(self, **typed):
        """Make the quotation of the chosen plan, or say why not."""
        subscriptions = request.env["kbs.subscription"]
        plan, term = self._kbs_read_choice(typed)
        price = read_line(typed, "price")
        try:
            with request.env.cr.savepoint():
                order_sudo = subscriptions._quote_first_from_portal_sudo(
                    request.env.user, plan, term, price
                )
        except UserError as error:
            return self._kbs_render_buy(typed, str(error))
        return request.redirect(f"/my/support/order/{order_sudo.id}")

    def _kbs_read_choice(self, typed):
        return to_id(read_line(typed, "plan")), to_id(read_line(typed, "term"))

    def _kbs_render_buy(self, typed, fault=None):
        """Show the page; who has support already is led to it."""
        subscriptions, user = request.env["kbs.subscription"], request.env.user
        if live_sudo := subscriptions._find_portal_live_sudo(user):
            page = f"/{live_sudo.id}" if len(live_sudo) == 1 else ""
            return request.redirect(f"/my/support{page}")
        plan, term = self._kbs_read_choice(typed)
        return self._kbs_render(
            "portal_kbs_support_buy",
            "kbs_support_buy",
            fault=fault,
            refusal=subscriptions._get_portal_first_fault(user),
            buy=subscriptions._prepare_portal_first_sudo(user, plan, term),
        )

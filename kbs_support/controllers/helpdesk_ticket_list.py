from odoo.http import request, route

from odoo.addons.helpdesk_mgmt.controllers.myaccount import CustomerPortalHelpdesk

from .portal_list import PortalList, Select, all_or, group_select, sort_select

ORDERS = {
    "date": "create_date desc, id desc",
    "name": "name, id",
    "stage": "stage_id, id desc",
    "update": "last_stage_update desc nulls last, id desc",
}
GROUPS = {"stage": "stage_id", "category": "category_id", "person": "partner_id"}


class KbsTicketList(CustomerPortalHelpdesk):
    """The list of a client's tickets."""

    @route()
    def portal_my_tickets(self, page=1, **query):
        env = request.env
        Ticket = env["helpdesk.ticket"]
        if not Ticket.has_access("read"):
            return request.redirect("/my")
        asked = PortalList(
            "/my/tickets",
            query,
            self._kbs_get_ticket_selects(),
            env._("Number or words"),
        )
        domain = Ticket._kbs_get_portal_list_domain(asked.search) & asked.domain
        links = asked.page(Ticket.search_count(domain), page)
        tickets = Ticket.search(
            domain, order=asked.order, limit=asked.step, offset=links["offset"]
        )
        request.session["my_tickets_history"] = tickets.ids  # "previous", "next"
        values = self._prepare_portal_layout_values() | {
            "page_name": "ticket",
            "bar": asked.prepare_bar(),
            "is_narrowed": asked.is_narrowed,
            "pager": links,
            "parts": asked.split(
                tickets._kbs_prepare_portal_rows_sudo(asked.get("groupby"))
            ),
        }
        return request.render("kbs_support.portal_kbs_tickets", values)

    def _kbs_get_ticket_selects(self):
        env = request.env
        domains = env["helpdesk.ticket"]._kbs_get_portal_filters_sudo()
        states = {
            "open": env._("Open tickets"),
            "waiting": env._("Waiting for you"),
            "closed": env._("Closed"),
            "own": env._("My own"),
        }
        orders = {
            "date": env._("Newest first"),
            "name": env._("By subject"),
            "stage": env._("By stage"),
            "update": env._("Last changed first"),
        }
        groups = {
            "stage": env._("By stage"),
            "category": env._("By kind"),
            "person": env._("By person"),
        }
        narrowed = [(key, states[key], domain) for key, domain in domains.items()]
        return [
            Select(
                "filterby",
                env._("Which tickets"),
                all_or(env._("All tickets"), narrowed),
            ),
            sort_select(orders, ORDERS),
            group_select(groups, GROUPS),
        ]

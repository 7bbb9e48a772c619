from odoo.exceptions import UserError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from .files import send_file
from .portal_list import PortalList

REPORT = "kbs_support.kbs_event_certificate_report"


class KbsEventsPortal(CustomerPortal):
    """The seats of a client's company at training events, and certificates."""

    @route(
        ["/my/events", "/my/events/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_events(self, page=1, **query):
        return self._kbs_render_events(page, query)

    @route(
        "/my/events/<int:registration_id>/cancel",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def kbs_event_cancel(self, registration_id, **_typed):
        seat_sudo = self._kbs_find_seat_sudo(registration_id)
        try:
            with request.env.cr.savepoint():
                seat_sudo._kbs_cancel_from_portal_sudo(request.env.user)
        except UserError as error:
            return self._kbs_render_events(fault=str(error))
        return request.redirect("/my/events")

    @route(
        "/my/events/<int:registration_id>/certificate",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_event_certificate(self, registration_id, **_query):
        seat_sudo = self._kbs_find_seat_sudo(registration_id)
        if not seat_sudo._kbs_has_certificate():
            raise request.not_found()
        pdf = request.env["ir.actions.report"]._kbs_print_sudo(
            REPORT, seat_sudo, seat_sudo.event_id._kbs_get_company()
        )
        name = f"{request.env._('Certificate')} {seat_sudo.kbs_certificate}.pdf"
        return send_file(pdf, "application/pdf", name)

    def _kbs_find_seat_sudo(self, registration_id):
        """Return the seat; what is not of the client's company does not exist."""
        seat_sudo = request.env["event.registration"]._kbs_find_portal_sudo(
            request.env.user, registration_id
        )
        if not seat_sudo:
            raise request.not_found()
        return seat_sudo

    def _kbs_render_events(self, page=1, query=None, fault=None):
        env = request.env
        seats, user = env["event.registration"], env.user
        asked = PortalList(
            "/my/events", query or {}, placeholder=env._("Event or participant")
        )
        total = sum(seats._kbs_count_portal_sudo(user, asked.search))
        pages = asked.page(total, page)
        values = self._prepare_portal_layout_values() | {
            "page_name": "kbs_events",
            "seats": seats._kbs_prepare_portal_sudo(
                user, asked.search, pages["offset"], asked.step
            ),
            "bar": asked.prepare_bar(),
            "is_narrowed": asked.is_narrowed,
            "is_first": not pages["offset"],
            "pager": pages,
            "fault": fault,
        }
        return request.render("kbs_support.portal_kbs_events", values)

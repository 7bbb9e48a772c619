from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from .files import send_file
from .portal_list import PortalList
from .typed import read_line, to_id


class KbsActPortal(CustomerPortal):
    """The acts of a client: the list, and each as a PDF file."""

    @route(
        ["/my/acts", "/my/acts/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_acts(self, page=1, **query):
        acts, user = request.env["kbs.act"], request.env.user
        asked = PortalList("/my/acts", query)
        # Sudo: a number of what the domain lets this user see.
        total = acts.sudo().search_count(acts._get_portal_domain(user))
        pages = asked.page(total, page)
        values = self._prepare_portal_layout_values() | {
            "page_name": "kbs_acts",
            "acts": acts._prepare_portal_acts_sudo(
                user, limit=asked.step, offset=pages["offset"]
            ),
            "pager": pages,
            # Sudo: his own right, which he may not read.
            "sees_invoices": user.sudo().partner_id._kbs_may_see_invoices(),
        }
        return request.render("kbs_support.portal_kbs_acts", values)

    @route(
        "/my/acts/<int:act_id>/pdf",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_act_pdf(self, act_id, **_query):
        """The act as a file; what is not the client's is as if it did not exist."""
        act_sudo = request.env["kbs.act"]._get_portal_act_sudo(request.env.user, act_id)
        if not act_sudo:
            raise request.not_found()
        content = act_sudo._render_pdf_sudo()
        return send_file(content, "application/pdf", f"{act_sudo._get_file_name()}.pdf")

    @route("/kbs_support/acts", type="http", auth="user", methods=["GET"])
    def kbs_acts_archive(self, **query):
        """The archive of chosen acts, for who may read them in the back office."""
        ids = [to_id(x) for x in read_line(query, "ids").split(",")]
        acts = request.env["kbs.act"].search([("id", "in", ids)])
        if not acts:
            raise request.not_found()
        return send_file(acts._export(), "application/zip", "acts.zip")

from odoo.exceptions import AccessError, UserError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..models.res_partner_colleagues import MAX_EMAIL, MAX_NAME
from .typed import read_line

PAGE = 50
# What is done with a person: method, and whether it is told "yes" or "no".
DEEDS = {
    "again": ("_kbs_invite_again_sudo", False),
    "remove": ("_kbs_remove_colleague_sudo", False),
    "administrator": ("_kbs_make_administrator_sudo", True),
    "invoices": ("_kbs_let_see_invoices_sudo", True),
}


class KbsColleaguesPortal(CustomerPortal):
    """The people of a client: who has access to the portal, and who sees the money."""

    @route(
        ["/my/colleagues", "/my/colleagues/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_colleagues(self, page=1, **query):
        if not request.env.user._is_portal():
            return request.redirect("/my")
        return self._kbs_render_colleagues(page, done=read_line(query, "done"))

    # Whoever had to log in first comes by GET: he presses the button again.
    @route(
        "/my/colleagues/invite",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    def kbs_colleague_invite(self, **post):
        """Invite a colleague, or show the form again with what was typed."""
        typed = {x: read_line(post, x) for x in ("name", "email")}

        def invite():
            request.env["res.partner"]._kbs_invite_colleague_sudo(
                request.env.user, typed["name"], typed["email"]
            )

        return self._kbs_do(invite, "invited", typed)

    @route(
        "/my/colleagues/invoices",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    def kbs_colleagues_invoices(self, **post):
        """Show invoices and orders to everybody, or to named people only."""
        who = read_line(post, "who")

        def limit():
            if who not in ("all", "named"):
                raise UserError(request.env._("Choose who sees the invoices."))
            request.env["res.partner"]._kbs_limit_invoices_sudo(
                request.env.user, who == "named"
            )

        return self._kbs_do(limit, "saved")

    @route(
        "/my/colleagues/<int:person_id>/<any(again,remove,administrator,invoices):deed>",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    def kbs_colleague_change(self, person_id, deed, **post):
        """Do one thing with one person of the own institution."""
        if request.httprequest.method != "POST":
            return request.redirect("/my/colleagues")
        person_sudo = request.env["res.partner"]._kbs_find_colleague_sudo(
            request.env.user, person_id
        )
        if not person_sudo:
            raise request.not_found()
        name, has_answer = DEEDS[deed]
        answer = [read_line(post, "on") == "1"] if has_answer else []

        def change():
            getattr(person_sudo, name)(request.env.user, *answer)

        return self._kbs_do(change, "saved" if has_answer else deed)

    def _kbs_do(self, change, done, typed=None):
        """Run ``change`` for an administrator; say what came of it."""
        if request.httprequest.method != "POST":
            return request.redirect("/my/colleagues")
        try:
            with request.env.cr.savepoint():
                change()
        except AccessError as error:
            return self._kbs_render_colleagues(1, str(error), typed, status=403)
        except UserError as error:
            return self._kbs_render_colleagues(1, str(error), typed)
        return request.redirect(f"/my/colleagues?done={done}")

    def _kbs_render_colleagues(self, page, fault=None, typed=None, done="", status=200):
        user, partners = request.env.user, request.env["res.partner"]
        links = pager(
            url="/my/colleagues",
            total=partners._kbs_count_colleagues_sudo(user),
            page=page,
            step=PAGE,
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "kbs_colleagues",
            "pager": links,
            "colleagues": partners._kbs_prepare_colleagues_sudo(
                user, limit=PAGE, offset=links["offset"]
            ),
            "contact": user.company_id.sudo()._kbs_get_client_words(),
            "typed": typed or {},
            "fault": fault,
            "done": done,
            "limits": {"name": MAX_NAME, "email": MAX_EMAIL},
        }
        response = request.render("kbs_support.portal_kbs_colleagues", values)
        response.status_code = status
        return response

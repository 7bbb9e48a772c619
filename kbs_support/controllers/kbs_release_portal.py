from odoo.exceptions import ValidationError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from .portal_list import PortalList, Select, all_or, group_select, sort_select
from .typed import read_line, to_id

MAX_VERSION = 60  # characters


class KbsReleasePortal(CustomerPortal):
    """The versions of a client's programs, and his copies of them."""

    @route(
        ["/my/releases", "/my/releases/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_releases(self, page=1, **query):
        return self._kbs_render_releases(page, query)

    @route(
        "/my/releases/<int:release_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_release(self, release_id, **_query):
        return self._kbs_render_release(self._kbs_get_release_sudo(release_id))

    @route(
        "/my/releases/copy/<int:copy_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    def kbs_tell_version(self, copy_id, **typed):
        """The client says which version runs on one of his copies."""
        if request.httprequest.method != "POST":
            # Whoever had to log in first comes by GET: he types it again.
            return request.redirect("/my/releases")
        copies_sudo = request.env["kbs.installation"]._get_portal_copies_sudo(
            request.env.user
        )
        copy_sudo = copies_sudo.filtered(lambda x: x.id == copy_id)
        if not copy_sudo:
            raise request.not_found()
        version = read_line(typed, "version")[:MAX_VERSION]
        try:
            with request.env.cr.savepoint():
                if not version:
                    raise ValidationError(request.env._("Write the number first."))
                copy_sudo._tell_version_sudo(copy_sudo._clean_version(version))
        except ValidationError as error:
            told = {"id": copy_id, "typed": version, "fault": str(error)}
            return self._kbs_render_releases(1, {}, told)
        return request.redirect(f"/my/releases?told={copy_id}#copy_{copy_id}")

    # === WHAT IS SHOWN === #

    def _kbs_get_release_sudo(self, release_id):
        """Return the version; what the client may not see is as if it did not exist."""
        release_sudo = request.env["kbs.release"]._get_portal_release_sudo(
            request.env.user, release_id
        )
        if not release_sudo:
            raise request.not_found()
        return release_sudo

    def _kbs_render_releases(self, page, query, told=None):
        Release, user = request.env["kbs.release"], request.env.user
        programs = request.env["kbs.software"]._prepare_portal_programs_sudo(user)
        asked = self._kbs_read_release_list(query, programs)
        domain = asked.domain & Release._get_portal_list_domain(
            user, [x["id"] for x in programs], asked.search
        )
        links = asked.page(Release._count_portal_sudo(user, domain), page)
        rows = Release._prepare_portal_list_sudo(
            user, domain, asked.order, asked.get("groupby"), asked.step, links["offset"]
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "kbs_releases",
            "programs": programs,
            "bar": asked.prepare_bar(),
            "is_narrowed": asked.is_narrowed,
            "told": told or {"id": to_id(read_line(query, "told"))},
            "pager": links,
            "parts": asked.split(rows),
        }
        return request.render("kbs_support.portal_kbs_releases", values)

    def _kbs_read_release_list(self, query, programs):
        env = request.env
        kinds = env["kbs.release"]._fields["kind"]._description_selection(env)
        orders = {"date": env._("Newest first"), "old": env._("Oldest first")}
        groups = {"program": env._("By program"), "kind": env._("By kind")}
        own = [(x["id"], x["name"], [("software_id", "=", x["id"])]) for x in programs]
        kinds = [(key, words, [("kind", "=", key)]) for key, words in kinds]
        selects = [
            Select("program", env._("Program"), all_or(env._("All programs"), own)),
            Select("kind", env._("Kind of version"), all_or(env._("All kinds"), kinds)),
            sort_select(orders, {"date": "date desc, id desc", "old": "date, id"}),
            group_select(groups, {"program": "software_id", "kind": "kind"}),
        ]
        return PortalList("/my/releases", query, selects, env._("Words or a version"))

    def _kbs_render_release(self, release_sudo, fault=None, status=200):
        values = self._prepare_portal_layout_values() | {
            "page_name": "kbs_release",
            "release": release_sudo._prepare_portal_page(request.env.user),
            "fault": fault,
        }
        response = request.render("kbs_support.portal_kbs_release", values)
        response.status_code = status
        return response

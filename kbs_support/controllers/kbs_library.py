from secrets import token_urlsafe

from odoo.fields import Domain
from odoo.http import Controller, request, route
from odoo.tools.json import scriptsafe

from ..tools.slugs import read_id
from .portal_list import MAX_PAGE, PortalList, Select, all_or
from .typed import read_line, to_id

MAX_SUGGEST = 500  # characters
COOKIE, COOKIE_DAYS, MAX_COOKIE = "kbs_reader", 365, 64
# By what the list is narrowed: name in the address, field.
FILTERS = {
    "kind": "kind",
    "category": "category_id",
    "program": "software_ids",
    "tag": "tag_ids",
}
MAX_ID = 12  # digits
# Pictures that a browser shows; everything else is saved.
SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp")


def sitemap_library(env, rule, qs):
    """Yield the pages that everybody may read, for search engines."""
    pages = [("/library", None), *env["kbs.article"]._get_sitemap()]
    for address, changed_at in pages:
        if not qs or qs.lower() in address:
            day = {"lastmod": changed_at.date()} if changed_at else {}
            yield {"loc": address, **day}


class KbsLibrary(Controller):
    """The knowledge library, for clients and for everybody."""

    @route(
        ["/library", "/library/page/<int:page>"],
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=sitemap_library,
    )
    def kbs_library(self, page=1, **query):
        tag = to_id(read_line(query, "tag")[:MAX_ID])
        asked = self._kbs_read_shelves(query, tag)
        total, rows, links = self._kbs_find(asked, tag, page)
        values = {
            "bar": asked.prepare_bar(),
            "search": asked.search,
            "is_narrowed": asked.is_narrowed or tag,
            "tag_name": self._kbs_get_tag_name(tag),
            "total": total,
            "articles": rows,
            "pager": links,
        }
        response = request.render("kbs_support.library", values)
        if asked.search:
            response.headers["X-Robots-Tag"] = "noindex"
        return response

    @route(
        "/library/<string:slug>",
        type="http",
        auth="public",
        website=True,
        methods=["GET"],
        sitemap=False,  # the list yields them all
    )
    def kbs_article(self, slug, **query):
        if "\x00" in slug:
            # Odoo's own search for a page of this name would fail.
            return request.redirect("/library")
        article_sudo = self._kbs_get_listed_sudo(read_id(slug))
        address = article_sudo._get_url()
        if address != f"/library/{slug}":
            return request.redirect(address, code=301)
        page = article_sudo._prepare_page(request.env.user)
        values = {
            "article": page,
            "is_thanked": bool(query.get("thanks")),
            "is_anonymous": request.env.user._is_public(),
            "structured": page["is_readable"]
            and page["is_public"]
            and scriptsafe.dumps(self._kbs_prepare_structured(page)),
        }
        response = request.render("kbs_support.library_article", values)
        if not page["is_readable"]:
            response.status_code = 403
        if not page.get("is_public"):
            response.headers["X-Robots-Tag"] = "noindex"
        return response

    @route(
        "/library/file/<int:article_id>/<int:file_id>",
        type="http",
        auth="public",
        website=True,
        multilang=False,
        methods=["GET"],
        sitemap=False,
    )
    def kbs_article_file(self, article_id, file_id, **_query):
        """Give a file or a picture to whoever may read the article."""
        article_sudo = self._kbs_get_readable_sudo(article_id)
        file_sudo = article_sudo._get_file_sudo(file_id)
        if not file_sudo:
            raise request.not_found()
        stream = request.env["ir.binary"]._get_stream_from(file_sudo)
        stream.public = False  # nobody on the way keeps it
        is_shown = file_sudo.mimetype in SHOWN
        return stream.get_response(as_attachment=not is_shown)

    @route(
        "/library/vote/<int:article_id>",
        type="http",
        auth="public",
        website=True,
        methods=["GET", "POST"],
        sitemap=False,
    )
    def kbs_article_vote(self, article_id, helpful="", **_typed):
        """Keep whether the article has helped."""
        article_sudo = self._kbs_get_readable_sudo(article_id)
        address = article_sudo._get_url()
        if request.httprequest.method != "POST" or helpful not in ("yes", "no"):
            return request.redirect(address)
        user, token = request.env.user, None
        if user._is_public():
            token = (request.cookies.get(COOKIE) or "")[:MAX_COOKIE]
            token = token or token_urlsafe(32)
        partner = user.sudo().partner_id  # of whoever is logged in
        article_sudo._vote_sudo(helpful == "yes", not token and partner, token)
        response = request.redirect(f"{address}?thanks=1#helpful")
        if token:
            response.set_cookie(
                COOKIE,
                token,
                max_age=COOKIE_DAYS * 86_400,
                httponly=True,
                samesite="Lax",
                secure=request.httprequest.scheme == "https",
            )
        return response

    @route("/library/suggest", type="jsonrpc", auth="user", readonly=True)
    def kbs_library_suggest(self, text="", **_kw):
        """Return articles that may answer what the user is about to ask."""
        text = read_line({"text": text}, "text")[:MAX_SUGGEST]
        return request.env["kbs.article"]._suggest(text, request.env.user)

    # === WHAT IS SHOWN === #

    def _kbs_get_listed_sudo(self, article_id):
        """Return the article; what nobody may know of is as if it did not exist."""
        article_sudo = request.env["kbs.article"]._find_listed_sudo(
            request.env.user, article_id
        )
        if not article_sudo:
            raise request.not_found()
        return article_sudo

    def _kbs_get_readable_sudo(self, article_id):
        article_sudo = request.env["kbs.article"]._find_readable_sudo(
            request.env.user, article_id
        )
        if not article_sudo:
            raise request.not_found()
        return article_sudo

    def _kbs_read_shelves(self, query, tag):
        """Return what is asked of the list; names of shelves everybody may know."""
        env = request.env(su=True)
        kinds = env["kbs.article"]._fields["kind"]._description_selection(request.env)
        categories = env["kbs.article.category"].search_fetch([], ["name"])
        programs = env["kbs.software"].search_fetch([], ["name"])
        labels = {
            "kind": env._("Kind of article"),
            "category": env._("Category"),
            "program": env._("Program"),
        }
        every = {
            "kind": env._("All kinds"),
            "category": env._("All categories"),
            "program": env._("All programs"),
        }
        options = {
            "kind": kinds,
            "category": [(x.id, x.name) for x in categories],
            "program": [(x.id, x.name) for x in programs],
        }
        selects = [
            Select(
                name,
                labels[name],
                all_or(
                    every[name],
                    [
                        (key, words, [(FILTERS[name], "in", [key])])
                        for key, words in found
                    ],
                ),
            )
            for name, found in options.items()
        ]
        kept = {"tag": tag} if tag else None
        return PortalList(
            "/library", query, selects, env._("What are you looking for?"), kept
        )

    def _kbs_get_tag_name(self, tag_id):
        tags_sudo = request.env["kbs.article.tag"].sudo()  # its name is on the pages
        return tags_sudo.search([("id", "=", tag_id)]).name if tag_id else ""

    def _kbs_find(self, asked, tag, page):
        """Return ``(number of all, rows, pager)``; a page too far is the last one."""
        articles, user = request.env["kbs.article"], request.env.user
        domain = asked.domain
        if tag:
            domain &= Domain(FILTERS["tag"], "in", [tag])

        def find(number):
            offset = (number - 1) * asked.step
            return articles._search_text(asked.search, user, domain, asked.step, offset)

        page = min(max(page, 1), MAX_PAGE)
        total, rows = find(page)
        links = asked.page(total, page)
        if total and not rows:
            total, rows = find(links["page"]["num"])
        return total, rows, links

    def _kbs_prepare_structured(self, page):
        """Return the page as search engines read it (schema.org)."""
        url = request.httprequest.host_url.rstrip("/") + page["url"]
        return {
            "@context": "https://schema.org",
            "@type": "NewsArticle" if page["kind_key"] == "news" else "Article",
            "headline": page["name"],
            "description": page["description"],
            "url": url,
            "datePublished": page["published_at"].isoformat() + "Z",
            "dateModified": page["changed_at"].isoformat() + "Z",
        }

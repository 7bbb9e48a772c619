from odoo.http import Controller, request, route


class KbsNews(Controller):
    """Unsubscribing from letters about versions, by the link of a letter.

    Opening the page changes nothing: mail scanners open links. One click in a mail
    program is a POST without a session (RFC 8058), so there is no CSRF token; the token
    in the address is the proof.
    """

    @route(
        "/support/news/<int:partner_id>/<string:token>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["GET"],
    )
    def kbs_news(self, partner_id, token, **kw):
        """Ask whether the person really wants no letters."""
        partner_sudo = self._kbs_find_sudo(partner_id, token)
        return self._kbs_render(partner_sudo, token)

    @route(
        "/support/news/<int:partner_id>/<string:token>",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def kbs_news_change(self, partner_id, token, wants=None, **kw):
        """Unsubscribe, or subscribe again when ``wants`` says so."""
        partner_sudo = self._kbs_find_sudo(partner_id, token)
        if partner_sudo:
            partner_sudo._kbs_refuse_news(is_refused=not wants)
        return self._kbs_render(partner_sudo, token)

    def _kbs_find_sudo(self, partner_id, token):
        return request.env["res.partner"]._kbs_find_by_news_token_sudo(
            partner_id, token
        )

    def _kbs_render(self, partner_sudo, token):
        page = request.render(
            "kbs_support.kbs_news_page",
            {
                "is_known": bool(partner_sudo),
                "is_refused": partner_sudo.kbs_is_news_refused,
                "email": partner_sudo.email_normalized,
                "action": f"/support/news/{partner_sudo.id}/{token}",
            },
            status=200 if partner_sudo else 404,
        )
        # The address is a secret of the person: no other page shall learn it.
        page.headers["Referrer-Policy"] = "no-referrer"
        page.headers["Cache-Control"] = "no-store"
        return page

from datetime import datetime

from odoo.exceptions import UserError
from odoo.http import Controller, request, route
from odoo.tools.json import scriptsafe as json_scriptsafe

from ..models.kbs_public_form import FIELDS, FormRefused
from .typed import read_typed, to_id


class KbsTariffs(Controller):
    """The public pages: tariffs, a question, a call."""

    @route(
        "/tariffs",
        type="http",
        auth="public",
        website=True,
        sitemap=True,
        methods=["GET"],
    )
    def kbs_tariffs(self, **query):
        """Compare the plans; with ``plan`` and ``term`` say what that costs."""
        typed = read_typed(query, ("plan", "term", "since"))
        company = request.website.company_id
        prices = request.env["kbs.price.table"]
        tariffs = prices._prepare_tariffs_sudo(company)
        since, fault = self._kbs_read_since(company, typed["since"])
        faq = request.env["kbs.article"]._prepare_faq_sudo(request.env.user)
        answer = None
        if typed["plan"] and typed["term"] and not fault:
            answer = prices._calculate(
                tariffs, company, to_id(typed["plan"]), to_id(typed["term"]), since
            )
            fault = not answer and request.env._("This plan is not sold for this term.")
        return request.render(
            "kbs_support.kbs_tariffs_page",
            {
                "tariffs": tariffs,
                "structured": self._kbs_describe(company, tariffs),
                "faq": faq,
                "structured_faq": self._kbs_describe_faq(faq),
                "typed": typed,
                "answer": answer,
                "fault": fault,
                **self._kbs_prepare_ordering(company),
            },
        )

    def _kbs_prepare_ordering(self, company):
        """Say whether the reader may order here, and what a stranger does first.

        :return: dict of ``is_orderable``, ``is_stranger`` and ``is_signup_open``
        """
        user = request.env.user
        # Sudo: whether strangers may open accounts is what the login page shows too.
        scope = request.env["res.users"].sudo()._get_signup_invitation_scope()
        return {
            "is_orderable": not user._is_internal()
            and request.env["kbs.subscription"]._may_order_portal(user, company),
            "is_stranger": user._is_public(),
            "is_signup_open": scope == "b2c",
        }

    def _kbs_describe(self, company, tariffs):
        """Return the offers for search engines (schema.org), as safe JSON."""
        url = f"{request.website.get_base_url()}/tariffs"
        offers = [
            {
                "@type": "Offer",
                "name": f"{plan['name']}, {term['name']}",
                "price": f"{cell['price']:.2f}",
                "priceCurrency": tariffs["currency"],
                "url": url,
            }
            for term in tariffs["terms"]
            for plan, cell in zip(tariffs["plans"], term["cells"], strict=True)
            if cell
        ]
        return json_scriptsafe.dumps(
            {
                "@context": "https://schema.org",
                "@type": "Service",
                "name": request.env._("Support of KBS programs"),
                "provider": {"@type": "Organization", "name": company.sudo().name},
                "offers": offers,
            }
        )

    def _kbs_describe_faq(self, faq):
        """Return the questions for search engines (schema.org), as safe JSON."""
        return json_scriptsafe.dumps(
            {
                "@context": "https://schema.org",
                "@type": "FAQPage",
                "mainEntity": [
                    {
                        "@type": "Question",
                        "name": one["question"],
                        "acceptedAnswer": {"@type": "Answer", "text": one["text"]},
                    }
                    for one in faq
                ],
            }
        )

    def _kbs_read_since(self, company, text):
        """Return the month as a date, and what is wrong with it."""
        if not text:
            return None, False
        try:
            since = datetime.strptime(text[:7], "%Y-%m").date()
        except ValueError:
            since = None
        # Sudo: today's date is no secret.
        if not since or since > company.sudo()._kbs_today():
            return None, request.env._("Choose a month that has begun.")
        return since, False

    @route(
        "/support/question",
        type="http",
        auth="public",
        website=True,
        sitemap=True,
        methods=["GET"],
    )
    def kbs_question(self, **kw):
        if not request.env.user._is_public():
            return request.redirect("/new/ticket")
        return self._kbs_render_form("question")

    @route(
        "/support/question",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["POST"],
    )
    def kbs_question_send(self, **post):
        return self._kbs_take("question", post)

    @route(
        "/support/call",
        type="http",
        auth="public",
        website=True,
        sitemap=True,
        methods=["GET"],
    )
    def kbs_call(self, **kw):
        if not request.env.user._is_public():
            return request.redirect("/my/callback")
        return self._kbs_render_form("call")

    @route(
        "/support/call",
        type="http",
        auth="public",
        website=True,
        sitemap=False,
        methods=["POST"],
    )
    def kbs_call_send(self, **post):
        return self._kbs_take("call", post)

    def _kbs_take(self, name, post):
        """Take the form in, or show it again with all that was typed."""
        typed = read_typed(post, FIELDS)
        # A field that people do not see: who fills it is a program, and is thanked.
        if post.get("website"):
            return request.redirect(f"/support/{name}?sent=1")
        try:
            request.env["ir.http"]._verify_request_recaptcha_token(f"kbs_{name}")
            with request.env.cr.savepoint():
                request.env["kbs.public.form"]._take_sudo(
                    name,
                    typed,
                    post.get("stamp"),
                    request.httprequest.remote_addr,
                    request.website.company_id,
                )
        except FormRefused as error:
            return self._kbs_render_form(name, typed, str(error))
        except UserError:  # of the captcha, in words that are not for clients
            fault = request.env._("Please send it once more.")
            return self._kbs_render_form(name, typed, fault)
        return request.redirect(f"/support/{name}?sent=1")

    def _kbs_render_form(self, name, typed=None, fault=False):
        return request.render(
            f"kbs_support.kbs_{name}_page",
            {
                "typed": {**dict.fromkeys(FIELDS, ""), **(typed or {})},
                "fault": fault,
                "is_sent": not fault and request.params.get("sent") == "1",
                "stamp": request.env["kbs.public.form"]._make_stamp_sudo(name),
            },
        )

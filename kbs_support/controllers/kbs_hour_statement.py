from datetime import datetime

from werkzeug.urls import url_encode

from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from ..tools.wording import format_signed_minutes
from .files import send_file
from .typed import read_typed, to_id

REPORT = "kbs_support.kbs_hour_statement_report_pdf"


class KbsHourStatementPortal(CustomerPortal):
    """The hours of a client: what is left, and the statement."""

    @route("/my/hours", type="http", auth="user", website=True, methods=["GET"])
    def kbs_hours(self, **query):
        typed = read_typed(query, ("subscription", "date_from", "date_to"))
        subscriptions, subscription_sudo = self._kbs_find(typed)
        values = self._prepare_portal_layout_values() | {
            "page_name": "kbs_hours",
            "subscriptions": subscriptions,
            "subscription": subscription_sudo,
        }
        if subscription_sudo:
            values |= self._kbs_get_page_values(subscription_sudo, typed)
        return request.render("kbs_support.portal_kbs_hours", values)

    @route("/my/hours/pdf", type="http", auth="user", website=True, methods=["GET"])
    def kbs_hours_pdf(self, **query):
        """The statement as a file; where the days are none the page says so."""
        typed = read_typed(query, ("subscription", "date_from", "date_to"))
        _subscriptions, subscription_sudo = self._kbs_find(typed)
        if not subscription_sudo:
            return request.redirect("/my/hours")
        spans = subscription_sudo._get_statement_spans()
        first, last, fault = self._kbs_read_span(subscription_sudo, typed, spans)
        if fault:
            return request.redirect(f"/my/hours?{url_encode(typed)}")
        statement_sudo = self._kbs_make_statement(subscription_sudo, first, last)
        report_sudo = request.env["ir.actions.report"].sudo()
        pdf, _kind = report_sudo.with_company(
            subscription_sudo.company_id
        )._render_qweb_pdf(REPORT, statement_sudo.ids)
        name = statement_sudo._get_file_name()
        return send_file(pdf, "application/pdf", f"{name}.pdf")

    def _kbs_make_statement(self, subscription_sudo, first, last):
        # Sudo: clients have no rights on it; which one is theirs is found before.
        statements = request.env["kbs.hour.statement"].sudo()
        return statements.create(
            {
                "subscription_id": subscription_sudo.id,
                "span": "other",
                "date_from": first,
                "date_to": last,
            }
        )

    def _kbs_find(self, typed):
        """Return all subscriptions that the user may see, and the one he asks for.

        Both with sudo; what is not his is as if it did not exist.
        """
        subscriptions_sudo = request.env["kbs.subscription"]._get_portal_hours_sudo(
            request.env.user
        )
        wanted = to_id(typed["subscription"])
        chosen = subscriptions_sudo.filtered(lambda x: x.id == wanted)
        return subscriptions_sudo, chosen or subscriptions_sudo[:1]

    def _kbs_get_page_values(self, subscription_sudo, typed):
        spans = subscription_sudo._get_statement_spans()
        first, last, fault = self._kbs_read_span(subscription_sudo, typed, spans)
        names = request.env["kbs.hour.statement"]._fields["span"]
        values = {
            "hours": subscription_sudo._prepare_portal_hours(),
            "fault": fault,
            "typed": typed,
            "show": lambda minutes: format_signed_minutes(request.env, minutes),
            "spans": [
                {
                    "name": name,
                    "url": f"/my/hours?{_to_query(subscription_sudo, *spans[key])}",
                }
                for key, name in names._description_selection(request.env)
                if key in spans
            ],
        }
        if not fault:
            query = _to_query(subscription_sudo, first, last)
            statement = subscription_sudo._prepare_hour_statement(first, last)
            values |= {
                "typed": {"date_from": str(first), "date_to": str(last)},
                "statement": statement,
                "pdf_url": f"/my/hours/pdf?{query}",
            }
        return values

    def _kbs_read_span(self, subscription_sudo, typed, spans):
        """Return the first and the last day that are asked for, and what is wrong.

        Without any days asked for: the service month up to today.
        """
        if not typed["date_from"] and not typed["date_to"]:
            return *spans["month"], False
        first, last = _to_day(typed["date_from"]), _to_day(typed["date_to"])
        return first, last, subscription_sudo._get_span_fault(first, last)


def _to_query(subscription, first, last):
    """Return the part of an address that asks for these days."""
    return url_encode(
        {"subscription": subscription.id, "date_from": first, "date_to": last}
    )


def _to_day(text):
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        return None

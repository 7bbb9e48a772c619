from datetime import datetime

from odoo.exceptions import UserError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

MAX_INPUT = 500


class KbsCallbackPortal(CustomerPortal):
    """A client orders a call in the portal."""

    @route("/my/callback", type="http", auth="user", website=True, methods=["GET"])
    def kbs_callback_form(self, **typed):
        return self._kbs_render_callback()

    @route("/my/callback", type="http", auth="user", website=True, methods=["POST"])
    def kbs_callback_order(self, **typed):
        """Take the order in, or show the form again, with all that was typed."""
        typed = {k: str(v)[:MAX_INPUT] for k, v in typed.items()}
        wished_at = self._kbs_read_time(typed)
        if not wished_at:
            fault = request.env._("Choose a day and a time.")
            return self._kbs_render_callback(typed, fault)
        # Sudo: a client may make nothing by himself; what he may say is all here.
        callback = request.env["kbs.callback"].sudo()
        try:
            record = callback.create(
                {
                    "company_id": self._kbs_get_company().id,
                    "partner_id": request.env.user.partner_id.id,
                    "phone": typed.get("phone", ""),
                    "wished_at": wished_at,
                    "topic": typed.get("topic", ""),
                }
            )._take_in()
        except UserError as error:
            return self._kbs_render_callback(typed, str(error))
        is_ticket = record._name == "helpdesk.ticket"
        return request.redirect(
            record.access_url if is_ticket else "/my/callback?thanks=1"
        )

    def _kbs_get_company(self):
        return request.env.user.company_id

    def _kbs_read_time(self, typed):
        """Return the wished moment in UTC (naive), or False for what is none."""
        try:
            day = datetime.strptime(typed.get("day", ""), "%Y-%m-%d").date()
            time = datetime.strptime(typed.get("time", ""), "%H:%M").time()
            # Sudo: the time zone of support is no secret.
            return self._kbs_get_company().sudo()._kbs_to_utc(day, time)
        except (ValueError, OverflowError):  # also the first day of all calendars
            return False

    def _kbs_render_callback(self, typed=None, fault=None):
        partner = request.env.user.partner_id
        company = self._kbs_get_company().sudo()
        values = self._prepare_portal_layout_values()
        values.update(
            {
                "page_name": "kbs_callback",
                "typed": typed
                or {"phone": partner.phone or "", "day": str(company._kbs_today())},
                "fault": fault,
                "is_thanked": not typed and request.params.get("thanks"),
                "today": company._kbs_today(),
            }
        )
        return request.render("kbs_support.portal_my_callback", values)

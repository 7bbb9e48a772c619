from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal

from .files import send_file

PDF = "application/pdf"


class KbsPapersPortal(CustomerPortal):
    """Papers of a support as files: the contract, the offer, the passport of a year.

    What is not the client's, or not for his eyes, is as if it did not exist.
    """

    @route(
        "/my/support/<int:subscription_id>/contract/pdf",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_contract_pdf(self, subscription_id, **_query):
        """The contract as it was issued."""
        support_sudo = self._kbs_find_papers_sudo(subscription_id)
        file_sudo = support_sudo.contract_file_id
        if not file_sudo:
            raise request.not_found()
        name = f"{support_sudo._get_contract_file_name()}.pdf"
        return send_file(file_sudo.raw, PDF, name)

    @route(
        "/my/support/<int:subscription_id>/offer",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_offer_pdf(self, subscription_id, **_query):
        """The offer of a renewal, while there is one."""
        support_sudo = self._kbs_find_papers_sudo(subscription_id)
        if not support_sudo._has_portal_offer():
            raise request.not_found()
        content = support_sudo._render_offer_sudo()
        name = f"offer-{support_sudo.name}.pdf".replace("/", "-")
        return send_file(content, PDF, name)

    @route(
        "/my/support/<int:subscription_id>/passport/<int:year>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_passport_pdf(self, subscription_id, year, **_query):
        """The passport of a year; money is in it for who may see the invoices."""
        user = request.env.user
        support_sudo = request.env["kbs.subscription"]._get_portal_sudo(
            user, subscription_id
        )
        if not support_sudo or year not in support_sudo._get_passport_years():
            raise request.not_found()
        sees_money = user.sudo().partner_id._kbs_may_see_invoices()
        passport_sudo = support_sudo._make_passport_sudo(year, sees_money)
        content = passport_sudo._render_pdf_sudo()
        return send_file(content, PDF, f"{passport_sudo._get_file_name()}.pdf")

    def _kbs_find_papers_sudo(self, subscription_id):
        """Return the support whose papers with money the user may have."""
        support_sudo = request.env["kbs.subscription"]._get_portal_papers_sudo(
            request.env.user, subscription_id
        )
        if not support_sudo:
            raise request.not_found()
        return support_sudo

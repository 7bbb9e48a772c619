from odoo.http import request, route

from odoo.addons.portal.controllers.portal import CustomerPortal


class KbsPayPortal(CustomerPortal):
    """How a client pays an invoice: by a transfer, by a QR code, or online."""

    @route(
        "/my/support/pay/<int:invoice_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_pay(self, invoice_id, **_query):
        invoice_sudo = self._kbs_find_invoice_sudo(invoice_id)
        bill = invoice_sudo._prepare_portal_invoice()
        values = self._prepare_portal_layout_values() | {
            "page_name": "kbs_support_pay",
            # Not "invoice": the breadcrumbs of Odoo's page would join ours.
            "bill": bill,
            "wire": bill["is_open"] and invoice_sudo._prepare_portal_wire(),
            "has_qr": bill["is_open"] and bool(invoice_sudo._kbs_get_qr_link()),
            "is_support": bool(invoice_sudo.invoice_line_ids.product_id.kbs_plan_id),
            "online_url": invoice_sudo._kbs_get_online_url(),
        }
        return request.render("kbs_support.portal_kbs_support_pay", values)

    @route(
        "/my/support/pay/<int:invoice_id>/qr",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
    )
    def kbs_pay_qr(self, invoice_id, **_query):
        """The QR code of the payment as a picture, for who may read the invoice."""
        invoice_sudo = self._kbs_find_invoice_sudo(invoice_id)
        picture = invoice_sudo._kbs_draw_qr()
        if not picture:
            raise request.not_found()
        headers = [
            ("Content-Type", "image/png"),
            ("Content-Length", len(picture)),
            ("Cache-Control", "private, no-store"),
        ]
        return request.make_response(picture, headers=headers)

    def _kbs_find_invoice_sudo(self, invoice_id):
        """Return the invoice; what the client may not read does not exist for him."""
        invoice_sudo = request.env["account.move"]._get_portal_invoice_sudo(
            request.env.user, invoice_id
        )
        if not invoice_sudo:
            raise request.not_found()
        return invoice_sudo

from odoo import fields, models


class ResCompany(models.Model):
    """What clients may do in the portal, and how they are asked for the money."""

    _inherit = "res.company"

    kbs_portal_orders = fields.Boolean(
        string="Clients Order in the Portal",
        default=True,
        help="A client renews his support himself: he chooses an offer, confirms the "
        "order and gets the invoice. Without this he sees the offers and writes to "
        "his manager.",
    )
    kbs_qr_format = fields.Selection(
        selection=[("003", "003, of 2025"), ("002", "002, read by older apps too")],
        string="Payment QR",
        default="003",
        required=True,
        help="Format of the National Bank's QR code on the payment page. The amount, "
        "the account and the purpose stand in it.",
    )

    def _kbs_get_client_words(self):
        """Return how a client reaches us when nobody looks after him yet.

        :return: dict of ``name``, ``phone`` and ``email`` (each a text or False)
        """
        self.ensure_one()
        return {"name": self.name, "phone": self.phone, "email": self.email}

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..tools.locking import wait_for_others


class SaleOrder(models.Model):
    """What a client reads of the order of his support, and how he confirms it."""

    _inherit = "sale.order"

    def _kbs_prepare_portal_quotation(self):
        """Return the quotation of a renewal as plain values, with sudo."""
        self.ensure_one()
        line = self._kbs_get_plan_lines()[:1]
        first, last = line.kbs_date_start, line.kbs_date_end
        money = self._kbs_write_amount
        return {
            "id": self.id,
            "name": self.name,
            "url": f"/my/orders/{self.id}",
            "client": self.partner_id.display_name,
            "code": self.partner_id.commercial_partner_id.company_registry,
            "words": self.env._(
                "You have the offer %(order)s: %(total)s. Another choice takes its "
                "place.",
                order=self.name,
                total=money(self.amount_total),
            ),
            "promise": self.env._(
                "By confirming you order support from %(seller)s in the name of "
                "%(client)s, and undertake to pay for it. The invoice is made at once.",
                seller=self.company_id.name,
                client=self.partner_id.display_name,
            ),
            "lines": [
                {"name": x.product_id.display_name, "total": money(x.price_total)}
                for x in self.order_line.filtered(lambda x: not x.display_type)
            ],
            "days": first
            and last
            and f"{format_date(self.env, first)}–{format_date(self.env, last)}",
            "total": money(self.amount_total),
            "amount": self.amount_total,
            "until": self.validity_date and format_date(self.env, self.validity_date),
            "reason": self._kbs_get_client_price_note(),
            "saving": self.kbs_saving and money(self.kbs_saving),
        }

    def _kbs_write_amount(self, amount):
        return format_amount(self.env, amount, self.currency_id)

    def _kbs_confirm_from_portal_sudo(self, user, amount):
        """Confirm the order as ``user``, its client, wishes; twice is once.

        :param amount: what he has read on the page, as a text
        :raise UserError: it is not to be had any more, or at another price
        """
        self.ensure_one()
        order = self.sudo().with_company(self.company_id)
        wait_for_others(order)
        if order.state == "sale":
            return
        order.kbs_subscription_id._check_portal_orders()
        is_same = str(order.amount_total) == amount
        if order.state != "sent" or not is_same:
            raise UserError(
                self.env._("This offer no longer holds. Look at the offers again.")
            )
        order._kbs_note_portal_user(user, self.env._("Confirmed in the portal"))
        order.action_confirm()

    def _kbs_note_portal_user(self, user, words):
        """Keep who of the client's people did it, and tell the manager."""
        self.message_post(
            body=words,
            author_id=user.sudo().partner_id.id,
            partner_ids=self.user_id.partner_id.ids,
            subtype_xmlid="mail.mt_note",
        )

    def _kbs_get_portal_invoice_sudo(self, user):
        """Return the invoice of this order that its client is to pay, with sudo.

        Of those that he may read by Odoo's own rules.
        """
        invoices = self.sudo().invoice_ids.filtered(
            lambda x: x.move_type == "out_invoice" and x.state == "posted"
        )
        return invoices.with_user(user)._filtered_access("read").sudo()[:1]

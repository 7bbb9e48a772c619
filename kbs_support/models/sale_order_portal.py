from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

from ..tools.locking import wait_for_others
from ..tools.wording import nest_quotes


class SaleOrder(models.Model):
    """What a client reads of the order of his support, and how he confirms it."""

    _inherit = "sale.order"

    @api.model
    def _kbs_get_portal_order_sudo(self, user, order_id):
        """Return the order of support that ``user`` may confirm, with sudo, else none.

        Found by his own rights, among his company's. The confirmed one too: who clicks
        twice is led on to the payment.
        """
        client = user.sudo().partner_id.commercial_partner_id
        order = self.with_user(user).search(
            Domain("id", "=", order_id)
            & Domain("partner_id.commercial_partner_id", "=", client.id)
            & Domain("company_id", "in", user.company_ids.ids)
            & Domain("state", "in", ("sent", "sale"))
        )
        return order.sudo()._kbs_filter_support()

    def _kbs_filter_support(self):
        """Return those that sell a plan or hours."""
        return self.filtered(
            lambda x: (
                x.kbs_has_plan or any(x.order_line.product_id.mapped("kbs_minutes"))
            )
        )

    def _kbs_prepare_portal_quotation(self):
        """Return the quotation of support or hours as plain values, with sudo."""
        self.ensure_one()
        line = self._kbs_get_plan_lines()[:1]
        first, last = line.kbs_date_start, line.kbs_date_end
        money = self._kbs_write_amount
        return {
            "id": self.id,
            "name": self.name,
            "url": f"/my/orders/{self.id}",
            "page": f"/my/support/order/{self.id}",
            "back": self._kbs_get_portal_back(),
            "client": nest_quotes(self.env, self.partner_id.display_name),
            "code": self.partner_id.commercial_partner_id.company_registry,
            "words": self.env._(
                "You have the offer %(order)s: %(total)s. Another choice takes its "
                "place.",
                order=self.name,
                total=money(self.amount_total),
            ),
            "promise": self._kbs_tell_portal_promise(),
            "start": self._kbs_tell_portal_start(),
            "lines": [
                x._kbs_prepare_portal_line()
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

    def _kbs_tell_portal_promise(self):
        """Say what the client binds himself to."""
        values = {
            "seller": self.company_id.name,
            "client": nest_quotes(self.env, self.partner_id.display_name),
        }
        if not self.kbs_has_plan:
            return self.env._(
                "By confirming you order this from %(seller)s in the name of "
                "%(client)s, and undertake to pay for it. The invoice is made at once.",
                **values,
            )
        return self.env._(
            "By confirming you order support from %(seller)s in the name of "
            "%(client)s, and undertake to pay for it. The invoice is made at once.",
            **values,
        )

    def _kbs_tell_portal_start(self):
        """Say what the day of payment does to the days, or False (T4)."""
        line = self._kbs_get_plan_lines()[:1]
        coverage = line and line._kbs_try_coverage(line.kbs_date_start)
        if not coverage or coverage.is_continued or not coverage.chain_months:
            return False
        return (
            self.company_id.kbs_start_on_payment
            and self.env["kbs.subscription"]._tell_start_on_payment()
        )

    def _kbs_get_portal_support_sudo(self, user):
        """Return the support that this order is about, as far as it is the client's.

        Nothing for a first one that is not confirmed yet.
        """
        support = self._kbs_get_subscriptions_sudo()[:1]
        return support._get_portal_sudo(user, support.id)

    def _kbs_get_portal_back(self):
        """Return where the client finds what else he could choose."""
        if self.kbs_subscription_id:
            return f"/my/support/{self.kbs_subscription_id.id}/renew"
        return "/tariffs"

    def _kbs_write_amount(self, amount):
        return format_amount(self.env, amount, self.currency_id)

    def _kbs_confirm_from_portal_sudo(self, user, amount):
        """Confirm the order as ``user``, its client, wishes; twice is once.

        :param amount: what he has read on the page, as a text
        :raise UserError: it is not to be had any more, or at another price
        """
        self.ensure_one()
        order = self.sudo().with_company(self.company_id)
        order._kbs_wait_for_client()
        wait_for_others(order)
        if order.state == "sale":
            return
        subscriptions = order.env["kbs.subscription"]
        subscriptions._check_may_order_portal(user, order.company_id)
        is_same = str(order.amount_total) == amount
        if order.state != "sent" or not is_same:
            raise subscriptions._refuse_lost_offer()
        order._kbs_check_portal_choice()
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


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _kbs_prepare_portal_line(self):
        """Return one line as plain values; how many only where it is not one."""
        self.ensure_one()
        name, quantity = self.product_id.display_name, self.product_uom_qty
        return {
            "name": name if quantity == 1 else f"{name} × {quantity:g}",
            "total": self.order_id._kbs_write_amount(self.price_total),
        }

from odoo import models
from odoo.tools import format_amount, format_date


class KbsSubscription(models.Model):
    """What a client sees of one subscription: periods, documents and its story."""

    _inherit = "kbs.subscription"

    def _prepare_portal_page_sudo(self, user):
        """Return the page of a subscription that ``user`` may see.

        Documents are those that he may read by Odoo's own rules: what an order of
        ours leads to is not his by that alone.

        :return: dict of ``card``, ``has_offers`` (of a renewal), ``is_served`` (whether
            more can be ordered or asked for), ``periods``, ``sees_money``, ``orders``,
            ``invoices``, ``timeline`` (see :meth:`_prepare_timeline`) and ``pauses``
        """
        self.ensure_one()
        subscription = self.sudo()
        offers = subscription._get_portal_offers()[subscription]
        orders, invoices = subscription._get_portal_documents(user)
        sees_money = user.sudo().partner_id._kbs_may_see_invoices()
        for_client = subscription.with_context(
            kbs_for_client=True, kbs_hides_money=not sees_money
        )
        return {
            "card": subscription._prepare_portal_card(user, offers),
            "has_offers": bool(offers),
            "is_served": subscription._is_portal_served(),
            "periods": [
                x._prepare_portal_period(invoices, sees_money)
                for x in subscription.period_ids._get_booked()[::-1]
            ],
            "sees_money": sees_money,
            "orders": [x._kbs_prepare_portal_order() for x in orders],
            "invoices": [x._prepare_portal_invoice() for x in invoices],
            "timeline": for_client._prepare_timeline(),
            "pauses": [x._prepare_portal_pause() for x in subscription.pause_ids],
        }

    def _get_portal_documents(self, user):
        """Return the orders and the invoices that ``user`` may read, with sudo."""
        orders = self._get_orders_sudo()
        moves = orders.invoice_ids | self.period_ids.credit_note_ids
        orders = orders.filtered(lambda x: x.state in ("sent", "sale"))
        moves = moves.filtered(lambda x: x.state == "posted")
        orders, moves = (
            x.with_user(user)._filtered_access("read").sudo() for x in (orders, moves)
        )
        return (
            orders.sorted(lambda x: (x.date_order, x.id), reverse=True),
            moves.sorted(lambda x: (x.invoice_date, x.id), reverse=True),
        )


class KbsSubscriptionPeriod(models.Model):
    _inherit = "kbs.subscription.period"

    def _prepare_portal_period(self, invoices, sees_money=True):
        """Return one period as plain values.

        :param invoices: ``account.move`` that the reader may read, with sudo
        :param sees_money: whether he may know what it has cost
        """
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        due = (self.order_id.invoice_ids & invoices).filtered(
            lambda x: x.payment_state in ("not_paid", "partial")
        )
        return {
            "plan": self.plan_id.name,
            "term": self.term_id.name,
            "days": self.subscription_id._tell_days(self.date_start, self.date_end),
            "price": sees_money
            and format_amount(self.env, self.price_total, self.currency_id),
            "reason": sees_money and self.price_kind != "manual" and self.price_reason,
            "state": states[self.state],
            "is_current": self.state == "current",
            "is_paid": self.is_paid,
            "guaranteed": self.is_effective
            and not self.is_paid
            and format_date(self.env, self.guarantee_until),
            "pay_url": due and f"/my/support/pay/{due[0].id}",
        }


class KbsPause(models.Model):
    _inherit = "kbs.pause"

    def _prepare_portal_pause(self):
        """Return one pause as plain values, without what we note for ourselves."""
        self.ensure_one()
        return {
            "first": format_date(self.env, self.date_start),
            "last": self.date_end and format_date(self.env, self.date_end),
            "reason": self.reason_id.name,
        }


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _kbs_prepare_portal_order(self):
        """Return one order in the list of documents as plain values, with sudo."""
        self.ensure_one()
        return {
            "name": self.name,
            "url": f"/my/orders/{self.id}",
            "date": format_date(self.env, self.date_order.date()),
            "total": self._kbs_write_amount(self.amount_total),
            "is_quotation": self.state == "sent",
        }

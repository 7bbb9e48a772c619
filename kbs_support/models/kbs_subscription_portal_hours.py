# A compute returns nothing, and so does its extension.
# pylint: disable=missing-return
from datetime import time, timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_amount, format_date

from ..tools.locking import take_turn
from ..tools.wording import format_count
from .kbs_subscription_offer import DEFAULT_VALIDITY

MAX_QUANTITY = 99


class KbsSubscription(models.Model):
    """A client orders hours beyond his plan, in the portal.

    Whatever sells minutes and has a price in the regular list is on the page. The
    ledger gets the hours when they are paid.
    """

    _inherit = "kbs.subscription"

    def _compute_document_counts(self):
        # EXTENDS kbs_support: orders of hours are documents of the support too.
        super()._compute_document_counts()
        found = dict(
            self.env["sale.order"]
            .sudo()  # what was bought for it; only how many is told
            ._read_group(
                [("kbs_hours_subscription_id", "in", self.ids)],
                ["kbs_hours_subscription_id"],
                ["id:recordset"],
            )
        )
        for subscription in self:
            if orders := found.get(subscription):
                subscription.order_count += len(orders)
                subscription.invoice_count += len(orders.invoice_ids)

    def _get_orders_sudo(self):
        # EXTENDS kbs_support
        return super()._get_orders_sudo() | self.env["sale.order"].sudo().search(
            [("kbs_hours_subscription_id", "in", self.ids)]
        )

    # === WHAT IS OFFERED === #

    def _get_portal_hours(self):
        """Return what sells hours today: dicts of ``id``, ``name`` and ``price``."""
        company = self.company_id
        regular = self._get_portal_hours_list()
        if not regular:
            return []
        noon = company._kbs_to_utc(company._kbs_today(), time(12))
        return self.env["kbs.price.table"]._prepare_hours(regular, noon)

    def _get_portal_hours_list(self):
        lists = self.env["product.pricelist"]._kbs_get_support_lists(self.company_id)
        return lists[:1].filtered(lambda x: x.kbs_kind == "regular")

    def _prepare_portal_hour_prices(self):
        """Return what sells hours as plain values, with ``total`` in words."""
        currency = self._get_portal_hours_list().currency_id
        return [
            {**x, "total": format_amount(self.env, x["price"], currency)}
            for x in self._get_portal_hours()
        ]

    def _tell_hours_validity(self):
        """Say until when hours are good that are bought today (E2)."""
        months = format_count(self.env, "month", self.company_id.kbs_pack_valid_months)
        if not self.date_end:
            return self.env._("They are good for %(months)s.", months=months)
        return self.env._(
            "They are good for %(months)s from the payment, and not less than to the "
            "end of support, now %(date)s.",
            months=months,
            date=format_date(self.env, self.date_end),
        )

    # === WHAT THE CLIENT DOES === #

    def _quote_hours_from_portal_sudo(self, user, product_id, quantity, price):
        """Make the quotation of hours; the same twice is one.

        :param int quantity: how many, from 1 to 99
        :param price: of one, as ``user`` has read it on the page, as a text
        :return: ``sale.order`` with sudo
        :raise UserError: it cannot be ordered, or not at this price any more
        """
        self.ensure_one()
        subscription = self.sudo().with_company(self.company_id)
        take_turn(subscription)
        subscription._check_may_order_portal(user, subscription.company_id)
        subscription._check_hours_orderable(quantity)
        hours = subscription._get_portal_hours()
        one = next((x for x in hours if x["id"] == product_id), None)
        if not one or str(one["price"]) != price:
            raise subscription._refuse_lost_offer()
        running = subscription._get_portal_hour_quotations()
        same = running.filtered(
            lambda x: x._kbs_is_same_hours(one, quantity, subscription)
        )
        if same:
            return same
        running._kbs_withdraw_choices()
        order = subscription.env["sale.order"].create(
            subscription._prepare_hours_order_values(product_id, quantity)
        )
        order._kbs_choose("hours", user)
        return order

    def _check_hours_orderable(self, quantity):
        if not self._is_portal_served():
            raise UserError(
                self.env._("Hours are sold while support is paid and goes on.")
            )
        if not 1 <= quantity <= MAX_QUANTITY:
            raise UserError(
                self.env._("Choose how many: from 1 to %(most)s.", most=MAX_QUANTITY)
            )

    def _get_portal_hour_quotations(self):
        return self.env["sale.order"].search(
            [
                ("kbs_hours_subscription_id", "=", self.id),
                ("kbs_portal_kind", "=", "hours"),
                ("state", "in", ("draft", "sent")),
            ]
        )

    def _prepare_hours_order_values(self, product_id, quantity):
        company = self.company_id
        days = company.quotation_validity_days or DEFAULT_VALIDITY
        seller = self._get_seller() or company.kbs_renewal_user_id
        line = {"product_id": product_id, "product_uom_qty": quantity}
        return {
            "partner_id": self.partner_id.id,
            "company_id": company.id,
            "user_id": seller.id,
            "pricelist_id": self._get_portal_hours_list().id,
            "validity_date": company._kbs_today() + timedelta(days=days),
            "kbs_hours_subscription_id": self.id,
            "order_line": [Command.create(line)],
        }

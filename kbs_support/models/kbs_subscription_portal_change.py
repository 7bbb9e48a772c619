from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..tools.locking import wait_for_others
from ..tools.wording import format_count


class KbsSubscription(models.Model):
    """A client takes a bigger plan in the middle of what he has paid for.

    By the rules of any change of plan (docs/decisions/0018): from the first day on
    which it is possible, for the difference. A smaller one waits for the renewal.
    """

    _inherit = "kbs.subscription"

    # === WHETHER === #

    def _get_portal_change_fault(self):
        """Say to the client why his plan cannot be changed now, or None."""
        self.ensure_one()
        if fault := self._get_portal_going_fault():
            return fault
        period, day = self._get_running_period(), self._get_first_change_day()
        if not day or self._get_period_refusal(period):
            return self.env._(
                "The plan is changed while a paid period runs. Your manager helps."
            )
        return None

    def _get_portal_changes(self):
        """Return the bigger plans to change to now, as :class:`PlanChange`."""
        if self._get_portal_change_fault():
            return []
        period, day = self._get_running_period(), self._get_first_change_day()
        # A few plans there are.
        plans = self.env["kbs.plan"].search([("id", "!=", period.plan_id.id)])
        found = []
        for plan in plans:
            try:
                found.append(self._quote_change(plan, day, period))
            except UserError:
                continue  # a smaller one waits for the renewal
        return found

    # === WHAT IS SHOWN === #

    def _prepare_portal_change_page(self, user):
        """Return the page of another plan.

        :return: dict of ``fault`` (why not, or None), ``changes`` (see
            :meth:`_prepare_portal_change`), ``later`` (names of the plans that wait
            for the renewal), ``order`` (see :meth:`_kbs_prepare_portal_quotation`,
            or None) and ``sees_prices`` (the difference tells what the support has
            cost, so it is for who sees the invoices)
        """
        self.ensure_one()
        changes = self._get_portal_changes()
        plan = self._get_running_period().plan_id or self.plan_id
        offered = plan.browse(x.plan.id for x in changes)
        later = self.env["kbs.plan"].search([("id", "not in", (plan | offered).ids)])
        order = self._get_portal_change_order(user)
        return {
            "fault": self._get_portal_change_fault(),
            "changes": [self._prepare_portal_change(x) for x in changes],
            "later": later.mapped("name"),
            "order": order and order._kbs_prepare_portal_quotation(),
            "sees_prices": user.sudo().partner_id._kbs_may_see_invoices(),
        }

    def _prepare_portal_change(self, change):
        """Return a :class:`PlanChange` as plain values; money and days are words."""

        def money(amount):
            return format_amount(self.env, amount, change.period.currency_id)

        return {
            "plan_id": change.plan.id,
            "plan": change.plan.name,
            "price": change.difference,
            "total": money(change.difference),
            "worth": money(change.worth),
            "credit": money(change.credit),
            "words": self._tell_portal_change(change),
            "gains": self._prepare_portal_gains(change),
        }

    def _tell_portal_change(self, change):
        return self.env._(
            "From %(first)s until %(last)s, %(days)s; the end stays as it is.",
            first=format_date(self.env, change.day),
            last=format_date(self.env, change.period.sold_until),
            days=format_count(self.env, "day", change.unused_days),
        )

    def _prepare_portal_gains(self, change):
        """Return what the new plan promises otherwise: ``label``, ``old``, ``new``."""
        plans = change.period.plan_id | change.plan
        rows = self.env["kbs.price.table"]._prepare_promises(plans)
        gains = []
        for row in rows:
            told = dict(zip(plans, row["values"], strict=True))
            old, new = told[change.period.plan_id], told[change.plan]
            if old != new:
                gains.append({"label": row["label"], "old": old, "new": new})
        return gains

    def _get_portal_change_order(self, user):
        """Return the change that the client has before him, with sudo."""
        period = self._get_running_period()
        orders = self.env["sale.order"].search(
            [("kbs_changed_period_id", "in", period.ids), ("state", "=", "sent")]
        )
        return orders.with_user(user)._filtered_access("read").sudo()[:1]

    # === WHAT THE CLIENT DOES === #

    def _quote_change_from_portal_sudo(self, user, plan_id, price):
        """Make the quotation of another plan; the same twice is one.

        :param price: the difference, as ``user`` has read it on the page, as a text
        :return: ``sale.order`` with sudo
        :raise UserError: it cannot be ordered, or not at this price any more
        """
        self.ensure_one()
        subscription = self.sudo().with_company(self.company_id)
        wait_for_others(subscription)
        subscription._check_may_order_portal(user, subscription.company_id)
        if fault := subscription._get_portal_change_fault():
            raise UserError(fault)
        changes = subscription._get_portal_changes()
        change = next((x for x in changes if x.plan.id == plan_id), None)
        if not change or str(change.difference) != price:
            raise subscription._refuse_lost_offer()
        reason = subscription._get_portal_change_reason()
        subscription._check_no_agreed_change(change, reason)
        order = subscription._create_change_order(change, reason)
        if order.state == "draft":
            order._kbs_choose("change", user)
        return order

    def _get_portal_change_reason(self):
        """Return why, in the client's language: the same for all his people."""
        lang = self.partner_id.lang or self.env.lang
        return self.with_context(lang=lang).env._("Chosen by the client in the portal")

    def _check_no_agreed_change(self, change, reason):
        """Do not withdraw a change that a person has agreed with the client."""
        orders = self.env["sale.order"].search(
            [
                ("kbs_changed_period_id", "=", change.period.id),
                ("state", "in", ("draft", "sent")),
            ]
        )
        for order in orders:
            if not order._kbs_is_same_change(change, reason):
                order._kbs_check_not_agreed()

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_amount, format_date

from ..tools.coverage import ONE_DAY
from ..tools.locking import wait_for_others
from ..tools.proration import PlanChange


class KbsSubscription(models.Model):
    """Another plan in the middle of what was paid for (P7).

    It is sold from a day on, for the days that are left: the client pays its price
    less what the old plan would have cost on these days.
    """

    _inherit = "kbs.subscription"

    def action_change_plan(self):
        """Show what another plan costs from a day on (wizard)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change of Plan"),
            "res_model": "kbs.plan.change",
            "view_mode": "form",
            "target": "new",
            "context": {"default_subscription_id": self.id},
        }

    # === WHETHER === #

    def _get_running_period(self):
        """Return the period that serves the client now; during a pause too."""
        self.ensure_one()
        day = self._get_clock_day()
        effective = self.period_ids.filtered("is_effective")
        return effective.filtered(lambda x: x.date_start <= day <= x.date_end)[:1]

    def _get_first_change_day(self):
        """Return the first day on which another plan may take over, or False."""
        period = self._get_running_period()
        if not period:
            return False
        day = max(self._get_clock_day(), period.date_start + ONE_DAY)
        pause = self._get_pause_on(day)
        return pause.date_end + ONE_DAY if pause.date_end else day

    def _get_staying_refusal(self):
        """Say why nothing is sold to this client any more, or None."""
        if self.closed_on:
            return self.env._("The subscription is closed. Reopen it first.")
        if self.leaving_since:
            return self.env._(
                "The client leaves at the end. Take that back on the subscription "
                "first."
            )
        return None

    def _refuse_same_plan(self, plan):
        return self.env._("The plan is %(plan)s already.", plan=plan.name)

    def _get_change_refusal(self, period, plan, day):
        """Say what forbids ``plan`` to take over from ``period`` on ``day``, or None.

        What a manager may allow (amounts, a day that is over) is not looked at here.
        """
        if not period.is_paid:
            return self.env._(
                "No paid period is running, so there are no unused days. Wait for the "
                "payment, or cancel the unpaid order and sell the other plan."
            )
        successor = period.replaced_by_ids._get_booked()
        if successor:
            return self.env._(
                "The plan of this period is already changed: %(period)s, order "
                "%(order)s.",
                period=successor.display_name,
                order=successor.sudo().order_id.name or "—",
            )
        if plan == period.plan_id:
            return self._refuse_same_plan(plan)
        if period.stopped_on:
            return self.env._(
                "Support ends on %(date)s, the money for the days after it was given "
                "back. Sell the other plan from then on.",
                date=format_date(self.env, period.date_end),
            )
        if not period.date_start < day <= period.date_end:
            return self.env._(
                "The new plan can begin from %(first)s to %(last)s.",
                first=format_date(self.env, period.date_start + ONE_DAY),
                last=format_date(self.env, period.date_end),
            )
        return self._get_pause_refusal(day)

    def _get_pause_refusal(self, day):
        """A change waits for the end of a pause; an open one moves it along."""
        pause = self._get_pause_on(day)
        if not pause or (not pause.date_end and day == pause.date_start):
            return None
        first = pause.date_end + ONE_DAY if pause.date_end else pause.date_start
        return self.env._(
            "Support is paused then. Choose %(date)s: the new plan begins with the "
            "first day after the pause.",
            date=format_date(self.env, first),
        )

    # === FOR HOW MUCH === #

    def _quote_change(self, plan, day, period=None):
        """Return what ``plan`` costs from ``day`` to the end of ``period``.

        :param plan: ``kbs.plan``
        :param date day: first day of the new plan
        :param period: period of the old plan, by default the one that runs
        :return: :class:`PlanChange`
        :raise UserError: the plan cannot be changed so
        """
        self.ensure_one()
        period = period or self._get_running_period()
        refusal = self._get_staying_refusal() or self._get_change_refusal(
            period, plan, day
        )
        if not refusal and day < self._get_clock_day():
            refusal = self.env._(
                "The day %(date)s is over, and the old plan has served it. Make the "
                "change anew.",
                date=format_date(self.env, day),
            )
        if refusal:
            raise UserError(refusal)
        change = self._calculate_change(period, plan, day)
        if change.difference <= 0:
            raise UserError(self._refuse_cheaper(plan))
        return change

    def _refuse_cheaper(self, plan):
        return self.env._(
            "%(plan)s costs no more than what is left of the paid plan. A cheaper plan "
            "takes effect at the renewal.",
            plan=plan.name,
        )

    def _calculate_change(self, period, plan, day):
        """Return the :class:`PlanChange`, whether or not it may be sold.

        :raise UserError: there is no price, or the new plan is the cheaper one
        """
        pricelist, product, price = self._get_change_price(period, plan)
        unused, total = period._get_unused_days(day), period._get_sold_days()
        term_days = period._get_root_period()._get_sold_days()
        kind = "budget_year" if period.term_id.is_budget_year else "regular"
        return PlanChange(
            period=period,
            plan=plan,
            product=product,
            pricelist=pricelist,
            kind="loyalty" if pricelist.kbs_kind == "loyalty" else kind,
            day=day,
            unused_days=unused,
            total_days=total,
            term_days=term_days,
            list_price=price,
            credit=period._prorate(period.price_total, unused, total),
            worth=period._prorate(price, unused, term_days),
        )

    def _get_change_price(self, period, plan):
        """Return ``(pricelist, product, price)`` of ``plan`` for a term as before.

        :raise UserError: no price in the currency of the period, or a lower one
        """
        term = period.term_id
        prices = self._get_offer_prices(self.company_id, plan | period.plan_id)
        listed = prices.get(plan._get_product(term)) or []
        listed = [x for x in listed if x[0].currency_id == period.currency_id]
        if not listed or listed[0][0].kbs_kind != "regular":
            raise UserError(
                self.env._(
                    "%(plan)s has no regular price for %(term)s.",
                    plan=plan.name,
                    term=term.name,
                )
            )
        old = prices.get(period.plan_id._get_product(term)) or []
        if old and old[0][0].kbs_kind == "regular" and listed[0][1] < old[0][1]:
            raise UserError(self._refuse_cheaper(plan))
        if not self._is_loyal_on_change(period, plan):
            listed = listed[:1]
        pricelist, price, _rule = min(listed, key=lambda x: x[1])
        return pricelist, plan._get_product(term), price

    def _is_loyal_on_change(self, period, plan):
        """Say whether the loyalty price holds for another plan within ``period`` (P3).

        As if the period had been renewed with this plan in the first place.
        """
        company = self.company_id
        if not company.kbs_loyalty_on_plan_change or not plan.has_loyalty:
            return False
        eve = period._get_root_period().date_start - ONE_DAY
        is_renewal = self.tenure_start and self.tenure_start <= eve
        return bool(
            is_renewal
            and self._get_tenure_months(eve) >= company.kbs_loyalty_min_months
        )

    # === THE QUOTATION === #

    def _create_change_order(self, change, reason):
        """Return the quotation of ``change``; the last one of this period is withdrawn.

        :param change: :class:`PlanChange`
        :param str reason: why the client wants another plan
        :raise UserError: another period waits for payment
        """
        self.ensure_one()
        wait_for_others(self)
        if unpaid := self._get_unpaid_period():
            raise UserError(
                self.env._(
                    "The period %(period)s waits for payment, order %(order)s. Wait "
                    "for the payment or cancel that order first.",
                    period=unpaid.display_name,
                    order=unpaid.sudo().order_id.name or "—",
                )
            )
        # Sudo: it may be a colleague's quotation, and there is to be one only.
        earlier = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("kbs_changed_period_id", "=", change.period.id),
                    ("state", "in", ("draft", "sent")),
                ]
            )
        )
        if earlier:
            earlier._action_cancel()
        return self.env["sale.order"].create(
            self._prepare_change_order_values(change, reason)
        )

    def _prepare_change_order_values(self, change, reason):
        # Sudo: taxes of the old plan stand on an order of maybe another salesperson.
        period = change.period.sudo()
        credit = period._prepare_unused_line_values(
            -change.credit, change.day, change.unused_days, change.total_days
        )
        plan_line = {
            "product_id": change.product.id,
            "name": self._describe_change(change),
            "price_unit": change.worth,
            "kbs_date_start": change.day,
        }
        return {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "user_id": self._get_seller().id,
            "pricelist_id": change.pricelist.id,
            "validity_date": change.day,
            "kbs_subscription_id": self.id,
            "kbs_changed_period_id": change.period.id,
            "kbs_change_reason": reason,
            "order_line": [Command.create(plan_line), Command.create(credit)],
        }

    def _get_seller(self):
        """Return whose order it is: the client's manager.

        Who may see his own orders only could not make it for a colleague.
        """
        user = self.env.user
        may_sell_for_others = user.has_group("sales_team.group_sale_salesman_all_leads")
        return self.manager_id or user if may_sell_for_others else user

    def _describe_change(self, change):
        """Text of the plan line, in the language of the client."""
        lang = self.partner_id.lang or self.env.lang
        env = self.with_context(lang=lang).env
        return env._(
            "%(product)s\nSupport from %(start)s to %(end)s: %(days)s of %(total)s "
            "days, full price %(price)s",
            product=change.product.with_env(env).display_name,
            start=format_date(env, change.day),
            end=format_date(env, change.period.sold_until),
            days=change.unused_days,
            total=change.term_days,
            price=format_amount(env, change.list_price, change.pricelist.currency_id),
        )

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.coverage import ONE_DAY
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
        return self.period_ids._get_covering(self._get_clock_day())[:1]

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
        refusal = self._get_period_refusal(period)
        if not refusal and plan == period.plan_id:
            refusal = self._refuse_same_plan(plan)
        if refusal:
            return refusal
        if not day or not period.date_start < day <= period.date_end:
            return self.env._(
                "The new plan can begin from %(first)s to %(last)s.",
                first=format_date(self.env, period.date_start + ONE_DAY),
                last=format_date(self.env, period.date_end),
            )
        return self._get_pause_refusal(day)

    def _get_period_refusal(self, period):
        """Say why the plan of ``period`` cannot be changed at all, or None."""
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
        if period.stopped_on:
            return self.env._(
                "Support ends on %(date)s, the money for the days after it was given "
                "back. Sell the other plan from then on.",
                date=format_date(self.env, period.date_end),
            )
        return None

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
            credit=period._cap_unused(
                period._prorate(period.price_total, unused, total)
            ),
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

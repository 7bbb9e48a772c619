from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import format_date

from ..tools.batches import work_through
from ..tools.wording import format_minutes

MONTHS = 3


class KbsOverPlan(models.Model):
    """Work over the plan three calendar months in a row: sales offer a bigger plan."""

    _inherit = "kbs.over.plan"

    @api.model
    def _cron_offer_upgrades(self):
        """Make the opportunities of the clients whose last three months are over.

        Daily, so that work of a month that is entered later counts as well.
        """
        # A handful of companies, and each has its own month.
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        for company in companies:
            first = company._kbs_today().replace(day=1) - relativedelta(months=MONTHS)
            growing = self._get_growing(company, first)
            if not work_through(
                growing, lambda x, first=first: x._offer_upgrade(first)
            ):
                return

    @api.model
    def _get_growing(self, company, first):
        """Return the subscriptions with work over plan in each month from ``first`` on.

        Whatever was decided about it, goodwill included.
        """
        groups = self._read_group(
            [
                ("company_id", "=", company.id),
                ("date", ">=", first),
                ("date", "<", first + relativedelta(months=MONTHS)),
                ("subscription_id.state", "in", ("active", "paused", "grace")),
            ],
            ["subscription_id", "date:month"],
        )
        months = {}
        for subscription, month in groups:
            months.setdefault(subscription, set()).add(month)
        return self.env["kbs.subscription"].union(
            *(x for x, known in months.items() if len(known) == MONTHS)
        )


class KbsSubscription(models.Model):
    _inherit = "kbs.subscription"

    def _offer_upgrade(self, first):
        """Make one opportunity for each of these, unless its series has one.

        A new series begins when the earlier opportunity was closed. PostgreSQL keeps
        one for a series.

        :param date first: first day of the first of the three months
        """
        leads = self.env["crm.lead"].with_context(active_test=False)
        earlier = leads.search([("kbs_upsell_subscription_id", "in", self.ids)])
        known = earlier.filtered(lambda x: x._kbs_keeps_series(first))
        due = self - known.kbs_upsell_subscription_id
        if not due:
            return
        needs = due._get_month_needs(first)
        plans = due._get_covering_plans(needs)
        prices = {x: leads._kbs_get_regular_prices(x) for x in due.company_id}
        self.env["crm.lead"].create(
            [
                {
                    **x._prepare_upsell_values(first, needs[x], plans[x]),
                    **x._prepare_upsell_choice(plans[x], prices[x.company_id]),
                }
                for x in due
            ]
        )

    def _get_month_needs(self, first):
        """Return what these needed of a plan's hours in the three months.

        :return: ``{subscription: {first day of the month: [(line, minutes of it that
            the plan's hours paid for, minutes that were over)]}}``
        """
        lines = self.env["account.analytic.line"].search(
            [
                ("kbs_subscription_id", "in", self.ids),
                ("kbs_ticket_id", "!=", False),
                ("date", ">=", first),
                ("date", "<", first + relativedelta(months=MONTHS)),
            ],
            order="date, id",
        )
        days = [first + relativedelta(months=x) for x in range(MONTHS)]
        needs = {x: {day: [] for day in days} for x in self}
        for line in lines:
            included = line.kbs_entry_ids.filtered(
                lambda x: x.source_id.kind == "grant"
            )
            month = needs[line.kbs_subscription_id][line.date.replace(day=1)]
            over = sum(line.kbs_over_ids.mapped("minutes"))
            month.append((line, -sum(included.mapped("minutes")), over))
        return needs

    def _get_covering_plans(self, needs):
        """Return the smallest plan for each that would have covered all of it.

        :param dict needs: see :meth:`_get_month_needs`
        :return: ``{subscription: plan}``, with an empty one where none would
        """
        plans = self.env["kbs.plan"].search(
            [("included_minutes", ">", 0)], order="included_minutes, sequence"
        )

        def fits(plan, subscription):
            hours = subscription.plan_id.included_minutes
            months = needs[subscription].values()
            return plan.included_minutes > hours and all(map(plan._fits_month, months))

        return {
            subscription: plans.filtered(lambda plan, x=subscription: fits(plan, x))[:1]
            for subscription in self
        }

    def _prepare_upsell_choice(self, plan, prices):
        """Values that say what to offer, and what it would bring in a whole term.

        :param dict prices: regular ones, ``{(plan, term): price}``
        """
        term = self._get_last_period().term_id
        now, then = (prices.get((x, term), 0.0) for x in (self.plan_id, plan))
        return {
            "kbs_plan_id": plan.id,
            "kbs_term_id": term.id if plan else False,
            "expected_revenue": max(then - now, 0.0),
        }

    def _prepare_upsell_values(self, first, needs, plan):
        """Values of the opportunity, in the language of who gets it."""
        company = self.company_id
        user = self._get_working_manager() or company.kbs_renewal_user_id
        lang = user.lang or company.partner_id.lang or self.env.lang
        told = self.with_context(lang=lang)
        return {
            "name": told.env._(
                "Bigger plan for %(client)s", client=self.partner_id.name
            ),
            "type": "opportunity",
            "partner_id": self.partner_id.id,
            "company_id": company.id,
            "user_id": user.id,
            "kbs_upsell_subscription_id": self.id,
            "kbs_upsell_month": first + relativedelta(months=MONTHS - 1),
            "description": told._tell_upsell(needs, plan.with_context(lang=lang)),
        }

    def _tell_upsell(self, needs, plan):
        """Return the figures by month, and what would have covered them, as HTML."""
        rows = []
        for first, month in needs.items():
            used, over = (sum(x[number] for x in month) for number in (1, 2))
            rows.append(
                {
                    "month": format_date(self.env, first, date_format="LLLL yyyy"),
                    "used": format_minutes(self.env, used),
                    "over": format_minutes(self.env, over),
                }
            )
        return self.env["ir.qweb"]._render(
            "kbs_support.kbs_upsell_note",
            {
                "rows": rows,
                "now": self.plan_id.name,
                "plan": plan.name,
                "hours": format_minutes(self.env, plan.included_minutes),
            },
        )


class KbsPlan(models.Model):
    _inherit = "kbs.plan"

    def _fits_month(self, month):
        """Say whether the hours of this plan suffice for the work of one month.

        :param list month: see :meth:`KbsSubscription._get_month_needs`
        """
        self.ensure_one()
        needed = 0
        for line, used, over in month:
            kinds = line.kbs_ticket_id._kbs_get_drawn_kinds(line.kbs_kind, self)
            if kinds is None:
                continue
            if over and "grant" not in kinds:
                return False
            needed += used + over
        return needed <= self.included_minutes

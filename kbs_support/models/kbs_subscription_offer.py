from datetime import time, timedelta

from odoo import api, models
from odoo.tools import format_date

from ..tools import coverage as cov
from ..tools.offer import Offer, get_best_offer

DEFAULT_VALIDITY = 30  # days, where the company has set none for its quotations


class KbsSubscription(models.Model):
    """What may be sold to a client next: days, price and the rule behind it.

    The one place that decides it: quotations, the renewal screen and the renewal run
    ask here (P3, T1 to T4).
    """

    _inherit = "kbs.subscription"

    # === DAYS === #

    def _get_term_coverage(self, term, company, asked=None, is_gap_paid=False):
        """Return the coverage that ``term`` buys today after this subscription.

        :param self: one subscription, or none for a new client
        :param date asked: first day (or a day of the budget year) asked for, or None
        :param bool is_gap_paid: continue the last coverage however long ago it ended
        :raise CoverageError: the days cannot be bought
        """
        last = self._get_last_coverage() if self else None
        today = company._kbs_today()
        if term.is_budget_year:
            return cov.get_budget_year_coverage(today, asked, last)
        today = self._get_clock_day() if self else today
        grace = company.kbs_grace_days
        if is_gap_paid and last:
            grace = max(grace, (today - last.date_end).days)
        return cov.get_month_coverage(term.months, today, asked, last, grace)

    def _get_grace_last_day(self):
        """Return the last day on which a renewal still continues, or False."""
        self.ensure_one()
        last = self._get_last_coverage()
        grace = timedelta(days=self.company_id.kbs_grace_days)
        return last.date_end + grace if last else False

    # === PRICE === #

    def _get_loyalty_refusal(self, plan, coverage):
        """Say which condition of the loyalty price does not hold (P3), or None.

        :param self: the subscription that is renewed, or none
        :param coverage: :class:`Coverage` that would be bought, or False
        """
        last = self.period_ids.filtered("is_effective").sorted("date_start")[-1:]
        if not last:
            return self.env._("nothing is renewed by this order.")
        if not coverage or not coverage.is_continued:
            return self.env._(
                "the coverage ended on %(date)s and the grace is over.",
                date=format_date(self.env, last.date_end),
            )
        if not plan.has_loyalty:
            return self.env._("this plan has no loyalty programme.")
        company = self.company_id
        if plan != last.plan_id and not company.kbs_loyalty_on_plan_change:
            return self.env._(
                "the plan of the previous period was %(plan)s.", plan=last.plan_id.name
            )
        tenure = self._get_tenure_months(last.date_end)
        if tenure < company.kbs_loyalty_min_months:
            return self.env._(
                "the client has been with us %(tenure)s months, %(needed)s are needed.",
                tenure=tenure,
                needed=company.kbs_loyalty_min_months,
            )
        return None

    def _explain_price(self, kind, product, pricelist, coverage):
        """Say in one sentence which rule gave a list price (P4).

        :param str kind: ``loyalty``, ``budget_year`` or ``regular``
        """
        if kind == "loyalty":
            since = self.tenure_start
            return self.env._(
                "Loyalty price: renewal without a gap, client since %(date)s.",
                date=format_date(self.env, since) if since else "—",
            )
        if kind == "budget_year":
            return self.env._(
                "Price of the budget year %(year)s.", year=coverage.date_end.year
            )
        return self.env._(
            "Price list “%(pricelist)s”: %(product)s.",
            pricelist=pricelist.name,
            product=product.display_name,
        )

    # === OFFERS === #

    def _get_offers(self, plan=None, terms=None):
        """Return every way to renew these subscriptions today.

        :param plan: ``kbs.plan`` to renew with, by default what each one asks for
        :param terms: ``kbs.term`` to consider, all by default
        :return: dict ``{subscription: [Offer]}``, short terms first, the regular offer
            of a term before the loyalty one
        """
        if terms is None:
            terms = self.env["kbs.term"].search([])  # pylint: disable=no-search-all
        plans = plan or self._get_renewal_plans()
        offers = {}
        for company, subscriptions in self.grouped("company_id").items():
            prices = subscriptions._get_offer_prices(company, plans)
            for subscription in subscriptions:
                wanted = plan or subscription._get_renewal_plan()
                offers[subscription] = [
                    offer
                    for term in terms
                    for offer in subscription._get_term_offers(wanted, term, prices)
                ]
        return offers

    def _get_renewal_plans(self):
        return self.env["kbs.plan"].union(*(x._get_renewal_plan() for x in self))

    def _get_renewal_plan(self):
        """Return the plan that this subscription is renewed with by default."""
        return self._get_last_period().plan_id or self.plan_id

    def _get_last_period(self):
        """Return the last period that covers, else the last one that is booked."""
        booked = self.period_ids._get_booked()
        return (booked.filtered("is_effective") or booked)[-1:]

    @api.model
    def _get_offer_prices(self, company, plans):
        """Return today's prices of ``plans`` in the support lists of ``company``.

        :return: dict ``{product: [(pricelist, price, rule)]}``, the regular list first;
            a list that falls back to another one is left out
        """
        now = company._kbs_to_utc(company._kbs_today(), time(12))
        products = plans.product_tmpl_id.product_variant_ids
        found = {product: [] for product in products}
        table = self.env["kbs.price.table"]
        for pricelist in products.env["product.pricelist"]._kbs_get_support_lists(
            company
        ):
            own = table._get_own_prices(pricelist, products, now)
            for product, (price, rule) in own.items():
                found[product].append((pricelist, price, rule))
        return found

    def _get_term_offers(self, plan, term, prices):
        """Return the offers of one term: regular, loyalty, after a gap too."""
        product = plan._get_product(term)
        listed = prices.get(product) or []
        if not listed or listed[0][0].kbs_kind != "regular":
            return []
        # Amounts in two currencies cannot be compared.
        currency = listed[0][0].currency_id
        listed = [x for x in listed if x[0].currency_id == currency]
        offers = []
        for is_gap_paid in (False, True) if self._has_gap() else (False,):
            coverage = self._try_term_coverage(term, is_gap_paid)
            if coverage:
                offers += self._prepare_offers(
                    plan, term, product, listed, coverage, is_gap_paid
                )
        return offers

    def _has_gap(self):
        """Say whether the grace is over, so that a renewal would begin anew."""
        last_day = self._get_grace_last_day()
        return bool(last_day) and last_day < self._get_clock_day()

    def _try_term_coverage(self, term, is_gap_paid):
        """Return the coverage to offer, or None where the days cannot be sold."""
        if is_gap_paid and term.is_budget_year:
            return None
        try:
            coverage = self._get_term_coverage(
                term, self.company_id, is_gap_paid=is_gap_paid
            )
        except cov.CoverageError:
            return None
        is_over = coverage.date_end < self._get_clock_day()
        return None if is_over else coverage

    def _prepare_offers(self, plan, term, product, listed, coverage, is_gap_paid):
        refusal = self._get_loyalty_refusal(plan, coverage)
        # Silent about loyalty where the loyalty list has no price for this term.
        refusal = refusal if len(listed) > 1 else None
        common = {
            "subscription": self,
            "plan": plan,
            "term": term,
            "product": product,
            "regular_price": listed[0][1],
            "coverage": coverage,
            "valid_until": self._get_valid_until(coverage, is_gap_paid),
            "refusal": refusal or "",
            "is_gap_paid": is_gap_paid,
        }
        offers = []
        for pricelist, price, rule in listed:
            is_loyalty = pricelist.kbs_kind == "loyalty"
            if is_loyalty and refusal:
                continue
            kind = "budget_year" if term.is_budget_year else "regular"
            kind = "loyalty" if is_loyalty else kind
            reason = self._explain_price(kind, product, pricelist, coverage)
            if refusal:
                reason += " " + self.env._("No loyalty price: %(why)s", why=refusal)
            offers.append(
                Offer(
                    pricelist=pricelist,
                    rule=rule,
                    kind=kind,
                    price=price,
                    reason=reason,
                    **common,
                )
            )
        return offers

    def _get_valid_until(self, coverage, is_gap_paid):
        """Return the last day of an offer, as a local date.

        Months that continue without a gap: the end of the grace. A budget year: the
        day before it begins. Else the company's validity of quotations.
        """
        today = self.company_id._kbs_today()
        days = self.company_id.quotation_validity_days or DEFAULT_VALIDITY
        usual = today + timedelta(days=days)
        if not coverage.chain_months:
            return max(usual, coverage.date_start - cov.ONE_DAY)
        is_running_out = today == self._get_clock_day()  # not while it is paused
        if coverage.is_continued and not is_gap_paid and is_running_out:
            return max(self._get_grace_last_day(), today)
        return usual

    def _get_default_offer(self, offers):
        """Choose what to offer without asking: the same term, at the best price.

        :param list offers: offers of this subscription
        :return: :class:`Offer`, or None where that term cannot be sold any more
        """
        return get_best_offer(offers, self._get_last_period().term_id)

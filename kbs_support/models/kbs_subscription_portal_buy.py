from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..tools.coverage import CoverageError
from ..tools.locking import take_turn
from ..tools.offer import Offer
from .kbs_subscription_offer import DEFAULT_VALIDITY


class KbsSubscription(models.Model):
    """A client without support buys the first one himself, in the portal.

    He comes from the page of tariffs with a plan and a term. Who has support that
    runs, waits for its payment or can be renewed is led to it instead: a second one
    beside it is sold by people.
    """

    _inherit = "kbs.subscription"

    # === WHETHER === #

    @api.model
    def _find_portal_live_sudo(self, user):
        """Return what ``user`` has now or can renew, with sudo."""
        return self.sudo().search(self._get_portal_domain(user))._get_portal_live()

    @api.model
    def _get_portal_first_fault(self, user):
        """Say to the client why he cannot buy a first support here, or None."""
        if live := self._find_portal_live_sudo(user)[:1]:
            return live._tell_has_support()
        if not user.sudo().partner_id.commercial_partner_id.is_company:
            return self.env._(
                "Your account belongs to no institution yet. Write to us its name and "
                "code: an order is made in its name."
            )
        return None

    def _tell_has_support(self):
        return self.env._(
            "Your institution has support already: %(plan)s %(number)s.",
            plan=self.plan_id.name,
            number=self.name,
        )

    # === WHAT IS OFFERED === #

    @api.model
    def _get_first_offer(self, company, plan_id, term_id):
        """Return the :class:`Offer` of a plan to who has no support, or None.

        Days and price are what a quotation made by hand would have today.
        """
        plan = self.env["kbs.plan"].search([("id", "=", plan_id)])
        term = self.env["kbs.term"].search([("id", "=", term_id)])
        product = plan and term and plan._get_product(term)
        listed = product and self._get_offer_prices(company, plan).get(product)
        if not listed or listed[0][0].kbs_kind != "regular":
            return None
        nothing = self.browse()
        try:
            coverage = nothing._get_term_coverage(term, company)
        except CoverageError:
            return None
        pricelist, price, rule = listed[0]
        kind = "budget_year" if term.is_budget_year else "regular"
        days = company.quotation_validity_days or DEFAULT_VALIDITY
        return Offer(
            subscription=nothing,
            plan=plan,
            term=term,
            product=product,
            pricelist=pricelist,
            rule=rule,
            kind=kind,
            price=price,
            regular_price=price,
            coverage=coverage,
            valid_until=company._kbs_today() + timedelta(days=days),
            reason=nothing._explain_price(kind, product, pricelist, coverage),
        )

    @api.model
    def _prepare_portal_first_sudo(self, user, plan_id, term_id):
        """Return the page of the first purchase.

        Sudo: what is sold and for how much is public.

        :return: dict of ``offer`` (see :meth:`_prepare_portal_offer`, and
            ``plan_id``, or None), ``start`` (what payment does to the days, or False),
            ``client`` and ``code`` (of the user's company)
        """
        company = user.sudo().company_id
        model = self.sudo().with_company(company)
        offer = model._get_first_offer(company, plan_id, term_id)
        client = user.sudo().partner_id.commercial_partner_id
        shown = offer and {
            **model._prepare_portal_offer(offer),
            "plan_id": offer.plan.id,
        }
        moves = company.kbs_start_on_payment and offer and offer.coverage.chain_months
        return {
            "offer": shown,
            "start": moves and self._tell_start_on_payment(),
            "client": client.display_name,
            "code": client.company_registry,
        }

    @api.model
    def _tell_start_on_payment(self):
        return self.env._(
            "Support begins with the payment: paid later, the same number of months "
            "is counted from that day."
        )

    # === WHAT THE CLIENT DOES === #

    @api.model
    def _quote_first_from_portal_sudo(self, user, plan_id, term_id, price):
        """Make the quotation of the first support; the same twice is one.

        :param price: what ``user`` has read on the page, as a text
        :return: ``sale.order`` with sudo
        :raise UserError: it cannot be ordered, or not at this price any more
        """
        company = user.sudo().company_id
        model = self.sudo().with_company(company)
        client = user.sudo().partner_id.commercial_partner_id
        take_turn(client)
        model._check_may_order_portal(user, company)
        if fault := model._get_portal_first_fault(user):
            raise UserError(fault)
        offer = model._get_first_offer(company, plan_id, term_id)
        if not offer or str(offer.price) != price:
            raise model._refuse_lost_offer()
        orders = model._get_first_quotations(client, company)
        order = orders.filtered(lambda x: offer.is_same_as(x))[:1]
        if not order:
            orders.filtered("kbs_portal_kind")._kbs_withdraw_choices()
            order = model.env["sale.order"].create(
                model._prepare_first_order_values(offer, client, company)
            )
        if order.state == "draft":
            order._kbs_choose("first", user)
            order._kbs_tell_of_first_choice()
        return order

    @api.model
    def _get_first_quotations(self, client, company):
        """Return what was offered to ``client`` so far, by us or by his own choice."""
        is_chosen = Domain("kbs_portal_kind", "=", "first")
        return self.env["sale.order"].search(
            Domain("partner_id", "=", client.id)
            & Domain("company_id", "=", company.id)
            & Domain("kbs_subscription_id", "=", False)
            & Domain("order_line.product_id.product_tmpl_id.kbs_plan_id", "!=", False)
            & (Domain("state", "=", "sent") | is_chosen & Domain("state", "=", "draft"))
        )

    @api.model
    def _prepare_first_order_values(self, offer, client, company):
        """Values of the quotation of an :class:`Offer` to who has no support yet.

        It is the client's own salesperson's, else of who calls the clients without
        one.
        """
        seller = client.user_id.filtered(
            lambda x: x.active and company in x.company_ids
        )
        return {
            "partner_id": client.id,
            "company_id": company.id,
            "user_id": (seller or company.kbs_renewal_user_id).id,
            "pricelist_id": offer.pricelist.id,
            "validity_date": offer.valid_until,
            "order_line": [Command.create({"product_id": offer.product.id})],
        }

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..tools.locking import wait_for_others
from ..tools.offer import get_best_offer


class KbsSubscription(models.Model):
    """A client renews his support himself, in the portal.

    He chooses one of the offers that the renewal screen shows to our people, less
    those that a manager has to allow.
    """

    _inherit = "kbs.subscription"

    # === WHETHER === #

    def _get_portal_renewal_fault(self):
        """Say to the client why nothing can be renewed in the portal now, or None."""
        self.ensure_one()
        if fault := self._get_portal_going_fault():
            return fault
        if not self._get_renewed_period():
            return self.env._("Nothing was paid yet, so there is nothing to renew.")
        opens_on = self.renewal_opens_on
        if opens_on and opens_on > self._get_clock_day():
            return self.env._(
                "It can be renewed from %(date)s on.",
                date=format_date(self.env, opens_on),
            )
        return None

    def _is_portal_renewable(self):
        return not self._get_portal_renewal_fault()

    def _get_portal_offers(self):
        """Return the offers to clients, for each term the one that costs least.

        :return: dict ``{subscription: [Offer]}``, short terms first; nothing where
            nothing can be renewed now
        """
        renewable = self.filtered(lambda x: x._is_portal_renewable())
        offers = renewable._get_offers() if renewable else {}
        found = {}
        for subscription in self:
            own = offers.get(subscription, [])
            best = {x.term: get_best_offer(own, x.term) for x in own}
            found[subscription] = [x for x in best.values() if x]
        return found

    # === WHAT IS SHOWN === #

    def _prepare_portal_renewal(self, user, offers):
        """Return what the home page says of the renewal.

        :return: dict of ``fault`` (why not, or None), ``offer`` (of the same term, see
            :meth:`_prepare_portal_offer`, or None), ``order`` (see
            :meth:`_prepare_portal_quotation`, or None) and ``ask`` (whom to ask for the
            order, or None)
        """
        self.ensure_one()
        same = self._get_default_offer(offers) or next(iter(offers), None)
        return {
            "fault": self._get_portal_renewal_fault(),
            "offer": same and self._prepare_portal_offer(same),
            "order": self._prepare_portal_quotation(user),
            "ask": self._get_portal_person_fault(user),
        }

    def _prepare_portal_offers(self):
        """Return all offers to this client as plain values.

        The term that he had stands first: on a phone the rest is a long way down.
        """
        offers = self._get_portal_offers()[self]
        usual = self._get_default_offer(offers)
        offers.sort(key=lambda x: x is not usual)
        return [self._prepare_portal_offer(x, x is usual) for x in offers]

    def _prepare_portal_offer(self, offer, is_usual=False):
        """Return an :class:`Offer` as plain values; money and days are words."""

        def money(amount):
            return format_amount(self.env, amount, offer.pricelist.currency_id)

        first, last = offer.coverage.date_start, offer.coverage.date_end
        return {
            "term_id": offer.term.id,
            "term": offer.term.name,
            "plan": offer.plan.name,
            "price": offer.price,
            "total": money(offer.price),
            "month": money(offer.price_month) if offer.term.months > 1 else False,
            "saving": money(offer.saving) if offer.saving else False,
            "regular": money(offer.regular_price) if offer.saving else False,
            "days": self._tell_days(first, last),
            "until": format_date(self.env, offer.valid_until),
            "reason": offer.reason,
            "is_usual": is_usual,
        }

    def _get_portal_quotation(self, user):
        """Return the quotation that the client has of the renewal, with sudo.

        Only what was sent to him and what he may read by Odoo's own rules.
        """
        order = self.renewal_id.order_id.filtered(lambda x: x.state == "sent")
        return order.with_user(user)._filtered_access("read").sudo()

    def _prepare_portal_quotation(self, user):
        order = self._get_portal_quotation(user)
        if not order:
            return None
        return order._kbs_prepare_portal_quotation()

    # === WHAT THE CLIENT DOES === #

    def _quote_from_portal_sudo(self, user, term_id, price):
        """Make the quotation that ``user`` has chosen; the same twice is one.

        :param price: what he has read on the page, as a text
        :return: ``sale.order`` with sudo
        :raise UserError: it cannot be ordered, or not at this price any more
        """
        self.ensure_one()
        subscription = self.sudo().with_company(self.company_id)
        wait_for_others(subscription)
        subscription._check_may_order_portal(user, subscription.company_id)
        if fault := subscription._get_portal_renewal_fault():
            raise UserError(fault)
        offers = subscription._get_portal_offers()[subscription]
        offer = next((x for x in offers if x.term.id == term_id), None)
        if not offer or str(offer.price) != price:
            raise subscription._refuse_lost_offer()
        # What was quoted by hand before the renewal opened belongs to it now.
        self.env["kbs.renewal"].sudo()._open(subscription)
        subscription._check_no_agreed_quotation(offer)
        order = subscription._create_renewal_orders([offer])[subscription]
        if order.state == "draft":
            order._kbs_choose("renewal", user)
        return order

    def _check_no_agreed_quotation(self, offer):
        """Do not withdraw what a person has agreed with the client.

        :raise UserError: another quotation runs, at an agreed price or with more in it
        """
        order = self.renewal_id.order_id
        if order.state not in ("draft", "sent") or offer.is_same_as(order):
            return
        order._kbs_check_not_agreed()

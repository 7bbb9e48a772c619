"""What a client may buy next, and why at this price."""

from dataclasses import dataclass
from datetime import date

from .coverage import Coverage


def get_best_offer(offers, term):
    """Return the cheapest of ``offers`` for ``term`` that pays no gap, or None."""
    fitting = (x for x in offers if x.term == term and not x.is_gap_paid)
    return min(fitting, key=lambda x: x.price, default=None)


@dataclass(frozen=True)
class Offer:
    """One way to renew a subscription.

    ``subscription``, ``plan``, ``term``, ``product``, ``pricelist`` and ``rule`` are
    records; money is in the currency of the price list, tax included.
    """

    subscription: object
    plan: object
    term: object
    product: object
    pricelist: object
    rule: object
    kind: str  # the price_kind of the period that it would make
    price: float
    regular_price: float
    coverage: Coverage
    valid_until: date  # local date; the last day on which it can be confirmed
    reason: str  # which rule gave the price
    refusal: str = ""  # why there is no loyalty price
    is_gap_paid: bool = False  # continues from an end that the grace has passed

    @property
    def saving(self):
        """What the client saves against the regular price, never less than 0."""
        return max(self.regular_price - self.price, 0.0)

    @property
    def price_month(self):
        return self.price / self.term.months

    @property
    def is_loyalty(self):
        return self.kind == "loyalty"

    def is_same_as(self, order):
        """Say whether the quotation ``order`` still offers just this."""
        lines = order._kbs_get_plan_lines()
        return (
            lines.product_id == self.product
            and lines.mapped("kbs_date_start") == [self.coverage.date_start]
            and not order._kbs_get_validity_faults()
            and order.pricelist_id == self.pricelist
            and order.kbs_is_gap_paid == self.is_gap_paid
            and order.currency_id.compare_amounts(order.amount_total, self.price) == 0
        )

"""Money for days: what a part of a sold stretch is worth (rule P7).

Pure functions: no database, no clock. Days are counted, both ends included; days on
which support was paused are neither sold nor served.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from .coverage import ONE_DAY, days_within


def prorate(amount, days, total_days, digits=2):
    """Return the share of ``amount`` that falls on ``days`` of ``total_days``.

    Rounded half up to ``digits`` decimals (2: to the kopeck).

    :param amount: float or Decimal, not negative
    :return: Decimal
    :raise ValueError: the days are no part of the whole

    >>> prorate(100, 1, 3), prorate(0.05, 1, 2)
    (Decimal('33.33'), Decimal('0.03'))
    """
    whole = Decimal(str(amount))
    if whole < 0 or total_days <= 0 or not 0 <= days <= total_days:
        raise ValueError(f"{days} of {total_days} days of {amount}")
    smallest = Decimal(1).scaleb(-digits)
    share = Fraction(whole) * days / total_days / Fraction(smallest)
    return int(share + Fraction(1, 2)) * smallest


def split(amount, unused_days, total_days, digits=2):
    """Return ``(used, unused)``: two parts that add up to the whole ``amount``.

    >>> split(100, 2, 3)
    (Decimal('33.33'), Decimal('66.67'))
    """
    unused = prorate(amount, unused_days, total_days, digits)
    return Decimal(str(amount)) - unused, unused


def count_sold_days(start, until, pauses=()):
    """Return how many days of service were sold from ``start`` to ``until``.

    :param pauses: ``[(first day, last day)]``; one that still runs has no last day
        and has not moved ``until`` yet, so it takes nothing away

    >>> count_sold_days(date(2026, 1, 1), date(2026, 2, 5),
    ...                 [(date(2026, 1, 10), date(2026, 1, 14))])
    31
    """
    over = [pause for pause in pauses if pause[1]]
    return (until - start).days + 1 - days_within(over, start, until)


def count_unused_days(start, until, day, pauses=()):
    """Return how many sold days are left when ``day`` is the first without service.

    >>> count_unused_days(date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 11))
    21
    """
    sold = count_sold_days(start, until, pauses)
    if day <= start:
        return sold
    served = (day - start).days - days_within(pauses, start, day - ONE_DAY)
    return max(sold - served, 0)


@dataclass(frozen=True)
class PlanChange:
    """What it costs to serve the rest of a period by another plan.

    ``period``, ``plan``, ``product`` and ``pricelist`` are records; money is in the
    currency of the period, tax included.
    """

    period: object  # of the old plan
    plan: object
    product: object
    pricelist: object
    kind: str  # the price_kind of the new period
    day: date  # first day of the new plan
    unused_days: int  # from ``day`` to the end, without paused ones
    total_days: int  # of the old period
    term_days: int  # of the whole term, from before any change of plan
    list_price: float  # of the new plan for the whole term
    credit: float  # unused days of the old plan
    worth: float  # the same days of the new plan

    @property
    def difference(self):
        """What the client pays."""
        return float(Decimal(str(self.worth)) - Decimal(str(self.credit)))


@dataclass(frozen=True)
class UnusedDays:
    """What goes back to the client for the unused days of one ``period``."""

    period: object
    unused_days: int
    total_days: int
    amount: float

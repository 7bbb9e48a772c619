"""Arithmetic of a price revision: raising and rounding of prices (rule P4).

Pure functions over decimals: no database, no settings. Amounts are in the currency
of the price list; a float counts as the decimal number that it is printed as.
"""

from decimal import ROUND_HALF_UP, Decimal

HUNDRED = Decimal(100)


def to_decimal(value):
    """Return ``value`` as the decimal number that people read.

    >>> to_decimal(1.005)
    Decimal('1.005')
    """
    return value if isinstance(value, Decimal) else Decimal(str(value))


def round_to(amount, step):
    """Return ``amount`` rounded half up to a whole number of ``step``.

    >>> round_to(2829, 100), round_to(2850, 100), round_to("2460.505", "0.01")
    (Decimal('2800'), Decimal('2900'), Decimal('2460.51'))

    :param step: more than zero, for example 0.01, 1, 10 or 100
    """
    step = to_decimal(step)
    steps = (to_decimal(amount) / step).quantize(Decimal(1), ROUND_HALF_UP)
    return steps * step


def raise_by_percent(price, percent, step):
    """Return ``price`` raised by ``percent`` (lowered by a negative one), rounded.

    >>> raise_by_percent(2460, 15, 10)
    Decimal('2830')
    """
    raised = to_decimal(price) * (HUNDRED + to_decimal(percent)) / HUNDRED
    return round_to(raised, step)


def raise_by_amount(price, amount, step):
    """Return ``price`` raised by ``amount`` (lowered by a negative one), rounded.

    >>> raise_by_amount(2460, 250, 100)
    Decimal('2700')
    """
    return round_to(to_decimal(price) + to_decimal(amount), step)


def get_percent(old, new):
    """Return by how many per cent ``new`` is more than ``old``; 0 without an old one.

    >>> get_percent(200, 210)
    Decimal('5.00')
    """
    old, new = to_decimal(old), to_decimal(new)
    if not old:
        return Decimal(0)
    return round_to((new - old) * HUNDRED / old, "0.01")

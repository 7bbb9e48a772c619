"""What a plan of support gives for one seat of a training event (rule E9).

Pure functions: no database, no clock. Prices are in the currency of the ticket, tax
included; discounts are percents.
"""

from collections import Counter
from dataclasses import dataclass, field

FREE, DISCOUNT, NONE = "free", "discount", "none"
WHOLE = 100.0  # percent


@dataclass(frozen=True)
class Rule:
    """What a plan promises for a ticket; ``seats`` of 0 is without limit."""

    kind: str = NONE
    percent: float = 0.0
    seats: int = 0

    def get_percent(self):
        """Return what is taken off the price, from 0 to 100."""
        if self.kind == FREE:
            return WHOLE
        return min(max(self.percent, 0.0), WHOLE) if self.kind == DISCOUNT else 0.0


@dataclass(frozen=True)
class Seat:
    """One seat that somebody asks for.

    ``person`` is what :func:`get_person` says, None while nobody is named. ``term`` is
    a key of the paid period that covers the event, None where nothing does.
    """

    event: int
    price: float
    rule: Rule
    term: int | None = None
    person: str | None = None


@dataclass(frozen=True)
class Verdict:
    """What the seat gets: ``cause`` is why.

    One of ``given``, ``no_price``, ``not_covered``, ``not_in_plan``, ``had_it`` and
    ``no_seats``.
    """

    kind: str
    percent: float
    cause: str


@dataclass
class Taken:
    """What was given before: who has it for which event, and seats of each term."""

    people: set = field(default_factory=set)
    seats: Counter = field(default_factory=Counter)

    def judge(self, seat):
        """Return the :class:`Verdict` of ``seat``, and count it from now on."""
        if cause := self._get_refusal(seat):
            return Verdict(NONE, 0.0, cause)
        if seat.person:
            self.people.add((seat.event, seat.person))
        self.seats[seat.term] += 1
        percent = seat.rule.get_percent()
        return Verdict(FREE if percent == WHOLE else DISCOUNT, percent, "given")

    def _get_refusal(self, seat):
        if not seat.price:
            return "no_price"
        if seat.term is None:
            return "not_covered"
        if not seat.rule.get_percent():
            return "not_in_plan"
        if seat.person and (seat.event, seat.person) in self.people:
            return "had_it"
        if seat.rule.seats and self.seats[seat.term] >= seat.rule.seats:
            return "no_seats"
        return None


def get_person(email, name):
    """Return by what a person is known: his address, or else his name, or None.

    :param email: normalized address, or nothing
    """
    if email:
        return email.casefold()
    words = (name or "").casefold().replace("'", "’").split()
    return " ".join(words) or None

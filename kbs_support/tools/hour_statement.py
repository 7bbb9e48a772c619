"""The statement of hours: what the ledger says, day by day (E3).

Pure functions over integer minutes and local dates: no database, no clock.

A source counts from its first day to its last one, so what is left of it lapses on the
day after. Whatever was drawn from it counts on its own day, but never outside of that
validity. Work that was changed or deleted gives back what it drew on the days on which
it was drawn: otherwise it would be counted twice in between.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from .coverage import ONE_DAY

# In the order of a statement. What is drawn and what comes back:
# return: of work that was changed or deleted; withdrawal: the payment or the coverage
# is gone (or there again); lapse: nobody has used it in time.
KINDS = ("grant", "pack", "correction", "use", "return", "withdrawal", "lapse")


class Entry(NamedTuple):
    """A row of the ledger."""

    id: int
    source: int | None  # id of what it belongs to; None for a source
    kind: str  # grant, pack, correction, use
    minutes: int
    day: date
    first: date  # validity: first and last day
    last: date
    work: int | None = None  # what drew it; None when that is deleted


class Move(NamedTuple):
    """A line of the statement; a lapse names the entry of its source."""

    day: date
    kind: str
    minutes: int
    entry: int
    source: int
    balance: int = 0  # after it


@dataclass(frozen=True)
class Statement:
    """The hours from ``first`` to ``last``: opening + all lines = closing.

    ``ahead`` is what was drawn, or given back, on days after ``last`` from hours that
    are valid on it: closing + ahead is what can still be used.
    """

    first: date
    last: date
    opening: int
    lines: tuple
    closing: int
    ahead: int

    def get_totals(self):
        """Return ``{kind: minutes}`` of the kinds that occur, in the order of KINDS."""
        totals = defaultdict(int)
        for line in self.lines:
            totals[line.kind] += line.minutes
        return {x: totals[x] for x in KINDS if x in totals}


def get_statement(entries, first, last):
    """Return the :class:`Statement` of the days from ``first`` to ``last``.

    :param entries: all :class:`Entry` of what is valid on one of these days, or was on
        the day before ``first``; others change nothing

    >>> may = date(2026, 5, 1), date(2026, 5, 31)
    >>> grant = Entry(1, None, "grant", 180, may[0], *may)
    >>> use = Entry(2, 1, "use", -50, date(2026, 5, 14), *may, work=7)
    >>> statement = get_statement([grant, use], date(2026, 5, 10), date(2026, 6, 1))
    >>> statement.opening, statement.closing
    (180, 0)
    >>> [(x.kind, x.minutes, x.balance) for x in statement.lines]
    [('use', -50, 130), ('lapse', -130, 0)]
    """
    moves = get_moves(entries)
    balance = opening = sum(x.minutes for x in moves if x.day < first)
    lines = []
    for move in moves:
        if first <= move.day <= last:
            balance += move.minutes
            lines.append(move._replace(balance=balance))
    valid = {x.id for x in entries if x.source is None and x.first <= last <= x.last}
    ahead = sum(
        x.minutes
        for x in moves
        if x.day > last and x.kind != "lapse" and x.source in valid
    )
    return Statement(first, last, opening, tuple(lines), balance, ahead)


def get_moves(entries):
    """Return what ``entries`` did to the balance, as :class:`Move` in order of time."""
    parts = defaultdict(list)
    for entry in sorted(entries):
        if entry.source is not None:
            parts[entry.source].append(entry)
    moves = []
    for source in entries:
        if source.source is None:
            moves += _get_moves_of_source(source, parts[source.id])
    return sorted(moves, key=_get_place)


def _get_place(move):
    """Sort a day: what has lapsed, what is given, then the rest."""
    rank = 0 if move.kind == "lapse" else 1 if move.entry == move.source else 2
    return move.day, rank, move.entry


def _get_moves_of_source(source, parts):
    """Return the moves of one source and of its ``parts``, which stand by id."""
    moves = []
    withdrawn = {}  # {day: [id, minutes]}: one line for each day
    drawn = defaultdict(list)  # {work: [[day, minutes]]}: not given back yet
    for part in parts:
        day = min(max(part.day, source.first), source.last)
        if part.kind in ("grant", "pack"):
            withdrawn.setdefault(day, [part.id, 0])[1] += part.minutes
        elif part.kind == "use" and part.minutes > 0:
            for when, minutes in _give_back(part.minutes, drawn[part.work], day):
                moves.append(Move(when, "return", minutes, part.id, source.id))
        else:
            moves.append(Move(day, part.kind, part.minutes, part.id, source.id))
            if part.kind == "use":
                drawn[part.work].append([day, -part.minutes])
    # What was taken back before it began was never given.
    given = source.minutes + withdrawn.pop(source.first, (0, 0))[1]
    moves.append(Move(source.first, source.kind, given, source.id, source.id))
    for day, (number, minutes) in withdrawn.items():
        moves.append(Move(day, "withdrawal", minutes, number, source.id))
    left = sum(x.minutes for x in moves)
    if left and source.last < date.max:
        lapses_on = source.last + ONE_DAY
        moves.append(Move(lapses_on, "lapse", -left, source.id, source.id))
    return [x for x in moves if x.minutes]


def _give_back(minutes, drawn, day):
    """Say on which days ``minutes`` that come back were drawn.

    Of deleted works nobody knows any more which one drew what. All of them have given
    everything back, so the sums of the days are right whichever is taken.

    :param drawn: ``[[day, minutes]]`` that are not given back, which is updated
    :param date day: for what was never drawn
    :return: ``[(day, minutes)]``
    """
    given = []
    same = [x for x in drawn if x[1] == minutes]
    for draw in same[-1:] or drawn[::-1]:
        part = min(minutes, draw[1])
        if part > 0:
            given.append((draw[0], part))
            draw[1] -= part
            minutes -= part
    if minutes:
        given.append((day, minutes))
    return given

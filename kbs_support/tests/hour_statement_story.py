from datetime import date, timedelta

from hypothesis import strategies as st

from ..tools.hour_statement import Entry

MAY = date(2026, 5, 1)
MAY_END = date(2026, 5, 31)


class Ledger:
    """The rules of the ledger over plain rows: sources, draws, and what comes back."""

    def __init__(self):
        self.entries = []

    def add(self, kind, minutes, day, source=None, work=None, span=None):
        first, last = span or (source.first, source.last)
        self.entries.append(
            Entry(
                len(self.entries) + 1,
                source and source.id,
                kind,
                minutes,
                day,
                first,
                last,
                work,
            )
        )
        return self.entries[-1]

    def sources(self):
        return [x for x in self.entries if x.source is None]

    def left(self, source):
        own = [x for x in self.entries if source.id in (x.id, x.source)]
        return sum(x.minutes for x in own)

    def balance(self, day):
        """What kbs.hour.entry._get_balances says of ``day``."""
        return sum(x.minutes for x in self.entries if x.first <= day <= x.last)

    def draw(self, minutes, day, work, kind="use"):
        for source in sorted(self.sources(), key=lambda x: (x.last, x.id)):
            if source.first <= day <= source.last:
                part = min(minutes, self.left(source))
                if part > 0:
                    self.add(kind, -part, day, source, work)
                    minutes -= part

    def give_back(self, work, today):
        drawn = {}
        for entry in self.entries:
            if entry.work == work is not None:
                drawn[entry.source] = drawn.get(entry.source, 0) + entry.minutes
        by_id = {x.id: x for x in self.entries}
        for number, minutes in drawn.items():
            if minutes:
                self.add("use", -minutes, today, by_id[number], work)

    def forget(self, work):
        """The work is deleted: its entries do not name it any more."""
        self.entries = [
            x._replace(work=None) if x.work == work else x for x in self.entries
        ]

    def move(self, source, days):
        """A payment or a pause moves the validity, with all that belongs to it."""
        shift = timedelta(days=days)
        self.entries = [
            x._replace(first=x.first + shift, last=x.last + shift)
            if source.id in (x.id, x.source)
            else x
            for x in self.entries
        ]


EVENTS = st.sampled_from(
    ["give", "work", "work", "work", "change", "delete", "take", "unpay", "move"]
)
# What happens, minutes, days since the last event, days back to the day of the work.
STORIES = st.lists(
    st.tuples(EVENTS, st.integers(1, 200), st.integers(0, 20), st.integers(0, 15)),
    min_size=3,
    max_size=20,
)


def live(story):
    """Return the ledger after ``story``, and its last day."""
    ledger, today = Ledger(), MAY
    for number in range(4):
        first = MAY + timedelta(days=30 * number)
        span = (first, first + timedelta(days=29))
        ledger.add("grant", 180, first, span=span)
    days = {}  # of the works
    for event, minutes, later, back in story:
        today += timedelta(days=later)
        day = today - timedelta(days=back)
        work = minutes % len(days) + 1 if days else None
        source = ledger.sources()[minutes % len(ledger.sources())]
        if event == "give":
            span = (today, today + timedelta(days=minutes))
            ledger.add("pack", minutes, today, span=span)
        elif event == "work":
            days[len(days) + 1] = day
            ledger.draw(minutes, day, len(days))
        elif event == "take":
            ledger.draw(minutes, today, None, kind="correction")
        elif event == "unpay" and ledger.left(source):
            ledger.add(source.kind, -ledger.left(source), today, source)
        elif event == "move":
            ledger.move(source, back)
        elif event in ("change", "delete") and work:
            ledger.give_back(work, today)
            if event == "change":
                ledger.draw(minutes, days[work], work)
            else:
                ledger.forget(work)
    return ledger, today

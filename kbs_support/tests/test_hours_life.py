import os
from calendar import monthrange
from datetime import date, timedelta

from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError
from odoo.tests import tagged

from .hours_common import HoursCase

# More of them by hand: STORIES=200 make test T=hours_life
STORIES = int(os.environ.get("STORIES", 12))
EVENTS = (
    *("work", "work", "work", "change", "delete"),
    *("pack", "give", "give", "take", "upgrade", "unpay", "unpay"),
)
FIRST = date(2026, 5, 14)
# First and last day of support: from the first of a month, and from a 31st.
TERMS = (
    (date(2026, 5, 1), date(2027, 4, 30)),
    (date(2026, 3, 31), date(2027, 3, 30)),
)
OPTIMA, PREMIUM, HOUR = 180, 360, 60

stories = st.tuples(
    st.sampled_from(TERMS),
    st.lists(
        st.tuples(st.sampled_from(EVENTS), st.integers(1, 240), st.integers(0, 25)),
        min_size=5,
        max_size=12,
    ),
)


def begin_of_month(anchor, number):
    """First day of the service month ``number``, counted from 0."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + number, 12)
    month += 1
    return date(year, month, min(anchor.day, monthrange(year, month)[1]))


class Source:
    """Minutes that were given, counted one by one."""

    def __init__(self, kind, first, last, minutes):
        self.kind, self.first, self.last, self.minutes = kind, first, last, minutes
        self.is_given = True


class Naive:
    """The same rules over plain lists: no ledger, no database."""

    def __init__(self, first, last):
        self.anchor, self.last = first, last
        self.upgraded_on = None
        self.is_paid = {"plan": True, "upgrade": False}
        self.sources, self.months = [], {}
        self.used = {}  # {work: [source for each minute]}
        self.follow()

    def add(self, *args):
        source = Source(*args)
        self.sources.append(source)
        return source

    # === WHAT THE PLANS GIVE === #

    def follow(self):
        """Give the months of what is paid, take back those of what is not."""
        is_upgraded = self.is_paid["plan"] and self.is_paid["upgrade"]
        due = {}
        if self.is_paid["plan"]:
            eve = self.upgraded_on and self.upgraded_on - timedelta(days=1)
            last = eve if is_upgraded else self.last
            due |= self.get_months("plan", self.anchor, last, OPTIMA)
        if is_upgraded:
            due |= self.get_months("upgrade", self.upgraded_on, self.last, PREMIUM)
        for key, (first, last, minutes) in due.items():
            if key not in self.months:
                self.months[key] = self.add("grant", first, last, minutes)
            self.months[key].first, self.months[key].last = first, last
        for key, source in self.months.items():
            source.is_given = key in due

    def get_months(self, name, first, last, minutes):
        """``{(name, number): (first day, last day, minutes)}``, day by day."""
        months, number, day = {}, 0, first
        while day <= last:
            while begin_of_month(self.anchor, number + 1) <= day:
                number += 1
            begin = begin_of_month(self.anchor, number)
            end = begin_of_month(self.anchor, number + 1) - timedelta(days=1)
            if (name, number) not in months:
                share = -(-minutes * ((end - day).days + 1) // ((end - begin).days + 1))
                months[name, number] = [day, day, share]
            months[name, number][1] = day
            day += timedelta(days=1)
        return months

    # === BALANCE === #

    def left(self, source):
        taken = sum(minutes.count(source) for minutes in self.used.values())
        return source.minutes - taken if source.is_given else 0

    def fitting(self, day):
        return [x for x in self.sources if x.first <= day <= x.last and self.left(x)]

    def balance(self, day):
        return sum(self.left(x) for x in self.fitting(day))

    def work(self, key, minutes, day):
        """Use ``minutes``; return what nothing covers."""
        self.used.pop(key, None)
        drawn = self.used[key] = []
        for number in range(minutes):
            # The first to lapse; of these a correction, the plan's, bought ones.
            fitting = sorted(self.fitting(day), key=lambda x: (x.last, x.kind))
            if not fitting:
                return minutes - number
            drawn.append(fitting[0])
        return 0


@tagged("post_install", "-at_install")
class TestHoursLife(HoursCase):
    """Whatever happens, the ledger says what a naive recount says (E2, E3)."""

    @settings(
        max_examples=STORIES,
        deadline=None,
        derandomize="STORIES" not in os.environ,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(stories)
    def test_any_story(self, story):
        with self.env.cr.savepoint() as savepoint:
            self.live(*story)
            self.env.flush_all()
            savepoint.rollback()
        self.env.invalidate_all(flush=False)

    def live(self, term, events):
        first, last = term
        begin = {"date_start": first, "chain_start": first}
        self.support.period_ids.write({**begin, "sold_until": last, "date_end": last})
        self.env.flush_all()
        self.naive = Naive(first, last)
        # What was paid for: {order: the plan, its upgrade, or a pack}
        self.orders = {self.support.period_ids.order_id: "plan"}
        self.lines, self.seen = [], self.env["kbs.hour.entry"]
        today = FIRST
        for event, minutes, days in events:
            today += timedelta(days=days)
            with freeze_time(f"{today} 09:00:00"):
                getattr(self, f"do_{event}")(minutes, today)
                self.env.flush_all()
                self.check(today)

    # === WHAT HAPPENS === #

    def do_work(self, minutes, today):
        line = self.work(minutes, on=today)
        self.lines.append(line)
        self.assert_over(line, self.naive.work(line.id, minutes, today))

    def do_change(self, minutes, today):
        if self.lines:
            line = self.lines[minutes % len(self.lines)]
            line.unit_amount = minutes / 60
            self.assert_over(line, self.naive.work(line.id, minutes, line.date))

    def do_delete(self, minutes, today):
        if self.lines:
            line = self.lines.pop(minutes % len(self.lines))
            self.naive.used.pop(line.id)
            line.unlink()

    def do_pack(self, minutes, today):
        order = self.sell_hours("hour")
        self.pay(order)
        last = begin_of_month(today, 12) - timedelta(days=1)
        self.orders[order] = self.naive.add("pack", today, last, HOUR)

    def do_give(self, minutes, today):
        until = today + timedelta(days=minutes % 40)
        self.env["kbs.hour.entry"]._correct(self.support, minutes, "Story", until)
        self.naive.add("correction", today, until, minutes)

    def do_take(self, minutes, today):
        key = ("take", len(self.naive.used))
        try:
            with self.env.cr.savepoint():
                self.env["kbs.hour.entry"]._correct(self.support, -minutes, "Story")
        except UserError:
            self.assertGreater(self.naive.work(key, minutes, today), 0)
            self.naive.used.pop(key)
        else:
            self.assertEqual(self.naive.work(key, minutes, today), 0)

    def do_upgrade(self, minutes, today):
        """Another plan from a day of the next fortnight on, paid at once."""
        if "upgrade" in self.orders.values() or not self.naive.is_paid["plan"]:
            return
        day = self.support._get_first_change_day() + timedelta(days=minutes % 14)
        change = self.support._quote_change(self.plan("premium"), day)
        order = self.support._create_change_order(change, "Story")
        order.action_confirm()
        self.pay(order)
        self.orders[order] = "upgrade"
        self.naive.upgraded_on = day
        self.naive.is_paid["upgrade"] = True
        self.naive.follow()

    def do_unpay(self, minutes, today):
        """The money of one of the orders goes back, or comes again."""
        order, what = list(self.orders.items())[minutes % len(self.orders)]
        is_pack = isinstance(what, Source)
        is_paid = what.is_given if is_pack else self.naive.is_paid[what]
        (self.unpay if is_paid else self.repay)(order)
        if is_pack:
            what.is_given = not is_paid
        else:
            self.naive.is_paid[what] = not is_paid
        self.naive.follow()

    # === WHAT IS ALWAYS TRUE === #

    def assert_over(self, line, minutes):
        rows = line.sudo().kbs_over_ids
        self.assertEqual(sum(rows.mapped("minutes")), minutes)

    def check(self, today):
        for day in (today, today + timedelta(days=9), today + timedelta(days=70)):
            self.assertEqual(self.left(day), self.naive.balance(day), day)
            statement = self.support._get_hour_statement(FIRST, day)
            self.assertEqual(statement.closing, self.naive.balance(day), day)
        for day in (FIRST, today - timedelta(days=7)):
            statement = self.support._get_hour_statement(day, day)
            self.assertEqual(statement.closing + statement.ahead, self.left(day), day)
        entries = self.support.hour_entry_ids
        sources = entries.filtered(lambda x: not x.source_id)
        self.assertGreaterEqual(min(sources.mapped("left_minutes")), 0)
        # A change of plan on the same day may cut what was drawn on before.
        fresh, self.seen = entries - self.seen, entries
        for use in fresh.filtered(lambda x: x.kind == "use" and x.minutes < 0):
            self.assertTrue(use.valid_from <= use.date <= use.valid_to, "lapsed")

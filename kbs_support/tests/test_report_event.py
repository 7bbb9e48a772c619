from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.tests import new_test_user, tagged

from .events_common import PRICE, EventsCase
from .scale_common import ScaleMixin

NAMES = {"fields": {"display_name": {}}}
LIST = {
    "event_id": NAMES, "organizer_id": NAMES, "ticket_id": NAMES, "partner_id": NAMES,
    "plan_id": NAMES, "subscription_id": NAMES, "state": {}, "price": {},
}  # fmt: skip
AFTER = "2026-05-25 09:00:00"  # the day after the event


@tagged("post_install", "-at_install")
class TestReportEvent(EventsCase):
    """Seats at events, as who reads reports sees them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.give("optima", discount=50)

    def row(self, seat):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["kbs.report.event"].with_user(self.reader).browse(seat.id)

    def sums(self, *measures):
        self.env.flush_all()
        found = (
            self.env["kbs.report.event"]
            .with_user(self.reader)
            ._read_group([("event_id", "=", self.event.id)], [], measures)
        )
        return found[0]

    def test_row_says_what_the_seat_says(self):
        row = self.row(self.join())
        self.assertRecordValues(
            row,
            [
                {
                    "company_id": self.company.id,
                    "currency_id": self.env.ref("base.UAH").id,
                    "date": date(2026, 5, 24),
                    "event_id": self.event.id,
                    "organizer_id": self.company.partner_id.id,
                    "ticket_id": self.ticket.id,
                    "partner_id": self.hospital.id,
                    "subscription_id": self.support.id,
                    "plan_id": self.plan("optima").id,
                    "benefit": "discount",
                    "state": "open",
                    "is_over": False,
                    "price": PRICE / 2,
                    "sold": 0,
                }
            ],
        )

    def test_day_is_that_of_the_company(self):
        seat = self.join()
        self.event.write(
            {"date_begin": "2026-05-24 21:30:00", "date_end": "2026-05-25 06:00:00"}
        )
        self.assertEqual(self.row(seat).date, date(2026, 5, 25))

    def test_cancelled_seats_are_counted_apart_and_cost_nothing(self):
        self.join()
        self.join("Petro").action_cancel()
        self.join("Iryna").active = False  # archived: it never was
        self.assertEqual(
            self.sums("__count", "seat_count:sum", "cancelled_count:sum", "price:sum"),
            (2, 1, 1, PRICE / 2),
        )

    def test_share_of_who_came_is_of_events_that_are_over(self):
        seats = self.join() | self.join("Petro") | self.join("Iryna")
        seats[2].action_cancel()
        coming = self.announce(days=60)
        self.join("Olha", event=coming)
        seats[0].action_set_done()
        both = [("event_id", "in", (self.event + coming).ids)]
        for moment, expected in (("2026-05-20 09:00:00", False), (AFTER, 50)):
            with freeze_time(moment):
                self.env.flush_all()
                self.env.invalidate_all()
                [(share, came)] = self.env["kbs.report.event"]._read_group(
                    both, [], ["attended_share:avg", "attended_count:sum"]
                )
                self.assertEqual((share, came), (expected, 1), moment)

    def test_ordered_is_what_stands_in_confirmed_orders(self):
        self.join()
        order = self.quote_seats(2, client=self._create_client("School No. 2"))
        self.assertEqual(self.sums("sold:sum"), (0,))
        order.action_confirm()
        self.assertEqual(
            self.sums("seat_count:sum", "price:sum", "sold:sum"),
            (3, 2.5 * PRICE, 2 * PRICE),
        )

    def test_sums_are_those_of_the_registrations(self):
        for name in ("Petro", "Iryna", "Olha"):
            self.join(name)
        self.join("Ivan", client=self.client)
        seats = self.event.registration_ids
        self.assertEqual(
            self.sums("seat_count:sum", "price:sum"),
            (len(seats), sum(seats.mapped("kbs_price"))),
        )

    def test_reader_opens_the_row_and_who_may_the_registration(self):
        seat = self.join()
        row = self.row(seat)
        for user, model in (
            (self.reader, "kbs.report.event"),
            (self.manager, "event.registration"),
        ):
            action = row.with_user(user).action_open()
            self.assertEqual((action["res_model"], action["res_id"]), (model, seat.id))
            form = self.env[model].with_user(user).get_view(view_type="form")
            self.assertTrue(form["arch"])

    def test_reader_reads_its_names_and_groups_by_them(self):
        seat = self.join()
        report = self.row(seat)
        (row,) = report.web_search_read([("id", "=", seat.id)], LIST)["records"]
        self.assertEqual(row["event_id"]["display_name"], self.event.name)
        self.assertEqual(row["plan_id"]["id"], self.plan("optima").id)
        for groupby in ("event_id", "organizer_id", "plan_id", "date:month", "state",
                        "benefit"):  # fmt: skip
            (group,) = report.formatted_read_group(
                [("event_id", "=", self.event.id)], [groupby], ["seat_count:sum"]
            )
            self.assertEqual(group["seat_count:sum"], 1, groupby)

    def test_who_may_read(self):
        row = self.row(self.join())
        for user in (self.reader, self.manager):
            self.assertTrue(row.with_user(user).has_access("read"))
            self.assertFalse(row.with_user(user).has_access("write"))
        portal = self._create_portal_user("kbs_portal_event", self.client)
        for user in (self.agent, self.salesman, self.accountant, portal):
            self.assertFalse(row.with_user(user).has_access("read"), user.login)
        other = self._create_company("Another company")
        stranger = new_test_user(
            self.env,
            "kbs_other_event",
            groups="kbs_support.group_kbs_report",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        own = row.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(own.search([("event_id", "=", self.event.id)]))
        self.assertFalse(own.has_access("read"))


@tagged("post_install", "-at_install")
class TestReportEventScale(ScaleMixin, EventsCase):
    def test_fifty_rows_cost_what_one_costs(self):
        seats = self.env["event.registration"].union(
            *(self.join(f"Person {x}") for x in range(50))
        )
        rows = self.env["kbs.report.event"].browse(seats.ids)

        def read(found):
            own = found.with_user(self.reader)
            domain = [("id", "in", found.ids)]
            self.assertEqual(own.web_search_read(domain, LIST)["length"], len(found))

        self.compare("seats at events", (rows[:1], rows), read, 0)

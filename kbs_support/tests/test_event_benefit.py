from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.training import DISCOUNT, FREE, NONE, Rule, Seat, Taken, get_person
from .common import KbsCase
from .events_common import PRICE, EventsCase


@tagged("post_install", "-at_install")
class TestTrainingArithmetic(KbsCase):
    """Rule E9 as arithmetic: what one seat gets."""

    def judge(self, *seats):
        taken = Taken()
        return [taken.judge(seat) for seat in seats]

    def seat(self, rule=None, **values):
        defaults = {"event": 1, "price": 800, "term": 7, "person": "a@b.ua"}
        return Seat(rule=rule or Rule(FREE), **{**defaults, **values})

    def test_what_a_rule_gives(self):
        for rule, kind, percent, cause in (
            (Rule(FREE), FREE, 100, "given"),
            (Rule(FREE, 30), FREE, 100, "given"),
            (Rule(DISCOUNT, 30), DISCOUNT, 30, "given"),
            (Rule(DISCOUNT, 100), FREE, 100, "given"),
            (Rule(DISCOUNT, 0), NONE, 0, "not_in_plan"),
            (Rule(NONE, 30), NONE, 0, "not_in_plan"),
        ):
            with self.subTest(rule=rule):
                (verdict,) = self.judge(self.seat(rule))
                self.assertEqual(
                    (verdict.kind, verdict.percent, verdict.cause),
                    (kind, percent, cause),
                )

    def test_why_nothing_is_given(self):
        for values, cause in (
            ({"price": 0}, "no_price"),
            ({"term": None}, "not_covered"),
        ):
            with self.subTest(cause=cause):
                self.assertEqual(self.judge(self.seat(**values))[0].cause, cause)

    def test_a_person_has_it_once_for_an_event(self):
        verdicts = self.judge(self.seat(), self.seat(), self.seat(event=2))
        self.assertEqual([x.cause for x in verdicts], ["given", "had_it", "given"])

    def test_who_is_not_named_takes_a_seat_only(self):
        rule = Rule(FREE, seats=2)
        verdicts = self.judge(*[self.seat(rule, person=None)] * 3)
        self.assertEqual([x.cause for x in verdicts], ["given", "given", "no_seats"])

    def test_seats_are_counted_in_each_term(self):
        rule = Rule(FREE, seats=1)
        seats = [self.seat(rule, person=str(n), term=n // 2) for n in range(4)]
        self.assertEqual(
            [x.cause for x in self.judge(*seats)],
            ["given", "no_seats", "given", "no_seats"],
        )

    def test_by_what_a_person_is_known(self):
        for email, name, person in (
            ("Koval@Hospital.ua", "Olena", "koval@hospital.ua"),
            (False, " Олена  КОВАЛЬ ", "олена коваль"),
            (False, "Дем'ян", "дем’ян"),
            (False, "Дем’ян", "дем’ян"),
            (None, "  ", None),
        ):
            self.assertEqual(get_person(email, name), person)


@tagged("post_install", "-at_install")
class TestEventBenefit(EventsCase):
    """What the back office gives at registration (E9)."""

    def assert_benefit(self, registration, kind, price, words):
        self.assertEqual(registration.kbs_benefit, kind)
        self.assertEqual(registration.kbs_price, price)
        self.assertIn(words, registration.kbs_benefit_reason)

    def client_of(self, product):
        client = self._create_client(f"Client of {product}")
        self.sell_paid(product, client=client)
        return client

    # === PLANS === #

    def test_premium_and_optima_are_free(self):
        for product in ("optima_3", "premium_1"):
            with self.subTest(product=product):
                seat = self.join(product, client=self.client_of(product))
                self.assert_benefit(seat, "free", 0, "Free of charge by the plan")

    def test_prof_pays_what_the_ticket_says(self):
        prof = self.client_of("prof_3")
        seat = self.join("A", client=prof)
        self.assert_benefit(seat, "none", PRICE, "gives no benefit")
        self.give("prof", discount=30)
        seat = self.join("B", client=prof)
        self.assert_benefit(seat, "discount", 560, "30 % less by the plan")

    def test_the_plan_says_it_for_tickets_that_say_nothing(self):
        self.plan("prof").event_discount = 50
        self.assert_benefit(
            self.join(client=self.client_of("prof_3")), "discount", 400, "50 %"
        )

    def test_the_ticket_may_take_it_away(self):
        self.give("optima", kind="none")
        self.assert_benefit(self.join(), "none", PRICE, "gives no benefit")

    def test_one_row_for_a_ticket_and_plan(self):
        self.give("prof", discount=30)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.give("prof", discount=40)

    def test_a_discount_without_an_amount_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "how much"):
            self.give("prof", discount=0)

    def test_later_edits_do_not_move_what_was_given(self):
        seat = self.join()
        self.give("optima", kind="none")
        self.plan("optima").event_benefit = "none"
        self.assert_benefit(seat, "free", 0, "paid until 08/13/2026")

    def test_a_free_event_needs_no_benefit(self):
        seat = self.join(event=self.announce(price=0))
        self.assert_benefit(seat, "none", 0, "free of charge for everybody")

    # === COVERAGE === #

    def test_without_support_the_full_price(self):
        seat = self.join(client=self.client)
        self.assert_benefit(seat, "none", PRICE, "not paid for 05/24/2026")

    def test_without_a_client_the_full_price(self):
        seat = self.join(client=self.env["res.partner"])
        self.assert_benefit(seat, "none", PRICE, "without a client")

    def test_any_person_of_the_company_has_it(self):
        person = self.env["res.partner"].create(
            {"name": "Accountant", "parent_id": self.hospital.id}
        )
        seat = self.join(client=person)
        self.assert_benefit(seat, "free", 0, "Free of charge")
        self.assertEqual(seat.kbs_client_id, self.hospital)
        self.assertEqual(seat.kbs_subscription_id, self.support)
        self.assertEqual(seat.kbs_plan_id, self.plan("optima"))

    def test_the_day_of_the_event_has_to_be_covered(self):
        # Paid until 13.08: the last day counts, the next one does not.
        last = self.join("A", event=self.announce(days=91))
        self.assert_benefit(last, "free", 0, "Free of charge")
        after = self.join("B", event=self.announce(days=92))
        self.assert_benefit(after, "none", PRICE, "not paid for 08/14/2026")

    def test_the_day_is_the_one_in_kyiv(self):
        # 21:30 UTC of 13.08 is half past midnight of 14.08 in Kyiv.
        event = self.announce(days=91)
        event.write(
            {"date_begin": "2026-08-13 21:30:00", "date_end": "2026-08-13 23:00:00"}
        )
        self.assert_benefit(self.join(event=event), "none", PRICE, "08/14/2026")

    def test_support_that_begins_before_the_event_is_enough(self):
        client = self._create_client("Late")
        order = self.sell(
            "optima_3", client=client, line={"kbs_date_start": "2026-05-20"}
        )
        self.pay(order)
        self.assertFalse(self.env["kbs.subscription"]._get_active(client)[client])
        self.assert_benefit(self.join(client=client), "free", 0, "Free of charge")

    def test_unpaid_support_gives_nothing(self):
        client = self._create_client("Debtor")
        self.sell("optima_3", client=client)
        self.assert_benefit(self.join(client=client), "none", PRICE, "not paid")

    def test_a_guarantee_counts_until_its_day(self):
        client = self._create_client("Guaranteed")
        order = self.sell("optima_3", client=client)
        self.env["kbs.guarantee"].with_user(self.manager).create(
            {
                "period_id": self.period(order).id,
                "date_until": "2026-06-15",
                "reason": "Pays in June",
                "letter": b"bGV0dGVy",
                "letter_name": "letter.txt",
            }
        )
        seat = self.join("A", client=client)
        self.assert_benefit(seat, "free", 0, "guaranteed until 06/15/2026")
        late = self.join("B", client=client, event=self.announce(days=40))
        self.assert_benefit(late, "none", PRICE, "not paid for 06/23/2026")

    def test_a_pause_gives_nothing(self):
        self.env["kbs.pause"].create(
            {
                "subscription_id": self.support.id,
                "reason_id": self.env["kbs.pause.reason"].search([], limit=1).id,
                "date_start": "2026-05-14",
            }
        )
        self.assert_benefit(self.join(), "none", PRICE, "not paid")

    def test_grace_gives_nothing(self):
        event = self.announce(days=95)
        with freeze_time("2026-08-16 09:00:00"):
            self.run_daily_job()
            self.assertEqual(self.support.state, "grace")
            self.assert_benefit(self.join(event=event), "none", PRICE, "not paid")

    # === ONCE, AND SO MANY SEATS === #

    def test_a_person_has_it_once(self):
        self.join("Olena")
        twice = self.join("Olena again", email="OLENA@hospital.test")
        self.assert_benefit(twice, "none", PRICE, "already")

    def test_the_database_refuses_a_second_one(self):
        first, second = self.join("A"), self.join("B")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            second.sudo().kbs_person = first.kbs_person
            self.env.flush_all()

    def test_who_was_cancelled_may_come_back(self):
        seat = self.join("Olena")
        seat.action_cancel()
        other = self.join("Olena")
        self.assert_benefit(other, "free", 0, "Free of charge")
        seat.action_confirm()
        self.assert_benefit(seat, "none", PRICE, "already")

    def test_a_corrected_address_is_judged_anew(self):
        self.join("Olena")
        wrong = self.join("Olena")
        wrong.email = "ihor@hospital.test"
        self.assert_benefit(wrong, "free", 0, "Free of charge")

    def test_seats_of_a_term_are_limited(self):
        self.give("optima", kind="free", seats=2)
        seats = self.join("A") | self.join("B") | self.join("C")
        self.assertEqual(seats.mapped("kbs_benefit"), ["free", "free", "none"])
        self.assertIn("are taken: 2", seats[2].kbs_benefit_reason)
        self.assertIn("08/13/2026", seats[2].kbs_benefit_reason)

    def test_seats_of_one_call_are_limited_too(self):
        self.give("optima", kind="free", seats=2)
        values = [
            {
                "event_id": self.event.id,
                "event_ticket_id": self.ticket.id,
                "partner_id": self.hospital.id,
                "name": name,
                "email": f"{name}@hospital.test",
            }
            for name in "abc"
        ]
        seats = self.env["event.registration"].create(values)
        self.assertEqual(seats.mapped("kbs_benefit"), ["free", "free", "none"])

    def test_a_cancelled_seat_is_free_again(self):
        self.give("optima", kind="free", seats=1)
        self.join("A").action_cancel()
        self.assert_benefit(self.join("B"), "free", 0, "Free of charge")

    # === ORDERS === #

    def test_a_quotation_has_the_price_of_the_plan(self):
        for client, amount in ((self.hospital, 0), (self.client, 2 * PRICE)):
            with self.subTest(client=client.name):
                order = self.quote_seats(2, client=client)
                self.assertEqual(order.amount_total, amount)
        self.give("optima", discount=25)
        order = self.quote_seats(2)
        self.assertEqual(order.amount_total, 2 * 600)
        self.assertIn("25 % less", order.order_line.kbs_event_reason)

    def test_an_order_of_another_client_is_judged_anew(self):
        order = self.quote_seats()
        self.assertEqual(order.amount_total, 0)
        order.partner_id = self.client
        self.assertEqual(order.amount_total, PRICE)

    def test_seats_of_an_order_have_its_benefit(self):
        self.give("optima", discount=25)
        order = self.quote_seats(2)
        order.action_confirm()
        seats = order.order_line.registration_ids
        self.assertEqual(len(seats), 2)
        self.assertEqual(seats.mapped("kbs_benefit"), ["discount"] * 2)
        self.assertEqual(seats.mapped("kbs_price"), [600] * 2)
        self.assertEqual(seats.kbs_period_id, self.period(self.order))

    def test_people_of_an_order_are_named_later_and_once(self):
        self.join("Olena")
        order = self.quote_seats(2)
        order.action_confirm()
        first, second = order.order_line.registration_ids.sorted("id")
        first.write({"name": "Ihor", "email": "ihor@hospital.test"})
        self.assertEqual(first.kbs_person, "ihor@hospital.test")
        with self.assertRaisesRegex(ValidationError, "has the benefit"):
            second.write({"name": "Olena", "email": "olena@hospital.test"})

    def test_a_line_has_all_its_seats_or_none(self):
        self.give("optima", kind="free", seats=2)
        self.assertEqual(self.quote_seats(2).amount_total, 0)
        order = self.quote_seats(3)
        self.assertEqual(order.amount_total, 3 * PRICE)
        self.assertIn("are taken", order.order_line.kbs_event_reason)

    def test_a_benefit_that_is_gone_stops_the_order(self):
        self.give("optima", kind="free", seats=1)
        order = self.quote_seats(1)
        self.join("Somebody else")
        with self.assertRaisesRegex(UserError, "does not hold any more"):
            order.action_confirm()
        order._recompute_prices()
        self.assertEqual(order.amount_total, PRICE)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_the_price_of_a_ticket_has_the_tax_in_it(self):
        tax = self.env["account.tax"].search(
            [("company_id", "=", self.company.id), ("type_tax_use", "=", "sale"),
             ("amount", "=", 20)], limit=1,
        )  # fmt: skip
        self.assertTrue(tax)
        self.ticket.product_id.taxes_id = tax
        order = self.quote_seats(client=self.client)
        self.assertEqual(order.amount_total, PRICE)
        self.assertGreater(order.amount_tax, 0)
        order.action_confirm()
        self.assertEqual(order._create_invoices().amount_total, PRICE)

    def test_a_salesman_makes_the_order_of_seats(self):
        seats = self.join("A", client=self.client) | self.join("B", client=self.client)
        action = seats.with_user(self.salesman).action_kbs_order()
        order = self.env["sale.order"].browse(action["res_id"])
        self.assertEqual(order.partner_id, self.client)
        self.assertEqual(order.order_line.product_uom_qty, 2)
        self.assertEqual(order.amount_total, 2 * PRICE)
        self.assertEqual(seats.sale_order_id, order)
        with self.assertRaisesRegex(UserError, "already"):
            seats.action_kbs_order()
        order.action_confirm()
        self.assertEqual(len(order.order_line.registration_ids), 2)

    def test_nothing_to_pay_makes_no_order(self):
        with self.assertRaisesRegex(UserError, "nothing to pay"):
            self.join().action_kbs_order()

    # === RIGHTS === #

    def test_nobody_types_a_benefit(self):
        seat = self.join(client=self.client)
        with self.assertRaises(AccessError):
            seat.with_user(self.manager).write({"kbs_benefit": "free"})
        with self.assertRaises(AccessError):
            self.join("B", client=self.client, user=self.lead, kbs_price=1)

    def test_who_may_what(self):
        benefit = self.give("prof", discount=10)
        seat = self.join(user=self.lead)
        self.assertEqual(seat.with_user(self.agent).kbs_benefit, "free")
        for user, may in ((self.agent, False), (self.lead, True)):
            for record in (benefit, self.event, seat):
                with self.subTest(user=user.login, record=record._name):
                    self.assertTrue(record.with_user(user).has_access("read"))
                    self.assertEqual(record.with_user(user).has_access("write"), may)

    def test_a_salesman_registers_without_rights_on_periods(self):
        order = self.quote_seats(user=self.salesman)
        order.action_confirm()
        self.assertEqual(order.order_line.registration_ids.kbs_benefit, "free")


@tagged("post_install", "-at_install")
class TestEventBenefitEnds(EventsCase):
    """A benefit ends with the coverage."""

    def setUp(self):
        super().setUp()
        self.support.manager_id = self.manager
        self.seat = self.join()

    def review(self):
        self.run_job("event_benefits")

    def letters(self):
        return self.env["mail.mail"].search(
            [("subject", "ilike", "your support ends before the event")]
        )

    def test_nothing_happens_while_it_is_covered(self):
        self.review()
        self.assertFalse(self.seat.kbs_lost_on)
        self.assertFalse(self.seat.activity_ids)
        self.assertFalse(self.letters())

    def test_lost_with_the_payment_and_told_once(self):
        self.credit(self.order.invoice_ids)
        self.review()
        self.assertEqual(self.seat.kbs_lost_on, date(2026, 5, 14))
        self.assertEqual(self.seat.state, "open")
        self.assertEqual(self.seat.activity_ids.user_id, self.manager)
        self.assertEqual(len(self.letters()), 1)
        self.review()
        self.assertEqual(len(self.letters()), 1)
        self.assertEqual(len(self.seat.activity_ids), 1)

    def test_paid_again_in_time_takes_the_mark_away(self):
        self.credit(self.order.invoice_ids)
        self.review()
        self.sell_paid("premium_1", client=self.hospital)
        self.review()
        self.assertFalse(self.seat.kbs_lost_on)
        self.assertFalse(self.seat.activity_ids)

    def test_a_postponed_event_may_be_after_the_end(self):
        self.event.write(
            {"date_begin": "2026-09-01 07:00:00", "date_end": "2026-09-01 11:00:00"}
        )
        self.review()
        self.assertTrue(self.seat.kbs_lost_on)

    def test_what_is_over_is_left_alone(self):
        past = self.announce(days=1)
        attended = self.join(event=past)
        attended.action_set_done()
        with freeze_time("2026-05-16 09:00:00"):
            self.credit(self.order.invoice_ids)
            self.review()
            self.assertFalse(attended.kbs_lost_on)
            self.assertEqual(attended.kbs_benefit, "free")

    def test_the_lead_counts_it_anew(self):
        self.credit(self.order.invoice_ids)
        self.review()
        self.seat.with_user(self.lead).action_kbs_settle()
        self.assertEqual(self.seat.kbs_benefit, "none")
        self.assertEqual(self.seat.kbs_price, PRICE)
        self.assertFalse(self.seat.kbs_lost_on)
        self.assertFalse(self.seat.activity_ids)
        with self.assertRaises(AccessError):
            self.seat.with_user(self.agent).action_kbs_settle()

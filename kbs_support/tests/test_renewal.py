from datetime import date

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY, KbsCase


class RenewalCase(KbsCase):
    """A client who bought three months of OPTIMA: covered 14.05 – 13.08.2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.sell_paid("optima_3")
        cls.sub = cls.subscription(cls.first)

    @classmethod
    def term(cls, name):
        return cls.env.ref(f"kbs_support.kbs_term_{name}")

    @classmethod
    def offers(cls, subscription=None, plan=None):
        """Offers by ``(term, kind, gap paid)``: ``(3, "loyalty", False)``."""
        subscription = subscription or cls.sub
        return {
            (
                "year" if x.term.is_budget_year else x.term.months,
                x.kind,
                x.is_gap_paid,
            ): x
            for x in subscription._get_offers(plan)[subscription]
        }

    @classmethod
    def renew_paid(cls, term, subscription=None, plan=None):
        subscription = subscription or cls.sub
        order = subscription._create_renewal_order(cls.term(term), plan)
        order.action_confirm()
        cls.pay(order)
        return order


@tagged("post_install", "-at_install")
class TestOffers(RenewalCase):
    """Which offers a client gets, at which price and why (P3, T6)."""

    def test_every_term_with_its_prices(self):
        offers = self.offers()
        self.assertEqual(
            {key: x.price for key, x in offers.items() if key[1] == "loyalty"},
            {
                (3, "loyalty", False): 16830,
                (6, "loyalty", False): 31860,
                (9, "loyalty", False): 45090,
                (12, "loyalty", False): 60120,
            },
        )
        self.assertEqual(offers[3, "regular", False].price, 19260)
        self.assertEqual(offers["year", "budget_year", False].price, 55620)
        self.assertEqual(len(offers), 12 + 4 + 1)

    def test_offer_says_what_it_buys_and_saves(self):
        offer = self.offers()[6, "loyalty", False]
        self.assertEqual(offer.coverage.date_start, date(2026, 8, 14))
        self.assertEqual(offer.coverage.date_end, date(2027, 2, 13))
        self.assertEqual(offer.price_month, 5310)
        self.assertEqual(offer.saving, 36720 - 31860)
        self.assertEqual(offer.valid_until, date(2026, 8, 27))
        self.assertIn("Loyalty price", offer.reason)

    def test_other_plan_is_regular_and_says_why(self):
        offers = self.offers(plan=self.plan("premium"))
        self.assertFalse([x for x in offers.values() if x.is_loyalty])
        offer = offers[6, "regular", False]
        self.assertEqual(offer.price, 60480)
        self.assertIn("the plan of the previous period was", offer.reason)
        self.company.kbs_loyalty_on_plan_change = True
        offers = self.offers(plan=self.plan("premium"))
        self.assertEqual(offers[6, "loyalty", False].price, 55620)

    def test_days_around_the_end(self):
        """Last day, first and last day of the grace, and a day later (T3)."""
        for day, is_kept in (
            ("2026-08-13", True),
            ("2026-08-14", True),
            ("2026-08-27", True),
            ("2026-08-28", False),
        ):
            with self.subTest(day=day), freeze_time(f"{day} 09:00:00"):
                offers = self.offers()
                self.assertEqual((3, "loyalty", False) in offers, is_kept)
                start = offers[3, "regular", False].coverage.date_start
                expected = date(2026, 8, 14) if is_kept else date(2026, 8, 28)
                self.assertEqual(start, expected)

    def test_local_midnight_ends_the_grace_summer_and_winter(self):
        """The grace ends at midnight in Kyiv, at UTC+3 as at UTC+2 (T8)."""
        for sold, last_moment, too_late in (
            # 25.10.2026 is the day when the clocks go back
            ("2026-09-12", "2026-10-25 21:59:59", "2026-10-25 22:00:00"),
            ("2026-02-16", "2026-03-29 20:59:59", "2026-03-29 21:00:00"),
        ):
            with freeze_time(f"{sold} 09:00:00"):
                sub = self.subscription(self.sell_paid("optima_1"))
            for moment, is_kept in ((last_moment, True), (too_late, False)):
                with self.subTest(moment=moment), freeze_time(moment):
                    self.assertEqual(not sub._has_gap(), is_kept)

    def test_budget_year_waits_for_its_year(self):
        with freeze_time("2026-11-02 09:00:00"):
            sub = self.subscription(
                self.sell_paid("prof_budget_year",
                               line={"kbs_date_start": date(2026, 1, 1)})
            )  # fmt: skip
            offer = self.offers(sub)["year", "budget_year", False]
            self.assertEqual(offer.coverage.date_start, date(2027, 1, 1))
            self.assertEqual(offer.coverage.date_end, date(2027, 12, 31))
            self.assertEqual(offer.price, 15300)
            self.assertEqual(offer.valid_until, date(2026, 12, 31))

    def test_after_the_grace_the_gap_may_be_paid(self):
        with freeze_time("2026-10-01 09:00:00"):
            offers = self.offers()
            anew, paid = offers[3, "regular", False], offers[3, "loyalty", True]
            self.assertEqual(anew.coverage.date_start, date(2026, 10, 1))
            self.assertEqual(anew.price, 19260)
            self.assertEqual(paid.coverage.date_start, date(2026, 8, 14))
            self.assertEqual(paid.coverage.date_end, date(2026, 11, 13))
            self.assertEqual(paid.price, 16830)
            self.assertNotIn((1, "regular", True), offers)  # over before today
            self.assertNotIn(("year", "budget_year", True), offers)

    def test_screen_shows_what_the_offers_say(self):
        shown = self.sub.with_user(self.salesman).get_offers()
        self.assertEqual([x["key"] for x in shown["columns"]], ["regular", "loyalty"])
        row = next(x for x in shown["rows"] if x["term"] == "6 months")
        self.assertEqual(row["cells"]["loyalty"]["price"], 31860)
        self.assertEqual(row["cells"]["loyalty"]["saving"], 4860)
        self.assertEqual(row["cells"]["regular"]["dates"], "08/14/2026 – 02/13/2027")
        self.assertFalse(shown["order"])

    def test_nothing_to_renew_is_said(self):
        unpaid = self.subscription(self.sell("prof_3", client=self._create_client("A")))
        with self.assertRaisesRegex(UserError, "waits for payment"):
            unpaid.get_offers()

    def test_queries_do_not_grow(self):
        subs = self.sub
        for number in range(29):
            client = self._create_client(f"Client {number}")
            subs |= self.subscription(self.sell_paid("optima_3", client=client))
        counts = []
        for records in (subs[:1], subs):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.browse(records.ids)._get_offers()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])


@tagged("post_install", "-at_install")
class TestRenewalOrder(RenewalCase):
    """From an offer to a paid period without a gap."""

    def test_all_loyalty_prices_by_a_second_purchase(self):
        prices = {
            "prof": (4950, 9900, 14850, 19800),
            "optima": (16830, 31860, 45090, 60120),
            "premium": (29430, 55620, 77490, 103320),
        }
        for code, expected in prices.items():
            for months, price in zip((3, 6, 9, 12), expected, strict=True):
                with self.subTest(code=code, months=months):
                    client = self._create_client(f"{code} {months}")
                    first = self.sell_paid(f"{code}_1", client=client)
                    sub = self.subscription(first)
                    renewal = self.renew_paid(months, sub)
                    period = self.period(renewal)
                    self.assertEqual(period.price_total, price)
                    self.assertEqual(period.price_kind, "loyalty")
                    self.assertTrue(period.is_effective)
                    self.assertEqual(period.date_start, date(2026, 6, 14))
                    self.assertEqual(sub.tenure_start, TODAY)

    def test_terms_outside_the_loyalty_list_are_regular(self):
        renewal = self.renew_paid(2)
        self.assertEqual(self.period(renewal).price_kind, "regular")
        self.assertEqual(self.period(renewal).price_total, 12840)

    def test_chain_from_the_last_day_of_january(self):
        with freeze_time("2026-01-31 09:00:00"):
            sub = self.subscription(
                self.sell_paid("optima_1", client=self._create_client("January"))
            )
            for term in (1, 3):
                self.renew_paid(term, sub)
        self.assertEqual(
            [
                (str(x.date_start), str(x.date_end))
                for x in sub.period_ids.sorted("date_start")
            ],
            [
                ("2026-01-31", "2026-02-27"),
                ("2026-02-28", "2026-03-30"),
                ("2026-03-31", "2026-06-29"),
            ],
        )

    def test_leap_day(self):
        with freeze_time("2028-02-29 09:00:00"):
            sub = self.subscription(
                self.sell_paid("optima_12", client=self._create_client("Leap"))
            )
            self.assertEqual(sub.date_end, date(2029, 2, 27))
            self.renew_paid(12, sub)
            self.assertEqual(sub.date_end, date(2030, 2, 27))

    def test_three_months_budget_year_six_months(self):
        self.renew_paid("budget_year")  # 14.08 – 31.12.2026
        self.assertEqual(self.sub.date_end, date(2026, 12, 31))
        six = self.renew_paid(6)
        self.assertEqual(self.period(six).date_start, date(2027, 1, 1))
        self.assertEqual(self.period(six).date_end, date(2027, 6, 30))
        self.assertEqual(self.period(six).price_total, 31860)
        self.assertEqual(self.sub.tenure_start, TODAY)

    def test_quotation_tells_its_last_day(self):
        order = self.sub._create_renewal_order(self.term(3))
        self.assertEqual(order.validity_date, date(2026, 8, 27))
        self.assertEqual(order.amount_total, 16830)
        self.assertEqual(order.kbs_renewal_id, self.sub.renewal_id)
        self.assertEqual(self.sub.offer_state, "draft")

    def test_asking_twice_gives_one_quotation(self):
        order = self.sub._create_renewal_order(self.term(3))
        self.assertEqual(self.sub._create_renewal_order(self.term(3)), order)
        self.assertEqual(len(self.sub.renewal_ids.order_ids), 1)

    def test_another_offer_withdraws_the_first(self):
        three = self.sub._create_renewal_order(self.term(3))
        six = self.sub._create_renewal_order(self.term(6))
        self.assertEqual(three.state, "cancel")
        self.assertEqual(self.sub.offer_id, six)

    def test_database_keeps_one_quotation_of_a_renewal(self):
        order = self.sub._create_renewal_order(self.term(3))
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.quote("optima_3", kbs_subscription_id=self.sub.id,
                       kbs_renewal_id=order.kbs_renewal_id.id)  # fmt: skip
            self.env.flush_all()

    def test_database_keeps_one_renewal_of_a_period(self):
        renewal = self.env["kbs.renewal"]._open(self.sub)[self.sub]
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            renewal.copy({"period_id": renewal.period_id.id})

    def test_salesman_makes_the_quotation(self):
        sub = self.sub.with_user(self.salesman)
        action = sub.quote_offer(self.term(3).id, "loyalty")
        order = self.env["sale.order"].browse(action["res_id"])
        self.assertEqual(order.amount_total, 16830)
        with self.assertRaisesRegex(UserError, "no longer holds"):
            sub.quote_offer(self.term(2).id, "loyalty")

    def test_payment_wins_and_a_refund_opens_again(self):
        order = self.sub._create_renewal_order(self.term(3))
        renewal = order.kbs_renewal_id
        order.action_confirm()
        self.assertEqual((renewal.state, renewal.offer_state), ("open", "sale"))
        self.pay(order)
        self.assertEqual((renewal.state, renewal.offer_state), ("won", "paid"))
        self.assertFalse(self.sub.renewal_id)
        later = self.env["kbs.renewal"]._open(self.sub)[self.sub]
        self.credit(order.invoice_ids)
        self.assertEqual(renewal.state, "open")
        self.assertEqual(later.state, "void")
        self.assertEqual(self.sub.renewal_id, renewal)
        self.assertEqual(self.sub.date_end, date(2026, 8, 13))

    def test_without_the_template_no_offer_is_sent(self):
        self.env.ref("kbs_support.mail_template_kbs_renewal_offer").unlink()
        self.client.email = "school@example.com"
        order = self.sub._create_renewal_order(self.term(3))
        with self.assertRaisesRegex(UserError, "template of renewal offers"):
            order._kbs_send_renewal_offer()
        self.assertEqual(order.state, "draft")

    def test_order_made_by_hand_is_the_renewal_too(self):
        offered = self.sub._create_renewal_order(self.term(3))
        by_hand = self.renew(self.first, "optima_6")
        by_hand.action_confirm()
        self.assertEqual(offered.state, "cancel")
        self.assertEqual(self.sub.offer_id, by_hand)
        self.assertEqual(self.sub.offer_state, "sale")
        self.assertEqual(self.sub.renewal_id.amount_expected, 36720)

    def test_refusal_withdraws_the_quotation(self):
        order = self.sub._create_renewal_order(self.term(3))
        reason = self.env.ref("kbs_support.kbs_close_reason_no_budget")
        renewal = order.kbs_renewal_id
        renewal._lose(reason)
        self.assertEqual(order.state, "cancel")
        self.assertEqual(renewal.state, "lost")
        renewal._reopen()
        self.assertEqual(renewal.state, "open")

    def test_offer_that_ran_out_is_refused(self):
        order = self.sub._create_renewal_order(self.term(3))
        order.validity_date = date(2026, 5, 20)
        with (
            freeze_time("2026-05-21 09:00:00"),
            self.assertRaisesRegex(UserError, "was valid until"),
        ):
            order.action_confirm()

    def test_offer_holds_on_its_last_day(self):
        order = self.sub._create_renewal_order(self.term(3))
        with freeze_time("2026-08-27 20:59:00"):  # 23:59 in Kyiv
            order.action_confirm()
            self.pay(order)
        self.assertEqual(self.period(order).date_start, date(2026, 8, 14))

    def test_loyalty_lost_between_offer_and_confirmation(self):
        order = self.sub._create_renewal_order(self.term(3))
        order.validity_date = False
        with (
            freeze_time("2026-08-28 09:00:00"),
            self.assertRaisesRegex(UserError, "the grace is over.*19,260"),
        ):
            order.action_confirm()

    def test_paid_gap_needs_a_manager(self):
        with freeze_time("2026-10-01 09:00:00"):
            offer = self.offers()[3, "loyalty", True]
            order = self.sub._create_renewal_orders([offer])[self.sub]
            self.assertEqual(order.order_line.kbs_date_start, date(2026, 8, 14))
            with self.assertRaisesRegex(UserError, "A manager has to allow it"):
                order.action_confirm()
            order.with_user(self.manager).kbs_override_reason = "Paid for the summer"
            order.action_confirm()
            self.pay(order)
            period = self.period(order)
            self.assertEqual(period.date_start, date(2026, 8, 14))
            self.assertEqual(period.price_kind, "loyalty")
            self.assertIn("Paid for the summer", period.price_reason)
            self.assertEqual(self.sub.tenure_start, TODAY)
            self.assertEqual(self.sub.state, "active")


@tagged("post_install", "-at_install")
class TestPaidGap(RenewalCase):
    """A gap that the client pays: its days, who allows it, who may send it (T3)."""

    def setUp(self):
        super().setUp()
        freezer = freeze_time("2026-10-01 09:00:00")
        freezer.start()
        self.addCleanup(freezer.stop)
        self.run_daily_job()

    def quote_gap(self, user=None):
        offer = self.offers(self.sub.with_user(user or self.env.user))
        offer = offer[3, "loyalty", True]
        return offer.subscription._create_renewal_orders([offer])[offer.subscription]

    def test_quotation_shows_the_days_that_it_sells(self):
        order = self.renew(self.first, "optima_3")
        line = order.order_line
        self.assertEqual(line.kbs_date_start, date(2026, 10, 1))
        order.kbs_is_gap_paid = True
        self.assertEqual(line.kbs_date_start, date(2026, 8, 14))
        self.assertEqual(line.kbs_date_end, date(2026, 11, 13))
        order.kbs_is_gap_paid = False
        self.assertEqual(line.kbs_date_start, date(2026, 10, 1))
        self.assertEqual(line.kbs_date_end, date(2026, 12, 31))

    def test_reason_of_a_price_allows_no_gap(self):
        order = self.renew(self.first, "optima_3", user=self.salesman)
        order.with_user(self.manager).kbs_override_reason = "discount"
        order.kbs_is_gap_paid = True
        self.assertFalse(order.kbs_override_reason)
        with self.assertRaisesRegex(UserError, "as if there were no gap"):
            order.action_confirm()

    def test_manager_allows_gap_and_reason_at_once(self):
        order = self.renew(self.first, "optima_3", user=self.salesman)
        order.with_user(self.manager).write(
            {"kbs_is_gap_paid": True, "kbs_override_reason": "Paid for the summer"}
        )
        order.action_confirm()
        self.assertEqual(self.period(order).date_start, date(2026, 8, 14))

    def test_salesman_quotes_a_gap_that_waits(self):
        order = self.quote_gap(self.salesman)
        self.assertTrue(order.kbs_is_gap_paid)
        order.with_user(self.manager).kbs_override_reason = "Paid for the summer"
        order.with_user(self.salesman).kbs_is_gap_paid = True  # as it is already
        self.assertTrue(order.kbs_override_reason)

    def test_gap_is_sent_when_it_is_allowed(self):
        self.client.email = "school@example.com"
        order = self.quote_gap()
        for send in (
            order.action_quotation_send,
            order.action_quotation_sent,
            order._kbs_send_renewal_offer,
        ):
            with self.assertRaisesRegex(UserError, "cannot be sent.*gap"):
                send()
        self.assertEqual(order.state, "draft")
        order.with_user(self.manager).kbs_override_reason = "Paid for the summer"
        self.assertTrue(order.action_quotation_send())
        order._kbs_send_renewal_offer()
        self.assertEqual(order.state, "sent")


@tagged("post_install", "-at_install")
class TestRunningQuotation(RenewalCase):
    """The running quotation of a renewal: what it is worth, and whose it is (R3)."""

    def test_offer_that_ran_out_is_made_anew(self):
        with freeze_time("2026-10-01 09:00:00"):
            self.run_daily_job()
            first = self.sub._create_renewal_order(self.term(3))
        with freeze_time("2026-11-20 09:00:00"):
            second = self.sub._create_renewal_order(self.term(3))
            self.assertEqual(first.state, "cancel")
            self.assertEqual(second.order_line.kbs_date_start, date(2026, 11, 20))
            self.assertGreater(second.validity_date, date(2026, 11, 20))

    def test_other_days_are_another_offer(self):
        first = self.sub._create_renewal_order(self.term(3))
        first.order_line.kbs_date_start = date(2026, 8, 20)
        self.assertNotEqual(self.sub._create_renewal_order(self.term(3)), first)

    def test_offer_past_its_validity_is_made_anew(self):
        first = self.sub._create_renewal_order(self.term(3))
        first.validity_date = TODAY
        self.assertEqual(self.sub._create_renewal_order(self.term(3)), first)
        with freeze_time("2026-05-15 09:00:00"):
            self.assertNotEqual(self.sub._create_renewal_order(self.term(3)), first)

    def test_saved_quotation_joins(self):
        renewal = self.env["kbs.renewal"]._open(self.sub)[self.sub]
        order = self.quote("optima_3", user=self.salesman)
        order.kbs_subscription_id = self.sub
        self.assertEqual(order.kbs_renewal_id, renewal)
        self.assertEqual(renewal.order_id, order)

    def test_moved_quotation_leaves(self):
        order = self.sub._create_renewal_order(self.term(3))
        first = order.kbs_renewal_id
        other = self.subscription(self.sell_paid("optima_3"))
        second = self.env["kbs.renewal"]._open(other)[other]
        order.kbs_subscription_id = other
        self.assertFalse(first.order_id)
        self.assertEqual(order.kbs_renewal_id, second)
        order.kbs_subscription_id = False
        self.assertFalse(order.kbs_renewal_id)
        self.assertFalse(second.order_id)

    def test_confirmed_order_stays(self):
        order = self.sub._create_renewal_order(self.term(3))
        order.action_confirm()
        renewal = order.kbs_renewal_id
        order.write({"kbs_subscription_id": self.sub.id})
        self.assertEqual(order.kbs_renewal_id, renewal)

    def test_expected_revenue_follows_the_offer(self):
        renewal = self.env["kbs.renewal"]._open(self.sub)[self.sub]
        self.assertEqual(renewal.amount_expected, 16830)
        order = self.sub._create_renewal_order(self.term(12))
        self.assertEqual(renewal.amount_expected, 60120)
        order.order_line.price_unit = 50000
        self.assertEqual(renewal.amount_expected, 50000)
        self.assertEqual(renewal.lead_id.expected_revenue, 50000)
        self.assertEqual(self.sub.renewal_amount, 50000)
        order._action_cancel()
        self.assertEqual(renewal.amount_expected, 16830)
        self.assertEqual(renewal.lead_id.expected_revenue, 16830)

    def test_quotation_of_a_colleague(self):
        self.sub.manager_id = self.manager
        order = self.sub.with_user(self.manager)._create_renewal_order(self.term(3))
        self.env.flush_all()
        self.env.invalidate_all()
        sub = self.sub.with_user(self.salesman)
        shown = sub.get_offers()["order"]
        self.assertFalse(shown["id"])
        self.assertEqual(shown["name"], order.name)
        self.assertIn("OPTIMA", shown["text"])
        self.assertIn(self.manager.name, shown["text"])
        for months, kind in ((3, "loyalty"), (6, "regular")):
            self.env.invalidate_all()
            with self.assertRaisesRegex(UserError, "by kbs_manager.*colleague first"):
                sub.quote_offer(self.term(months).id, kind)
        self.assertEqual(order.state, "draft")

    def test_manager_who_left_signs_no_offer(self):
        self.sub.manager_id = self.salesman
        self.salesman.active = False
        order = self.sub.with_user(self.manager)._create_renewal_order(self.term(3))
        self.assertEqual(order.user_id, self.manager)

    def test_manager_of_another_company_signs_no_offer(self):
        self.sub.manager_id = self.salesman
        other = self._create_company("Other")
        self.salesman.write({"company_ids": [(6, 0, other.ids)], "company_id": other})
        order = self.sub.with_user(self.manager)._create_renewal_order(self.term(3))
        self.assertEqual(order.user_id, self.manager)

    def test_lists_of_another_currency_are_left_out(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        price = {
            "applied_on": "0_product_variant",
            "product_id": self.product("optima_3").id,
            "compute_price": "fixed",
            "fixed_price": 150,
        }
        self.env["product.pricelist"].create(
            {
                "name": "Loyalty in dollars",
                "kbs_kind": "loyalty",
                "currency_id": usd.id,
                "company_id": self.company.id,
                "item_ids": [(0, 0, price)],
            }
        )
        offers = self.sub._get_offers()[self.sub]
        self.assertEqual({x.pricelist.currency_id.name for x in offers}, {"UAH"})
        self.assertEqual(self.sub._get_default_offer(offers).price, 16830)

    def test_client_reads_no_agreed_price(self):
        order = self.sub._create_renewal_order(self.term(3))
        order.user_id = self.env.user
        self.assertIn("Loyalty price", self.render(order))
        order.order_line.price_unit = 9000
        self.assertIn("Agreed price", order.kbs_price_note)
        self.assertNotIn("Agreed price", self.render(order))

    def render(self, order):
        html, __ = self.env["ir.actions.report"]._render_qweb_html(
            "sale.report_saleorder", order.ids
        )
        return html.decode()

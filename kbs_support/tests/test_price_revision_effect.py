from datetime import date, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from ..tools.coverage import months_between
from .price_revision_common import FIRST, RevisionCase


@tagged("post_install", "-at_install")
class TestPriceRevisionEffect(RevisionCase):
    """What a revision does to each client and to the revenue, before it is applied."""

    def sell_to(self, name, product, start="2026-05-14", **kwargs):
        client = self._create_client(name)
        line = {"kbs_date_start": start}
        return self.sell_paid(product, client=client, line=line, **kwargs)

    def revise_all(self, **values):
        return self.revise(plan_ids=False, term_ids=False, **values)

    def rows(self, revision):
        """``{client name: (kind, old price, new price)}`` of the list of clients."""
        rows = self.env["kbs.price.revision.client"].search(
            revision.action_view_clients()["domain"]
        )
        found = {
            x.partner_id.name: (x.price_kind, x.old_price, x.new_price) for x in rows
        }
        self.assertEqual(len(found), len(rows))
        return found

    def test_every_kind_of_price(self):
        self.sell_to("Loyal", "optima_3")
        self.sell_to("Four months", "optima_4")
        self.sell_to("Budget", "prof_budget_year")
        revision = self.revise_all()
        self.assertEqual(
            self.rows(revision),
            {
                "Loyal": ("loyalty", 16830, 18510),
                "Four months": ("regular", 24480, 26930),
                "Budget": ("budget_year", 15300, 16830),
            },
        )
        self.assertEqual(revision.client_count, 3)
        self.assertEqual(revision.old_revenue, 16830 + 24480 + 15300)
        self.assertEqual(revision.new_revenue, 18510 + 26930 + 16830)
        self.assertEqual(revision.revenue_difference, 5660)
        self.assertEqual(revision.revenue_percent, 10.0)
        self.assertEqual(revision.year_difference, 1680 * 4 + 2450 * 3 + 1530)

    def test_preview_is_what_the_renewals_cost(self):
        orders = {
            name: self.sell_to(name, name)
            for name in ("optima_3", "optima_2", "prof_3", "premium_budget_year")
        }
        self.plan("prof").has_loyalty = False
        revision = self.revise_all(percent=7.5, rounding="1")
        rows = self.rows(revision)
        revision.action_apply()
        with freeze_time("2026-06-30 21:00:00"):
            for name, order in orders.items():
                kind, __, new_price = rows[name]
                lists = {"loyalty": self.loyalty}
                renewal = self.renew(
                    order, name, pricelist_id=lists.get(kind, self.regular).id,
                    line={"kbs_date_start": "2027-01-01"} if "year" in name else {},
                    partner_id=order.partner_id.id,
                )  # fmt: skip
                renewal.action_confirm()
                period = self.period(renewal)
                with self.subTest(name=name):
                    self.assertEqual(period.price_total, new_price)
                    self.assertEqual(period.price_kind, kind)

    def test_lines_say_who_pays(self):
        self.sell_to("One", "optima_3")
        self.sell_to("Two", "optima_3")
        revision = self.revise(term_ids=(self.term(3) | self.term(4)).ids)
        found = {
            (x.pricelist_id.kbs_kind, x.term_id.months): (
                x.payers, x.client_count, x.revenue_difference, x.year_difference
            )
            for x in revision.line_ids
        }  # fmt: skip
        self.assertEqual(
            found,
            {
                ("regular", 3): ("other", 0, 0, 0),
                ("regular", 4): ("all", 0, 0, 0),
                ("loyalty", 3): ("loyal", 2, 3360, 13440),
            },
        )
        self.assertEqual(revision.effect_line_ids.pricelist_id, self.loyalty)

    def test_effect_follows_prices_set_by_hand(self):
        self.sell_to("One", "optima_4")
        revision = self.revise(mode="manual", term_ids=self.term(4).ids)
        self.assertEqual(revision.revenue_difference, 0)
        revision.line_ids.new_price = 25000
        self.assertEqual(revision.revenue_difference, 520)
        self.assertEqual(self.rows(revision)["One"], ("regular", 24480, 25000))

    def test_list_left_out_changes_nothing_for_its_clients(self):
        self.sell_to("Loyal", "optima_3")
        self.sell_to("Four months", "optima_4")
        revision = self.revise_all(pricelist_ids=self.regular.ids)
        self.assertEqual(set(self.rows(revision)), {"Four months"})
        revision = self.revise_all(pricelist_ids=self.loyalty.ids)
        self.assertEqual(set(self.rows(revision)), {"Loyal"})

    def test_price_of_a_list_for_some_clients_has_no_renewals(self):
        own = self.regular.copy({"kbs_kind": "regular", "sequence": 99})
        self.sell_to("One", "optima_4")
        revision = self.revise_all(pricelist_ids=(self.regular | own).ids)
        self.assertEqual(len(self.rows(revision)), 1)
        others = revision.line_ids.filtered(lambda x: x.pricelist_id == own)
        self.assertTrue(others)
        self.assertFalse(any(others.mapped("payers")))

    def test_loyalty_list_with_a_price_of_its_own_way(self):
        """A derived price that is not the regular one is not counted."""
        fallback = self.loyalty.item_ids.filtered(lambda x: x.compute_price != "fixed")
        fallback.price_discount = 5
        self.sell_to("Four months", "optima_4")
        self.assertEqual(self.rows(self.revise_all()), {})

    def test_who_counts(self):
        """Paid coverage that can still be continued when the new prices begin."""
        grace = timedelta(days=self.company.kbs_grace_days)
        last = FIRST - grace  # may be renewed on the first day, and not later
        one_month = timedelta(days=30)
        self.sell_to("In time", "optima_1", start=last - one_month)
        self.sell_to(
            "Too early", "optima_1", start=last - one_month - timedelta(days=1)
        )
        self.sell_to("Starts later", "optima_1", start="2026-07-10")
        self.sell_to("Active", "optima_1", start="2026-06-01")
        self.sell("optima_3", client=self._create_client("Unpaid"))
        self.sell("optima_3", client=self._create_client("Cancelled"))._action_cancel()
        found = self.rows(self.revise_all())
        self.assertEqual(set(found), {"In time", "Starts later", "Active"})
        ends = self.env["kbs.subscription"].search([("partner_id", "=", "In time")])
        self.assertEqual(ends.date_end, last)

    def test_renewal_sold_already_is_what_will_be_renewed(self):
        first = self.sell_to("School", "optima_3")
        renewal = self.renew(first, "prof_4", client=first.partner_id)
        renewal.action_confirm()
        rows = self.rows(self.revise_all())
        self.assertEqual(rows, {"School": ("regular", 9840, 10820)})
        renewal._action_cancel()
        rows = self.rows(self.revise_all())
        self.assertEqual(rows, {"School": ("loyalty", 16830, 18510)})
        # Sold again for the same days: the cancelled period does not count.
        self.renew(first, "prof_4", client=first.partner_id).action_confirm()
        rows = self.rows(self.revise_all())
        self.assertEqual(rows, {"School": ("regular", 9840, 10820)})

    def test_who_leaves_renews_nothing(self):
        order = self.sell_to("School", "optima_3")
        revision = self.revise_all()
        self.assertIn("School", self.rows(revision))
        reason = self.env.ref("kbs_support.kbs_close_reason_no_budget")
        self.subscription(order)._leave_at_end(reason)
        self.env.flush_all()
        self.assertNotIn("School", self.rows(revision))

    def test_change_of_plan_that_is_not_paid_counts_once(self):
        order = self.sell_to("School", "optima_3")
        sub = self.subscription(order)
        change = sub._quote_change(self.plan("premium"), sub._get_first_change_day())
        sub._create_change_order(change, "Test").action_confirm()
        revision = self.revise_all()
        self.env.flush_all()
        found = self.env["kbs.price.revision.client"].search(
            [("revision_id", "=", revision.id), ("subscription_id", "=", sub.id)]
        )
        self.assertEqual(found.plan_id, self.plan("optima"))

    def test_tenure_for_loyalty_is_counted_as_at_the_sale(self):
        """SQL says the same as ``months_between``, also at the ends of months."""
        order = self.sell_to("School", "optima_3")
        period = self.period(order).sudo()
        revision = self.revise_all()
        self.env.flush_all()  # the payment moves no day that is written below
        for start, end in (
            ("2026-01-31", "2026-07-30"),
            ("2026-01-31", "2026-07-29"),
            ("2026-02-28", "2026-08-27"),
            ("2026-02-28", "2026-08-26"),
            ("2025-08-31", "2026-07-01"),
            ("2025-12-31", "2026-06-29"),
            ("2026-03-31", "2026-08-30"),
            ("2026-03-31", "2026-08-29"),
            ("2025-08-29", "2026-08-28"),
        ):
            start, end = date.fromisoformat(start), date.fromisoformat(end)
            period.write(
                {
                    "date_start": start,
                    "date_end": end,
                    "sold_until": end,
                    "chain_start": start,
                }
            )
            for months in range(0, 14):
                self.company.kbs_loyalty_min_months = months
                is_loyal = months_between(start, end) >= months
                with self.subTest(start=start, end=end, months=months):
                    self.assertEqual(
                        self.rows(revision)["School"][0],
                        "loyalty" if is_loyal else "regular",
                    )

    def test_gap_before_the_booked_period_starts_the_tenure_anew(self):
        first = self.sell_to("School", "optima_3")
        with freeze_time("2026-05-14 09:00:00"):
            later = self.renew(
                first, "optima_3", client=first.partner_id,
                line={"kbs_date_start": "2026-12-01"},
            )  # fmt: skip
            later.action_confirm()
        self.company.kbs_loyalty_min_months = 4
        self.assertEqual(self.rows(self.revise_all())["School"][0], "regular")
        self.company.kbs_loyalty_min_months = 3
        self.assertEqual(self.rows(self.revise_all())["School"][0], "loyalty")

    def test_other_company_is_not_counted(self):
        self.sell_to("School", "optima_4")
        revision = self.revise_all()
        other = self._create_company("Another company")
        self.env.user.company_ids |= other
        foreign = self.env["kbs.price.revision"].with_company(other).create({})
        foreign.action_calculate()
        self.assertEqual(revision.client_count, 1)
        self.assertEqual(foreign.client_count, 0)
        rows = self.env["kbs.price.revision.client"].with_user(self.manager)
        rows = rows.with_context(allowed_company_ids=self.company.ids)
        self.assertEqual(rows.search([]).revision_id, revision)

    def test_client_opens_his_subscription(self):
        order = self.sell_to("School", "optima_4")
        self.revise_all()
        row = self.env["kbs.price.revision.client"].search([]).with_user(self.manager)
        action = row.action_open()
        self.assertEqual(action["res_id"], self.subscription(order).id)

    # === SCALE === #

    def count_queries(self, do):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        do()
        return self.env.cr.sql_log_count - before

    def test_fifty_clients_cost_no_more_queries_than_one(self):
        revision = self.revise_all()
        spec = {
            "partner_id": {"fields": {"display_name": {}}},
            "plan_id": {"fields": {"display_name": {}}},
            "term_id": {"fields": {"display_name": {}}},
            "manager_id": {"fields": {"display_name": {}}},
            "currency_id": {"fields": {}},
            "price_kind": {},
            "old_price": {},
            "new_price": {},
            "difference": {},
            "date_end": {},
        }
        rows = self.env["kbs.price.revision.client"].with_user(self.manager)
        domain = [("revision_id", "=", revision.id)]

        def read_list():
            return rows.web_search_read(domain, spec, limit=80)

        def read_form():
            own = revision.with_user(self.manager)
            own.read(["client_count", "old_revenue", "new_revenue", "year_difference"])
            own.effect_line_ids.read(["client_count", "new_revenue", "payers"])

        def apply():
            revision.action_apply()
            revision.action_undo()
            revision.sudo().state = "draft"

        self.sell_to("Client", "optima_3")
        apply()
        one = [self.count_queries(x) for x in (read_list, read_form, apply)]
        for number in range(49):
            self.sell_to(f"Client {number}", "optima_3")
        self.assertEqual(read_list()["length"], 50)
        fifty = [self.count_queries(x) for x in (read_list, read_form, apply)]
        self.assertEqual(one, fifty)

    def test_list_is_read_once_and_sorted_by_anything(self):
        self.sell_to("B", "optima_4")
        self.sell_to("A", "prof_4")
        revision = self.revise_all()
        rows = self.env["kbs.price.revision.client"]
        for order, names in (
            ("partner_id", ["A", "B"]),
            ("new_price desc", ["B", "A"]),
            ("plan_id, date_end", ["A", "B"]),
        ):
            self.env.invalidate_all()
            found = rows.search_fetch(
                [("revision_id", "=", revision.id)], ["partner_id"], order=order
            )
            before = self.env.cr.sql_log_count
            companies = found.mapped("company_id.id")
            with self.subTest(order=order):
                self.assertEqual(found.mapped("partner_id.name"), names)
                self.assertEqual(companies, self.company.ids)
                self.assertEqual(self.env.cr.sql_log_count - before, 1, "the names")

    def test_all_prices_cost_hardly_more_queries_than_one(self):
        small, big = self.revise(), self.revise_all()

        def run(revision):
            def calculate():
                revision.action_calculate()

            def apply():
                revision.action_apply()

            def undo():
                revision.action_undo()

            counts = [self.count_queries(x) for x in (calculate, apply, undo)]
            revision.sudo().state = "draft"
            return counts

        run(small)
        one, all_prices = run(small), run(big)
        for few, many in zip(one, all_prices, strict=True):
            # Each price is a new record; nothing else is asked for each.
            self.assertLessEqual(many, few + 51)

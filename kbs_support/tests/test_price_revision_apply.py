from datetime import date

from freezegun import freeze_time
from psycopg2.errors import CheckViolation, ForeignKeyViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Datetime
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .price_revision_common import EVENING, FIRST, MIDNIGHT, RevisionCase


@tagged("post_install", "-at_install")
class TestPriceRevision(RevisionCase):
    """A revision as a draft: which prices, and what they become."""

    def prices(self, revision):
        """``{(list kind, product name): (old price, new price)}``."""
        return {
            (x.pricelist_id.kbs_kind, x.product_id): (x.old_price, x.new_price)
            for x in revision.line_ids
        }

    def test_all_plans_and_terms_of_both_lists(self):
        revision = self.revise(plan_ids=False, term_ids=False)
        self.assertEqual(len(revision.line_ids), 36 + 3 + 12)
        self.assertEqual(revision.changed_count, 51)
        self.assertFalse(revision.line_ids.product_id.filtered("kbs_minutes"))
        revision = self.revise(plan_ids=False, term_ids=False, with_hours=True)
        self.assertEqual(len(revision.line_ids), 53)

    def test_only_fixed_prices_of_chosen_plans_and_terms(self):
        revision = self.revise(term_ids=(self.term(3) | self.term(4)).ids)
        three, four = self.product("optima_3"), self.product("optima_4")
        self.assertEqual(
            self.prices(revision),
            {
                ("regular", three): (19260, 21190),
                ("regular", four): (24480, 26930),
                ("loyalty", three): (16830, 18510),
            },
        )

    def test_how_prices_change(self):
        for values, expected in (
            ({"percent": 10, "rounding": "1"}, 21186),
            ({"percent": 10, "rounding": "100"}, 21200),
            ({"percent": -50, "rounding": "0.01"}, 9630),
            ({"mode": "amount", "amount": 745, "rounding": "10"}, 20010),
            ({"mode": "manual"}, 19260),
        ):
            with self.subTest(**values):
                revision = self.revise(pricelist_ids=self.regular.ids, **values)
                self.assertEqual(revision.line_ids.new_price, expected)

    def test_new_price_by_hand(self):
        revision = self.revise(mode="manual")
        self.assertFalse(revision.changed_count)
        revision.line_ids[0].new_price = 20000
        self.assertEqual(revision.changed_count, 1)
        self.assertEqual(revision.line_ids[0].difference, 740)
        self.assertEqual(revision.line_ids[0].percent, 3.84)

    def test_screen_shows_new_prices_at_once(self):
        revision = self.revise(pricelist_ids=self.regular.ids)
        with Form(revision) as form:
            form.percent = 20
            with form.line_ids.edit(0) as line:
                self.assertEqual(line.new_price, 23110)
                line.new_price = 23000
        self.assertEqual(revision.line_ids.new_price, 23000)

    def test_version_of_the_first_day_counts(self):
        old = self.item("regular_optima_3")
        old.date_end = EVENING
        old.copy({"date_start": MIDNIGHT, "date_end": False, "fixed_price": 20000})
        before = self.revise(
            date_from=date(2026, 6, 30), pricelist_ids=self.regular.ids
        )
        after = self.revise(date_from=date(2026, 7, 2), pricelist_ids=self.regular.ids)
        self.assertEqual(before.line_ids.old_price, 19260)
        self.assertEqual(after.line_ids.old_price, 20000)

    def test_another_scope_is_calculated_anew(self):
        revision = self.revise()
        self.assertTrue(revision.line_ids)
        revision.percent = 5
        self.assertTrue(revision.line_ids)
        revision.term_ids = self.term(6)
        self.assertFalse(revision.line_ids)

    def test_today_is_too_late(self):
        for day in (date(2026, 5, 14), date(2026, 5, 13)):
            with self.subTest(day=day):
                with self.assertRaisesRegex(UserError, "tomorrow at the earliest"):
                    self.revise(date_from=day)
        self.revise(date_from=date(2026, 5, 15))

    def test_nothing_to_revise(self):
        with self.assertRaisesRegex(UserError, "have no fixed price"):
            self.revise(term_ids=self.term(4).ids, pricelist_ids=self.loyalty.ids)

    def test_one_currency(self):
        euro = self.env["product.pricelist"].create(
            {
                "name": "Euro",
                "currency_id": self.env.ref("base.EUR").id,
                "kbs_kind": "regular",
            }
        )
        with self.assertRaisesRegex(ValidationError, "one currency"):
            self.revise(pricelist_ids=(self.regular | euro).ids)

    def test_defaults(self):
        revision = self.env["kbs.price.revision"].create({})
        self.assertEqual(revision.date_from, date(2026, 6, 1))
        self.assertEqual(revision.pricelist_ids, self.regular | self.loyalty)
        self.assertEqual(revision.name, "Prices from 06/01/2026")


@tagged("post_install", "-at_install")
class TestPriceRevisionApply(RevisionCase):
    """Applying makes one set of dated versions, or none (P4)."""

    def assert_refused(self, revision, text, action="action_apply"):
        before = self.versions()
        state = revision.state
        with self.assertRaisesRegex(UserError, text), self.env.cr.savepoint():
            getattr(revision, action)()
        revision.invalidate_recordset()
        self.assertEqual(revision.state, state)
        self.assertEqual(self.versions(), before)

    def test_old_prices_end_and_new_ones_begin(self):
        revision = self.revise()
        revision.action_apply()
        self.assertEqual(
            self.versions(), [(False, EVENING, 19260), (MIDNIGHT, False, 21190)]
        )
        self.assertEqual(
            self.versions(pricelist=self.loyalty),
            [(False, EVENING, 16830), (MIDNIGHT, False, 18510)],
        )
        self.assertEqual(revision.state, "applied")
        self.assertEqual(revision.user_id, self.manager)
        self.assertEqual(revision.applied_on, Datetime.now())
        self.assertEqual(revision.line_ids.new_item_id.mapped("fixed_price"),
                         [21190, 18510])  # fmt: skip

    def test_new_prices_sell_from_midnight_in_kyiv(self):
        first = self.sell_paid("optima_3", line={"kbs_date_start": "2026-04-14"})
        self.revise().action_apply()
        for moment, regular, loyal in (
            ("2026-06-30 20:59:59", 19260, 16830),
            ("2026-06-30 21:00:00", 21190, 18510),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                self.assertEqual(self.quote("optima_3").amount_total, regular)
                renewal = self.renew(first, "optima_3", pricelist_id=self.loyalty.id)
                self.assertEqual(renewal.amount_total, loyal)

    def test_quotation_made_before_keeps_the_old_price(self):
        self.revise().action_apply()
        with freeze_time("2026-06-30 09:00:00"):
            order = self.quote("optima_3")
        self.env.flush_all()
        self.env.invalidate_all()
        with freeze_time("2026-07-01 09:00:00"):
            order.action_confirm()
        self.assertEqual(order.amount_total, 19260)
        self.assertEqual(self.period(order).price_kind, "regular")
        self.assertEqual(
            order.order_line.kbs_price_rule_id, self.item("regular_optima_3")
        )

    def test_price_that_does_not_change_gets_no_version(self):
        revision = self.revise(mode="manual")
        revision.line_ids[1].new_price = 17000
        revision.action_apply()
        self.assertEqual(self.versions(), [(False, False, 19260)])
        self.assertEqual(len(self.versions(pricelist=self.loyalty)), 2)

    def test_line_taken_out_keeps_its_price(self):
        revision = self.revise()
        revision.line_ids[1].unlink()
        revision.action_apply()
        self.assertEqual(len(self.versions()), 2)
        self.assertEqual(len(self.versions(pricelist=self.loyalty)), 1)

    def test_hours(self):
        revision = self.revise(with_hours=True)
        revision.action_apply()
        self.assertEqual(
            self.versions("hour"), [(False, EVENING, 1500), (MIDNIGHT, False, 1650)]
        )

    def test_temporary_price_stays_temporary(self):
        end = Datetime.to_datetime("2026-12-31 21:59:59")
        self.item("regular_optima_3").date_end = end
        revision = self.revise()
        self.assertEqual(revision.line_ids[0].date_end, end)
        revision.action_apply()
        self.assertEqual(
            self.versions(), [(False, EVENING, 19260), (MIDNIGHT, end, 21190)]
        )
        revision.action_undo()
        self.assertEqual(self.versions(), [(False, end, 19260)])

    def test_later_version_is_in_the_way(self):
        for start, told in (
            ("2026-09-30 21:00:00", "20,000.00.+ from 10/01/2026"),
            ("2026-06-30 21:00:00", "changed since|from 07/01/2026"),
        ):
            with self.subTest(start=start):
                old = self.item("regular_optima_3")
                revision = self.revise()
                start = Datetime.to_datetime(start)
                wizard = self.env["kbs.price.version"].create(
                    {
                        "item_id": old.id,
                        "date_from": self.company._kbs_to_local_date(start),
                        "price": 20000,
                    }
                )
                wizard.action_apply()
                revision.action_calculate()
                self.assert_refused(revision, told)
                self.assert_refused(revision, "OPTIMA.+Support: regular prices")
                new = self.env["product.pricelist.item"].search(
                    [("date_start", "=", start), ("fixed_price", "=", 20000)]
                )
                new.unlink()
                old.date_end = False
                revision.action_calculate()
        revision.action_apply()

    def test_later_version_with_an_end_is_named_with_it(self):
        old = self.item("regular_optima_3")
        old.date_end = "2026-09-30 20:59:59"
        old.copy(
            {
                "date_start": "2026-09-30 21:00:00",
                "date_end": "2026-10-31 21:59:59",
                "fixed_price": 1,
            }
        )
        self.assert_refused(self.revise(), "from 10/01/2026 to 10/31/2026")

    def test_price_of_a_quantity_is_not_in_the_way(self):
        self.item("regular_hour").copy(
            {"min_quantity": 10, "fixed_price": 1400, "date_start": MIDNIGHT}
        )
        revision = self.revise(with_hours=True)
        revision.action_apply()
        self.assertIn((MIDNIGHT, False, 1650), self.versions("hour"))

    def test_new_price_does_not_begin_with_the_old_one(self):
        """One piece of code serves the revision and the single price."""
        item = self.item("regular_optima_3")
        item.date_start = MIDNIGHT
        values = {"item_id": item.id, "price": 20000}
        Wizard = self.env["kbs.price.version"]
        with self.assertRaisesRegex(UserError, "within the days"):
            Wizard.create({**values, "date_from": FIRST}).action_apply()
        with self.assertRaisesRegex(UserError, "below zero"), self.cr.savepoint():
            wizard = Wizard.create({**values, "date_from": date(2026, 7, 2)})
            wizard.price = -1
            wizard.action_apply()
        Wizard.create({**values, "date_from": date(2026, 7, 2)}).action_apply()
        self.assertEqual(len(self.versions()), 2)

    def test_list_that_moved_is_calculated_again(self):
        def edit():
            self.item("regular_optima_3").fixed_price = 19000

        def end():
            self.item("regular_optima_3").date_end = "2026-12-31 21:59:59"

        for change in (edit, end):
            with self.subTest(change=change.__name__):
                revision = self.revise()
                change()
                self.assert_refused(revision, "has changed since. Calculate again")
                revision.action_calculate()
        revision.action_apply()

    def test_deleted_price_is_calculated_again(self):
        revision = self.revise(
            plan_ids=self.plan("premium").ids, term_ids=self.term(2).ids
        )
        self.item("regular_premium_2").unlink()
        self.assert_refused(revision, "has changed since. Calculate again")

    def test_price_has_to_be_more_than_zero(self):
        revision = self.revise(percent=-100)
        self.assert_refused(revision, "more than zero")
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            revision.line_ids[0].new_price = -1
            self.env.flush_all()

    def test_nothing_to_apply(self):
        self.assert_refused(self.revise(mode="manual"), "No price changes")

    def test_draft_of_long_ago_is_not_applied(self):
        revision = self.revise()
        with freeze_time("2026-06-30 21:00:00"):
            self.assert_refused(revision, "tomorrow at the earliest")
        with freeze_time("2026-06-30 20:59:59"):
            revision.action_apply()

    def test_applying_twice_makes_one_set_of_versions(self):
        revision = self.revise()
        revision.action_apply()
        before = self.versions()
        self.assertTrue(revision.action_apply())
        self.assertEqual(self.versions(), before)

    def test_many_faults_are_told_shortly(self):
        revision = self.revise(plan_ids=False, term_ids=False, percent=-100)
        with self.assertRaisesRegex(UserError, r"and 41 more\.") as raised:
            revision.action_apply()
        self.assertEqual(str(raised.exception).count("\n"), 10)

    def test_log(self):
        revision = self.revise().with_context(tracking_disable=False)
        revision.action_apply()
        self.assertIn("2 new prices from 07/01/2026", revision.message_ids[0].body)
        note = self.regular.message_ids[0].body
        self.assertIn("Prices from 07/01/2026", note)
        self.assertIn("2 new prices", note)
        revision.action_undo()
        self.assertIn("Undone", revision.message_ids[0].body)
        self.assertIn("Undone", self.loyalty.message_ids[0].body)

    def test_applied_revision_stays_as_it_is(self):
        revision = self.revise()
        revision.action_apply()
        for values in (
            {"date_from": "2026-08-01"},
            {"percent": 50},
            {"name": "Other"},
            {"plan_ids": [Command.clear()]},
        ):
            with (
                self.subTest(**values),
                self.assertRaisesRegex(UserError, "was applied"),
            ):
                revision.write(values)
        for change in (
            lambda: revision.line_ids.write({"new_price": 1}),
            revision.line_ids.unlink,
            revision.unlink,
            revision.action_calculate,
        ):
            with self.assertRaisesRegex(UserError, "was applied and stays"):
                change()
        copy = revision.copy()
        self.assertEqual(copy.state, "draft")
        self.assertFalse(copy.line_ids)

    # === UNDOING === #

    def test_undo_gives_the_old_prices_back(self):
        revision = self.revise()
        new_items = revision.line_ids.new_item_id
        revision.action_apply()
        revision.action_undo()
        self.assertEqual(self.versions(), [(False, False, 19260)])
        self.assertEqual(self.versions(pricelist=self.loyalty), [(False, False, 16830)])
        self.assertFalse(new_items.exists())
        self.assertEqual(revision.state, "undone")
        revision.action_undo()
        with self.assertRaisesRegex(UserError, "was applied"):
            revision.action_apply()
        # The same prices may be tried again.
        again = revision.copy()
        again.action_calculate()
        again.action_apply()
        self.assertEqual(len(self.versions()), 2)

    def test_draft_is_not_undone(self):
        self.assert_refused(self.revise(), "is not applied", "action_undo")

    def test_no_undo_after_a_sale(self):
        revision = self.revise(with_hours=True)
        revision.action_apply()
        with freeze_time("2026-07-01 09:00:00"):
            order = self.sell("optima_3")
            self.assertEqual(
                order.order_line.kbs_price_rule_id,
                revision.line_ids[0].new_item_id,
            )
            self.assert_refused(revision, f"1 order.+{order.name}", "action_undo")
            order._action_cancel()
            revision.action_undo()
        self.assertEqual(self.versions(), [(False, False, 19260)])

    def test_no_undo_after_hours_were_sold(self):
        self.sell_paid("optima_3")
        revision = self.revise(with_hours=True)
        revision.action_apply()
        with freeze_time("2026-07-01 09:00:00"):
            self.sell("hour")
            self.assert_refused(revision, "Sold by the new prices", "action_undo")

    def test_old_price_sold_before_does_not_hinder_undo(self):
        revision = self.revise()
        revision.action_apply()
        self.sell("optima_3")
        revision.action_undo()

    def test_quotation_by_an_undone_price_asks_to_update(self):
        revision = self.revise()
        revision.action_apply()
        with freeze_time("2026-07-01 09:00:00"):
            order = self.quote("optima_3")
            self.env.flush_all()
            self.env.invalidate_all()
            revision.action_undo()
            self.env.invalidate_all()
            with self.assertRaisesRegex(UserError, "list has changed"):
                order.action_confirm()
            order.action_update_prices()
            order.action_confirm()
        self.assertEqual(order.amount_total, 19260)

    def test_no_undo_after_somebody_edited_a_version(self):
        def edit_new(line):
            line.new_item_id.fixed_price = 1

        def end_new(line):
            line.new_item_id.date_end = "2026-12-31 21:59:59"

        def delete_new(line):
            line.new_item_id.unlink()

        def move_old(line):
            line.old_item_id.date_end = "2026-06-15 20:59:59"

        def edit_old(line):
            line.old_item_id.fixed_price = 1

        for change in (edit_new, end_new, delete_new, move_old, edit_old):
            revision = self.revise(date_from=FIRST)
            revision.action_apply()
            with self.subTest(change=change.__name__), self.env.cr.savepoint() as point:
                change(revision.line_ids[0])
                self.assert_refused(revision, "were changed after", "action_undo")
                point.rollback()
            self.env.invalidate_all()
            revision.action_undo()

    def test_later_revision_is_undone_first(self):
        first = self.revise()
        first.action_apply()
        second = self.revise(date_from=date(2026, 8, 1))
        self.assertEqual(second.line_ids[0].old_price, 21190)
        second.action_apply()
        self.assert_refused(first, "Take that back first", "action_undo")
        second.action_undo()
        first.action_undo()
        self.assertEqual(self.versions(), [(False, False, 19260)])

    def test_price_that_sold_something_is_not_deleted(self):
        # Of a product that no test sells for good.
        order = self.sell("premium_2")
        item = self.item("regular_premium_2")
        with self.assertRaisesRegex(UserError, f"{order.name} was sold by"):
            item.unlink()
        # PostgreSQL says so as well.
        with self.assertRaises(ForeignKeyViolation), mute_logger("odoo.sql_db"):
            self.env.cr.execute(
                "DELETE FROM product_pricelist_item WHERE id = %s", [item.id]
            )

    # === WHO MAY === #

    def test_table_of_rights(self):
        revision = self.revise()
        sale_manager = new_test_user(
            self.env,
            "kbs_sale_manager",
            groups="sales_team.group_sale_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        client = self.env["kbs.price.revision.client"]
        for user, records, allowed in (
            (self.manager, revision, "rwcd"),
            (self.manager, revision.line_ids, "rwd"),
            (self.manager, client, "r"),
            (sale_manager, revision, "r"),
            (sale_manager, revision.line_ids, "r"),
            (sale_manager, client, "r"),
            (self.lead, revision, ""),
            (self.agent, revision, ""),
            (self.salesman, revision, ""),
            (self.salesman, client, ""),
            (self.reader, revision.line_ids, ""),
            (self.accountant, revision, ""),
            (self.env.ref("base.public_user"), revision, ""),
        ):
            own = records.with_user(user)
            found = "".join(
                letter
                for letter, operation in zip(
                    "rwcd", ("read", "write", "create", "unlink"), strict=True
                )
                if own.has_access(operation)
            )
            with self.subTest(user=user.login, model=records._name):
                self.assertEqual(found, allowed)
        for action in ("action_apply", "action_undo", "action_calculate"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(revision.with_user(sale_manager), action)()
        self.assertTrue(revision.with_user(sale_manager).client_count == 0)

    def test_nobody_types_in_the_state(self):
        revision = self.revise()
        for values in ({"state": "applied"}, {"user_id": self.agent.id}):
            with self.subTest(**values), self.assertRaises(AccessError):
                revision.write(values)
        with self.assertRaises(AccessError):
            revision.create({"state": "applied"})
        with self.assertRaises(AccessError):
            revision.line_ids.write({"old_price": 1})

    def test_other_company(self):
        revision = self.revise()
        other = self._create_company("Another company")
        stranger = new_test_user(
            self.env,
            "kbs_other",
            groups="kbs_support.group_kbs_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for records in (revision, revision.line_ids):
            own = records.with_user(stranger)
            own = own.with_context(allowed_company_ids=other.ids)
            self.assertFalse(own.search([("id", "in", records.ids)]))
            self.assertFalse(own.has_access("read"))

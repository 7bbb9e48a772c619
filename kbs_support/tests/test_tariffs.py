from odoo.tests import tagged

from .common import KbsCase

# The company's page, typed in once more: term -> ПРОФ, ОПТИМА, ПРЕМІУМ, in UAH.
REGULAR = {
    1: (2460, 6420, 10620),
    2: (4920, 12840, 21240),
    3: (7380, 19260, 31860),
    4: (9840, 24480, 40320),
    5: (12300, 30600, 50400),
    6: (14760, 36720, 60480),
    7: (17220, 40740, 65940),
    8: (19680, 46560, 75360),
    9: (22140, 52380, 84780),
    10: (24600, 58200, 94200),
    11: (27060, 64020, 103620),
    12: (29520, 69840, 113040),
}
BUDGET_YEAR = (15300, 55620, 98820)
LOYALTY = {
    3: (4950, 16830, 29430),
    6: (9900, 31860, 55620),
    9: (14850, 45090, 77490),
    12: (19800, 60120, 103320),
}
HOURS = {"hour": (1500, 60), "hour_pack_5": (6900, 300)}
PLANS = ("prof", "optima", "premium")


@tagged("post_install", "-at_install")
class TestTariffs(KbsCase):
    """All 53 prices of the page, through Odoo's price list API (P1, P2)."""

    def assert_price(self, pricelist, name, price):
        product = self.product(name)
        with self.subTest(product=name, pricelist=pricelist.name):
            self.assertEqual(pricelist._get_product_price(product, 1.0), price)

    def test_regular_prices(self):
        for months, prices in REGULAR.items():
            for plan, price in zip(PLANS, prices, strict=True):
                self.assert_price(self.regular, f"{plan}_{months}", price)

    def test_budget_year_prices(self):
        for plan, price in zip(PLANS, BUDGET_YEAR, strict=True):
            self.assert_price(self.regular, f"{plan}_budget_year", price)

    def test_loyalty_prices(self):
        for months, prices in LOYALTY.items():
            for plan, price in zip(PLANS, prices, strict=True):
                self.assert_price(self.loyalty, f"{plan}_{months}", price)

    def test_loyalty_list_falls_back_to_the_regular_one(self):
        for months, prices in REGULAR.items():
            if months in LOYALTY:
                continue
            for plan, price in zip(PLANS, prices, strict=True):
                self.assert_price(self.loyalty, f"{plan}_{months}", price)
        for plan, price in zip(PLANS, BUDGET_YEAR, strict=True):
            self.assert_price(self.loyalty, f"{plan}_budget_year", price)

    def test_hours(self):
        for name, (price, minutes) in HOURS.items():
            self.assert_price(self.regular, name, price)
            self.assertEqual(self.product(name).kbs_minutes, minutes)

    def test_there_are_53_prices(self):
        items = self.env["product.pricelist.item"].search(
            [
                ("pricelist_id", "in", (self.regular + self.loyalty).ids),
                ("compute_price", "=", "fixed"),
            ]
        )
        shipped = items.filtered(lambda x: x.get_external_id()[x.id])
        self.assertEqual(len(shipped), 53)

    def test_prices_survive_an_update(self):
        """Data that the company edits is never written again (noupdate)."""
        records = self.env["ir.model.data"].search(
            [
                ("module", "=", "kbs_support"),
                (
                    "model",
                    "in",
                    [
                        "product.pricelist",
                        "product.pricelist.item",
                        "product.product",
                        "product.template",
                        "kbs.plan",
                        "kbs.term",
                    ],
                ),
            ]
        )
        self.assertGreater(len(records), 53 + 39 + 16)
        self.assertTrue(all(records.mapped("noupdate")))

    def test_entitlements_of_the_page(self):
        office = self.env.ref("kbs_support.resource_calendar_kbs_office")
        always = self.env.ref("kbs_support.resource_calendar_kbs_24_7")
        expected = {
            # line, minutes, remote limit (None: no limit), programmer, specialist,
            # manager, phone notice, events, reaction
            "prof": (office, 0, 2, False, False, False, False, "discount", (2, "day")),
            "optima": (office, 180, None, True, True, False, True, "free", (1, "day")),
            "premium": (always, 360, None, True, True, True, True, "free", (4, "hour")),
        }
        for code, values in expected.items():
            plan = self.plan(code)
            limit = None if plan.is_remote_unlimited else plan.remote_session_limit
            found = (
                plan.line_calendar_id,
                plan.included_minutes,
                limit,
                plan.is_programmer_included,
                plan.has_specialist,
                plan.has_manager,
                plan.is_notified_phone,
                plan.event_benefit,
                (plan.reaction_time, plan.reaction_unit),
            )
            with self.subTest(plan=code):
                self.assertEqual(found, values)
                self.assertTrue(plan.is_notified_web and plan.is_notified_email)
                self.assertTrue(plan.has_loyalty and plan.is_line_remote)
                self.assertEqual(plan.reaction_calendar_id, office)

    def test_calendars(self):
        office = self.env.ref("kbs_support.resource_calendar_kbs_office")
        self.assertEqual(office.tz, "Europe/Kyiv")
        self.assertEqual(office.hours_per_day, 9)
        self.assertEqual(len(office.attendance_ids), 5)
        self.assertEqual(set(office.attendance_ids.mapped("hour_from")), {9.0})
        self.assertEqual(set(office.attendance_ids.mapped("hour_to")), {18.0})
        always = self.env.ref("kbs_support.resource_calendar_kbs_24_7")
        self.assertEqual(len(always.attendance_ids), 7)
        self.assertEqual(set(always.attendance_ids.mapped("hour_to")), {24.0})

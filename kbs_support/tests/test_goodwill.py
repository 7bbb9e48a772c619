from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import is_html_empty

from .hours_common import HoursCase


@tagged("post_install", "-at_install")
class TestGoodwill(HoursCase):
    """The renewal offer tells what the client got beyond his plan for nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.school = cls._create_client("School", email="school@example.com")
        sold = cls.sell_paid("optima_3", client=cls.school)  # 14.05 – 13.08
        cls.sub = cls.subscription(sold)
        cls.term = cls.env.ref("kbs_support.kbs_term_3")

    def give(self, minutes, on="2026-05-20", client=None):
        """``minutes`` over the plan that a lead gives for nothing."""
        with freeze_time(f"{on} 09:00:00"):
            ticket = self.ticket(client or self.school)
            used = self.left(subscription=ticket.kbs_subscription_id)
            line = self.work(used + minutes, on=on, ticket=ticket)
            line.sudo().kbs_over_ids.with_user(self.lead)._give("Our mistake")
        return line

    def offer(self, subscription=None):
        with freeze_time("2026-07-20 09:00:00"):
            return (subscription or self.sub)._create_renewal_order(self.term)

    def test_told_on_the_offer(self):
        self.give(300)
        self.give(80, on="2026-06-20")
        order = self.offer()
        self.assertEqual(order.kbs_goodwill_minutes, 380)
        self.assertEqual(order.kbs_goodwill, "6 h 20 min")

    def test_only_goodwill_counts(self):
        line = self.give(60)
        row = line.sudo().kbs_over_ids
        self.assertEqual(self.offer().kbs_goodwill_minutes, 60)
        row.with_user(self.agent).action_bill()
        self.env.invalidate_all()
        self.assertFalse(self.offer().kbs_goodwill)

    def test_only_what_is_renewed_counts(self):
        self.give(60)
        order = self.offer()
        with freeze_time("2026-07-21 09:00:00"):
            order.action_confirm()
            self.pay(order)
        self.assertEqual(self.offer_after(), 0)
        self.give(15, on="2026-08-13")  # the last day of the first period
        self.give(20, on="2026-08-14")
        self.assertEqual(self.offer_after(), 20)

    def offer_after(self):
        self.env.invalidate_all()
        with freeze_time("2026-10-20 09:00:00"):
            return self.sub._create_renewal_order(self.term).kbs_goodwill_minutes

    def test_a_changed_plan_is_one_period(self):
        self.give(60)
        with freeze_time("2026-06-01 09:00:00"):
            change = self.sub._quote_change(
                self.plan("premium"), self.sub._get_first_change_day()
            )
            order = self.sub._create_change_order(change, "Grows")
            self.assertFalse(order.kbs_goodwill, "a change is no renewal")
            order.action_confirm()
            self.pay(order)
        self.give(30, on="2026-07-01")
        self.assertEqual(self.offer().kbs_goodwill_minutes, 90)

    def test_nothing_is_not_told(self):
        order = self.offer()
        self.assertFalse(order.kbs_goodwill)
        for html in self.pages(order):
            self.assertNotIn("of our specialists", html)

    def pages(self, order):
        """The printed quotation, its page and the letter, as the client gets them."""
        report, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "sale.report_saleorder", order.ids
        )
        lang = order.partner_id.lang
        page = self.env["ir.qweb"]._render(
            "sale.sale_order_portal_content",
            {
                "sale_order": order.with_context(lang=lang),
                "is_html_empty": is_html_empty,
            },
            lang=lang,
        )
        template = self.env.ref("kbs_support.mail_template_kbs_renewal_offer")
        letter = template._render_field("body_html", order.ids, compute_lang=True)[
            order.id
        ]
        return report.decode(), str(page), str(letter)

    def test_client_reads_it_in_his_language(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        self.school.lang = "uk_UA"
        self.give(380)
        order = self.offer()
        report, page, letter = self.pages(order)
        self.assertRegex(report, r"Понад тариф ви отримали\s+<strong>6 год 20 хв")
        self.assertRegex(page, r"Понад тариф ви отримали\s+<strong>6 год 20 хв")
        self.assertIn("6 год 20 хв", letter)
        with freeze_time("2026-07-21 09:00:00"):
            order.action_confirm()
        self.assertNotIn("6 год 20 хв", self.pages(order)[0], "an offer only")

    def test_seller_and_portal_read_it(self):
        self.give(60)
        order = self.offer()
        for user in (
            self.salesman,
            self._create_portal_user("goodwill_portal", self.school),
        ):
            order.sudo().user_id = self.salesman
            self.env.flush_all()
            self.env.invalidate_all()  # what one has read is there for the other
            self.assertEqual(order.with_user(user).kbs_goodwill, "1 h")

    def test_costs_the_same_for_1_and_20(self):
        clients = self._create_client("C0") | self._create_client("C1")
        for number in range(2, 21):
            clients |= self._create_client(f"C{number}")
        orders = self.env["sale.order"].union(
            *(self.sell("optima_3", client=x) for x in clients)
        )
        self.pay(orders)
        subscriptions = self.subscription(orders)
        for client in clients:
            self.give(30, client=client)
        with freeze_time("2026-07-20 09:00:00"):
            offers = subscriptions._get_offers()
            best = [x[0] for x in offers.values()]
            quotations = subscriptions._create_renewal_orders(best)
        quotations = self.env["sale.order"].union(*quotations.values())
        self.env.flush_all()
        counts = []
        for some in (quotations[:1], quotations[1:]):
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.assertEqual(set(some.mapped("kbs_goodwill")), {"30 min"})
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[0], counts[1])

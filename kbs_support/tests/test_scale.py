import logging

from odoo.tests import tagged

from .common import KbsCase
from .scale_common import ScaleMixin

_logger = logging.getLogger(__name__)


@tagged("post_install", "-at_install")
class TestScale(ScaleMixin, KbsCase):
    """What one order costs, fifty cost fifty times, and not more."""

    COUNT = 50

    def quotations(self, count):
        orders = self.env["sale.order"]
        for number in range(count):
            client = self._create_client(f"Client {number}")
            orders |= self.quote("optima_3", client=client)
        return orders

    def assert_slope(self, name, make, do, ceiling):
        """Refuse more than ``ceiling`` queries for each order beyond the tenth.

        The cost of one more order, without what is the same for all of them.
        """
        do(make(1))  # warms what is the same for all
        batches = [make(count) for count in (1, 10, 50)]
        one, ten, fifty = (self.count_queries(x, do) for x in batches)
        slope = (fifty - ten) / 40
        _logger.info("%s: %s queries for 1, %.1f for each more", name, one, slope)
        self.assertLessEqual(slope, ceiling)
        self.assertLessEqual(fifty / 50, one)

    def test_confirming_fifty(self):
        self.assert_slope(
            "confirm", self.quotations, lambda x: x.action_confirm(), ceiling=25
        )

    def test_paying_fifty(self):
        def sold(count):
            orders = self.quotations(count)
            orders.action_confirm()
            return orders

        self.assert_slope("pay", sold, self.pay, ceiling=116)

    def test_asking_who_is_covered(self):
        orders = self.quotations(self.COUNT)
        orders.action_confirm()
        self.pay(orders)
        get_active = self.env["kbs.subscription"]._get_active
        clients = orders.partner_id
        one = self.count_queries(clients[:1], get_active)
        many = self.count_queries(clients, get_active)
        self.assertEqual(one, many)
        self.assertTrue(all(get_active(clients).values()))

    def test_list_of_subscriptions(self):
        orders = self.quotations(self.COUNT)
        orders.action_confirm()
        subscriptions = orders.order_line.kbs_period_ids.subscription_id
        names = ["name", "partner_id", "plan_id", "state", "date_end", "days_left",
                 "tenure_months", "renewal_opens_on", "is_specialist_due"]  # fmt: skip
        one = self.count_queries(subscriptions[:1], lambda x: x.read(names))
        many = self.count_queries(subscriptions, lambda x: x.read(names))
        self.assertEqual(one, many)

    def test_daily_job(self):
        orders = self.quotations(self.COUNT)
        orders.action_confirm()
        self.pay(orders)
        subscriptions = orders.order_line.kbs_period_ids.subscription_id

        def move(records):
            records.modified(["closed_on"])

        one = self.count_queries(subscriptions[:1], move)
        many = self.count_queries(subscriptions, move)
        self.assertLessEqual(many, one + 5)

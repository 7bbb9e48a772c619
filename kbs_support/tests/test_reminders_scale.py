from freezegun import freeze_time

from odoo.tests import tagged

from .common import KbsCase
from .scale_common import ScaleMixin


@tagged("post_install", "-at_install")
class TestRemindersScale(ScaleMixin, KbsCase):
    """What one renewal costs, fifty cost little more."""

    def sold(self, count, name):
        orders = self.env["sale.order"]
        for number in range(count):
            client = self._create_client(f"C {number}", email=f"c{number}@example.com")
            orders |= self.quote(name, client=client, user_id=self.salesman.id)
        orders.action_confirm()
        self.pay(orders)
        return orders.order_line.kbs_period_ids.subscription_id

    def test_opening_and_reminding(self):
        batches = [self.sold(count, "optima_3") for count in (1, 1, 50)]
        with freeze_time("2026-07-14 06:00:00"):
            Renewal = self.env["kbs.renewal"]
            Renewal._open_and_tie(batches[0])
            batches[0].renewal_id._remind()  # warms what is the same for all
            self.compare("open", batches[1:], Renewal._open_and_tie, ceiling=0.2)
            renewals = [x.renewal_id for x in batches[1:]]
            self.compare("remind", renewals, lambda x: x._remind(), ceiling=0.2)
            self.assertEqual(len(batches[2].reminder_ids.mail_id), 50)
            self.compare("plan again", renewals, lambda x: x._plan_calls(), ceiling=0.2)

    def test_reminding_of_quotations(self):
        batches = [self.sold(count, "optima_3") for count in (1, 1, 50)]
        with freeze_time("2026-07-14 06:00:00"):
            for subscriptions in batches:
                offers = subscriptions._get_offers()
                chosen = [x._get_default_offer(offers[x]) for x in subscriptions]
                orders = subscriptions._create_renewal_orders(chosen)
                for order in orders.values():
                    order.action_quotation_sent()
            batches[0].renewal_id._remind()
            renewals = [x.renewal_id for x in batches[1:]]
            self.compare("remind", renewals, lambda x: x._remind(), ceiling=0.4)
            letters = batches[2].reminder_ids.mail_id.mapped("body_html")
            self.assertTrue(all("/my/orders/" in x for x in letters))

    def test_stopping(self):
        batches = [self.sold(count, "optima_3") for count in (1, 1, 50)]
        with freeze_time("2026-07-14 06:00:00"):
            for subscriptions in batches:
                self.env["kbs.renewal"]._open_and_tie(subscriptions)
                subscriptions.renewal_id._remind()
            reason = self.env.ref("kbs_support.kbs_close_reason_no_budget")
            batches[0].renewal_id._lose(reason)
            renewals = [x.renewal_id for x in batches[1:]]
            self.compare("stop", renewals, lambda x: x._lose(reason), ceiling=1.1)

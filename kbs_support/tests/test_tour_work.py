from odoo.tests import HttpCase, tagged

from .hours_common import HoursCase


@tagged("post_install", "-at_install")
class TestTourWork(HoursCase, HttpCase):
    """Work beyond the plan in a real browser, until a pack has paid for it."""

    def test_from_the_timer_to_the_pack(self):
        self.agent.write({"lang": "en_US", "tz": "Europe/Kyiv"})
        self.work(180)  # all of the month
        path = f"/odoo/support-tickets/{self.case.id}"
        self.start_tour(path, "kbs_work_tour", login="kbs_agent")
        row = self.env["kbs.over.plan"].search([("ticket_id", "=", self.case.id)])
        self.assertEqual((row.minutes, row.state), (90, "ordered"))
        self.assertEqual(self.case.kbs_coverage, "over_plan")

        # The seller confirms, the client pays.
        order = row.order_id
        self.assertEqual(order.order_line.product_id, self.product("hour_pack_5"))
        order.action_confirm()
        order._create_invoices().action_post()
        self.pay(order)
        self.env.flush_all()
        self.assertEqual(row.state, "drawn")
        self.assertEqual(self.left(), 210)
        self.assertEqual(self.case.kbs_coverage, "covered")
        self.start_tour(path, "kbs_work_paid_tour", login="kbs_agent")

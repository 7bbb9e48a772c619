from datetime import date

from odoo.tests import tagged

from .act_common import ActCase
from .scale_common import ScaleMixin


@tagged("post_install", "-at_install")
class TestActScale(ActCase, ScaleMixin):
    """Acts of fifty clients cost few queries more than those of one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clients = cls.env["res.partner"].create(
            [{"name": f"Client {x}", "is_company": True} for x in range(50)]
        )
        orders = cls.env["sale.order"].union(
            *(cls.quote("optima_3", client=x) for x in clients)
        )
        orders.action_confirm()
        cls.pay(orders)
        periods = orders.order_line.kbs_period_ids
        periods.write(
            {
                "starts_on_payment": False,
                "date_start": "2026-02-10",
                "chain_start": "2026-02-10",
                "sold_until": "2026-05-09",
            }
        )
        cls.subs = periods.subscription_id

    def test_making(self):
        until = date(2026, 4, 30)

        def make(subs):
            self.env["kbs.act"].with_context(tracking_disable=True)._make_sudo(
                subs, until
            )

        self.compare("making acts", (self.sub, self.subs), make, 1.2)

    def test_issuing(self):
        acts = self.make("2026-02-28", self.sub | self.subs)
        one = acts.filtered(lambda x: x.subscription_id == self.sub)[:1]
        self.compare("issuing acts", (one, acts - one), lambda x: x._issue_sudo(), 0.3)

    def test_following(self):
        acts = self.issue("2026-02-28", self.sub | self.subs)
        one = acts.filtered(lambda x: x.subscription_id == self.sub)[:1]
        self.company.kbs_act_reminder = "activity"
        self.subs.manager_id = self.manager
        self.sub.manager_id = self.manager
        acts.silent_on = "2026-05-14"
        self.compare("reminding of acts", (one, acts - one), lambda x: x._remind(), 2)
        self.compare(
            "silent acts", (one, acts - one), lambda x: x._accept_by_silence(), 1
        )

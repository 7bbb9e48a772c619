from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .scan_common import PDF, picture
from .two_workers_common import TwoWorkersCase


@tagged("-standard", "post_install", "-at_install", "kbs_two_workers")
class TestTwoWorkersScans(TwoWorkersCase):
    """Of two people who send a signed copy at once one waits, the other is history."""

    def act(self, env):
        env["res.company"].browse(self.company_id).kbs_act_since = "2020-01-01"
        support = self.sell_paid(env)
        first = (fields.Date.today().replace(day=1) - timedelta(days=70)).replace(day=1)
        support.period_ids._read_replaced()
        support.period_ids.write(
            {
                "starts_on_payment": False,
                "date_start": first,
                "chain_start": first,
                "sold_until": first + timedelta(days=27),
            }
        )
        support.period_ids.mapped("date_end")
        env.flush_all()
        act = env["kbs.act"]._make_sudo(support, fields.Date.today())[:1]
        act.action_issue()
        env["res.users"].create(
            {
                "name": "Sender",
                "login": f"scan-sender-{act.id}",
                "partner_id": support.partner_id.id,
                "group_ids": [Command.set(env.ref("base.group_portal").ids)],
                "company_id": self.company_id,
                "company_ids": [Command.set([self.company_id])],
            }
        )
        return act

    def sender(self, act_id, content):
        def send(env):
            act = env["kbs.act"].browse(act_id)
            user = act.partner_id.user_ids
            return env["kbs.signed.scan"]._take_sudo(user, act, content).id

        return send

    def scans(self, act_id):
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            scans = env["kbs.signed.scan"].search([("act_id", "=", act_id)])
            return sorted(scans.mapped("state"))

    def test_two_copies(self):
        act_id = self.committed(self.act)
        outcomes = self.race(
            self.sender(act_id, PDF), self.sender(act_id, picture("PNG"))
        )
        self.assertTrue(all(isinstance(x, int) for x in outcomes), outcomes)
        self.assertEqual(self.scans(act_id), ["replaced", "waiting"])

    def test_one_copy_clicked_twice(self):
        act_id = self.committed(self.act)
        send = self.sender(act_id, PDF)
        outcomes = self.race(send, send)
        self.assertEqual(outcomes[0], outcomes[1])
        self.assertEqual(self.scans(act_id), ["waiting"])

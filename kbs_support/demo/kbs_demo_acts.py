from datetime import timedelta

from odoo import api, models


class KbsDemo(models.AbstractModel):
    """Acts of the months that are over: signed, waiting, and drafts of the last one."""

    _inherit = "kbs.demo"

    @api.model
    def _render_services(self):
        self = self._speak_ukrainian()
        today = self._today()
        last = today.replace(day=1) - timedelta(days=1)
        before = last.replace(day=1) - timedelta(days=1)
        company = self.env.company
        company.kbs_act_since = before.replace(day=1) - timedelta(days=100)
        subscriptions = self.env["kbs.subscription"].search(
            [("company_id", "=", company.id)]
        )
        acts = self.env["kbs.act"]._make_sudo(subscriptions, last)
        issued = acts.filtered(lambda x: x.date_end <= before)
        issued = issued.with_user(self.env.ref("kbs_support.demo_user_manager"))
        issued.action_issue()
        # Who signs, signs within a week or so.
        issued.filtered(lambda x: x.id % 4)._sign(today)

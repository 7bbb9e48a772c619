from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.wording import nest_quotes


class CrmLead(models.Model):
    """The opportunity of a bigger plan: three months in a row were over it."""

    _inherit = "crm.lead"

    kbs_upsell_subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        string="Subscription over Its Plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    kbs_upsell_month = fields.Date(
        string="Last Month over the Plan",
        readonly=True,
        copy=False,
        help="First day of the last of the three months that gave rise to this.",
    )

    _kbs_upsell_unique = models.UniqueIndex(
        "(kbs_upsell_subscription_id, kbs_upsell_month)"
        " WHERE kbs_upsell_subscription_id IS NOT NULL",
        "These three months over the plan already have an opportunity.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_upsell(self):
        if upsells := self.filtered("kbs_upsell_subscription_id"):
            raise UserError(
                self.env._(
                    "%(lead)s stays for the record, or it would be made again. When "
                    "the client refuses, mark it as lost.",
                    lead=nest_quotes(self.env, upsells[0].name),
                )
            )

    def action_sale_quotations_new(self):
        # EXTENDS sale_crm: another plan is sold for the days that are left.
        if not self.kbs_upsell_subscription_id:
            return super().action_sale_quotations_new()
        action = self.kbs_upsell_subscription_id.action_change_plan()
        action["context"] = {
            **action["context"],
            "default_plan_id": self.kbs_plan_id.id,
            "default_reason": self.name,
        }
        return action

    def _kbs_keeps_series(self, first):
        """Say whether this was made of the months from ``first`` on, or keeps them.

        While it is open there is no second one, and after it was closed only months
        from that one on count.
        """
        self.ensure_one()
        if self.won_status == "pending" and self.active:
            return True
        local = self.with_context(tz=self.company_id.kbs_tz)
        closed_on = fields.Date.context_today(local, self.date_closed)
        return first < closed_on.replace(day=1) or first <= self.kbs_upsell_month

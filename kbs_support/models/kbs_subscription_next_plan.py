from odoo import api, fields, models
from odoo.exceptions import UserError


class KbsSubscription(models.Model):
    """Another plan from the renewal on: agreed now, sold then (P7)."""

    _inherit = "kbs.subscription"

    agreed_plan_id = fields.Many2one(
        comodel_name="kbs.plan",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    agreed_period_id = fields.Many2one(
        comodel_name="kbs.subscription.period",
        string="Agreed after",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The period at whose end the plan changes.",
    )
    agreed_because = fields.Char(readonly=True, copy=False, tracking=True)
    next_plan_id = fields.Many2one(
        comodel_name="kbs.plan",
        string="From the Renewal on",
        compute="_compute_next_plan_id",
        store=True,
        tracking=True,
        index="btree_not_null",
        help="The client goes on with this plan after the end of what is paid for.",
    )

    # The agreed period is one of period_ids: asking for it would cost queries.
    @api.depends(
        "agreed_plan_id",
        "agreed_period_id",
        "period_ids.plan_id",
        "period_ids.is_effective",
        "period_ids.sold_until",
    )
    def _compute_next_plan_id(self):
        """What was agreed holds until a later period is paid, or has the plan."""
        for subscription in self:
            agreed = subscription.agreed_plan_id
            end = subscription.agreed_period_id.sold_until
            effective = subscription.period_ids.filtered("is_effective")
            last = effective.sorted("date_start")[-1:]
            is_followed = last and (
                last.plan_id == agreed or (end and last.sold_until > end)
            )
            subscription.next_plan_id = agreed if not is_followed else False

    def action_forget_next_plan(self):
        """The plan stays what it is after all."""
        self.check_access("write")
        # Sudo: a renewal is kept by the system, its quotation may be a colleague's.
        subscriptions = self.sudo()
        for subscription in subscriptions:
            renewal, agreed = subscription.renewal_id, subscription.next_plan_id
            if agreed and agreed in renewal.order_id.order_line.kbs_plan_id:
                renewal._withdraw_quotations()
        subscriptions.write(self._prepare_agreed_values())
        subscriptions._expect_default_offer()

    def _get_renewal_plan(self):
        # EXTENDS kbs_support
        return self.next_plan_id or super()._get_renewal_plan()

    def _agree_next_plan_sudo(self, plan, reason):
        """Renew with ``plan`` next time; offers with another plan are withdrawn.

        Sudo: salespeople agree on it, and have no right to write subscriptions.

        :param plan: ``kbs.plan``
        :raise UserError: nothing is paid, the client leaves, or it is his plan
        """
        self.ensure_one()
        subscription = self.sudo()
        period = subscription._get_renewed_period()
        refusal = subscription._get_staying_refusal()
        if not period:
            refusal = self.env._("Nothing was paid yet: change the order instead.")
        elif plan == subscription._get_last_period().plan_id:
            refusal = self._refuse_same_plan(plan)
        if refusal:
            raise UserError(refusal)
        subscription.write(self._prepare_agreed_values(plan, period, reason))
        renewal = subscription.renewal_id
        if renewal.order_id.order_line.kbs_plan_id - plan:
            renewal._withdraw_quotations()
        subscription._expect_default_offer()

    def _expect_default_offer(self):
        """The running renewals are to bring what is offered without asking."""
        for subscription, offers in self._get_offers().items():
            offer = subscription._get_default_offer(offers)
            if offer:
                subscription.renewal_id.amount_default = offer.price

    @api.model
    def _prepare_agreed_values(self, plan=None, period=None, reason=False):
        return {
            "agreed_plan_id": plan.id if plan else False,
            "agreed_period_id": period.id if period else False,
            "agreed_because": reason,
        }

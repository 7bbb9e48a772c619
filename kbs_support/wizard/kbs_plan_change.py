from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date


class KbsPlanChange(models.TransientModel):
    """Shows what another plan costs from a day on, and makes the quotation (P7)."""

    _name = "kbs.plan.change"
    _description = "Change of Plan"

    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription", required=True, readonly=True
    )
    period_id = fields.Many2one(
        comodel_name="kbs.subscription.period",
        string="Runs Now",
        compute="_compute_period_id",
    )
    old_plan_id = fields.Many2one(
        comodel_name="kbs.plan", compute="_compute_period_id", string="Plan Now"
    )
    plan_id = fields.Many2one(
        comodel_name="kbs.plan",
        string="New Plan",
        required=True,
        domain="[('id', '!=', old_plan_id)]",
    )
    date = fields.Date(
        string="From",
        compute="_compute_date",
        store=True,
        readonly=False,
        help="First day of the new plan. Until it is paid, the old plan serves on.",
    )
    reason = fields.Char(required=True, help="Stays on the order.")

    # === WHAT IT COSTS === #
    refusal = fields.Char(compute="_compute_change")
    is_now = fields.Boolean(compute="_compute_change")
    unused_days = fields.Integer(compute="_compute_change")
    total_days = fields.Integer(compute="_compute_change")
    term_days = fields.Integer(compute="_compute_change")
    old_price = fields.Monetary(related="period_id.price_total")
    list_price = fields.Monetary(compute="_compute_change", string="Full Price")
    worth = fields.Monetary(compute="_compute_change", string="New Plan, the Rest")
    credit = fields.Monetary(compute="_compute_change", string="Old Plan, the Rest")
    difference = fields.Monetary(compute="_compute_change", string="To Pay")
    currency_id = fields.Many2one(related="period_id.currency_id")
    summary = fields.Char(compute="_compute_change")

    @api.depends("subscription_id")
    def _compute_period_id(self):
        for wizard in self:
            subscription = wizard.subscription_id
            wizard.period_id = subscription and subscription._get_running_period()
            last = subscription and subscription._get_last_period()
            wizard.old_plan_id = (wizard.period_id or last or wizard.period_id).plan_id

    @api.depends("subscription_id")
    def _compute_date(self):
        for wizard in self:
            subscription = wizard.subscription_id
            wizard.date = subscription and subscription._get_first_change_day()

    @api.depends("subscription_id", "plan_id", "date")
    def _compute_change(self):
        for wizard in self:
            change, refusal = None, False
            if wizard.subscription_id and wizard.plan_id:
                change, refusal = wizard._try_quote()
            wizard.refusal = refusal
            wizard.is_now = bool(change)
            wizard.unused_days = change.unused_days if change else 0
            wizard.total_days = change.total_days if change else 0
            wizard.term_days = change.term_days if change else 0
            wizard.list_price = change.list_price if change else 0.0
            wizard.worth = change.worth if change else 0.0
            wizard.credit = change.credit if change else 0.0
            wizard.difference = change.difference if change else 0.0
            wizard.summary = change and wizard._describe(change)

    def _try_quote(self):
        """Return ``(PlanChange, False)``, or ``(None, why not)``."""
        if not self.date:
            return None, self.env._("Nothing runs now, so no days are unused.")
        try:
            return self.subscription_id._quote_change(self.plan_id, self.date), False
        except UserError as error:
            return None, str(error)

    def _describe(self, change):
        """Say in one sentence what the client gets, until when, and what he pays."""
        return self.env._(
            "%(plan)s from %(start)s to %(end)s, the same end as now. To pay: "
            "%(worth)s − %(credit)s = %(difference)s.",
            plan=change.plan.name,
            start=format_date(self.env, change.day),
            end=format_date(self.env, change.period.sold_until),
            worth=format_amount(self.env, change.worth, self.currency_id),
            credit=format_amount(self.env, change.credit, self.currency_id),
            difference=format_amount(self.env, change.difference, self.currency_id),
        )

    # === ACTIONS === #

    def action_quote(self):
        """Make the quotation and open it."""
        self.ensure_one()
        subscription = self.subscription_id
        change = subscription._quote_change(self.plan_id, self.date)
        order = subscription._create_change_order(change, self.reason)
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": order.id,
            "view_mode": "form",
        }

    def action_agree(self):
        """Remember the plan for the renewal."""
        self.ensure_one()
        # Sudo: in the method; whoever may open this dialog may agree on a plan.
        self.subscription_id._agree_next_plan_sudo(self.plan_id, self.reason)
        return {"type": "ir.actions.act_window_close"}

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class SaleOrder(models.Model):
    """An order that changes the plan in the middle of a period (P7)."""

    _inherit = "sale.order"

    kbs_changed_period_id = fields.Many2one(
        comodel_name="kbs.subscription.period",
        string="Changes the Plan of",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The paid period whose unused days go towards the new plan.",
    )
    kbs_change_reason = fields.Char(
        string="Changed because", copy=False, readonly=True, tracking=True
    )

    _kbs_change_is_no_renewal = models.Constraint(
        "CHECK (kbs_renewal_id IS NULL OR kbs_changed_period_id IS NULL)",
        "An order that changes the plan is not the offer of a renewal.",
    )
    # A second worker, or a second click, must not make a second quotation (S4).
    _kbs_one_change_order = models.UniqueIndex(
        "(kbs_changed_period_id) WHERE kbs_changed_period_id IS NOT NULL"
        " AND state IN ('draft', 'sent')",
        "This change of plan already has a quotation.",
    )

    @api.constrains("kbs_subscription_id", "kbs_changed_period_id")
    def _check_kbs_changed_period(self):
        for order in self.sudo().filtered("kbs_changed_period_id"):
            if order.kbs_changed_period_id.subscription_id != order.kbs_subscription_id:
                raise ValidationError(
                    self.env._(
                        "A change of plan belongs to the subscription whose plan it "
                        "changes: %(period)s.",
                        period=order.kbs_changed_period_id.display_name,
                    )
                )

    def _kbs_quote_change(self):
        """Return what this change of plan costs by the rules of today.

        :return: :class:`PlanChange`
        :raise UserError: the plan cannot be changed so (any more)
        """
        self.ensure_one()
        order = self.sudo()
        line = order._kbs_get_plan_lines()[:1]
        return order.kbs_subscription_id._quote_change(
            line.kbs_plan_id, line.kbs_date_start, order.kbs_changed_period_id
        )

    def _kbs_try_quote_change(self):
        """Like :meth:`_kbs_quote_change`, but None where nothing can be changed."""
        try:
            return self._kbs_quote_change()
        except UserError:
            return None

    def _kbs_get_carried(self):
        """Return what the old plan has paid of this order, 0 or more."""
        carried = self.order_line.filtered(lambda x: x._kbs_is_carried())
        return -sum(carried.mapped("price_total"))

    def _kbs_is_change_as_quoted(self, change):
        """Say whether the amounts of this order are those of ``change``."""
        worth = sum(self._kbs_get_plan_lines().mapped("price_total"))
        differences = (worth - change.worth, self._kbs_get_carried() - change.credit)
        return all(self.currency_id.is_zero(x) for x in differences)

    def _kbs_is_same_change(self, change, reason):
        """Say whether this order quotes just ``change``, for the same reason."""
        line = self._kbs_get_plan_lines()
        return (
            line.kbs_plan_id == change.plan
            and line.kbs_date_start == change.day
            and self.kbs_change_reason == reason
            and self._kbs_is_change_as_quoted(change)
        )

    # === CONFIRMATION === #

    def _kbs_get_validity_faults(self):
        # EXTENDS kbs_support: a change holds until its day, its own rule says so.
        return [] if self.kbs_changed_period_id else super()._kbs_get_validity_faults()

    def _kbs_create_periods_sudo(self):
        # EXTENDS kbs_support
        res = super()._kbs_create_periods_sudo()
        for order in self.sudo().filtered("kbs_changed_period_id"):
            subscription = order.kbs_subscription_id
            subscription._touch_sudo()  # who confirms something else now sees this
            subscription.message_post(body=order._kbs_describe_change())
        return res

    def _kbs_describe_change(self):
        return self.env._(
            "%(old)s is changed to %(new)s when the order %(order)s is paid: "
            "%(reason)s",
            old=self.kbs_changed_period_id.plan_id.name,
            new=self._kbs_get_live_periods_sudo()[:1].display_name,
            order=self.name,
            reason=self.kbs_change_reason or "—",
        )

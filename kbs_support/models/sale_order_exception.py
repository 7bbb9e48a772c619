from odoo import api, fields, models
from odoo.exceptions import AccessError


class SaleOrder(models.Model):
    """A price that the rules refuse, allowed by a manager with a reason (P5)."""

    _inherit = "sale.order"

    kbs_override_reason = fields.Char(
        string="Price Allowed because",
        copy=False,
        tracking=True,
        groups="base.group_user",
        help="A manager allows a changed or a loyalty price that the rules refuse.",
    )
    kbs_override_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Allowed by",
        copy=False,
        readonly=True,
        groups="base.group_user",
    )
    kbs_override_total = fields.Monetary(
        string="Allowed Total", copy=False, readonly=True, groups="base.group_user"
    )
    kbs_can_override = fields.Boolean(compute="_compute_kbs_can_override")

    @api.depends_context("uid")
    def _compute_kbs_can_override(self):
        self.kbs_can_override = self.env.user.has_group("kbs_support.group_kbs_manager")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._kbs_sign_override(vals)
        orders = super().create(vals_list)
        orders.filtered("kbs_override_reason")._kbs_remember_allowed_total()
        return orders

    def write(self, vals):
        self._kbs_sign_override(vals)
        res = super().write(vals)
        if vals.get("kbs_override_reason"):
            self._kbs_remember_allowed_total()
        return res

    @api.model
    def _kbs_sign_override(self, vals):
        """Put the name of the manager to the reason of a price that he allows (P5).

        :raise AccessError: the user is no manager of support
        """
        if not self.env.su:
            vals.pop("kbs_override_user_id", None)
            vals.pop("kbs_override_total", None)
        if not vals.get("kbs_override_reason"):
            return
        if not self.env.su and not self.env.user.has_group(
            "kbs_support.group_kbs_manager"
        ):
            raise AccessError(
                self.env._("Only a support manager may allow a price with a reason.")
            )
        vals["kbs_override_user_id"] = self.env.uid

    def _kbs_remember_allowed_total(self):
        """What the manager allows is the total that he saw, and no other one."""
        for order in self.sudo():
            order.kbs_override_total = order.amount_total

    def _kbs_is_price_allowed(self):
        """Say whether a manager allowed just this total, with a reason."""
        order = self.sudo()
        return bool(
            order.kbs_override_reason
        ) and not order.currency_id.compare_amounts(
            order.kbs_override_total, order.amount_total
        )

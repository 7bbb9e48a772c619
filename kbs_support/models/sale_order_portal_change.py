from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """A change of plan as the client reads it in the portal."""

    _inherit = "sale.order"

    def _kbs_is_agreed(self):
        # EXTENDS kbs_support: the amounts of a change follow from its day. A day that
        # is over makes an old choice, and no agreement.
        if not self.kbs_changed_period_id:
            return super()._kbs_is_agreed()
        lines = self._kbs_get_plan_lines()
        carried = self.order_line.filtered(lambda x: x._kbs_is_carried())
        return bool(
            self.kbs_override_reason
            or self.order_line != lines | carried
            or not self._kbs_has_amounts_of_its_day()
        )

    def _kbs_has_amounts_of_its_day(self):
        """Say whether the rules gave these amounts for the day of the change."""
        line, period = self._kbs_get_plan_lines()[:1], self.kbs_changed_period_id
        try:
            change = period.subscription_id._calculate_change(
                period, line.kbs_plan_id, line.kbs_date_start
            )
        except UserError:
            return False
        return self._kbs_is_change_as_quoted(change)

    def _kbs_get_portal_back(self):
        # EXTENDS kbs_support
        if not self.kbs_changed_period_id:
            return super()._kbs_get_portal_back()
        return f"/my/support/{self.kbs_subscription_id.id}/plan"

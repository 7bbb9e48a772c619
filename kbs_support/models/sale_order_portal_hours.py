from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare


class SaleOrder(models.Model):
    """An order of hours that a client has made for one of his subscriptions."""

    _inherit = "sale.order"

    kbs_hours_subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        string="Hours for",
        copy=False,
        readonly=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="The subscription that gets the bought hours; empty where the client has "
        "not said it.",
    )

    # A colleague's click, or a second one, must not make a second quotation (S4).
    _kbs_one_hours_choice = models.UniqueIndex(
        "(kbs_hours_subscription_id) WHERE kbs_portal_kind = 'hours'"
        " AND state IN ('draft', 'sent')",
        "Hours for this subscription are chosen already.",
    )

    @api.constrains("kbs_hours_subscription_id")
    def _check_kbs_hours_subscription(self):
        for order in self.sudo().filtered("kbs_hours_subscription_id"):
            support = order.kbs_hours_subscription_id
            client = order.partner_id.commercial_partner_id
            if support.commercial_partner_id != client:
                raise ValidationError(
                    self.env._(
                        "Hours are bought for one's own support: %(number)s belongs to "
                        "%(owner)s.",
                        number=support.name,
                        owner=support.commercial_partner_id.name,
                    )
                )

    def _kbs_get_hours_subscription_sudo(self):
        # EXTENDS kbs_support: the client has said for which of his subscriptions.
        return self.sudo().kbs_hours_subscription_id or (
            super()._kbs_get_hours_subscription_sudo()
        )

    def _kbs_is_same_hours(self, hours, quantity, subscription):
        """Say whether this quotation, before the client, sells just that.

        :param hours: dict of ``id`` (of the product) and ``price`` (of one)
        """
        line = self.order_line
        total = hours["price"] * quantity
        return (
            self.state == "sent"
            and self.kbs_hours_subscription_id == subscription
            and line.product_id.ids == [hours["id"]]
            and float_compare(line.product_uom_qty, quantity, precision_digits=6) == 0
            and not self.currency_id.compare_amounts(self.amount_total, total)
            and not self._kbs_get_validity_faults()
        )

    def _kbs_get_chosen_lines(self):
        # EXTENDS kbs_support
        if self.kbs_portal_kind != "hours":
            return super()._kbs_get_chosen_lines()
        return self.order_line.filtered("product_id.kbs_minutes")

    def _kbs_get_portal_support_sudo(self, user):
        # EXTENDS kbs_support
        support = self.sudo().kbs_hours_subscription_id
        if not support:
            return super()._kbs_get_portal_support_sudo(user)
        return support._get_portal_sudo(user, support.id)

    def _kbs_get_portal_back(self):
        # EXTENDS kbs_support
        if not self.kbs_hours_subscription_id:
            return super()._kbs_get_portal_back()
        return f"/my/support/{self.kbs_hours_subscription_id.id}/hours"

    def _kbs_get_portal_fault(self):
        # EXTENDS kbs_support: nobody could use hours of what is over.
        support = self.kbs_hours_subscription_id
        if support and not support._is_portal_served():
            return self.env._("Hours are sold while support is paid and goes on.")
        return super()._kbs_get_portal_fault()

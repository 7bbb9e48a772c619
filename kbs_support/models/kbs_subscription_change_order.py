from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_amount, format_date

from ..tools.locking import wait_for_others


class KbsSubscription(models.Model):
    """How a change of plan becomes a quotation (P7)."""

    _inherit = "kbs.subscription"

    def _create_change_order(self, change, reason):
        """Return the quotation of ``change``.

        The running quotation of just this change is returned again, another one of
        this period is withdrawn.

        :param change: :class:`PlanChange`
        :param str reason: why the client wants another plan
        :raise UserError: another period waits for payment
        """
        self.ensure_one()
        wait_for_others(self)
        if unpaid := self._get_unpaid_period():
            raise UserError(
                self.env._(
                    "The period %(period)s waits for payment, order %(order)s. Wait "
                    "for the payment or cancel that order first.",
                    period=unpaid.display_name,
                    order=unpaid.sudo().order_id.name or "—",
                )
            )
        # Sudo: it may be a colleague's quotation, and there is to be one only.
        earlier = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("kbs_changed_period_id", "=", change.period.id),
                    ("state", "in", ("draft", "sent")),
                ]
            )
        )
        same = earlier.filtered(lambda x: x._kbs_is_same_change(change, reason))
        if same := same.with_env(self.env)._filtered_access("read"):
            return same
        if earlier:
            earlier._action_cancel()
            # Out of the way of the next one, in the database too.
            earlier.flush_recordset()
        self._touch_sudo()
        return self.env["sale.order"].create(
            self._prepare_change_order_values(change, reason)
        )

    def _touch_sudo(self):
        """Change the row, so that who waits for it begins again and looks (S4).

        Sudo: who may sell may have no rights on subscriptions.
        """
        for subscription in self.sudo():
            subscription.write({"agreed_because": subscription.agreed_because})

    def _prepare_change_order_values(self, change, reason):
        # Sudo: taxes of the old plan stand on an order of maybe another salesperson.
        period = change.period.sudo()
        credit = period._prepare_unused_line_values(
            -change.credit, change.day, change.unused_days, change.total_days
        )
        plan_line = {
            "product_id": change.product.id,
            "name": self._describe_change(change),
            "price_unit": change.worth,
            "kbs_date_start": change.day,
        }
        return {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "user_id": self._get_seller().id,
            "pricelist_id": change.pricelist.id,
            "validity_date": change.day,
            "kbs_subscription_id": self.id,
            "kbs_changed_period_id": change.period.id,
            "kbs_change_reason": reason,
            "order_line": [Command.create(plan_line), Command.create(credit)],
        }

    def _describe_change(self, change):
        """Text of the plan line, in the language of the client."""
        lang = self.partner_id.lang or self.env.lang
        env = self.with_context(lang=lang).env
        return env._(
            "%(product)s\nSupport from %(start)s to %(end)s: %(days)s of %(total)s "
            "days, full price %(price)s",
            product=change.product.with_env(env).display_name,
            start=format_date(env, change.day),
            end=format_date(env, change.period.sold_until),
            days=change.unused_days,
            total=change.term_days,
            price=format_amount(env, change.list_price, change.pricelist.currency_id),
        )

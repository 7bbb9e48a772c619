from odoo import api, models
from odoo.exceptions import UserError


class KbsSubscription(models.Model):
    """Whether a client may order in the portal, and what he has bought there."""

    _inherit = "kbs.subscription"

    @api.model
    def _may_order_portal(self, user, company):
        """Say whether ``user`` may order from ``company`` for his own company.

        The only place that decides it. Sudo: a setting, no secret.
        """
        is_open = company.sudo().kbs_portal_orders
        return is_open and not self._get_portal_person_fault(user)

    @api.model
    def _check_may_order_portal(self, user, company):
        """Refuse an order of whom :meth:`_may_order_portal` does not allow it.

        :raise UserError: with words for the client
        """
        if not self._may_order_portal(user, company):
            raise UserError(
                self._get_portal_person_fault(user)
                or self.env._("Write to your manager: orders are taken by him.")
            )

    @api.model
    def _get_portal_person_fault(self, user):
        """Say why ``user`` may not order though his institution may, or None.

        An order obliges to pay, so it is for who may see the invoice.
        """
        person = user.sudo().partner_id
        if user._is_internal() or person._kbs_may_see_invoices():
            return None
        administrators = person._kbs_get_administrators_sudo()
        if not administrators:
            return self.env._(
                "Orders are made by those of your institution who see its invoices."
            )
        return self.env._(
            "Orders are made by those of your institution who see its invoices. Ask "
            "%(names)s, your administrator.",
            names=", ".join(administrators.mapped("name")),
        )

    def _get_portal_going_fault(self):
        """Say why nothing can be added to this support now, or None."""
        self.ensure_one()
        if self.closed_on or self.leaving_since:
            return self.env._(
                "This support is closed. Write to your manager if you want to go on."
            )
        if self._get_unpaid_period():
            return self.env._(
                "The next period is ordered already and waits for its payment."
            )
        return None

    @api.model
    def _refuse_lost_offer(self):
        """Return the error of a choice that is not on the page any more."""
        return UserError(
            self.env._("This offer no longer holds. Look at the offers again.")
        )

    def _is_portal_served(self):
        """Say whether more than the renewal can be ordered or asked for now."""
        self.ensure_one()
        is_going = self.closed_on or self.leaving_since
        return not is_going and self.state in ("active", "paused", "upcoming")

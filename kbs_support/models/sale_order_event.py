from odoo import models
from odoo.exceptions import UserError

from ..tools.wording import nest_quotes


class SaleOrder(models.Model):
    """An order that sells seats of training events."""

    _inherit = "sale.order"

    def action_confirm(self):
        # EXTENDS sale: what the plan gave when the quotation was made may be gone.
        self.filtered(lambda x: x.state != "sale")._kbs_check_event_benefits()
        return super().action_confirm()

    def _kbs_check_event_benefits(self):
        """Judge the seats once more, now for good.

        :raise UserError: a line has a benefit that does not hold any more
        """
        lines = self.order_line.filtered(
            lambda x: x.event_ticket_id and x.kbs_event_percent
        )
        for line, answer in lines._kbs_judge_events_sudo(is_final=True).items():
            if answer.percent < line.kbs_event_percent:
                raise UserError(
                    self.env._(
                        "The benefit for “%(event)s” does not hold any more. "
                        "%(reason)s Update prices, and send the client a new "
                        "quotation.",
                        event=nest_quotes(self.env, line.event_id.name),
                        reason=answer.reason,
                    )
                )

    def _recompute_prices(self):
        # EXTENDS sale: "Update Prices" judges the seats of events anew.
        self.order_line.filtered("event_ticket_id")._compute_kbs_event_benefit()
        return super()._recompute_prices()

    def _kbs_confirm_events_sudo(self, user):
        """Confirm the order of seats that ``user`` has made on the website.

        Sudo: clients have no rights on orders. Where ``user`` may not order, it stays
        a quotation that a person looks at.
        """
        order = self.sudo().with_company(self.company_id)
        order._kbs_note_portal_user(
            user, self.env._("Registered on the website for a training event")
        )
        subscriptions = order.env["kbs.subscription"]
        if not subscriptions._may_order_portal(user, order.company_id):
            order.action_quotation_sent()
            return
        order.action_confirm()
        if order.company_id.kbs_invoice_on_confirm:
            order._kbs_invoice_sudo()

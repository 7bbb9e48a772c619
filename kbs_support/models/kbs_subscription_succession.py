from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.locking import wait_for_others


class KbsSubscription(models.Model):
    """Support that passes to a successor: the client changes, the tenure stays."""

    _inherit = "kbs.subscription"

    transfer_ids = fields.One2many(
        comodel_name="kbs.subscription.transfer",
        inverse_name="subscription_id",
        string="Transfers",
    )

    def action_transfer(self):
        """Ask for the successor (wizard)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Transfer to a Successor"),
            "res_model": "kbs.transfer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_subscription_id": self.id},
        }

    def _transfer(self, successor, reason, **values):
        """Give these subscriptions to ``successor``, with paid days and tenure.

        What was sold stays on its orders and invoices with the former client.

        :param successor: ``res.partner``, a company
        :param str reason: the ground
        :param values: other values of ``kbs.subscription.transfer``
        :return: ``kbs.subscription.transfer``, one for each subscription
        :raise AccessError: the user may not keep subscriptions
        :raise UserError: an order waits for payment, or the successor is the client
        """
        self.check_access("write")
        wait_for_others(self)
        self._check_transferable(successor)
        # Sudo: the client is no field to type in; this is the one way to change it.
        sudo = self.sudo()
        transfers = sudo.env["kbs.subscription.transfer"].create(
            [
                {
                    "date": subscription.company_id._kbs_today(),
                    **values,
                    "subscription_id": subscription.id,
                    "old_partner_id": subscription.commercial_partner_id.id,
                    "new_partner_id": successor.id,
                    "reason": reason,
                    "user_id": self.env.uid,
                    "period_ids": subscription.period_ids.ids,
                }
                for subscription in sudo
            ]
        )
        sudo._withdraw_offers(successor)
        sudo._withdraw_letters()
        sudo.write({"partner_id": successor.id})
        transfers._tell_everybody()
        return transfers

    def _check_transferable(self, successor):
        if successor.commercial_partner_id != successor or not successor.is_company:
            raise UserError(
                self.env._(
                    "%(name)s is not a company of its own, so it cannot be a "
                    "successor.",
                    name=successor.display_name,
                )
            )
        for subscription in self.sudo():
            if subscription.commercial_partner_id == successor:
                raise UserError(
                    self.env._(
                        "%(name)s is the client already. Choose another company.",
                        name=successor.name,
                    )
                )
            waiting = subscription.period_ids.filtered("is_waiting_for_payment")[:1]
            if waiting:
                raise UserError(
                    self.env._(
                        "The order %(order)s waits for payment, and its invoice is "
                        "made out to %(client)s. Cancel the order first and sell the "
                        "period to the successor, or wait for the payment.",
                        order=waiting.order_id.name,
                        client=subscription.commercial_partner_id.name,
                    )
                )

    def _withdraw_letters(self):
        """Cancel what is still in the queue to the former client."""
        self.renewal_ids._withdraw_letters()
        quotations = self.renewal_ids.order_ids
        clients = self.commercial_partner_id
        letters = self.env["mail.mail"].search(
            [
                ("model", "=", "sale.order"),
                ("res_id", "in", quotations.ids),
                ("state", "=", "outgoing"),
                ("recipient_ids", "any", [("id", "child_of", clients.ids)]),
            ]
        )
        if letters:
            letters.cancel()

    def _withdraw_offers(self, successor):
        """Cancel the quotations of the former client, and say why on them."""
        quotations = self.env["sale.order"].search(
            [
                ("kbs_subscription_id", "in", self.ids),
                ("state", "in", ("draft", "sent")),
            ]
        )
        for quotation in quotations:
            quotation.message_post(
                body=self.env._(
                    "Support passes to %(successor)s: this quotation is withdrawn.",
                    successor=successor.name,
                )
            )
        self.renewal_ids._withdraw_quotations()
        quotations.filtered(lambda x: x.state != "cancel")._action_cancel()


class KbsSubscriptionPeriod(models.Model):
    """Whom a period was sold to, though its subscription has another client now."""

    _inherit = "kbs.subscription.period"

    transfer_ids = fields.Many2many(comodel_name="kbs.subscription.transfer")
    is_waiting_for_payment = fields.Boolean(compute="_compute_is_waiting_for_payment")

    @api.depends("is_cancelled", "is_paid")
    def _compute_is_waiting_for_payment(self):
        """Not paid, though money is expected: not where all was credited back."""
        for period in self:
            invoices = period.sudo().sale_line_id.invoice_lines.move_id.filtered(
                lambda x: x.state != "cancel" and x.move_type == "out_invoice"
            )
            is_open = not invoices or any(
                x.payment_state in ("not_paid", "partial") for x in invoices
            )
            is_sold = period.sale_line_id and not period.is_cancelled
            period.is_waiting_for_payment = bool(
                is_sold and not period.is_paid and is_open
            )

    def _get_buyers(self):
        """Return the companies that these periods were sold to."""
        buyers = self.env["res.partner"]
        for period in self:
            first = period.transfer_ids.sorted("id")[:1]
            buyers |= first.old_partner_id or period.commercial_partner_id
        return buyers

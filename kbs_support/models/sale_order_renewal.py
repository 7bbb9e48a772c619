from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class SaleOrder(models.Model):
    """A quotation that renews support: until when it holds, and what it continues."""

    _inherit = "sale.order"

    kbs_renewal_id = fields.Many2one(
        comodel_name="kbs.renewal",
        string="Renewal",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    kbs_is_gap_paid = fields.Boolean(
        string="Pays the Gap",
        copy=False,
        tracking=True,
        help="The client pays the days after the end too: coverage continues from "
        "there, tenure and loyalty are kept. A manager has to allow it with a reason.",
    )

    kbs_price_note = fields.Char(
        string="Why This Price",
        compute="_compute_kbs_price_note",
        help="The rule that gave the price of the plan.",
    )
    kbs_saving = fields.Monetary(
        string="Client Saves",
        compute="_compute_kbs_price_note",
        help="What the client saves against the regular price of the same term.",
    )

    kbs_recipient_id = fields.Many2one(
        comodel_name="res.partner",
        string="Offer Is Sent to",
        compute="_compute_kbs_recipient_id",
    )

    # A second worker, or a second click, must not make a second quotation (S4).
    _kbs_one_renewal_order = models.UniqueIndex(
        "(kbs_renewal_id) WHERE kbs_renewal_id IS NOT NULL"
        " AND state IN ('draft', 'sent', 'sale')",
        "This renewal already has a quotation.",
    )

    # === COMPUTE METHODS === #

    @api.depends("order_line.price_total", "order_line.kbs_date_end")
    def _compute_kbs_price_note(self):
        for order in self:
            line = order._kbs_get_plan_lines()[:1]
            order.kbs_price_note, order.kbs_saving = line._kbs_explain_price()

    @api.depends("partner_id.email", "partner_id.commercial_partner_id.child_ids.email")
    def _compute_kbs_recipient_id(self):
        for order in self:
            recipient = (
                order.partner_id and order.partner_id._kbs_get_letter_recipient()
            )
            order.kbs_recipient_id = recipient

    def _kbs_get_client_price_note(self):
        """Return what the client reads about the price, or False.

        What the list says beside an agreed price is not for the client.
        """
        line = self._kbs_get_plan_lines()[:1]
        is_agreed = line and line._kbs_get_price_kind() == "manual"
        return False if is_agreed else self.kbs_price_note

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._kbs_join_renewals_sudo()
        return orders

    def write(self, vals):
        if vals.get("kbs_is_gap_paid") and not vals.get("kbs_override_reason"):
            self._kbs_take_signature_back()
        if "kbs_subscription_id" not in vals or "kbs_renewal_id" in vals:
            return super().write(vals)
        moved = self.filtered(
            lambda x: (
                x.state in ("draft", "sent")
                and x.kbs_subscription_id.id != vals["kbs_subscription_id"]
            )
        )
        # Sudo: a renewal is kept by the system, a salesperson only reads it.
        moved.sudo().kbs_renewal_id = False
        res = super().write(vals)
        moved._kbs_join_renewals_sudo()
        return res

    def _kbs_take_signature_back(self):
        """What a manager allowed was another thing: he has not seen the gap yet."""
        signed = self.sudo().filtered(
            lambda x: x.kbs_override_reason and not x.kbs_is_gap_paid
        )
        if signed and not self.env.su:
            signed.write(
                {
                    "kbs_override_reason": False,
                    "kbs_override_user_id": False,
                    "kbs_override_total": 0.0,
                }
            )

    def _kbs_join_renewals_sudo(self):
        """A quotation made by hand is the renewal's offer, where it has no other one.

        Sudo: a renewal is kept by the system, a salesperson only reads it.
        """
        for order in self.sudo().filtered(
            lambda x: (
                x.kbs_subscription_id
                and not x.kbs_renewal_id
                and not x.kbs_changed_period_id
            )
        ):
            renewal = order.kbs_subscription_id.renewal_id
            if renewal and not renewal.order_id:
                order.kbs_renewal_id = renewal

    def _kbs_leave_renewals_sudo(self):
        """Make room for the next offer where all that an order sold is cancelled.

        Sudo: a renewal is kept by the system.
        """
        over = self.sudo().filtered(lambda x: not x._kbs_get_live_periods_sudo())
        over.kbs_renewal_id = False
        # Out of the way of the next one, in the database too.
        over.flush_recordset()

    # === CONFIRMATION === #

    def _kbs_get_faults(self):
        # EXTENDS kbs_support
        return (
            super()._kbs_get_faults()
            + self._kbs_get_validity_faults()
            + self._kbs_get_gap_faults()
        )

    def _kbs_get_validity_faults(self):
        """A price that was promised until a day is not sold after it."""
        if not self.validity_date or self.validity_date >= self.company_id._kbs_today():
            return []
        return [
            self.env._(
                "The offer was valid until %(date)s. Update the prices and set a new "
                "expiration date.",
                date=format_date(self.env, self.validity_date),
            )
        ]

    def _kbs_get_gap_faults(self):
        if not self.kbs_is_gap_paid or self._kbs_is_price_allowed():
            return []
        return [
            self.env._(
                "The client would continue after the grace as if there were no gap. A "
                "manager has to allow it with a reason."
            )
        ]

    def _action_confirm(self):
        # EXTENDS kbs_support: one of several quotations is chosen, and it is the
        # renewal's now.
        self._kbs_take_over_renewals_sudo()
        return super()._action_confirm()

    def _kbs_take_over_renewals_sudo(self):
        """Tie confirmed orders to the renewals that run; withdraw other quotations.

        Sudo: a renewal is kept by the system, a salesperson only reads it.
        """
        renewing = self.sudo().filtered(
            lambda x: x.kbs_subscription_id and not x.kbs_changed_period_id
        )
        for order in renewing:
            renewal = order.kbs_subscription_id.renewal_id
            if renewal.order_id.state == "sale":
                continue  # guaranteed: this order renews the period after it
            others = (renewal.order_ids - order).filtered(
                lambda x: x.state in ("draft", "sent")
            )
            if others:
                others._action_cancel()
            if renewal and order.kbs_renewal_id != renewal:
                renewal.flush_recordset()
                others.flush_recordset()
                order.kbs_renewal_id = renewal

    # === SENDING === #

    def action_quotation_send(self):
        # EXTENDS sale
        self._kbs_check_sendable()
        return super().action_quotation_send()

    def action_quotation_sent(self):
        # EXTENDS sale
        self._kbs_check_sendable()
        return super().action_quotation_sent()

    def _kbs_check_sendable(self):
        """Promise no client what a manager has not allowed yet.

        :raise UserError: a quotation lets the client pay a gap, and nobody signed it
        """
        for order in self.filtered(lambda x: x.state in ("draft", "sent")):
            for fault in order._kbs_get_gap_faults():
                raise UserError(
                    self.env._(
                        "The quotation %(order)s cannot be sent yet: %(reason)s",
                        order=order.name,
                        reason=fault,
                    )
                )

    def _kbs_send_renewal_offer(self):
        """Queue an e-mail with the offer, in the client's language.

        Sent once: what is sent already, or confirmed, is left alone.

        :raise UserError: a client has no e-mail address, a gap is not allowed yet, or
            there is no template
        """
        template = self.env.ref(
            "kbs_support.mail_template_kbs_renewal_offer", raise_if_not_found=False
        )
        if not template:
            raise UserError(
                self.env._(
                    "The e-mail template of renewal offers was deleted. Send the "
                    "quotations in another way."
                )
            )
        orders = self.filtered(lambda x: x.state == "draft")
        orders._kbs_check_sendable()
        for order in orders:
            if not order.kbs_recipient_id:
                raise UserError(
                    self.env._(
                        "%(client)s has no e-mail address. Enter one, or send the "
                        "quotation %(order)s in another way.",
                        client=order.partner_id.name,
                        order=order.name,
                    )
                )
        for order in orders:
            order._portal_ensure_token()
        template.send_mail_batch(
            orders.ids,
            email_layout_xmlid="mail.mail_notification_layout_with_responsible_signature",
        )
        orders.action_quotation_sent()

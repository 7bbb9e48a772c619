from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.locking import take_turn

MAX_CHOICES = 20


class SaleOrder(models.Model):
    """A quotation that a client has chosen himself, in the portal."""

    _inherit = "sale.order"

    kbs_portal_kind = fields.Selection(
        selection=[
            ("first", "First support"),
            ("renewal", "Renewal"),
            ("change", "Another plan"),
            ("hours", "Hours"),
        ],
        string="Chosen in the Portal",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="What the client has chosen himself; empty where we made the offer.",
    )

    # A colleague's click, or a second one, must not make a second quotation (S4).
    _kbs_one_first_choice = models.UniqueIndex(
        "(partner_id, company_id) WHERE kbs_portal_kind = 'first'"
        " AND state IN ('draft', 'sent')",
        "This client has already chosen a first support.",
    )

    # === CHOOSING === #

    def _kbs_choose(self, kind, user):
        """Let the quotation lie before the client, as what ``user`` has chosen."""
        self.ensure_one()
        self.write({"state": "sent", "kbs_portal_kind": kind})
        self._kbs_note_portal_user(user, self.env._("Chosen in the portal"))

    def _kbs_withdraw_choices(self):
        """Make room for another choice of the client's.

        :raise UserError: a person has agreed it with the client
        """
        for order in self:
            order._kbs_check_not_agreed()
        self.activity_unlink(["mail.mail_activity_data_todo"])
        self._action_cancel()
        # Out of the way of the next one, in the database too.
        self.flush_recordset()

    def _kbs_check_not_agreed(self):
        """Refuse to let a click withdraw what a person has agreed with the client.

        :raise UserError: a manager's reason, another price, or more in it
        """
        self.ensure_one()
        if self._kbs_is_agreed():
            raise UserError(
                self.env._(
                    "Your manager has prepared the offer %(order)s for you. Confirm "
                    "it, or write to him if you want another one.",
                    order=self.name,
                )
            )

    def _kbs_is_agreed(self):
        """Say whether a person has put more into it than what the lists say."""
        lines = self._kbs_get_chosen_lines()
        return bool(
            self.kbs_override_reason
            or self.order_line != lines
            or any(
                # A list that was edited since then is nobody's agreement.
                x._kbs_get_price_kind() == "manual" and not x._kbs_has_list_moved()
                for x in lines
            )
        )

    def _kbs_get_chosen_lines(self):
        """Return what the client's choice alone puts into such an order."""
        return self._kbs_get_plan_lines()

    def _kbs_tell_of_first_choice(self):
        """Plan it for the salesperson: a new client has come by himself."""
        if not self.user_id:
            return
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self.user_id.id,
            summary=self.env._(
                "A new client chose in the portal: %(client)s, %(product)s",
                client=self.partner_id.display_name,
                product=self._kbs_get_plan_lines().product_id.display_name,
            ),
        )

    # === WHAT WAITS FOR THE CLIENT === #

    def _kbs_prepare_portal_choices_sudo(self, user):
        """Return what ``user`` may confirm, beside renewals, as plain values.

        Found by his own rights; sudo to read what stands in it.
        """
        client = user.sudo().partner_id.commercial_partner_id
        today = user.sudo().company_id._kbs_today()
        orders = self.with_user(user).search(
            Domain("partner_id.commercial_partner_id", "=", client.id)
            & Domain("company_id", "in", user.company_ids.ids)
            & Domain("state", "=", "sent")
            & Domain("kbs_renewal_id", "=", False)
            & (
                Domain("validity_date", "=", False)
                | Domain("validity_date", ">=", today)
            ),
            limit=MAX_CHOICES,
        )
        return [
            {
                "name": x.name,
                "url": f"/my/support/order/{x.id}",
                "total": x._kbs_write_amount(x.amount_total),
                "until": x.validity_date and format_date(self.env, x.validity_date),
            }
            for x in orders.sudo()._kbs_filter_support()
        ]

    # === CONFIRMING === #

    def _kbs_wait_for_client(self):
        """Let first orders of one client be confirmed one after the other."""
        first = self.filtered(lambda x: x.kbs_portal_kind == "first")
        take_turn(first.partner_id)

    def _validate_order(self):
        # EXTENDS sale: the client signs on Odoo's own page of the order.
        for order in self:
            order._kbs_check_portal_choice()
        return super()._validate_order()

    def _kbs_check_portal_choice(self):
        """Refuse a client's word for a choice that does not hold any more.

        :raise UserError: with words for the client
        """
        if fault := self._kbs_get_portal_fault():
            raise UserError(fault)

    def _kbs_get_portal_fault(self):
        """Say to the client why he cannot confirm his choice any more, or None.

        Beside the rules of any order.
        """
        self.ensure_one()
        if self.kbs_portal_kind == "first":
            live = self._kbs_find_live_support()[:1]
            return live._tell_has_support() if live else None
        if self.kbs_portal_kind and not self.kbs_has_plan:
            return next(iter(self._kbs_get_validity_faults()), None)
        return None

    def _kbs_find_live_support(self):
        """Return what the client of this order has now or can renew."""
        client = self.partner_id.commercial_partner_id
        found = self.env["kbs.subscription"].search(
            [
                ("commercial_partner_id", "=", client.id),
                ("company_id", "=", self.company_id.id),
            ]
        )
        return found._get_portal_live()

    def _action_confirm(self):
        # EXTENDS kbs_support: plans have their invoice by now; what was chosen without
        # one is to be paid at once as well.
        res = super()._action_confirm()
        chosen = self.filtered(
            lambda x: (
                x.kbs_portal_kind
                and not x.kbs_has_plan
                and x.company_id.kbs_invoice_on_confirm
            )
        )
        chosen._kbs_invoice_sudo()
        return res

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import str2bool

from ..tools.locking import wait_for_others


class SaleOrder(models.Model):
    _inherit = "sale.order"

    kbs_subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        string="Renews Support",
        copy=False,
        index="btree_not_null",
        check_company=True,
        domain="[('commercial_partner_id', 'parent_of', partner_id),"
        " ('company_id', '=', company_id)]",
        help="The subscription that this order renews or changes; empty for a new one.",
    )
    kbs_has_plan = fields.Boolean(compute="_compute_kbs_has_plan")
    kbs_date_note = fields.Char(compute="_compute_kbs_date_note")
    kbs_subscription_count = fields.Integer(compute="_compute_kbs_subscription_count")

    # === COMPUTE METHODS === #

    @api.depends("order_line.product_id.kbs_plan_id")
    def _compute_kbs_has_plan(self):
        for order in self:
            order.kbs_has_plan = bool(order.order_line.product_id.kbs_plan_id)

    @api.depends("order_line.kbs_date_note")
    def _compute_kbs_date_note(self):
        for order in self:
            notes = order.order_line.filtered("kbs_date_note").mapped("kbs_date_note")
            order.kbs_date_note = " ".join(notes)

    @api.depends("order_line.kbs_period_ids", "kbs_subscription_id")
    def _compute_kbs_subscription_count(self):
        for order in self:
            order.kbs_subscription_count = len(order._kbs_get_subscriptions_sudo())

    # === CRUD METHODS === #

    def write(self, vals):
        self._kbs_check_client_kept(vals)
        return super().write(vals)

    def _kbs_check_client_kept(self, vals):
        """The client of a sold subscription does not change with its order."""
        if "partner_id" not in vals or self.env.su:
            return
        client = self.env["res.partner"].browse(vals["partner_id"])
        buyers = self._kbs_get_live_periods_sudo()._get_buyers()
        if buyers - client.commercial_partner_id.sudo():
            raise UserError(
                self.env._(
                    "Support was sold by this order: its client cannot be changed. "
                    "Cancel the order and make another quotation."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_support_sold(self):
        self.order_line._unlink_except_support_sold()

    # === CONFIRMATION === #

    def action_confirm(self):
        # EXTENDS sale: a plan that was confirmed a moment ago by somebody else is
        # not an error; who comes second sees what the first one made (S4).
        self._kbs_wait_for_others()
        done = self.filtered(
            lambda x: x.state == "sale" and x._kbs_get_live_periods_sudo()
        )
        rest = self - done
        rest.order_line._kbs_keep_price_rules()
        return super(SaleOrder, rest).action_confirm() if rest else True

    def _kbs_wait_for_others(self):
        """Wait for who works on these orders or on what they renew (S4).

        A confirmation always changes them: the state of the order, and
        ``booked_until`` of the subscription.
        """
        wait_for_others(self)
        wait_for_others(self.sudo().kbs_subscription_id)

    def _confirmation_error_message(self):
        # EXTENDS sale
        error = super()._confirmation_error_message()
        if error or not self.kbs_has_plan:
            return error
        faults = self._kbs_get_faults()
        return "\n".join(faults) if faults else False

    def _kbs_get_faults(self):
        """Return all that forbids selling support by this order, as sentences."""
        self.ensure_one()
        lines = self._kbs_get_plan_lines()
        faults = [fault for line in lines for fault in line._kbs_get_faults()]
        if len(lines) > 1:
            faults.append(
                self.env._(
                    "The order has %(count)s plans. One order sells one plan for one "
                    "subscription: make a quotation for each.",
                    count=len(lines),
                )
            )
        faults += self._kbs_get_client_faults()
        faults += self._kbs_get_subscription_faults()
        faults += self._kbs_get_currency_faults()
        return faults

    def _kbs_get_client_faults(self):
        if self.partner_id.commercial_partner_id.name:
            return []
        return [
            self.env._(
                "The client has no name. Fill in the name of the institution "
                "before its support is sold."
            )
        ]

    def _kbs_get_subscription_faults(self):
        """Return what forbids renewing the subscription of this order, if any."""
        faults = []
        subscription = self._kbs_get_subscriptions_sudo()[:1]
        if not subscription:
            return faults
        if subscription.commercial_partner_id != self.partner_id.commercial_partner_id:
            faults.append(
                self.env._(
                    "The subscription %(number)s belongs to %(owner)s.",
                    number=subscription.name,
                    owner=subscription.commercial_partner_id.name,
                )
            )
        if subscription.closed_on:
            faults.append(
                self.env._(
                    "The subscription %(number)s is closed. Reopen it, or sell a new "
                    "one.",
                    number=subscription.name,
                )
            )
        elif subscription.leaving_since:
            faults.append(
                self.env._(
                    "The client of %(number)s leaves at the end. Take that back on "
                    "the subscription first, or sell a new one.",
                    number=subscription.name,
                )
            )
        unpaid = subscription._get_unpaid_period()
        if unpaid and unpaid.order_id != self:
            faults.append(
                self.env._(
                    "The subscription %(number)s already has a period that waits for "
                    "payment: %(period)s, order %(order)s. Wait for the payment or "
                    "cancel that order first.",
                    number=subscription.name,
                    period=unpaid.display_name,
                    order=unpaid.order_id.name or "—",
                )
            )
        return faults

    def _kbs_get_currency_faults(self):
        """A currency without a rate would silently be counted one to one."""
        needed = self.currency_id | self.order_line.pricelist_item_id.currency_id
        missing = (needed - self.company_id.currency_id).filtered(
            lambda x: not x._kbs_has_rate(self.company_id)
        )
        return [
            self.env._(
                "There is no rate of %(currency)s to %(company_currency)s. Enter the "
                "rate, or choose a price list in %(company_currency)s.",
                currency=currency.name,
                company_currency=self.company_id.currency_id.name,
            )
            for currency in missing
        ]

    def _action_confirm(self):
        # EXTENDS sale
        res = super()._action_confirm()
        orders = self.filtered("kbs_has_plan")
        orders._kbs_create_periods_sudo()
        orders.filtered("company_id.kbs_invoice_on_confirm")._kbs_invoice_sudo()
        return res

    def _kbs_create_periods_sudo(self):
        """Give each confirmed plan line its period, new clients a subscription.

        Sudo: who may sell may have no rights on subscriptions.
        """
        lines = self.sudo()._kbs_get_plan_lines()
        subscriptions = lines._kbs_get_or_create_subscriptions()
        values_by_line = {
            line: line._kbs_prepare_period_values(subscriptions[line]) for line in lines
        }
        for line, values in values_by_line.items():
            dates = {
                "kbs_date_start": values["date_start"],
                "kbs_date_end": values["sold_until"],
            }
            # The text of the line is made anew with the dates: not without need.
            if any(line[name] != day for name, day in dates.items()):
                line.write(dates)
        Period = self.env["kbs.subscription.period"].sudo()
        # A period cancelled a moment ago has to be out of the way in the database.
        Period.flush_model(["is_cancelled"])
        Period.create(list(values_by_line.values()))

    def _kbs_invoice_sudo(self):
        """Make and post the invoices of these orders, one for each.

        Sudo: a salesperson has no right to post, the setting decides.
        """
        orders = self.sudo().filtered(
            lambda x: (
                x.invoice_status == "to invoice" and not x._kbs_is_invoiced_by_payment()
            )
        )
        if not orders:
            return
        invoices = orders._create_invoices(grouped=True)
        for company, moves in invoices.grouped("company_id").items():
            moves.invoice_date = company._kbs_today()
        invoices.action_post()

    def _kbs_is_invoiced_by_payment(self):
        """Say whether Odoo itself invoices this order, because it is paid online.

        It would take an invoice of ours for "nothing to invoice" and leave the
        payment without one.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        is_automatic = str2bool(parameters.get_param("sale.automatic_invoice"), False)
        return is_automatic and "done" in self.transaction_ids.mapped("state")

    # === RELATED RECORDS === #

    def _kbs_get_plan_lines(self):
        """Lines that sell a plan; an option that nobody chose sells nothing."""
        return self.order_line.filtered(
            lambda x: (
                x.kbs_plan_id
                and not x.display_type
                and not x.is_downpayment
                and (x.product_uom_qty or not x._is_line_optional())
            )
        )

    def _kbs_get_periods_sudo(self):
        return self.sudo().order_line.kbs_period_ids

    def _kbs_get_live_periods_sudo(self):
        return self._kbs_get_periods_sudo()._get_booked()

    def _kbs_get_subscriptions_sudo(self):
        """What these orders sold, renewed or are going to renew."""
        sold = self._kbs_get_periods_sudo().subscription_id
        return sold | self.sudo().kbs_subscription_id

    def action_view_kbs_subscriptions(self):
        """Open the subscriptions of this order."""
        self.check_access("read")
        return self.env["kbs.subscription"]._get_documents_action(
            "kbs_support.kbs_subscription_action",
            self._kbs_get_subscriptions_sudo().ids,
        )

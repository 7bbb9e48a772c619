from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import float_compare, format_date

from ..tools.coverage import Coverage, shift_to_payment

PAID_STATES = ("paid", "in_payment")
# An invoice that is settled by a credit note says "reversed".
SETTLED_STATES = (*PAID_STATES, "reversed")


class KbsSubscriptionPeriod(models.Model):
    """One sold stretch of support, first and last day included.

    Keeps for ever by which price and rule it was sold. It covers the client while it
    is effective: paid, or guaranteed.
    """

    _name = "kbs.subscription.period"
    _description = "Period of Support"
    _order = "date_start desc, id desc"
    _rec_name = "date_start"

    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    company_id = fields.Many2one(
        related="subscription_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(related="subscription_id.partner_id", store=True)
    commercial_partner_id = fields.Many2one(
        related="subscription_id.commercial_partner_id", store=True
    )
    plan_id = fields.Many2one(
        comodel_name="kbs.plan", required=True, index=True, ondelete="restrict"
    )
    term_id = fields.Many2one(
        comodel_name="kbs.term", required=True, index=True, ondelete="restrict"
    )
    state = fields.Selection(
        selection=[
            ("cancelled", "Cancelled"),
            ("unpaid", "Waits for payment"),
            ("upcoming", "Starts later"),
            ("current", "Runs now"),
            ("past", "Over"),
        ],
        compute="_compute_state",
    )
    is_cancelled = fields.Boolean(string="Cancelled", copy=False)

    # === DATES === #
    date_start = fields.Date(
        string="From",
        compute="_compute_dates",
        store=True,
        readonly=False,
        required=True,
        index=True,
    )
    date_end = fields.Date(
        string="Until",
        compute="_compute_dates",
        store=True,
        readonly=False,
        required=True,
        index=True,
    )
    chain_start = fields.Date(
        string="Months Counted from",
        compute="_compute_dates",
        store=True,
        readonly=False,
        help="First day of the uninterrupted chain of months.",
    )
    chain_months = fields.Integer(
        string="Months in the Chain",
        help="Months sold since then, this period included; 0 for a budget year.",
    )
    starts_on_payment = fields.Boolean(
        string="Starts on the Day of Payment",
        help="Moves to the day of the first payment when that is later.",
    )

    # === PRICE === #
    currency_id = fields.Many2one(comodel_name="res.currency", required=True)
    price_total = fields.Monetary(string="Total", help="With tax, for the whole term.")
    price_month = fields.Monetary(string="Per Month", compute="_compute_price_month")
    price_kind = fields.Selection(
        selection=[
            ("regular", "Regular"),
            ("loyalty", "Loyalty"),
            ("budget_year", "Budget year"),
            ("manual", "Agreed"),
        ],
        string="Price",
        required=True,
        default="regular",
    )
    price_reason = fields.Char(string="Why This Price")

    # === PAYMENT === #
    sale_line_id = fields.Many2one(
        comodel_name="sale.order.line",
        string="Order Line",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    order_id = fields.Many2one(related="sale_line_id.order_id", string="Order")
    is_paid = fields.Boolean(
        string="Paid",
        compute="_compute_paid",
        store=True,
        help="The invoice is posted and paid, and not credited back.",
    )
    first_paid_on = fields.Date(
        compute="_compute_paid",
        store=True,
        help="Day of the first full payment; stays when the payment is taken back.",
    )
    guarantee_ids = fields.One2many(
        comodel_name="kbs.guarantee", inverse_name="period_id", string="Guarantees"
    )
    guarantee_until = fields.Date(
        string="Guaranteed until", compute="_compute_guarantee_until", store=True
    )
    is_effective = fields.Boolean(
        string="Covers",
        compute="_compute_is_effective",
        store=True,
        help="Paid, or guaranteed until today or later.",
    )

    _sale_line_unique = models.UniqueIndex(
        "(sale_line_id) WHERE sale_line_id IS NOT NULL AND is_cancelled IS NOT TRUE",
        "This order line already has its period.",
    )
    _dates_in_order = models.Constraint(
        "CHECK (date_start <= date_end)", "A period cannot end before it starts."
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (subscription_id WITH =,"
        " daterange(date_start, date_end, '[]') WITH &&)"
        " WHERE (is_cancelled IS NOT TRUE)",
        "Periods of one subscription cannot overlap.",
    )
    _covered_index = models.Index(
        "(commercial_partner_id, date_end) WHERE is_cancelled IS NOT TRUE"
    )
    _guarantee_index = models.Index(
        "(company_id, guarantee_until)"
        " WHERE is_effective IS TRUE AND is_paid IS NOT TRUE"
    )

    # === COMPUTE METHODS === #

    @api.depends("starts_on_payment", "first_paid_on")
    def _compute_dates(self):
        """Dates are set when the period is sold; payment may move a first one (T4)."""
        for period in self:
            coverage = period._get_coverage()
            if period._is_moved_by_payment():
                months = period.term_id.months
                coverage = shift_to_payment(coverage, months, period.first_paid_on)
            period.date_start = coverage.date_start
            period.date_end = coverage.date_end
            period.chain_start = coverage.chain_start

    def _get_coverage(self):
        return Coverage(
            self.date_start, self.date_end, self.chain_start, self.chain_months
        )

    def _is_moved_by_payment(self):
        """Say whether the day of payment may still move this period.

        Not when service has begun by a guarantee, nor when another period already
        follows: it would be run over.
        """
        return (
            self.starts_on_payment
            and self.first_paid_on
            and not self.guarantee_ids
            and not self.subscription_id.period_ids.filtered(
                lambda x: not x.is_cancelled and x.date_start > self.date_start
            )
        )

    @api.depends("price_total", "term_id.months")
    def _compute_price_month(self):
        for period in self:
            period.price_month = period.price_total / (period.term_id.months or 1)

    @api.depends(
        "sale_line_id.invoice_lines.price_total",
        "sale_line_id.invoice_lines.move_id.state",
        "sale_line_id.invoice_lines.move_id.payment_state",
        "sale_line_id.invoice_lines.move_id.reversal_move_ids.state",
    )
    def _compute_paid(self):
        """Follow the invoices of the order line, down as well as up (S1)."""
        for period in self:
            lines = period.sale_line_id.invoice_lines.filtered(
                lambda x: x.parent_state == "posted"
            )
            period.is_paid = period._is_settled(lines)
            period.first_paid_on = period.first_paid_on or (
                period.is_paid and lines.move_id._kbs_get_paid_on()
            )

    def _is_settled(self, lines):
        """Say whether posted invoice ``lines`` of the order line leave it paid (S1).

        The whole quantity is settled, at least once with money, and not all of it
        was credited back. An invoice reissued after a credit note and settled by
        that note counts like the money behind it.
        """
        invoices = lines.filtered(lambda x: x.move_type == "out_invoice")
        if not any(x.move_id.payment_state in PAID_STATES for x in invoices):
            return False
        reversed_moves = invoices.move_id.filtered(lambda x: x._kbs_is_reversed())
        settled = invoices.filtered(
            lambda x: (
                x.move_id.payment_state in SETTLED_STATES
                and x.move_id not in reversed_moves
            )
        )
        quantity = sum(settled.mapped("quantity")) - self.sale_line_id.product_uom_qty
        if not settled or float_compare(quantity, 0, precision_digits=6) < 0:
            return False
        credited = lines.filtered(
            lambda x: (
                x.move_type == "out_refund"
                and x.move_id.reversed_entry_id not in reversed_moves
            )
        )
        if not credited:
            return True
        left = sum(settled.mapped("price_total")) - sum(credited.mapped("price_total"))
        return settled.currency_id[:1].compare_amounts(left, 0) > 0

    @api.depends("guarantee_ids.date_until", "guarantee_ids.is_revoked")
    def _compute_guarantee_until(self):
        for period in self:
            valid = period.guarantee_ids.filtered(lambda x: not x.is_revoked)
            period.guarantee_until = max(valid.mapped("date_until"), default=False)

    @api.depends("is_cancelled", "is_paid", "guarantee_until")
    def _compute_is_effective(self):
        for period in self:
            until = period.guarantee_until
            is_guaranteed = until and until >= period.company_id._kbs_today()
            period.is_effective = not period.is_cancelled and bool(
                period.is_paid or is_guaranteed
            )

    @api.depends("is_cancelled", "is_effective", "date_start", "date_end")
    def _compute_state(self):
        for period in self:
            period.state = period._get_state(period.company_id._kbs_today())

    def _get_state(self, today):
        if self.is_cancelled:
            return "cancelled"
        if not self.is_effective:
            return "unpaid"
        if self.date_start and self.date_start > today:
            return "upcoming"
        return "current" if self.date_end and self.date_end >= today else "past"

    @api.depends("plan_id", "date_start", "date_end")
    def _compute_display_name(self):
        for period in self:
            start, end = (
                format_date(self.env, day)
                for day in (period.date_start, period.date_end)
            )
            period.display_name = f"{period.plan_id.name} {start} – {end}"

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never_sold(self):
        if self.filtered(lambda x: x.sale_line_id or x.first_paid_on):
            raise UserError(
                self.env._(
                    "A sold period stays for the record. Cancel its order instead."
                )
            )

    # === ACTIONS === #

    def action_cancel(self):
        """Free the days of a period that nobody pays for, and cancel its order.

        :raise AccessError: the user may not keep subscriptions
        :raise UserError: the period is paid
        """
        self.subscription_id.check_access("write")
        self.sudo()._cancel()

    def _cancel(self):
        """Cancel periods and what sold them: nobody shall pay for nothing."""
        if paid := self.filtered("is_paid"):
            raise UserError(
                self.env._(
                    "The period %(period)s is paid. Credit its invoice first.",
                    period=paid[0].display_name,
                )
            )
        self.order_id.filtered(lambda x: x.state != "cancel")._action_cancel()
        self.is_cancelled = True

    def action_guarantee(self):
        """Open the form of a guarantee letter for this period."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Guarantee Letter"),
            "res_model": "kbs.guarantee",
            "view_mode": "form",
            "target": "new",
            "context": {"default_period_id": self.id},
        }

    # === DAILY JOB === #

    @api.model
    def _get_lapsed_guarantee_domain(self, company, today):
        """Domain of the periods that a guarantee carried until before ``today``."""
        return Domain(
            [
                ("company_id", "=", company.id),
                ("is_effective", "=", True),
                ("is_paid", "=", False),
                ("guarantee_until", "<", today),
            ]
        )

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


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
    # A renewal follows its period: with this it is found without a query each time.
    renewal_ids = fields.One2many(
        comodel_name="kbs.renewal", inverse_name="period_id", string="Renewals"
    )

    _sale_line_unique = models.UniqueIndex(
        "(sale_line_id) WHERE sale_line_id IS NOT NULL AND is_cancelled IS NOT TRUE",
        "This order line already has its period.",
    )
    _covered_index = models.Index(
        "(commercial_partner_id, date_end) WHERE is_cancelled IS NOT TRUE"
    )

    # === COMPUTE METHODS === #

    @api.depends("price_total", "term_id.months")
    def _compute_price_month(self):
        for period in self:
            period.price_month = period.price_total / (period.term_id.months or 1)

    @api.depends(
        "is_cancelled",
        "is_effective",
        "date_start",
        "date_end",
        "subscription_id.pause_ids.date_end",
    )
    def _compute_state(self):
        for period in self:
            # Time stands still during a pause.
            period.state = period._get_state(period.subscription_id._get_clock_day())

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

    def _get_booked(self):
        """Periods that hold their days, paid or not, in the order of time."""
        return self.filtered(lambda x: not x.is_cancelled).sorted("date_start")

    def _get_covering(self, day):
        """Return those that cover the local date ``day``; a pause changes nothing."""
        return self.filtered(
            lambda x: x.is_effective and x.date_start <= day <= x.date_end
        )

    def _get_unserved(self):
        """Return the periods that are not paid and of which no day was served.

        What a guarantee or a stopped period has served is still to be paid.
        """
        return self.filtered(
            lambda x: (
                not x.is_paid
                and not x.stopped_on
                and not (
                    x.guarantee_until and x.date_start <= x.company_id._kbs_today()
                )
            )
        )

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

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools import coverage as cov


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    kbs_plan_id = fields.Many2one(related="product_id.kbs_plan_id", string="Plan")
    kbs_term_id = fields.Many2one(related="product_id.kbs_term_id", string="Term")
    kbs_date_start = fields.Date(
        string="Covered from",
        compute="_compute_kbs_dates",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        help="First day of coverage. A renewal continues the day after the end.",
    )
    kbs_date_end = fields.Date(
        string="Covered until",
        compute="_compute_kbs_date_end",
        store=True,
        precompute=True,
        copy=False,
    )
    kbs_price_month = fields.Monetary(
        string="Per Month", compute="_compute_kbs_price_month"
    )
    kbs_date_note = fields.Char(
        compute="_compute_kbs_date_end", store=True, precompute=True
    )
    kbs_period_ids = fields.One2many(
        comodel_name="kbs.subscription.period", inverse_name="sale_line_id"
    )
    kbs_period_id = fields.Many2one(
        comodel_name="kbs.subscription.period",
        string="Period of Support",
        compute="_compute_kbs_period_id",
    )

    _kbs_dates_in_order = models.Constraint(
        "CHECK (kbs_date_end IS NULL OR kbs_date_start <= kbs_date_end)",
        "The coverage of an order line cannot end before it starts.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "product_id", "order_id.kbs_subscription_id", "order_id.kbs_is_gap_paid"
    )
    def _compute_kbs_dates(self):
        """Propose the first day of coverage; people may ask for another one."""
        for line in self:
            if line._kbs_is_sold():
                line.kbs_date_start = line.kbs_date_start
                continue
            coverage = line._kbs_try_coverage(asked=None)
            line.kbs_date_start = coverage and coverage.date_start

    @api.depends(
        "product_id",
        "kbs_date_start",
        "order_id.kbs_subscription_id",
        "order_id.kbs_is_gap_paid",
    )
    def _compute_kbs_date_end(self):
        for line in self:
            if line._kbs_is_sold():
                line.kbs_date_end = line.kbs_date_end
                line.kbs_date_note = line.kbs_date_note
                continue
            coverage = line._kbs_try_coverage(asked=line.kbs_date_start)
            line.kbs_date_end = coverage and coverage.date_end
            line.kbs_date_note = coverage and line._kbs_explain_dates(coverage)

    @api.depends("price_total", "product_id")
    def _compute_kbs_price_month(self):
        for line in self:
            months = line._kbs_get_paid_months()
            line.kbs_price_month = line.price_total / months if months else 0.0

    @api.depends("kbs_period_ids")
    def _compute_kbs_period_id(self):
        for line in self:
            periods = line.sudo().kbs_period_ids
            line.kbs_period_id = (periods._get_booked() or periods)[:1]

    @api.depends("kbs_date_start", "kbs_date_end")
    def _compute_name(self):
        # EXTENDS sale
        return super()._compute_name()

    def _get_sale_order_line_multiline_description_sale(self):
        # EXTENDS sale: quotation, portal and invoice say what is covered.
        description = super()._get_sale_order_line_multiline_description_sale()
        if self.kbs_plan_id and self.kbs_date_end:
            description += "\n" + self.env._(
                "Support from %(start)s to %(end)s",
                start=format_date(self.env, self.kbs_date_start),
                end=format_date(self.env, self.kbs_date_end),
            )
        return description

    @api.onchange("kbs_date_start", "product_id")
    def _onchange_kbs_date_start(self):
        """Show at once the day that the rules make of the day that was typed."""
        coverage = self._kbs_try_coverage(asked=self.kbs_date_start)
        if coverage:
            self.kbs_date_start = coverage.date_start

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        if not self.env.su:
            lines._kbs_check_not_sold_yet()
        return lines

    def write(self, vals):
        if not self.env.su and self._kbs_get_sold_fields() & set(vals):
            self.filtered(
                lambda x: x.sudo().kbs_period_ids or x._kbs_is_carried()
            )._kbs_check_not_sold_yet()
        return super().write(vals)

    @api.model
    def _kbs_get_sold_fields(self):
        """What a confirmed order has sold, so that nobody changes it any more."""
        return {
            "product_id",
            "product_uom_qty",
            "price_unit",
            "discount",
            "tax_ids",
            "kbs_date_start",
            "kbs_date_end",
            "kbs_price_rule_id",
        }

    def _kbs_check_not_sold_yet(self):
        """Keep plan lines of confirmed orders as they were sold.

        :raise UserError: the order is confirmed; periods and rules know its line
        """
        sold = self.filtered(
            lambda x: x.state == "sale" and (x.kbs_plan_id or x._kbs_is_carried())
        )
        if sold:
            raise UserError(
                self.env._(
                    "%(order)s is confirmed, and its support plan stays as it was "
                    "sold. Make a new quotation, or cancel this order first.",
                    order=sold[0].order_id.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_support_sold(self):
        if sold := self.filtered(lambda x: x.sudo().kbs_period_ids):
            raise UserError(
                self.env._(
                    "%(order)s sold support once and stays for the record.",
                    order=sold[0].order_id.name,
                )
            )

    # === DATES === #

    def _kbs_get_coverage(self, asked):
        """Return the coverage that this line buys today, by rules T1 to T4.

        :param date asked: first day (or a day of the budget year) asked for, or None
        :raise CoverageError: the days cannot be bought
        """
        self.ensure_one()
        return self._kbs_get_subscription_sudo()._get_term_coverage(
            self.kbs_term_id,
            self.company_id or self.env.company,
            asked,
            self.order_id.kbs_is_gap_paid,
        )

    def _kbs_get_subscription_sudo(self):
        """What this line renews; for an order confirmed before, what it made then."""
        self.ensure_one()
        line = self.sudo()
        return line.kbs_period_ids.subscription_id[:1] or (
            line.order_id.kbs_subscription_id
        )

    def _kbs_get_clock_day(self):
        """Return today's local date, or the day on which the client's time stopped."""
        subscription = self._kbs_get_subscription_sudo()
        company = self.company_id or self.env.company
        return subscription._get_clock_day() if subscription else company._kbs_today()

    def _kbs_try_coverage(self, asked):
        """Like :meth:`_kbs_get_coverage`, but False where no days can be bought."""
        if not self.kbs_term_id or not self.kbs_plan_id:
            return False
        try:
            return self._kbs_get_coverage(asked)
        except cov.CoverageError:
            return False

    def _kbs_get_paid_months(self):
        """Return for how many months the price of this line is paid."""
        return self.kbs_term_id.months

    def _kbs_is_sold(self):
        """Say whether the dates are settled: no rule moves them any more."""
        return self.state in ("sale", "cancel")

    def _kbs_explain_dates(self, coverage):
        """Say what is special about the days of ``coverage``, or False."""
        first = coverage.date_start
        if self.kbs_term_id.is_budget_year and first.timetuple().tm_yday > 1:
            return self.env._(
                "Budget year %(year)s starts on %(date)s, after the coverage that is "
                "already paid; the price is the same.",
                year=first.year,
                date=format_date(self.env, first),
            )
        if coverage.is_continued and first < self._kbs_get_clock_day():
            return self.env._(
                "Renewed within the grace: continues from %(date)s without a gap.",
                date=format_date(self.env, first),
            )
        return False

    # === CONFIRMATION === #

    def _kbs_get_faults(self):
        """Return what forbids selling this plan line, as readable sentences."""
        self.ensure_one()
        if not self.kbs_term_id:
            return [
                self.env._(
                    "%(plan)s has no term. Choose for how many months, or the budget "
                    "year, it is bought.",
                    plan=self.kbs_plan_id.name,
                )
            ]
        faults = []
        if self.product_uom_qty != 1:
            faults.append(
                self.env._(
                    "The quantity of %(product)s is not 1. For a longer time choose a "
                    "longer term; for another client or subscription make another "
                    "quotation.",
                    product=self.product_id.display_name,
                )
            )
        faults += filter(
            None, [self._kbs_get_date_fault(), self._kbs_get_price_fault()]
        )
        return faults

    def _kbs_get_date_fault(self):
        try:
            coverage = self._kbs_get_coverage(self.kbs_date_start)
        except cov.BudgetYearPast as error:
            return self.env._(
                "The budget year %(year)s is over. Choose a day of the running or of "
                "the next year as the start.",
                year=error.day.year,
            )
        except cov.CoverageError as error:
            return self.env._(
                "The client is already covered until %(date)s. Choose a later start.",
                date=format_date(self.env, error.day),
            )
        is_over = coverage.date_end < self._kbs_get_clock_day()
        if is_over and not self.env.context.get("kbs_allow_past"):
            return self.env._(
                "The days of this term are over: it would end on %(date)s. Choose a "
                "later start.",
                date=format_date(self.env, coverage.date_end),
            )
        return None

    def _kbs_get_or_create_subscriptions(self):
        """Return dict ``{line: subscription}``: what is renewed, else a new one."""
        found = {line: line._kbs_get_subscription_sudo() for line in self}
        new_lines = self.filtered(lambda x: not found[x])
        created = self.env["kbs.subscription"].create(
            [line._kbs_prepare_subscription_values() for line in new_lines]
        )
        return found | dict(zip(new_lines, created, strict=True))

    def _kbs_prepare_subscription_values(self):
        """Values of the subscription that this line starts."""
        order = self.order_id
        return {
            "partner_id": order.partner_id.commercial_partner_id.id,
            "company_id": order.company_id.id,
            "plan_id": self.kbs_plan_id.id,
            "manager_id": order.user_id.id,
        }

    def _kbs_prepare_period_values(self, subscription):
        """Values of the period that this confirmed line sells.

        :param subscription: ``kbs.subscription`` that the period belongs to
        """
        coverage = self._kbs_get_coverage(self.kbs_date_start)
        return {
            "subscription_id": subscription.id,
            "sale_line_id": self.id,
            "plan_id": self.kbs_plan_id.id,
            "term_id": self.kbs_term_id.id,
            "date_start": coverage.date_start,
            "sold_until": coverage.date_end,
            "chain_start": coverage.chain_start,
            "chain_months": coverage.chain_months,
            "starts_on_payment": (
                self.company_id.kbs_start_on_payment
                and not coverage.is_continued
                and not self.kbs_term_id.is_budget_year
            ),
            "currency_id": self.currency_id.id,
            "price_total": self.price_total + self._kbs_get_deduction(),
            "price_kind": self._kbs_get_price_kind(),
            "price_reason": self._kbs_get_price_reason(coverage),
        }

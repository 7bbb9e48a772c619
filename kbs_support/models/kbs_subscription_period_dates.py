from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.coverage import ONE_DAY, Coverage, shift_to_payment


class KbsSubscriptionPeriod(models.Model):
    """From which to which day a period lasts, and what moves its ends.

    Sold days are written at the sale. The first payment may move them (T4), a pause
    moves the end, a stop and a change of plan cut it.
    """

    _inherit = "kbs.subscription.period"

    date_start = fields.Date(
        string="From",
        compute="_compute_dates",
        store=True,
        readonly=False,
        required=True,
        index=True,
    )
    sold_until = fields.Date(
        compute="_compute_dates",
        store=True,
        readonly=False,
        required=True,
        copy=False,
        help="Last day that was sold, with the days that pauses have added.",
    )
    date_end = fields.Date(
        string="Until",
        compute="_compute_date_end",
        store=True,
        readonly=False,
        required=True,
        index=True,
        help="Last day of service: what was sold, or less after a change or a stop.",
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

    # === CUT BEFORE ITS END === #
    stopped_on = fields.Date(
        readonly=True,
        copy=False,
        help="First day without service, where the client left before the end.",
    )
    replaced_period_id = fields.Many2one(
        comodel_name="kbs.subscription.period",
        string="Takes over from",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The period of the old plan. It ends the day before this one starts, as "
        "long as this one is paid or guaranteed.",
    )
    replaced_by_ids = fields.One2many(
        comodel_name="kbs.subscription.period", inverse_name="replaced_period_id"
    )

    _dates_in_order = models.Constraint(
        "CHECK (date_start <= date_end AND date_end <= sold_until)",
        "A period cannot end before it starts, nor after the days that were sold.",
    )
    # A change of plan moves two rows at once: see _defer_overlap_check.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (subscription_id WITH =,"
        " daterange(date_start, date_end, '[]') WITH &&)"
        " WHERE (is_cancelled IS NOT TRUE"
        " AND (replaced_period_id IS NULL OR is_effective IS TRUE))"
        " DEFERRABLE INITIALLY IMMEDIATE",
        "Periods of one subscription cannot overlap.",
    )

    # === COMPUTE METHODS === #

    @api.depends("starts_on_payment", "first_paid_on")
    def _compute_dates(self):
        """Dates are set when the period is sold; payment may move a first one (T4)."""
        self._read_replaced()
        for period in self:
            coverage = Coverage(
                period.date_start,
                period.sold_until,
                period.chain_start,
                period.chain_months,
            )
            if period._is_moved_by_payment():
                months = period.term_id.months
                coverage = shift_to_payment(coverage, months, period.first_paid_on)
            period.date_start = coverage.date_start
            period.sold_until = coverage.date_end
            period.chain_start = coverage.chain_start
        # At once, so that the new dates reach the database together.
        self.mapped("date_end")

    def _is_moved_by_payment(self):
        """Say whether the day of payment may still move this period.

        Not when service has begun by a guarantee, nor when another period already
        follows: it would be run over.
        """
        return (
            self.starts_on_payment
            and self.first_paid_on
            and not self.guarantee_ids
            and not self.subscription_id.period_ids._get_booked().filtered(
                lambda x: x.date_start > self.date_start
            )
        )

    @api.depends(
        "sold_until",
        "stopped_on",
        "replaced_by_ids.is_effective",
        "replaced_by_ids.date_start",
    )
    def _compute_date_end(self):
        for period in self:
            successor = period.replaced_by_ids.filtered("is_effective")[:1]
            cuts = [day for day in (period.stopped_on, successor.date_start) if day]
            period.date_end = min([period.sold_until, *(x - ONE_DAY for x in cuts)])
        if self.replaced_by_ids:
            self._defer_overlap_check()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("date_end"):
                vals.setdefault("sold_until", vals["date_end"])
            elif vals.get("sold_until"):
                vals["date_end"] = vals["sold_until"]
        return super().create(vals_list)

    # === BUSINESS METHODS === #

    def _get_coverage(self):
        """Return the days that are served as :class:`Coverage`.

        A period that was cut ends no whole month: what follows it counts anew.
        """
        is_cut = self.date_end and self.date_end < self.sold_until
        chain_months = 0 if is_cut else self.chain_months
        return Coverage(self.date_start, self.date_end, self.chain_start, chain_months)

    def _get_last_day(self):
        """Return the last day of service, also by the plans that took over.

        Less than what was sold only where the client left before.
        """
        self.ensure_one()
        # Of all periods at once: renewals are computed for many.
        successors = {
            x.replaced_period_id: x
            for x in self.subscription_id.period_ids
            if x.replaced_period_id and x.is_effective
        }
        period = self
        while period in successors:
            period = successors[period]
        return period.date_end

    def _read_replaced(self):
        """Read what :meth:`_compute_date_end` needs, before dates change.

        Reading it later would write half of the new dates into the database, which
        refuses a period that ends before it starts.
        """
        self.mapped("replaced_by_ids")

    def _defer_overlap_check(self):
        """Let PostgreSQL look for overlaps when all rows of this moment are written.

        An old period ends because the new one became effective: one of the two
        rows is always written first.
        """
        cr = self.env.cr
        if cr.precommit.data.get("kbs_overlap_deferred"):
            return
        cr.precommit.data["kbs_overlap_deferred"] = True
        name = SQL.identifier("kbs_subscription_period_no_overlap")
        cr.execute(SQL("SET CONSTRAINTS %s DEFERRED", name))

        @cr.precommit.add
        def check_overlap():
            cr.execute(SQL("SET CONSTRAINTS %s IMMEDIATE", name))

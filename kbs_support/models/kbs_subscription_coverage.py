from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.coverage import ONE_DAY, days_within, months_between
from ..tools.reminders import get_opening_day


class KbsSubscription(models.Model):
    """What a subscription says about itself, and what others ask it.

    Plan, state, dates and tenure are derived from the periods and from today.
    """

    _inherit = "kbs.subscription"

    plan_id = fields.Many2one(
        comodel_name="kbs.plan",
        compute="_compute_coverage",
        store=True,
        readonly=False,
        tracking=True,
        index="btree_not_null",
        help="Plan of the period that runs today, else of the next or the last one.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Not paid"),
            ("upcoming", "Starts later"),
            ("active", "Active"),
            ("paused", "Paused"),
            ("grace", "In grace"),
            ("ended", "Ended"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_coverage",
        store=True,
        index=True,
        tracking=True,
        default="draft",
        group_expand=True,
    )
    date_start = fields.Date(
        string="Covered from",
        compute="_compute_coverage",
        store=True,
        help="First day of paid coverage.",
    )
    date_end = fields.Date(
        string="Covered until",
        compute="_compute_coverage",
        store=True,
        index=True,
        tracking=True,
        help="Last day of paid coverage.",
    )
    booked_until = fields.Date(
        compute="_compute_coverage",
        store=True,
        help="Last day of the last period, paid or not.",
    )
    tenure_start = fields.Date(
        string="Client without a Gap since",
        compute="_compute_coverage",
        store=True,
        help="First day of the uninterrupted coverage.",
    )
    tenure_months = fields.Integer(
        string="Tenure, Months",
        compute="_compute_tenure_months",
        help="Full months of uninterrupted coverage up to today.",
    )
    state_changes_on = fields.Date(
        compute="_compute_coverage",
        store=True,
        help="Day on which time alone changes the state; the daily job looks for it.",
    )
    renewal_opens_on = fields.Date(
        string="Renewal Opens", compute="_compute_renewal_opens_on"
    )
    days_left = fields.Integer(compute="_compute_days_left")

    _state_changes_index = models.Index(
        "(company_id, state_changes_on) WHERE state_changes_on IS NOT NULL"
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "period_ids.is_effective",
        "period_ids.is_cancelled",
        "period_ids.date_start",
        "period_ids.date_end",
        "period_ids.plan_id",
        "pause_ids.date_start",
        "pause_ids.date_end",
        "closed_on",
        "leaving_since",
        "company_id.kbs_grace_days",
    )
    def _compute_coverage(self):
        """Derive everything that periods and today's date decide (S2)."""
        for company, subscriptions in self.grouped("company_id").items():
            today = company._kbs_today() if company else fields.Date.today()
            for subscription in subscriptions:
                subscription._set_coverage(today)

    def _set_coverage(self, today):
        booked = self.period_ids._get_booked()
        effective = booked.filtered("is_effective")
        self.booked_until = booked[-1:].date_end
        self.date_start = effective[:1].date_start
        self.date_end = effective[-1:].date_end
        self.tenure_start = self._get_tenure_start(effective)
        self.state = self._get_state(effective, today)
        self.state_changes_on = self._get_next_change(effective, today)
        day = min(today, self._get_clock_day())
        self.plan_id = self._get_plan_on(effective or booked, day) or self.plan_id

    def _get_state(self, effective, today):
        if self.closed_on or (
            self.period_ids and all(self.period_ids.mapped("is_cancelled"))
        ):
            return "cancelled"
        if not effective:
            return "draft"
        # A pause after the end is none: the client has left before it.
        is_paused = bool(self._get_pause_on(today))
        if is_paused and self._get_clock_day() <= effective[-1].date_end:
            return "paused"
        if any(x.date_start <= today <= x.date_end for x in effective):
            return "active"
        if any(x.date_start > today for x in effective):
            return "upcoming"
        if self.leaving_since:
            return "cancelled"
        return "grace" if today <= self._get_grace_end(effective) else "ended"

    def _get_grace_end(self, effective):
        grace = timedelta(days=self.company_id.kbs_grace_days)
        return effective[-1].date_end + grace

    def _get_next_change(self, effective, today):
        """First day after today on which the calendar changes state or plan."""
        if not effective or self.closed_on:
            return False
        days = {x.date_start for x in effective}
        days |= {x.date_end + ONE_DAY for x in effective}
        days.add(self._get_grace_end(effective) + ONE_DAY)
        for pause in self.pause_ids:
            days |= {pause.date_start, pause.date_end and pause.date_end + ONE_DAY}
        return min((day for day in days if day and day > today), default=False)

    @api.model
    def _get_plan_on(self, periods, today):
        current = periods.filtered(lambda x: x.date_start <= today <= x.date_end)
        coming = periods.filtered(lambda x: x.date_start > today)
        return (current[:1] or coming[:1] or periods[-1:]).plan_id

    @api.model
    def _get_tenure_start(self, effective):
        """First day of the last run of periods without a gap (T3)."""
        start = False
        following = None
        for period in reversed(effective):
            if following and period.date_end + ONE_DAY != following.date_start:
                break
            start, following = period.date_start, period
        return start

    @api.depends(
        "tenure_start",
        "date_end",
        "state",
        "pause_ids.date_start",
        "pause_ids.date_end",
    )
    def _compute_tenure_months(self):
        for subscription in self:
            today = subscription.company_id._kbs_today()
            last = subscription.date_end and min(today, subscription.date_end)
            is_kept = subscription.state in ("active", "upcoming", "paused", "grace")
            subscription.tenure_months = (
                subscription._get_tenure_months(last) if is_kept else 0
            )

    def _get_tenure_months(self, last):
        """Return the full months of uninterrupted coverage up to the day ``last``.

        Paused days keep the tenure, and do not count.
        """
        start = self.tenure_start
        return months_between(start, last, self._get_paused_days(start, last))

    @api.depends("date_end", "company_id.kbs_renewal_days")
    def _compute_renewal_opens_on(self):
        for subscription in self:
            end = subscription.date_end
            term = subscription._get_last_period().term_id
            subscription.renewal_opens_on = end and get_opening_day(
                end, subscription.company_id.kbs_renewal_days, term.is_budget_year
            )

    @api.depends("date_end", "state", "pause_ids.date_start", "pause_ids.date_end")
    def _compute_days_left(self):
        """Days of service that are left, without those that will be paused."""
        for subscription in self:
            end, today = subscription.date_end, subscription._get_clock_day()
            ended = subscription.pause_ids.filtered("date_end")
            paused = days_within([x._get_stretch() for x in ended], today, end)
            days = (end - today).days + 1 - paused if end else 0
            subscription.days_left = days

    # === WHAT OTHERS ASK === #

    @api.model
    def _get_active(self, partners, on_date=None):
        """Answer the one question of all other parts: who is covered, by what.

        Coverage belongs to the commercial entity (E1): any contact of the client's
        company gets the company's subscription.

        :param partners: ``res.partner`` recordset
        :param on_date: local date, today by default
        :return: dict ``{partner: subscription}`` with a (maybe empty) record for each
            of ``partners``; of several subscriptions the one that lasts longest
        """
        periods = self._get_active_periods(partners, on_date)
        # Without the sudo in which they were found.
        return {
            partner: self.browse(period.subscription_id.id)
            for partner, period in periods.items()
        }

    @api.model
    def _get_active_periods(self, partners, on_date=None):
        """Return ``{partner: period}`` in sudo: by what :meth:`_get_active` decides."""
        on_date = on_date or self.env.company._kbs_today()
        companies = partners.commercial_partner_id
        periods = (
            self.env["kbs.subscription.period"]
            .sudo()  # the answer is needed by people who may not read subscriptions
            .search_fetch(
                self._get_active_domain(companies, on_date),
                [
                    "subscription_id",
                    "commercial_partner_id",
                    "date_end",
                    "is_paid",
                    "guarantee_until",
                ],
                order="date_end, id",
            )
        )
        found = {x.commercial_partner_id.id: x for x in periods}
        return {
            partner: found.get(partner.commercial_partner_id.id, periods.browse())
            for partner in partners
        }

    @api.model
    def _get_active_domain(self, commercial_partners, on_date):
        """Domain of the periods that cover ``commercial_partners`` on ``on_date``."""
        paused = self.env["kbs.pause"]._get_running_domain(on_date)
        return Domain(
            [
                ("commercial_partner_id", "in", commercial_partners.ids),
                ("company_id", "in", self.env.companies.ids),
                ("is_cancelled", "=", False),
                ("date_start", "<=", on_date),
                ("date_end", ">=", on_date),
                ("subscription_id.pause_ids", "not any", paused),
            ]
        ) & (Domain("is_paid", "=", True) | Domain("guarantee_until", ">=", on_date))

    def _get_last_coverage(self):
        """Return the last booked stretch as :class:`Coverage`, or None."""
        last = self.period_ids._get_booked()[-1:]
        return last._get_coverage() if last else None

    def _get_unpaid_period(self):
        """Return the booked period that nobody paid for yet, if there is one."""
        return self.period_ids._get_booked().filtered(lambda x: not x.is_effective)[:1]

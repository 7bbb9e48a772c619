from odoo import fields, models

from ..tools.service_months import get_service_months


class KbsSubscription(models.Model):
    """The hours of a subscription: what is left, and what its periods give (E2).

    The ledger knows the subscription. This file belongs to the ledger: the subscription
    itself does without.
    """

    _inherit = "kbs.subscription"

    hour_entry_ids = fields.One2many(
        comodel_name="kbs.hour.entry", inverse_name="subscription_id", string="Hours"
    )
    minutes_left = fields.Integer(
        compute="_compute_minutes_left",
        help="What is left today of included and bought hours.",
    )
    hours_left = fields.Float(compute="_compute_minutes_left")

    def _compute_minutes_left(self):
        for company, subscriptions in self.grouped("company_id").items():
            today = company._kbs_today() if company else fields.Date.today()
            balances = self.env["kbs.hour.entry"]._get_balances(subscriptions, today)
            for subscription in subscriptions:
                subscription.minutes_left = balances[subscription]
                subscription.hours_left = balances[subscription] / 60

    # === WHEN PERIODS CHANGE === #

    def _compute_field_value(self, field):
        # EXTENDS base: whatever moves the coverage moves the hours with it.
        res = super()._compute_field_value(field)
        if "state" in {x.name for x in self.pool.field_computed[field]}:
            self.filtered("id")._give_hours_sudo()
        return res

    def _give_hours_sudo(self):
        """Give the hours of all effective periods, and take back those of others.

        What was used stays used. Running it twice changes nothing.
        Sudo: it follows from payments, whoever enters them.
        """
        entries = self.env["kbs.hour.entry"].sudo()
        periods = self.sudo().period_ids
        grants = entries.search(
            [
                ("period_id", "in", periods.ids),
                ("kind", "=", "grant"),
                ("source_id", "=", False),
            ]
        )
        known = {(x.period_id, x.month_number): x for x in grants}
        due = {
            (period, month.number): month
            for period in periods
            if period.is_effective and period.plan_id.included_minutes
            for month in period._get_granted_months()
        }
        to_create = [
            period._prepare_grant(month)
            for (period, number), month in due.items()
            if (period, number) not in known
        ]
        for key, grant in known.items():
            to_create += grant._follow_month(due.get(key))
        entries.create(to_create)


class KbsSubscriptionPeriod(models.Model):
    _inherit = "kbs.subscription.period"

    def _get_service_months(self):
        """Return the service months of this period (T7)."""
        self.ensure_one()
        # A pause that lasts has moved nothing yet.
        pauses = self.subscription_id.pause_ids.filtered("date_end")
        start = self.chain_start or self.date_start
        return get_service_months(
            start,
            self.date_start,
            self.date_end,
            sorted(x._get_stretch() for x in pauses if x.date_start >= start),
        )

    def _get_granted_months(self):
        """Return the service months for which this period gives hours."""
        return self._get_service_months()

    def _prepare_grant(self, month):
        """Values of the hours that the plan gives for the service ``month``."""
        return {
            "subscription_id": self.subscription_id.id,
            "kind": "grant",
            "period_id": self.id,
            "month_number": month.number,
            "minutes": month.get_share(self.plan_id.included_minutes),
            "date": month.first,
            "valid_from": month.first,
            "valid_to": month.last,
        }


class KbsHourEntry(models.Model):
    _inherit = "kbs.hour.entry"

    def _follow_month(self, month):
        """Fit this grant to its service month, or to there being none any more.

        :param month: :class:`ServiceMonth`, or None when the period gives no hours
        :return: values of the entries to make; the validity is moved at once
        """
        self.ensure_one()
        if month and (self.valid_from, self.valid_to) != (month.first, month.last):
            self.write({"valid_from": month.first, "valid_to": month.last})
        return self._fit_to(self._get_month_minutes(month) if month else 0)

    def _get_month_minutes(self, month):
        """Return the minutes that this grant gives in its service ``month``."""
        return self.minutes

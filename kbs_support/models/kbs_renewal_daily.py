from datetime import date, timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.batches import work_in_batches
from ..tools.coverage import BUDGET_YEAR_ORDERED_FROM_MONTH


class KbsRenewal(models.Model):
    """The daily job that opens renewals, so that no client lapses unnoticed (T6)."""

    _inherit = "kbs.renewal"

    @api.model
    def _cron_open_renewals(self):
        """Open the renewals whose time has come, in every company.

        Looks only for what lacks one, so a second run finds nothing, and a run after
        days without one catches up.
        """
        Subscription = self.env["kbs.subscription"]
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        due = [self._get_unopened_domain(x, x._kbs_today()) for x in companies]
        self.env["ir.cron"]._commit_progress(
            remaining=sum(Subscription.search_count(domain) for domain in due)
        )
        for domain in due:
            if not work_in_batches(Subscription, domain, self._open_and_tie):
                break

    @api.model
    def _get_unopened_domain(self, company, today):
        """Domain of the subscriptions of ``company`` whose renewal is to be opened.

        Covered until a day within the window or, for budget years, of this year; or
        over and still in grace. Not closed, not paused, not stopped by the client.
        """
        grace = timedelta(days=company.kbs_grace_days)
        window = timedelta(days=company.kbs_renewal_days)
        ending = Domain("date_end", "<=", today + window)
        if today.month >= BUDGET_YEAR_ORDERED_FROM_MONTH:
            ending |= self._get_budget_year_domain(date(today.year, 12, 31))
        paused = self.env["kbs.pause"]._get_running_domain(today)
        return (
            Domain("company_id", "=", company.id)
            & Domain("date_end", ">=", today - grace)
            & Domain("closed_on", "=", False)
            & Domain("pause_ids", "not any", paused)
            & ending
            & Domain.custom(to_sql=self._get_unopened_sql)
        )

    @api.model
    def _get_budget_year_domain(self, end):
        budget_year = [
            ("is_effective", "=", True),
            ("term_id.is_budget_year", "=", True),
            ("date_end", "=", end),
        ]
        return Domain("date_end", "=", end) & Domain("period_ids", "any", budget_year)

    @api.model
    def _get_unopened_sql(self, model, alias, query):
        """SQL condition: this end has no renewal, and is not where a client left."""
        self.flush_model(["subscription_id", "ends_on"])
        self.env["kbs.subscription.period"].flush_model()
        return SQL(
            """(
                NOT EXISTS (
                    SELECT 1 FROM kbs_renewal r
                     WHERE r.subscription_id = %(id)s AND r.ends_on >= %(end)s)
                AND NOT EXISTS (
                    SELECT 1 FROM kbs_subscription_period p
                     WHERE p.subscription_id = %(id)s AND p.date_end = %(end)s
                       AND p.stopped_on IS NOT NULL AND p.is_cancelled IS NOT TRUE)
            )""",
            id=SQL.identifier(alias, "id"),
            end=SQL.identifier(alias, "date_end"),
        )

    @api.model
    def _open_and_tie(self, subscriptions):
        """Open renewals; an order that was confirmed earlier is their order."""
        renewals = self._open(subscriptions)
        for subscription, renewal in renewals.items():
            order = subscription._get_unpaid_period().order_id
            # A change of plan renews nothing: the renewal comes after it.
            is_free = not order.kbs_renewal_id and not order.kbs_changed_period_id
            if order.state == "sale" and is_free:
                # A quotation that was adopted a moment ago has to make room.
                (renewal.order_ids - order)._action_cancel()
                renewal.order_ids.flush_recordset(["state"])
                order.kbs_renewal_id = renewal

from odoo import models
from odoo.tools import SQL


class KbsReportSubscription(models.Model):
    """How subscriptions are counted by month: one query, told step by step.

    Spans become chains without a gap, chains become snapshots of the ends of months,
    and two snapshots in a row say what happened. See docs/decisions/0046.
    """

    _inherit = "kbs.report.subscription"

    def _get_count_query(self, company):
        # EXTENDS kbs_support
        return SQL(
            "WITH %s, %s, %s, %s, %s %s",
            self.env["kbs.report.span"]._get_span_ctes(company),
            self._get_chain_ctes(company),
            self._get_snapshot_ctes(company),
            self._get_step_ctes(),
            self._get_row_cte(company),
            self._get_select(),
        )

    def _get_chain_ctes(self, company):
        """``chain``: spans with the first day of their uninterrupted coverage.

        Of what was taken over coverage without a gap may reach farther back.
        ``renewal``: how many periods continue another one, by month of the first day.
        """
        return SQL(
            """
            reach AS (
                SELECT span.*, MAX(date_end) OVER (
                    PARTITION BY subscription_id ORDER BY date_start, id
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
                FROM span
            ),
            chain AS (
                SELECT reach.*, MAX(CASE WHEN reached + 1 >= date_start THEN NULL
                        ELSE LEAST(date_start, tenure_since) END) OVER (
                    PARTITION BY subscription_id ORDER BY date_start, id
                    ROWS UNBOUNDED PRECEDING) AS tenure_start
                FROM reach
            ),
            renewal AS (
                SELECT subscription_id, date_trunc('month', date_start)::date AS month,
                    COUNT(*) AS renewals
                FROM reach
                WHERE replaced_period_id IS NULL AND date_start = reached + 1
                    AND date_start <= %s
                GROUP BY 1, 2
            )
            """,
            company._kbs_today(),
        )

    def _get_snapshot_ctes(self, company):
        """``snapshot``: what covers each subscription at the end of each month."""
        return SQL(
            """
            covered AS (
                SELECT DISTINCT ON (chain.subscription_id, calendar.month)
                    chain.*, calendar.month, calendar.day
                FROM chain
                CROSS JOIN LATERAL (
                    SELECT first::date AS month, LEAST(
                        (first + interval '1 month - 1 day')::date, %(today)s) AS day
                    FROM generate_series(date_trunc('month', chain.date_start),
                        LEAST(chain.date_end, %(today)s), '1 month') AS first
                ) AS calendar
                WHERE calendar.day BETWEEN chain.date_start AND chain.date_end
                ORDER BY chain.subscription_id, calendar.month, chain.date_start DESC,
                    chain.id DESC
            ),
            rest AS (
                SELECT covered.subscription_id, covered.month,
                    SUM(LEAST(pause.date_end, covered.day)
                        - GREATEST(pause.date_start, covered.tenure_start) + 1) AS days,
                    BOOL_OR(covered.day <= pause.date_end) AS is_paused
                FROM covered
                JOIN pause ON pause.subscription_id = covered.subscription_id
                    AND pause.date_start <= covered.day
                    AND pause.date_end >= covered.tenure_start
                GROUP BY 1, 2
            ),
            snapshot AS (
                SELECT covered.*,
                    COALESCE(rest.is_paused, FALSE) AS is_paused,
                    CASE WHEN rest.is_paused THEN 0 ELSE covered.mrr END AS monthly,
                    covered.day + 1 - COALESCE(rest.days, 0)::int AS tenure_end
                FROM covered
                LEFT JOIN rest USING (subscription_id, month)
            )
            """,
            today=company._kbs_today(),
        )

    def _get_step_ctes(self):
        """``step``: each snapshot beside the one before, and beside its client's."""
        return SQL(
            """
            step AS (
                SELECT snapshot.*,
                    LAG(month) OVER months AS month_before,
                    LAG(is_paused) OVER months AS paused_before,
                    LAG(monthly) OVER months AS monthly_before,
                    LAG(plan_id) OVER months AS plan_before,
                    LAG(term_id) OVER months AS term_before,
                    LEAD(month) OVER months AS month_after,
                    FIRST_VALUE(month) OVER months AS cohort_month
                FROM snapshot
                WINDOW months AS (PARTITION BY subscription_id ORDER BY month)
            ),
            client AS (
                SELECT partner_id, MIN(month) AS first_month FROM snapshot GROUP BY 1
            ),
            client_month AS (
                SELECT DISTINCT partner_id, month FROM snapshot
            ),
            last_day AS (
                SELECT subscription_id, MAX(date_end) AS date_end FROM span GROUP BY 1
            )
            """
        )

    def _get_row_cte(self, company):
        """``line``: covered months with their cause, and the months of ending."""
        return SQL(
            """
            line AS (
                SELECT step.*, 'covered' AS kind,
                    step.monthly - CASE WHEN step.month_before
                        = step.month - interval '1 month'
                        THEN step.monthly_before ELSE 0 END AS change,
                    COALESCE(renewal.renewals, 0) AS renewals,
                    %(cause)s AS cause
                FROM step
                JOIN client USING (partner_id)
                LEFT JOIN renewal USING (subscription_id, month)
                LEFT JOIN client_month before ON step.month_before IS NULL
                    AND before.partner_id = step.partner_id
                    AND before.month = step.month - interval '1 month'
                UNION ALL
                SELECT step.*, 'over', -step.monthly, COALESCE(renewal.renewals, 0),
                    CASE WHEN step.month_after IS NULL
                        AND subscription.closed_on IS NULL
                        AND subscription.leaving_since IS NULL
                        AND last_day.date_end < %(today)s
                        AND last_day.date_end + %(grace)s >= %(today)s
                        THEN 'grace' ELSE 'lost' END
                FROM step
                JOIN kbs_subscription subscription
                    ON subscription.id = step.subscription_id
                JOIN last_day ON last_day.subscription_id = step.subscription_id
                LEFT JOIN renewal ON renewal.subscription_id = step.subscription_id
                    AND renewal.month = step.month + interval '1 month'
                WHERE step.month < date_trunc('month', %(today)s)
                    AND step.month_after IS DISTINCT FROM step.month
                        + interval '1 month'
            )
            """,
            cause=self._get_cause(),
            today=company._kbs_today(),
            grace=company.kbs_grace_days,
        )

    def _get_cause(self):
        """The one reason of a change between two month ends: the first that fits."""
        return SQL(
            """
            CASE
                WHEN step.month_before IS NULL AND step.client_since < step.date_start
                    THEN 'taken_over'
                WHEN step.month_before IS NULL AND client.first_month = step.month
                    THEN 'new'
                WHEN step.month_before IS NULL AND before.month IS NOT NULL
                    THEN 'added'
                WHEN step.month_before IS NULL
                    OR step.month_before < step.month - interval '1 month'
                    THEN 'won_back'
                WHEN step.is_paused AND step.paused_before THEN 'same'
                WHEN step.is_paused THEN 'pause'
                WHEN step.paused_before THEN 'resumed'
                WHEN step.plan_id <> step.plan_before
                    AND step.monthly > step.monthly_before THEN 'upgrade'
                WHEN step.plan_id <> step.plan_before THEN 'downgrade'
                WHEN step.monthly <> step.monthly_before
                    AND step.term_id <> step.term_before THEN 'term'
                WHEN step.monthly <> step.monthly_before THEN 'price'
                WHEN renewal.renewals > 0 THEN 'renewed'
                ELSE 'same' END
            """
        )

    def _get_select(self):
        return SQL(
            """
            SELECT line.subscription_id, line.id AS period_id, line.partner_id,
                line.plan_id, line.term_id, line.price_kind, line.currency_id,
                subscription.manager_id, line.cause, place.month,
                (is_covered AND NOT line.is_paused)::int AS active_count,
                (is_covered AND line.is_paused)::int AS paused_count,
                (line.cause = 'new')::int AS new_count,
                (line.cause = 'added')::int AS added_count,
                (line.cause = 'won_back')::int AS won_back_count,
                line.renewals AS renewed_count,
                (line.cause = 'lost')::int AS lost_count,
                is_covered::int AS kept_count,
                CASE WHEN is_covered THEN line.monthly ELSE 0 END AS mrr,
                line.change AS mrr_change,
                CASE WHEN is_covered AND NOT line.is_paused
                    THEN 100 * (line.price_kind = 'loyalty')::int END AS loyalty_share,
                CASE WHEN is_covered AND NOT line.is_paused
                    THEN GREATEST(age.months - (line.tenure_start
                        + make_interval(months => age.months) > line.tenure_end)::int,
                        0) END AS tenure_months,
                line.cohort_month,
                (EXTRACT(YEAR FROM place.month) * 12 + EXTRACT(MONTH FROM place.month)
                    - EXTRACT(YEAR FROM line.cohort_month) * 12
                    - EXTRACT(MONTH FROM line.cohort_month))::int AS cohort_age
            FROM line
            JOIN kbs_subscription subscription ON subscription.id = line.subscription_id
            CROSS JOIN LATERAL (SELECT line.kind = 'covered' AS is_covered,
                (line.month + CASE WHEN line.kind = 'covered' THEN interval '0'
                    ELSE interval '1 month' END)::date AS month) AS place
            CROSS JOIN LATERAL (SELECT
                ((EXTRACT(YEAR FROM line.tenure_end)
                    - EXTRACT(YEAR FROM line.tenure_start)) * 12
                + EXTRACT(MONTH FROM line.tenure_end)
                - EXTRACT(MONTH FROM line.tenure_start))::int AS months) AS age
            """
        )

from odoo import api, models
from odoo.tools import SQL


class KbsReportSpan(models.AbstractModel):
    """Which days are covered, by which period, at what price a month.

    The common ground of the reports: queries, no rows. Definitions are in
    docs/decisions/0046.
    """

    _name = "kbs.report.span"
    _description = "Covered Days for Reports"

    @api.model
    def _get_span_ctes(self, company):
        """Return the common table expressions, ``span`` being the last one.

        ``span`` has a row for each period that covers days, or has covered them, with
        ``date_start``, ``date_end`` (local days, both covered but for pauses),
        ``last_day`` (the same once it is paid, where a letter ends earlier),
        ``sold_days``, ``mrr`` and ``term_price`` (of the whole term, where a change of
        plan sold the rest of one). An open pause is counted as if it ended today.
        Of a period that was taken over ``tenure_since`` and ``client_since`` are the
        days that the earlier system tells, of others NULL.
        """
        return SQL(
            "%s, %s, %s, %s",
            self._get_pause_cte(company),
            self._get_sold_cte(company),
            self._get_root_cte(company),
            self._get_span_cte(company),
        )

    def _get_pause_cte(self, company):
        """``pause``: days without service, ``open_days`` of the one that still runs."""
        return SQL(
            """
            pause AS (
                SELECT subscription_id, date_start,
                    COALESCE(date_end, %(today)s) AS date_end,
                    date_end IS NULL AS is_open
                FROM kbs_pause
                WHERE company_id = %(company)s AND date_start <= %(today)s
                UNION ALL
                SELECT subscription_id, date_start, date_end, FALSE
                FROM kbs_pause
                WHERE company_id = %(company)s AND date_start > %(today)s
                    AND date_end IS NOT NULL
            ),
            open_pause AS (
                SELECT subscription_id, date_start,
                    date_end - date_start + 1 AS days
                FROM pause WHERE is_open
            )
            """,
            company=company.id,
            today=company._kbs_today(),
        )

    def _get_sold_cte(self, company):
        """``sold``: the days that each period sells, without paused ones."""
        return SQL(
            """
            sold AS (
                SELECT period.id, period.replaced_period_id, period.term_id,
                    period.date_start,
                    GREATEST(period.sold_until - period.date_start + 1 - COALESCE(SUM(
                        LEAST(pause.date_end, period.sold_until)
                        - GREATEST(pause.date_start, period.date_start) + 1
                    ) FILTER (WHERE pause.date_start IS NOT NULL), 0), 1) AS days
                FROM kbs_subscription_period period
                LEFT JOIN pause ON pause.subscription_id = period.subscription_id
                    AND NOT pause.is_open
                    AND pause.date_start <= period.sold_until
                    AND pause.date_end >= period.date_start
                WHERE period.company_id = %s
                GROUP BY period.id
            )
            """,
            company.id,
        )

    def _get_root_cte(self, company):
        """``root``: the whole term that a change of plan is the rest of."""
        return SQL(
            """
            root AS (
                WITH RECURSIVE step AS (
                    SELECT id, replaced_period_id AS root_id
                    FROM kbs_subscription_period
                    WHERE company_id = %s AND replaced_period_id IS NOT NULL
                    UNION ALL
                    SELECT step.id, earlier.replaced_period_id
                    FROM step
                    JOIN kbs_subscription_period earlier ON earlier.id = step.root_id
                    WHERE earlier.replaced_period_id IS NOT NULL
                )
                SELECT DISTINCT ON (step.id) step.id, sold.days, sold.date_start
                FROM step JOIN sold ON sold.id = step.root_id
                WHERE sold.replaced_period_id IS NULL
                ORDER BY step.id
            )
            """,
            company.id,
        )

    def _get_span_cte(self, company):
        return SQL(
            """
            moved AS (
                SELECT period.*, sold.days AS sold_days, term.months,
                    period.date_start + CASE
                        WHEN period.date_start >= open_pause.date_start
                        THEN open_pause.days ELSE 0 END AS first_day,
                    period.date_end + CASE
                        WHEN period.date_end + 1 >= open_pause.date_start
                        THEN open_pause.days ELSE 0 END AS last_day,
                    CASE WHEN term.is_budget_year THEN GREATEST(sold.days,
                            make_date(EXTRACT(YEAR FROM period.date_start)::int + 1,
                                1, 1)
                            - make_date(EXTRACT(YEAR FROM period.date_start)::int, 1, 1)
                        )
                        ELSE COALESCE(root.days, sold.days) END AS whole_days,
                    COALESCE(root.days, sold.days) AS term_days
                FROM kbs_subscription_period period
                JOIN sold ON sold.id = period.id
                JOIN kbs_term term ON term.id = period.term_id
                LEFT JOIN root ON root.id = period.id
                LEFT JOIN open_pause
                    ON open_pause.subscription_id = period.subscription_id
                WHERE period.company_id = %(company)s
                    AND period.is_cancelled IS NOT TRUE
            ),
            span AS (
                SELECT moved.id, subscription_id, commercial_partner_id AS partner_id,
                    plan_id, term_id, price_kind, currency_id, sale_line_id,
                    replaced_period_id, is_effective, price_total, sold_days,
                    opened_tenure_start AS tenure_since,
                    CASE WHEN opened_on IS NOT NULL
                        THEN LEAST(chain_start, opened_tenure_start) END
                        AS client_since,
                    last_day, first_day AS date_start,
                    CASE WHEN is_paid THEN last_day
                        ELSE LEAST(last_day, guarantee_until) END AS date_end,
                    ROUND(price_total::numeric * term_days / sold_days, 2)
                        AS term_price,
                    ROUND(price_total::numeric * whole_days / (months * sold_days), 2)
                        AS mrr
                FROM moved
                WHERE first_day <= last_day
                    AND (is_paid OR guarantee_until >= first_day)
            )
            """,
            company=company.id,
        )

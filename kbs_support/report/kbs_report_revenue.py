from odoo import fields, models
from odoo.tools import SQL


class KbsReportRevenue(models.Model):
    """What was earned, invoiced and paid for support in each calendar month.

    A row is a period in a month in which it was served, the invoices of a month, or
    the payments of a month. Money is with tax. See docs/decisions/0046.
    """

    _name = "kbs.report.revenue"
    _description = "Revenue by Service Month"
    _inherit = ["kbs.report.counted"]
    _auto = False

    _counted_indexes = (("period_id",),)

    source = fields.Selection(
        selection=[
            ("service", "Served"),
            ("invoice", "Invoiced"),
            ("payment", "Paid"),
        ],
        string="What It Is",
        readonly=True,
    )
    period_id = fields.Many2one(comodel_name="kbs.subscription.period", readonly=True)
    subscription_id = fields.Many2one(comodel_name="kbs.subscription", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    plan_id = fields.Many2one(comodel_name="kbs.plan", readonly=True)
    term_id = fields.Many2one(comodel_name="kbs.term", readonly=True)
    manager_id = fields.Many2one(comodel_name="res.users", readonly=True)
    is_taken_over = fields.Boolean(
        string="Taken Over",
        readonly=True,
        help="Invoiced and paid elsewhere, before this system was in use, and served "
        "here: it is earned, and neither invoiced nor paid in this report.",
    )
    served_days = fields.Integer(
        string="Days of Service",
        readonly=True,
        help="Days of the month that the period serves, without paused ones.",
    )
    revenue = fields.Monetary(
        string="Earned",
        readonly=True,
        help="What is paid for a period, spread by its days of service over the "
        "calendar months, to the kopeck; the last month takes the remainder. Less what "
        "was credited or carried over to another plan. Of a period that only a letter "
        "carries, the days of the letter. Months to come show what is prepaid for "
        "them. Also of what was taken over from an earlier system: to compare with "
        "what was invoiced, leave that out.",
    )
    invoiced = fields.Monetary(
        readonly=True,
        help="Posted invoices of periods less credit notes, by invoice date.",
    )
    paid = fields.Monetary(
        readonly=True,
        help="Payments of these invoices less payments back, by the day of the "
        "payment. Of an invoice that also bills something else, the share of the "
        "support.",
    )

    def _get_subject(self):
        return self.period_id

    # === COUNTING === #

    def _get_count_query(self, company):
        # EXTENDS kbs_support
        return SQL(
            """
            WITH %(spans)s, %(bills)s, %(worth)s, %(served)s, %(payments)s, line AS (
                SELECT 'service' AS source, month, period_id, days, amount AS revenue,
                    0 AS invoiced, 0 AS paid
                FROM served
                UNION ALL
                SELECT 'invoice', date_trunc('month', day)::date, period_id, 0, 0,
                    SUM(amount), 0
                FROM bill GROUP BY 2, 3
                UNION ALL
                SELECT 'payment', date_trunc('month', day)::date, period_id, 0, 0, 0,
                    SUM(amount)
                FROM payment GROUP BY 2, 3
            )
            SELECT line.source, line.month, line.period_id, period.subscription_id,
                period.commercial_partner_id AS partner_id, period.plan_id,
                period.term_id, subscription.manager_id, period.currency_id,
                period.opened_on IS NOT NULL AS is_taken_over,
                line.days AS served_days, line.revenue, line.invoiced, line.paid
            FROM line
            JOIN kbs_subscription_period period ON period.id = line.period_id
            JOIN kbs_subscription subscription
                ON subscription.id = period.subscription_id
            """,
            spans=self.env["kbs.report.span"]._get_span_ctes(company),
            bills=self._get_bill_cte(company),
            worth=self._get_worth_ctes(),
            served=self._get_served_ctes(),
            payments=self._get_payment_cte(company),
        )

    def _get_bill_cte(self, company):
        """``bill``: what each posted invoice or credit note says of each period.

        The line that takes off what the old plan has paid belongs to the new period.
        An order that was cancelled and confirmed again has two periods on one line:
        its invoices belong to the one that holds the days, or else to the last.
        """
        return SQL(
            """
            billable AS (
                SELECT DISTINCT ON (sale_line_id) id, sale_line_id
                FROM kbs_subscription_period
                WHERE company_id = %(company)s AND sale_line_id IS NOT NULL
                ORDER BY sale_line_id, is_cancelled IS TRUE, id DESC
            ),
            bill AS (
                SELECT period.id AS period_id, move.id AS move_id,
                    COALESCE(move.invoice_date, move.date) AS day,
                    SUM(CASE WHEN move.move_type = 'out_refund' THEN -line.price_total
                        ELSE line.price_total END) AS amount,
                    SUM(CASE WHEN sale_line.id <> period.sale_line_id THEN 0
                        WHEN move.move_type = 'out_refund' THEN -line.price_total
                        ELSE line.price_total END) AS worth,
                    FALSE AS is_stop
                FROM billable period
                JOIN sale_order_line own ON own.id = period.sale_line_id
                JOIN sale_order_line sale_line ON sale_line.order_id = own.order_id
                JOIN product_product product ON product.id = sale_line.product_id
                JOIN product_template template ON template.id = product.product_tmpl_id
                JOIN sale_order_line_invoice_rel rel
                    ON rel.order_line_id = sale_line.id
                JOIN account_move_line line ON line.id = rel.invoice_line_id
                JOIN account_move move ON move.id = line.move_id
                WHERE move.state = 'posted'
                    AND (sale_line.id = own.id OR template.kbs_is_unused_days)
                GROUP BY 1, 2
                UNION ALL
                SELECT kbs_stopped_period_id, id, COALESCE(invoice_date, date),
                    -amount_total, 0, TRUE
                FROM account_move
                WHERE company_id = %(company)s AND state = 'posted'
                    AND kbs_stopped_period_id IS NOT NULL
            )
            """,
            company=company.id,
        )

    def _get_worth_ctes(self):
        """``worth``: the money that the served days of each period have earned."""
        return SQL(
            """
            billed AS (
                SELECT period_id, SUM(worth) FILTER (WHERE NOT is_stop) AS worth,
                    COALESCE(SUM(amount) FILTER (WHERE is_stop), 0) AS given_back,
                    BOOL_OR(NOT is_stop) AS is_billed
                FROM bill GROUP BY 1
            ),
            worth AS (
                SELECT span.*, CASE WHEN billed.is_billed THEN billed.worth
                        ELSE span.price_total END
                    + COALESCE(billed.given_back, 0)
                    - COALESCE(successor.price_carried, 0) AS amount
                FROM span
                LEFT JOIN billed ON billed.period_id = span.id
                LEFT JOIN kbs_subscription_period successor
                    ON successor.replaced_period_id = span.id
                    AND successor.is_effective AND successor.is_cancelled IS NOT TRUE
                WHERE span.is_effective
            )
            """
        )

    def _get_served_ctes(self):
        """``served``: worth spread by days; the last month takes the remainder.

        Of a period that a letter carries, the days after it have their share of the
        worth too, but they are not served.
        """
        return SQL(
            """
            stretch AS (
                SELECT id AS period_id, subscription_id, amount, date_start, date_end,
                    TRUE AS is_served
                FROM worth
                UNION ALL
                SELECT id, subscription_id, amount, date_end + 1, last_day, FALSE
                FROM worth WHERE date_end < last_day
            ),
            part AS (
                SELECT stretch.*, first::date AS month,
                    GREATEST(stretch.date_start, first::date) AS first_day,
                    LEAST(stretch.date_end, (first + interval '1 month - 1 day')::date)
                        AS last_day
                FROM stretch
                CROSS JOIN generate_series(date_trunc('month', stretch.date_start),
                    stretch.date_end, '1 month') AS first
            ),
            rested AS (
                SELECT part.period_id, part.month, part.is_served,
                    SUM(LEAST(pause.date_end, part.last_day)
                        - GREATEST(pause.date_start, part.first_day) + 1
                    ) AS rest_days
                FROM part
                JOIN pause ON pause.subscription_id = part.subscription_id
                    AND pause.date_start <= part.last_day
                    AND pause.date_end >= part.first_day
                GROUP BY 1, 2, 3
            ),
            share AS (
                SELECT part.period_id, part.month, part.is_served, part.amount, days,
                    ROUND(part.amount * days / SUM(days) OVER whole, 2) AS share,
                    ROW_NUMBER() OVER (PARTITION BY part.period_id
                        ORDER BY part.month DESC, part.is_served) AS from_end
                FROM part
                LEFT JOIN rested USING (period_id, month, is_served)
                CROSS JOIN LATERAL (SELECT part.last_day - part.first_day + 1
                    - COALESCE(rested.rest_days, 0)::int AS days) AS counted
                WHERE days > 0
                WINDOW whole AS (PARTITION BY part.period_id)
            ),
            spread AS (
                SELECT period_id, month, is_served, days,
                    CASE WHEN from_end > 1 THEN share ELSE amount
                        - SUM(share) OVER (PARTITION BY period_id) + share END AS amount
                FROM share
            ),
            served AS (
                SELECT * FROM spread WHERE is_served
            )
            """
        )

    def _get_payment_cte(self, company):
        """``payment``: money that came for the bills, by the day it came.

        Settling an invoice by a credit note is no payment. A payment without an entry
        counts until the bank statement has settled the invoice, which then counts.
        """
        return SQL(
            """
            billed_move AS (
                SELECT DISTINCT move_id FROM bill
            ),
            linked AS (
                SELECT rel.invoice_id, payment.date, move.amount_total,
                    payment.amount * move.amount_total / NULLIF(
                        SUM(move.amount_total) OVER (PARTITION BY payment.id), 0)
                        AS amount
                FROM account_payment payment
                JOIN account_move__account_payment rel ON rel.payment_id = payment.id
                JOIN account_move move ON move.id = rel.invoice_id
                WHERE payment.company_id = %(company)s AND payment.move_id IS NULL
                    AND payment.state IN ('in_process', 'paid')
            ),
            booked AS (
                SELECT line.move_id, counter.date AS day, partial.amount
                FROM billed_move
                JOIN account_move_line line ON line.move_id = billed_move.move_id
                JOIN account_partial_reconcile partial
                    ON partial.debit_move_id = line.id
                JOIN account_move_line counter ON counter.id = partial.credit_move_id
                JOIN account_move other ON other.id = counter.move_id
                WHERE other.move_type = 'entry'
                UNION ALL
                SELECT line.move_id, counter.date, partial.amount
                FROM billed_move
                JOIN account_move_line line ON line.move_id = billed_move.move_id
                JOIN account_partial_reconcile partial
                    ON partial.credit_move_id = line.id
                JOIN account_move_line counter ON counter.id = partial.debit_move_id
                JOIN account_move other ON other.id = counter.move_id
                WHERE other.move_type = 'entry'
            ),
            settled AS (
                SELECT move_id, SUM(amount) AS amount FROM booked GROUP BY 1
            ),
            money AS (
                SELECT * FROM booked
                UNION ALL
                SELECT linked.invoice_id, linked.date, linked.amount * LEAST(1,
                    GREATEST(linked.amount_total - COALESCE(settled.amount, 0), 0)
                    / NULLIF(SUM(linked.amount) OVER (PARTITION BY linked.invoice_id),
                        0))
                FROM linked
                JOIN billed_move ON billed_move.move_id = linked.invoice_id
                LEFT JOIN settled ON settled.move_id = linked.invoice_id
            ),
            payment AS (
                SELECT bill.period_id, money.day,
                    ROUND(money.amount * bill.amount / move.amount_total, 2) AS amount
                FROM money
                JOIN bill ON bill.move_id = money.move_id
                JOIN account_move move ON move.id = bill.move_id
                WHERE move.amount_total <> 0
                    AND move.company_id = %(company)s
            )
            """,
            company=company.id,
        )

from odoo import fields, models
from odoo.tools import SQL

from ..models.account_analytic_line import WORK_KINDS


class KbsReportWork(models.Model):
    """Work for clients by what paid for it, and what it left over.

    A row is a part of a piece of work that one source paid for, or an income of a
    month: served support, sold hours. See docs/decisions/0046.
    """

    _name = "kbs.report.work"
    _description = "Work and Margin"
    _inherit = ["kbs.report.counted"]
    _auto = False

    _counted_indexes = (("partner_id", "month"), ("timesheet_id",))

    source = fields.Selection(
        selection=[
            ("line", "Included without hours"),
            ("grant", "Included hours"),
            ("pack", "Bought hours"),
            ("correction", "Given hours"),
            ("pending", "Over the plan, to decide"),
            ("ordered", "Over the plan, waits for hours"),
            ("to_bill", "Over the plan, to bill"),
            ("billed", "Over the plan, billed"),
            ("goodwill", "Over the plan, goodwill"),
            ("support", "Income: served support"),
            ("hours", "Income: sold hours"),
        ],
        readonly=True,
        help="What the work was drawn from, or what the income is.",
    )
    date = fields.Date(
        readonly=True, help="Day of the work or of the invoice; of support, the month."
    )
    timesheet_id = fields.Many2one(
        comodel_name="account.analytic.line",
        string="Work",
        readonly=True,
        groups="hr_timesheet.group_hr_timesheet_user",
    )
    subscription_id = fields.Many2one(comodel_name="kbs.subscription", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    plan_id = fields.Many2one(
        comodel_name="kbs.plan",
        readonly=True,
        help="Plan of the period that covered the day of the work.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Specialist", readonly=True
    )
    kind = fields.Selection(selection=WORK_KINDS, string="Kind of Work", readonly=True)
    minutes = fields.Integer(
        readonly=True,
        help="Minutes of work that this source paid for. The minutes of all sources "
        "are the minutes of the work.",
    )
    income = fields.Monetary(
        readonly=True,
        help="Served support of the month, as in “Revenue by Service Month”; posted "
        "invoices of hours and packs, and of work over the plan. With tax.",
    )
    cost = fields.Monetary(
        readonly=True,
        help="Cost of the time at the hourly cost of the employee when it was booked, "
        "in proportion to the minutes.",
    )
    margin = fields.Monetary(readonly=True, help="Income less cost.")
    goodwill_cost = fields.Monetary(
        string="Cost of Goodwill",
        readonly=True,
        help="The part of the cost that was given for nothing.",
    )

    def _get_subject(self):
        # The support, or else its client.
        return self.subscription_id or self.partner_id

    # === COUNTING === #

    def _get_count_query(self, company):
        # EXTENDS kbs_support
        return SQL(
            """
            WITH %(works)s, %(lines)s, %(incomes)s
            SELECT line.source, line.date,
                date_trunc('month', line.date)::date AS month, line.timesheet_id,
                line.subscription_id, line.partner_id,
                COALESCE(line.plan_id, period.plan_id, subscription.plan_id) AS plan_id,
                line.user_id, line.kind, %(currency)s::int AS currency_id,
                line.minutes, line.income, line.cost, line.income - line.cost AS margin,
                CASE WHEN line.source = 'goodwill' THEN line.cost ELSE 0 END
                    AS goodwill_cost
            FROM (SELECT * FROM work_line UNION ALL SELECT * FROM income_line) AS line
            LEFT JOIN kbs_subscription subscription
                ON subscription.id = line.subscription_id
            LEFT JOIN LATERAL (
                SELECT own.plan_id
                FROM kbs_subscription_period own
                WHERE own.subscription_id = line.subscription_id
                    AND line.plan_id IS NULL
                    AND own.is_cancelled IS NOT TRUE
                    AND line.date BETWEEN own.date_start AND own.date_end
                ORDER BY own.date_start DESC LIMIT 1
            ) AS period ON TRUE
            """,
            currency=company.currency_id.id,
            works=self._get_work_ctes(company),
            lines=self._get_line_cte(),
            incomes=self._get_income_cte(company),
        )

    def _get_work_ctes(self, company):
        """``work``: the booked time; ``drawn`` and ``over``: what paid for parts of it.

        What waits for a decision, or was decided, is over the plan; drawn from bought
        hours it stands in the ledger.
        """
        return SQL(
            """
            work AS (
                SELECT line.id, line.date, line.kbs_minutes, line.user_id,
                    line.kbs_kind, line.kbs_subscription_id,
                    COALESCE(subscription.commercial_partner_id,
                        ticket.commercial_partner_id) AS partner_id,
                    -line.amount::numeric / line.kbs_minutes AS minute_cost
                FROM account_analytic_line line
                JOIN helpdesk_ticket ticket ON ticket.id = line.kbs_ticket_id
                LEFT JOIN kbs_subscription subscription
                    ON subscription.id = line.kbs_subscription_id
                WHERE line.company_id = %(company)s AND line.kbs_minutes > 0
            ),
            drawn AS (
                SELECT entry.timesheet_id, source.kind AS source,
                    -SUM(entry.minutes) AS minutes, 0::numeric AS income
                FROM kbs_hour_entry entry
                JOIN kbs_hour_entry source ON source.id = entry.source_id
                WHERE entry.company_id = %(company)s AND entry.kind = 'use'
                    AND entry.timesheet_id IS NOT NULL
                GROUP BY 1, 2
                HAVING SUM(entry.minutes) <> 0
            ),
            over_plan AS (
                SELECT over.timesheet_id, over.state AS source, over.minutes,
                    CASE WHEN move.state = 'posted' THEN ROUND(line.price_total
                        * over.billed_minutes / NULLIF(SUM(over.billed_minutes) OVER (
                            PARTITION BY over.invoice_line_id), 0), 2)
                        ELSE 0 END AS income
                FROM kbs_over_plan over
                LEFT JOIN account_move_line line ON line.id = over.invoice_line_id
                LEFT JOIN account_move move ON move.id = line.move_id
                WHERE over.company_id = %(company)s AND over.decision <> 'pack'
            ),
            paid_part AS (
                SELECT * FROM drawn UNION ALL SELECT * FROM over_plan
            ),
            free_part AS (
                SELECT work.id AS timesheet_id, 'line' AS source,
                    work.kbs_minutes - COALESCE(paid.minutes, 0) AS minutes,
                    0::numeric AS income
                FROM work
                LEFT JOIN (
                    SELECT timesheet_id, SUM(minutes) AS minutes
                    FROM paid_part GROUP BY 1
                ) AS paid ON paid.timesheet_id = work.id
                WHERE work.kbs_minutes <> COALESCE(paid.minutes, 0)
            )
            """,
            company=company.id,
        )

    def _get_line_cte(self):
        return SQL(
            """
            work_line AS (
                SELECT part.source, work.date, part.timesheet_id,
                    work.kbs_subscription_id AS subscription_id, work.partner_id,
                    NULL::int AS plan_id, work.user_id, work.kbs_kind AS kind,
                    part.minutes, part.income,
                    ROUND(work.minute_cost * part.minutes, 4) AS cost
                FROM (SELECT * FROM paid_part UNION ALL SELECT * FROM free_part) AS part
                JOIN work ON work.id = part.timesheet_id
            )
            """
        )

    def _get_income_cte(self, company):
        """``income_line``: served support until today, and posted invoices of hours."""
        return SQL(
            """
            income_line AS (
                SELECT 'support' AS source, month AS date, NULL::int AS timesheet_id,
                    subscription_id, partner_id, plan_id, NULL::int AS user_id,
                    NULL AS kind, 0 AS minutes, revenue AS income, 0::numeric AS cost
                FROM kbs_report_revenue
                WHERE company_id = %(company)s AND source = 'service'
                    AND month <= %(today)s
                UNION ALL
                SELECT 'hours', COALESCE(move.invoice_date, move.date), NULL,
                    bought.subscription_id, move.commercial_partner_id, NULL, NULL,
                    NULL, 0,
                    CASE WHEN move.move_type = 'out_refund' THEN -line.price_total
                        ELSE line.price_total END, 0
                FROM account_move_line line
                JOIN account_move move ON move.id = line.move_id
                JOIN product_product product ON product.id = line.product_id
                JOIN product_template template ON template.id = product.product_tmpl_id
                LEFT JOIN LATERAL (
                    SELECT entry.subscription_id
                    FROM sale_order_line_invoice_rel rel
                    JOIN kbs_hour_entry entry ON entry.sale_line_id = rel.order_line_id
                    WHERE rel.invoice_line_id = line.id LIMIT 1
                ) AS bought ON TRUE
                WHERE move.company_id = %(company)s AND move.state = 'posted'
                    AND move.move_type IN ('out_invoice', 'out_refund')
                    AND template.kbs_minutes > 0
                    AND line.display_type = 'product'
                    AND NOT EXISTS (
                        SELECT FROM kbs_over_plan over
                        WHERE over.invoice_line_id = line.id)
            )
            """,
            company=company.id,
            today=company._kbs_today(),
        )

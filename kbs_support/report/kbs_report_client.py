from odoo import api, fields, models
from odoo.tools import SQL

# Days that are looked at, and the same number before them.
DAYS = 90
# So many questions have to be there before fewer of them say anything.
ENOUGH = 4


class KbsReportClient(models.Model):
    """One subscription that is covered now: when it ends, and how the client does.

    Made for two questions: what will renewals bring, and whom to call before he leaves.
    See docs/decisions/0046.
    """

    _name = "kbs.report.client"
    _description = "Clients Today"
    _inherit = ["kbs.report.counted"]
    _auto = False
    _order = "risk_count desc, date_end, id"

    _counted_key = ("subscription_id",)
    _counted_indexes = (("date_end",),)

    subscription_id = fields.Many2one(comodel_name="kbs.subscription", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    plan_id = fields.Many2one(comodel_name="kbs.plan", readonly=True)
    term_id = fields.Many2one(comodel_name="kbs.term", readonly=True)
    manager_id = fields.Many2one(comodel_name="res.users", readonly=True)
    state = fields.Selection(
        selection=[
            ("active", "Active"),
            ("paused", "Paused"),
            ("grace", "In grace"),
        ],
        readonly=True,
    )

    # === THE RENEWAL === #
    date_end = fields.Date(string="Covered until", readonly=True)
    renewal_amount = fields.Monetary(
        string="Expected from the Renewal",
        readonly=True,
        help="What the running renewal expects; before it opens, the last price for "
        "its term. 0 for a client who said that he leaves.",
    )
    is_leaving = fields.Boolean(
        string="Leaves",
        readonly=True,
        help="The client said that he will not renew.",
    )

    # === HOW HE DOES === #
    ticket_count = fields.Integer(
        string="Questions",
        readonly=True,
        help="Tickets of the client in the last 90 days.",
    )
    earlier_count = fields.Integer(
        string="Questions Earlier",
        readonly=True,
        help="Tickets of the client in the 90 days before these.",
    )
    over_minutes = fields.Integer(
        string="Minutes over the Plan",
        readonly=True,
        help="Work over the plan in the last 90 days, whatever was decided about it.",
    )
    missed_count = fields.Integer(
        string="Missed Terms",
        readonly=True,
        help="Clocks of the client that were missed in the last 90 days.",
    )
    is_silent = fields.Boolean(
        string="Pays and Never Asks",
        readonly=True,
        help="Covered without a gap for 90 days or more, and no ticket in them.",
    )
    is_over_plan = fields.Boolean(
        string="Over the Plan",
        readonly=True,
        help="Some work over the plan in the last 90 days.",
    )
    is_missed = fields.Boolean(
        string="Let Down",
        readonly=True,
        help="At least one missed term in the last 90 days.",
    )
    is_falling = fields.Boolean(
        string="Asks Less",
        readonly=True,
        help="At least four tickets in the 90 days before, and half of them or less in "
        "the last 90 days.",
    )
    risk_count = fields.Integer(
        string="Signs",
        readonly=True,
        aggregator="avg",
        help="How many of the four signs hold: never asks, over the plan, let down, "
        "asks less.",
    )

    signs = fields.Char(
        string="Why at Risk",
        compute="_compute_signs",
        help="The signs that hold, in words.",
    )

    @api.depends("is_silent", "is_over_plan", "is_missed", "is_falling", "is_leaving")
    @api.depends_context("lang")
    def _compute_signs(self):
        names = ("is_leaving", "is_silent", "is_over_plan", "is_missed", "is_falling")
        words = self.fields_get(names, ["string"])
        for row in self:
            row.signs = ", ".join(words[x]["string"] for x in names if row[x])

    def _get_subject(self):
        return self.subscription_id

    # === COUNTING === #

    def _get_count_query(self, company):
        # EXTENDS kbs_support
        return SQL(
            """
            WITH %(spans)s, %(use)s, sign AS (
                SELECT subscription.*, last.plan_id AS last_plan_id, last.term_id,
                    last.amount, last.currency_id,
                    COALESCE(asked.recent, 0) AS recent,
                    COALESCE(asked.earlier, 0) AS earlier,
                    COALESCE(over_work.minutes, 0) AS over_minutes,
                    COALESCE(miss.number, 0) AS missed
                FROM kbs_subscription subscription
                JOIN last ON last.subscription_id = subscription.id
                LEFT JOIN asked
                    ON asked.partner_id = subscription.commercial_partner_id
                LEFT JOIN miss ON miss.partner_id = subscription.commercial_partner_id
                LEFT JOIN over_work ON over_work.subscription_id = subscription.id
                WHERE subscription.company_id = %(company)s
                    AND subscription.state IN ('active', 'paused', 'grace')
            )
            SELECT sign.id AS subscription_id, commercial_partner_id AS partner_id,
                last_plan_id AS plan_id, term_id, manager_id, state, currency_id,
                date_trunc('month', %(today)s)::date AS month, date_end,
                leaving_since IS NOT NULL AS is_leaving,
                CASE WHEN leaving_since IS NOT NULL THEN 0
                    ELSE COALESCE(renewal.amount_expected, amount) END
                    AS renewal_amount,
                recent AS ticket_count, earlier AS earlier_count, over_minutes,
                missed AS missed_count, flag.is_silent, flag.is_over_plan,
                flag.is_missed, flag.is_falling,
                flag.is_silent::int + flag.is_over_plan::int + flag.is_missed::int
                    + flag.is_falling::int AS risk_count
            FROM sign
            LEFT JOIN (
                SELECT subscription_id, MAX(amount_expected) AS amount_expected
                FROM kbs_renewal WHERE state = 'open' GROUP BY 1
            ) AS renewal ON renewal.subscription_id = sign.id
            CROSS JOIN LATERAL (
                SELECT recent = 0 AND tenure_start <= %(since)s AS is_silent,
                    over_minutes > 0 AS is_over_plan,
                    missed > 0 AS is_missed,
                    earlier >= %(enough)s AND recent * 2 <= earlier AS is_falling
            ) AS flag
            """,
            spans=self.env["kbs.report.span"]._get_span_ctes(company),
            use=self._get_use_ctes(company),
            company=company.id,
            today=company._kbs_today(),
            since=self._get_since(company),
            enough=ENOUGH,
        )

    def _get_since(self, company):
        """Return the first of the last 90 local days."""
        return fields.Date.subtract(company._kbs_today(), days=DAYS)

    def _get_use_ctes(self, company):
        """``last`` price of each subscription; what its client asked and was done."""
        return SQL(
            """
            last AS (
                SELECT DISTINCT ON (span.subscription_id) span.subscription_id,
                    span.plan_id, span.term_id, span.currency_id,
                    span.term_price AS amount
                FROM span
                ORDER BY span.subscription_id, span.date_end DESC, span.id DESC
            ),
            question AS (
                SELECT commercial_partner_id AS partner_id,
                    (kbs_received_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
                        AS day
                FROM helpdesk_ticket
                WHERE company_id = %(company)s AND commercial_partner_id IS NOT NULL
                    AND kbs_received_at >= %(before)s::date - 1
            ),
            asked AS (
                SELECT partner_id, COUNT(*) FILTER (WHERE day >= %(since)s) AS recent,
                    COUNT(*) FILTER (
                        WHERE day >= %(before)s AND day < %(since)s) AS earlier
                FROM question GROUP BY 1
            ),
            miss AS (
                SELECT ticket.commercial_partner_id AS partner_id, COUNT(*) AS number
                FROM kbs_sla_target target
                JOIN helpdesk_ticket ticket ON ticket.id = target.ticket_id
                WHERE target.company_id = %(company)s AND target.state = 'missed'
                    AND (target.missed_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date
                        >= %(since)s
                GROUP BY 1
            ),
            over_work AS (
                SELECT subscription_id, SUM(minutes) AS minutes
                FROM kbs_over_plan
                WHERE company_id = %(company)s AND date >= %(since)s
                GROUP BY 1
            )
            """,
            company=company.id,
            tz=company.kbs_tz,
            since=self._get_since(company),
            before=fields.Date.subtract(self._get_since(company), days=DAYS),
        )

from odoo import fields, models
from odoo.tools import SQL

from ..models.kbs_sla_policy import METRICS


class KbsBlackout(models.Model):
    _inherit = "kbs.blackout"

    # For each of a million clocks: what lay in its hours.
    _hours_index = models.Index("USING gist (tsrange(date_start, date_end))")


class KbsReportSla(models.Model):
    """One clock of one ticket: kept or missed, how late, by whom, at what hour.

    It stands in the month in which the clock started, by the time zone of the company.
    See docs/decisions/0046.
    """

    _name = "kbs.report.sla"
    _description = "Terms of Answer, Report"
    _inherit = ["kbs.report.counted"]
    _auto = False

    _counted_key = ("target_id",)
    _counted_indexes = (("user_id", "month"),)

    target_id = fields.Many2one(
        comodel_name="kbs.sla.target", string="Clock", readonly=True
    )
    ticket_id = fields.Many2one(
        comodel_name="helpdesk.ticket",
        readonly=True,
        groups="helpdesk_mgmt.group_helpdesk_user",
    )
    number = fields.Char(string="Ticket Number", readonly=True)
    subscription_id = fields.Many2one(comodel_name="kbs.subscription", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    plan_id = fields.Many2one(
        comodel_name="kbs.plan",
        readonly=True,
        help="Plan of the period that covered the day on which the clock started.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Specialist",
        readonly=True,
        help="Who has the ticket today.",
    )
    category_id = fields.Many2one(
        comodel_name="helpdesk.ticket.category", readonly=True
    )
    metric = fields.Selection(selection=METRICS, string="Promise", readonly=True)
    state = fields.Selection(
        selection=[
            ("running", "Running"),
            ("paused", "Paused"),
            ("met", "Met"),
            ("missed", "Missed"),
            ("cancelled", "Not needed"),
        ],
        readonly=True,
    )
    date_start = fields.Datetime(string="Started", readonly=True)
    hour = fields.Integer(
        string="Hour of the Day",
        readonly=True,
        aggregator=False,
        help="Local hour in which the clock started: 9 is from 09:00 to 09:59.",
    )
    weekday = fields.Selection(
        selection=[
            ("1", "Monday"),
            ("2", "Tuesday"),
            ("3", "Wednesday"),
            ("4", "Thursday"),
            ("5", "Friday"),
            ("6", "Saturday"),
            ("7", "Sunday"),
        ],
        readonly=True,
    )
    is_outage = fields.Boolean(
        string="Force Majeure",
        readonly=True,
        help="Force majeure of the client's region, or of ours, fell between the start "
        "of the clock and its end. Its hours are never counted as late.",
    )
    met_count = fields.Integer(
        string="Met", readonly=True, help="Done before the deadline."
    )
    missed_count = fields.Integer(
        string="Missed",
        readonly=True,
        help="The deadline passed, whether or not it was done later.",
    )
    met_share = fields.Float(
        string="Met, %",
        readonly=True,
        aggregator="avg",
        help="Met ÷ (met + missed). Clocks that still run, or were not needed, are "
        "left out.",
    )
    late_minutes = fields.Integer(
        string="Late, Minutes",
        readonly=True,
        help="Minutes of counted time after the deadline: without nights, days off, "
        "pauses and force majeure.",
    )
    late_average = fields.Integer(
        string="Late on Average, Minutes",
        readonly=True,
        aggregator="avg",
        help="Minutes late, average of the missed clocks.",
    )

    def _get_subject(self):
        # The ticket where the user may read it, else the clock.
        ticket = self.sudo().ticket_id.with_env(self.env)
        return ticket if ticket.has_access("read") else self.target_id

    # === COUNTING === #

    def _get_count_query(self, company):
        # EXTENDS kbs_support
        return SQL(
            """
            WITH clock AS (
                SELECT target.*, target.date_start AT TIME ZONE 'UTC'
                        AT TIME ZONE %(tz)s AS local_start,
                    GREATEST(target.date_start, COALESCE(target.done_at, %(now)s))
                        AS looked_until
                FROM kbs_sla_target target
                WHERE target.company_id = %(company)s
            ),
            %(outages)s
            SELECT clock.id AS target_id, clock.ticket_id, ticket.number,
                ticket.kbs_subscription_id AS subscription_id,
                ticket.commercial_partner_id AS partner_id,
                COALESCE(period.plan_id, subscription.plan_id) AS plan_id,
                ticket.user_id, ticket.category_id, clock.metric, clock.state,
                clock.date_start, %(currency)s::int AS currency_id,
                date_trunc('month', clock.local_start)::date AS month,
                EXTRACT(HOUR FROM clock.local_start)::int AS hour,
                EXTRACT(ISODOW FROM clock.local_start)::int::varchar AS weekday,
                outage.clock_id IS NOT NULL AS is_outage,
                (clock.state = 'met')::int AS met_count,
                (clock.state = 'missed')::int AS missed_count,
                CASE clock.state WHEN 'met' THEN 100 WHEN 'missed' THEN 0 END
                    AS met_share,
                COALESCE(clock.late_minutes, 0) AS late_minutes,
                CASE WHEN clock.state = 'missed' THEN clock.late_minutes END
                    AS late_average
            FROM clock
            JOIN helpdesk_ticket ticket ON ticket.id = clock.ticket_id
            LEFT JOIN kbs_subscription subscription
                ON subscription.id = ticket.kbs_subscription_id
            LEFT JOIN outage ON outage.clock_id = clock.id
            LEFT JOIN LATERAL (
                SELECT own.plan_id
                FROM kbs_subscription_period own
                WHERE own.subscription_id = ticket.kbs_subscription_id
                    AND own.is_cancelled IS NOT TRUE
                    AND clock.local_start::date BETWEEN own.date_start AND own.date_end
                ORDER BY own.date_start DESC LIMIT 1
            ) AS period ON TRUE
            """,
            company=company.id,
            currency=company.currency_id.id,
            tz=company.kbs_tz,
            now=fields.Datetime.now(),
            outages=self._get_outage_cte(company),
        )

    def _get_outage_cte(self, company):
        """``outage``: clocks whose time force majeure of their region has crossed."""
        return SQL(
            """
            outage AS (
                SELECT DISTINCT clock.id AS clock_id
                FROM clock
                JOIN kbs_blackout blackout
                    ON tsrange(blackout.date_start, blackout.date_end)
                        && tsrange(clock.date_start, clock.looked_until)
                JOIN helpdesk_ticket ticket ON ticket.id = clock.ticket_id
                LEFT JOIN res_partner client ON client.id = ticket.commercial_partner_id
                WHERE blackout.company_id = %(company)s AND (
                    NOT EXISTS (
                        SELECT FROM kbs_blackout_res_country_state_rel rel
                        WHERE rel.kbs_blackout_id = blackout.id)
                    OR EXISTS (
                        SELECT FROM kbs_blackout_res_country_state_rel rel
                        WHERE rel.kbs_blackout_id = blackout.id
                            AND rel.res_country_state_id
                                IN (client.state_id, %(region)s)))
            )
            """,
            company=company.id,
            region=company.partner_id.state_id.id or 0,
        )

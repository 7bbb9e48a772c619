from odoo import fields, models
from odoo.tools import SQL

from ..models.kbs_event_benefit import KINDS
from .kbs_report_counted import get_form_action


class KbsReportEvent(models.Model):
    """Who comes to our events, by which plan, at what price. One row is one seat.

    Owns no data: a query over the seats, without names of people. ``id`` is that of the
    registration. Days are local days of the company (T8).
    """

    _name = "kbs.report.event"
    _description = "Seats at Events"
    _auto = False
    _order = "date desc, event_id, id"
    _rec_name = "event_id"
    _depends = {
        "event.registration": [
            "active", "company_id", "event_id", "event_slot_id", "event_ticket_id",
            "kbs_client_id", "kbs_benefit", "kbs_plan_id", "kbs_price",
            "kbs_subscription_id", "sale_status", "state",
        ],
        "event.event": ["date_begin", "date_end", "organizer_id"],
        "event.slot": ["start_datetime", "end_datetime"],
        "res.company": ["currency_id"],
    }  # fmt: skip

    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    date = fields.Date(
        string="Day of the Event", readonly=True, help="The first day, a local date."
    )
    event_id = fields.Many2one(comodel_name="event.event", readonly=True)
    organizer_id = fields.Many2one(
        comodel_name="res.partner", string="Organiser", readonly=True
    )
    ticket_id = fields.Many2one(
        comodel_name="event.event.ticket", string="Kind of Seat", readonly=True
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        readonly=True,
        help="The support that gave the benefit; empty where none did.",
    )
    plan_id = fields.Many2one(
        comodel_name="kbs.plan",
        readonly=True,
        help="The plan that gave the benefit; empty where none did.",
    )
    benefit = fields.Selection(
        selection=KINDS,
        readonly=True,
        help="What the plan gave for the seat when it was taken.",
    )
    state = fields.Selection(
        selection=[
            ("draft", "Unconfirmed"),
            ("open", "Registered"),
            ("done", "Attended"),
            ("cancel", "Cancelled"),
        ],
        string="Status",
        readonly=True,
    )
    is_over = fields.Boolean(readonly=True, help="The last day of the event is over.")
    seat_count = fields.Integer(
        string="Seats", readonly=True, help="Seats that are taken: all but cancelled."
    )
    attended_count = fields.Integer(
        string="Came", readonly=True, help="Seats whose people were marked as attended."
    )
    cancelled_count = fields.Integer(
        string="Cancelled", readonly=True, help="Seats that were given up."
    )
    attended_share = fields.Float(
        string="Came, %",
        readonly=True,
        aggregator="avg",
        help="Those who came ÷ seats, of events that are over.",
    )
    price = fields.Monetary(
        string="To Pay",
        readonly=True,
        help="Prices of the seats after the benefit, tax included, without cancelled "
        "ones.",
    )
    sold = fields.Monetary(
        string="Ordered",
        readonly=True,
        help="The part of it that stands in confirmed orders.",
    )

    @property
    def _table_query(self):
        return SQL("%s %s", self._select(), self._from())

    def _select(self):
        company = self.env.company
        return SQL(
            """
            SELECT seat.id,
                seat.company_id,
                COALESCE(owner.currency_id, %(currency)s) AS currency_id,
                (COALESCE(slot.start_datetime, event.date_begin) AT TIME ZONE 'UTC'
                    AT TIME ZONE %(tz)s)::date AS date,
                seat.event_id,
                event.organizer_id,
                seat.event_ticket_id AS ticket_id,
                seat.kbs_client_id AS partner_id,
                seat.kbs_subscription_id AS subscription_id,
                seat.kbs_plan_id AS plan_id,
                COALESCE(seat.kbs_benefit, 'none') AS benefit,
                seat.state,
                moment.is_over,
                (seat.state <> 'cancel')::int AS seat_count,
                (seat.state = 'done')::int AS attended_count,
                (seat.state = 'cancel')::int AS cancelled_count,
                CASE WHEN seat.state <> 'cancel' AND moment.is_over
                    THEN (seat.state = 'done')::int * 100.0 END AS attended_share,
                CASE WHEN seat.state = 'cancel' THEN 0
                    ELSE COALESCE(seat.kbs_price, 0) END AS price,
                CASE WHEN seat.state = 'cancel' OR seat.sale_status <> 'sold' THEN 0
                    ELSE COALESCE(seat.kbs_price, 0) END AS sold
            """,
            currency=company.currency_id.id,
            tz=company.kbs_tz,
        )

    def _from(self):
        return SQL(
            """
            FROM (SELECT * FROM event_registration WHERE active) AS seat
            JOIN event_event event ON event.id = seat.event_id
            LEFT JOIN event_slot slot ON slot.id = seat.event_slot_id
            LEFT JOIN res_company owner ON owner.id = seat.company_id
            CROSS JOIN LATERAL (SELECT
                COALESCE(slot.end_datetime, event.date_end) <= %s AS is_over) AS moment
            """,
            fields.Datetime.now(),
        )

    def action_open(self):
        """Open the registration; for who reads reports only, what the row says."""
        self.ensure_one()
        seat = self.env["event.registration"].browse(self.id)
        return get_form_action(seat if seat.has_access("read") else self)

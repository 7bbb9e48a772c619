from datetime import timedelta
from math import ceil

from odoo import api, fields, models
from odoo.fields import Domain

from .kbs_sla_policy import METRICS, UNITS

OPEN_STATES = ("running", "paused", "missed")


class KbsSlaTarget(models.Model):
    """One running clock of one ticket: a promise, a start and a deadline (L3, L4).

    The promise is copied when the clock starts. State and deadline are written here
    alone: by events of the ticket, by the job that watches the clocks, and by a
    recount. A closed clock never changes.
    """

    _name = "kbs.sla.target"
    _description = "Clock of a Ticket"
    _order = "ticket_id, date_start, id"

    ticket_id = fields.Many2one(
        comodel_name="helpdesk.ticket", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="ticket_id.company_id", store=True, index=True, precompute=True
    )
    user_id = fields.Many2one(related="ticket_id.user_id")
    partner_id = fields.Many2one(related="ticket_id.partner_id")
    metric = fields.Selection(selection=METRICS, string="Promise", required=True)
    cycle = fields.Integer(
        default=1,
        required=True,
        help="Grows with every question of the client, and with every reopening.",
    )

    # === THE PROMISE, AS IT WAS GIVEN === #
    policy_id = fields.Many2one(
        comodel_name="kbs.sla.policy",
        index="btree_not_null",
        ondelete="set null",
        help="Empty: the reaction time of the plan.",
    )
    amount = fields.Integer(required=True)
    unit = fields.Selection(selection=UNITS, required=True)
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Counted by",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: around the clock.",
    )
    promise_minutes = fields.Integer(required=True, help="Minutes that were promised.")

    # === HOW IT GOES === #
    date_start = fields.Datetime(string="Started", required=True)
    deadline = fields.Datetime(help="Empty while the clock stands still.")
    state = fields.Selection(
        selection=[
            ("running", "Running"),
            ("paused", "Paused"),
            ("met", "Met"),
            ("missed", "Missed"),
            ("cancelled", "Not needed"),
        ],
        required=True,
        default="running",
    )
    done_at = fields.Datetime(string="Done")
    missed_at = fields.Datetime(string="Missed since")
    late_minutes = fields.Integer(
        string="Late, Minutes", help="Minutes of counted time after the deadline."
    )
    cancel_reason = fields.Char(string="Not Needed because")
    version_ids = fields.One2many(
        comodel_name="kbs.sla.target.version",
        inverse_name="target_id",
        string="Earlier Results",
    )

    _due_index = models.Index("(state, deadline)")
    _one_open = models.UniqueIndex(
        "(ticket_id, metric) WHERE done_at IS NULL AND state != 'cancelled'",
        "This clock already runs.",
    )
    _cycle_unique = models.Constraint(
        "UNIQUE (ticket_id, metric, cycle)", "There is already a clock of this cycle."
    )
    _promise_positive = models.Constraint(
        "CHECK (promise_minutes > 0)", "A promise must be longer than nothing."
    )
    _done_in_order = models.Constraint(
        "CHECK (state != 'met' OR done_at IS NOT NULL)",
        "Only what is done can be met.",
    )

    @api.depends("metric", "ticket_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        metrics = dict(self._fields["metric"]._description_selection(self.env))
        for target in self:
            target.display_name = (
                f"{target.ticket_id.number} · {metrics[target.metric]}"
            )

    # === WHICH CLOCKS === #

    @api.model
    def _get_open_domain(self):
        """Domain of the clocks that nothing has ended yet."""
        return Domain("done_at", "=", False) & Domain("state", "in", OPEN_STATES)

    def _filter_open(self):
        return self.filtered(lambda x: not x.done_at and x.state != "cancelled")

    @api.model
    def _get_crossing_domain(self, start, end):
        """Domain of clocks whose counted time meets the moments ``start``..``end``."""
        return Domain("date_start", "<", end) & (
            Domain("deadline", ">", start) | Domain("deadline", "=", False)
        )

    # === EVENTS === #

    @api.model
    def _start(self, vals_list):
        """Start clocks, with their deadlines known before they are written."""
        clocks = self.union(*(self.new(vals) for vals in vals_list))
        clocks._set_deadlines()
        for vals, clock in zip(vals_list, clocks, strict=True):
            vals |= {"deadline": clock.deadline, "alert_at": clock.alert_at}
        return self.create(vals_list)

    def _finish(self, moment):
        """End these open clocks: what they waited for happened at ``moment`` (UTC)."""
        clocks = self._filter_open()
        clocks._record_misses(moment)
        clocks._excuse_logged_later(moment)
        faces = clocks._get_faces()
        for clock in clocks:
            if clock.state == "missed":
                late = clock._get_late_minutes(faces, moment)
                clock.write({"done_at": moment, "late_minutes": late})
            else:
                clock.write({"done_at": moment, "state": "met", "alert_at": False})

    def _excuse_logged_later(self, moment):
        """Take a miss back that was none: a call in time was only logged later.

        What the job had recorded stays as a version.
        """
        excused = self.filtered(lambda x: x.state == "missed" and moment <= x.deadline)
        reason = self.env._("Answered in time, logged later")
        self.env["kbs.sla.target.version"].create(
            [x._prepare_version(reason) for x in excused]
        )
        excused.write({"state": "running", "missed_at": False, "late_minutes": 0})

    def _cancel(self, reason):
        """End these open clocks without a result: nobody waits any more.

        :param str reason: shown on the ticket and in reports
        """
        clocks = self._filter_open()
        if clocks:
            clocks._record_misses(fields.Datetime.now())
            clocks.write({"cancel_reason": reason, "alert_at": False})
            missed = clocks.filtered(lambda x: x.state == "missed")
            missed.write({"done_at": fields.Datetime.now()})
            (clocks - missed).write({"state": "cancelled", "deadline": False})

    def _pause(self, moment):
        """Stop these running clocks at ``moment``; a missed one stays missed."""
        clocks = self._filter_open()
        clocks._record_misses(moment)
        clocks.filtered(lambda x: x.state == "running").write(
            {"state": "paused", "deadline": False, "alert_at": False}
        )

    def _resume(self):
        """Let these paused clocks run on, with the time that was left (L4)."""
        clocks = self._filter_open().filtered(lambda x: x.state == "paused")
        clocks.write({"state": "running"})
        clocks._set_deadlines()

    def _record_misses(self, moment):
        """Record which of these running clocks were missed before ``moment`` (L4).

        A miss stays for ever, whatever comes later.
        """
        late = self.filtered(
            lambda x: x.state == "running" and x.deadline and x.deadline < moment
        )
        faces = late._get_faces()
        for clock in late:
            clock.write(
                {
                    "state": "missed",
                    "missed_at": clock.deadline,
                    "late_minutes": clock._get_late_minutes(faces, moment),
                }
            )

    # === ARITHMETIC === #

    def _get_faces(self, known=None):
        """Return the clock face of each of these: ``{clock: (WorkTime, stops)}``."""
        return self.env["kbs.sla.target.face"]._get_faces(self, known)

    def _set_deadlines(self):
        """Write when these running or missed clocks have used up what was promised."""
        known = {}
        faces, people = self._get_faces(known), self._get_people_times(known)
        for clock in self:
            work, stops = faces[clock]
            clock.deadline = work.add(clock.date_start, clock._get_promise(), stops)
            clock.alert_at = clock._get_next_alert(faces[clock], people)

    def _get_pauses(self):
        """Return the pauses that stop this clock; the first answer never waits (L4)."""
        self.ensure_one()
        pauses = self.ticket_id.kbs_pause_ids
        return pauses.filtered(lambda x: x.is_total or self.metric != "first_response")

    def _get_promise(self):
        self.ensure_one()
        return timedelta(minutes=self.promise_minutes)

    def _get_elapsed(self, faces, moment):
        """Return the counted time from the start until ``moment``.

        :rtype: timedelta
        """
        work, stops = faces[self]
        return work.count(self.date_start, moment, stops)

    def _get_late_minutes(self, faces, moment):
        """Return how many counted minutes after the promise ``moment`` is; at least 1.

        A moment after the deadline is late even where nobody worked in between.
        """
        late = self._get_elapsed(faces, moment) - self._get_promise()
        return max(1, ceil(late.total_seconds() / 60))

    def _get_remaining(self, moment):
        """Return what is left of the promise of each open clock at ``moment``.

        :return: dict of timedelta; negative when the clock is late
        """
        faces = self._get_faces()
        return {x: x._get_promise() - x._get_elapsed(faces, moment) for x in self}

    @api.model
    def _drop_of_policies(self, policies):
        """End the open clocks of ``policies``: they were switched off (zammad#4353)."""
        clocks = self.search(
            self._get_open_domain() & Domain("policy_id", "in", policies.ids)
        )
        clocks._cancel(self.env._("The term was switched off"))

    def _is_other_promise(self, promise):
        """Say whether ``promise`` (values of a clock) differs from this clock's."""
        self.ensure_one()
        own = (self.promise_minutes, self.calendar_id.id)
        return own != (promise["promise_minutes"], promise["calendar_id"])

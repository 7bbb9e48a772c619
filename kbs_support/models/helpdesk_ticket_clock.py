from collections import defaultdict

from odoo import api, fields, models

from ..tools.locking import wait_for_others
from .kbs_sla_policy import METRICS


class HelpdeskTicket(models.Model):
    """The clocks of a ticket: started, stopped and resumed by what happens to it."""

    _inherit = "helpdesk.ticket"

    kbs_sla_target_ids = fields.One2many(
        comodel_name="kbs.sla.target",
        inverse_name="ticket_id",
        string="Clocks",
        copy=False,
    )
    kbs_deadline = fields.Datetime(
        string="Deadline",
        compute="_compute_kbs_deadline",
        store=True,
        index="btree_not_null",
        compute_sudo=True,
        help="The nearest deadline of the open clocks (UTC).",
    )
    kbs_next_metric = fields.Selection(
        selection=METRICS,
        string="What Is Due",
        compute="_compute_kbs_deadline",
        store=True,
        compute_sudo=True,
    )
    kbs_clock_state = fields.Selection(
        selection=[("running", "Running"), ("paused", "Paused"), ("missed", "Missed")],
        string="Clock",
        compute="_compute_kbs_deadline",
        store=True,
        compute_sudo=True,
        index="btree_not_null",
        help="Of the clock that is due first.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "kbs_sla_target_ids.deadline",
        "kbs_sla_target_ids.state",
        "kbs_sla_target_ids.done_at",
    )
    def _compute_kbs_deadline(self):
        for ticket in self:
            clocks = ticket.kbs_sla_target_ids._filter_open()
            due = clocks.filtered("deadline").sorted("deadline")
            first = due[:1] or clocks[:1]
            ticket.kbs_deadline = first.deadline
            ticket.kbs_next_metric = first.metric
            ticket.kbs_clock_state = first.state

    # === CRUD METHODS === #

    def write(self, vals):
        """Notice what the clocks depend on; the work is done by ``_kbs_follow_…``."""
        if not self._kbs_get_clock_fields() & set(vals):
            return super().write(vals)
        # Two moves at once must not start two pauses or two cycles.
        wait_for_others(self)
        before = {x: x._kbs_get_clock_facts() for x in self}
        res = super().write(vals)
        self._kbs_follow_stages({x: facts["stage"] for x, facts in before.items()})
        changed = self.filtered(
            lambda x: x._kbs_get_clock_facts()["promise"] != before[x]["promise"]
        )
        regained = changed.filtered(
            lambda x: (
                before[x]["coverage"] == "not_covered"
                and x.kbs_coverage != "not_covered"
            )
        )
        changed._kbs_restart_clocks(regained)
        return res

    @api.model
    def _kbs_get_clock_fields(self):
        """Names of the fields whose change may move, stop or start a clock."""
        return {
            "stage_id",
            "team_id",
            "category_id",
            "priority",
            "kbs_subscription_id",
            "kbs_coverage",
            "active",
        }

    def _kbs_get_clock_facts(self):
        """What clocks follow: where the ticket stands, and what its promise is by."""
        self.ensure_one()
        stage = "waiting" if self.stage_id.kbs_is_waiting else "open"
        if self.closed:
            stage = "closed"
        if not self.active:
            stage = "gone"
        return {
            "stage": stage,
            "coverage": self.kbs_coverage,
            "promise": (
                self.category_id,
                self.priority,
                self.kbs_subscription_id,
                # Work over the plan is promised by the plan too.
                self.kbs_coverage != "not_covered",
            ),
        }

    def _kbs_follow_stages(self, before):
        """Pause, resume, finish or start clocks after a change of stage (L4).

        :param dict before: ``{ticket: "open" | "waiting" | "closed" | "gone"}``
        """
        moves = defaultdict(self.browse)
        for ticket in self:
            now = ticket._kbs_get_clock_facts()["stage"]
            if now != before[ticket]:
                moves[before[ticket], now] |= ticket
        for (old, new), tickets in moves.items():
            if old == "waiting":
                tickets._kbs_resume_clocks()
            if new == "closed":
                tickets._kbs_close_clocks()
            elif new == "gone":
                tickets._kbs_end_pauses()
                tickets._kbs_drop_clocks(self.env._("Archived"))
            elif old in ("closed", "gone"):
                tickets._kbs_reopen_clocks()
            if new == "waiting":
                tickets._kbs_pause_clocks(self.env._("Waiting for the client"))

    # === STARTING === #

    def _kbs_start_clocks(
        self, metrics=("first_response", "resolution"), since="kbs_received_at"
    ):
        """Start the clocks that run from the intake on (L3), or from ``since``."""
        fresh = self.filtered(lambda x: not x.closed and x.active)
        fresh._kbs_add_clocks(metrics, since)
        waiting = fresh.filtered("stage_id.kbs_is_waiting")
        if waiting:
            waiting._kbs_pause_clocks(self.env._("Waiting for the client"))

    def _kbs_add_clocks(self, metrics, since):
        """Start clocks of ``metrics`` where the ticket has such a promise.

        :param since: name of the field with the start, or a moment (UTC)
        """
        promises = self._kbs_get_promises()
        # Sudo: clocks belong to nobody; what happens to the ticket moves them.
        targets = self.env["kbs.sla.target"].sudo()
        cycles = self._kbs_count_cycles()
        # What has ended must have ended in the database too: one open clock each.
        targets.flush_model(["done_at", "state"])
        running = {(x.ticket_id, x.metric) for x in self._kbs_get_open_clocks_sudo()}
        targets = targets._start(
            [
                {
                    "ticket_id": ticket.id,
                    "metric": metric,
                    "cycle": cycles[ticket, metric] + 1,
                    "date_start": ticket[since] if isinstance(since, str) else since,
                    **promises[ticket][metric],
                }
                for ticket in self
                for metric in metrics
                if metric in promises[ticket] and (ticket, metric) not in running
            ]
        )
        targets._record_misses(fields.Datetime.now())

    def _kbs_count_cycles(self):
        cycles = defaultdict(int)
        for clock in self.sudo().kbs_sla_target_ids:
            key = (clock.ticket_id, clock.metric)
            cycles[key] = max(cycles[key], clock.cycle)
        return cycles

    # === EVENTS === #

    def _kbs_get_open_clocks_sudo(self, *metrics):
        """Return the open clocks of these tickets, of ``metrics`` or of all."""
        clocks = self.sudo().kbs_sla_target_ids._filter_open()
        return clocks.filtered(lambda x: not metrics or x.metric in metrics)

    def _kbs_note_answer(self, moment):
        """A person of ours answered at ``moment`` (UTC): a message or a call (L1)."""
        wait_for_others(self)
        self._kbs_get_open_clocks_sudo("first_response", "next_response")._finish(
            moment
        )
        self._kbs_go_on(lambda x: x.stage_id.unattended)

    def _kbs_note_client_message(self, moment):
        """The client wrote at ``moment`` (UTC): he waits for an answer again.

        A waiting ticket goes on, a closed one is reopened. The clock of the next
        answer runs only while the client waits (zammad#3140).
        """
        wait_for_others(self)
        self._kbs_go_on(lambda x: x.closed or x.stage_id.kbs_is_waiting)
        # A team without a waiting stage has pauses too: nobody was reached by phone.
        self.filtered(lambda x: x._kbs_get_open_pause_sudo())._kbs_resume_clocks()
        self._kbs_owe_answer(moment)

    def _kbs_owe_answer(self, moment):
        """The client waits for an answer since ``moment`` (UTC), if not for longer."""
        answered = self.filtered(
            lambda x: (
                x._kbs_is_served()
                and not x._kbs_get_open_clocks_sudo("first_response", "next_response")
            )
        )
        answered._kbs_add_clocks(("next_response",), moment)

    def _kbs_go_on(self, is_idle):
        """Move those of these tickets to work for which ``is_idle`` is true."""
        for ticket in self.filtered(is_idle):
            stages = ticket.team_id._get_applicable_stages().filtered(
                lambda x: not x.closed and not x.kbs_is_waiting
            )
            working = stages.filtered(lambda x: not x.unattended)
            if stage := (working or stages)[:1]:
                ticket.stage_id = stage

    def _kbs_close_clocks(self):
        """The ticket is closed: solved now; nobody waits for an answer any more."""
        self._kbs_end_pauses()
        self._kbs_get_open_clocks_sudo("resolution")._finish(fields.Datetime.now())
        self._kbs_drop_clocks(self.env._("Closed without an answer"))

    def _kbs_reopen_clocks(self):
        """A closed ticket is open again: a new cycle (osTicket#5955)."""
        now = fields.Datetime.now()
        served = self.filtered(lambda x: x._kbs_is_served())
        served._kbs_add_clocks(("resolution",), now)
        # Whom nobody ever answered waits for the first answer again.
        unanswered = served.filtered(lambda x: x._kbs_lacks_first_clock(True))
        unanswered._kbs_add_clocks(("first_response",), now)

    def _kbs_drop_clocks(self, reason):
        """End all open clocks without a result: merged, a duplicate, spam."""
        self._kbs_get_open_clocks_sudo()._cancel(reason)

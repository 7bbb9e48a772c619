from odoo import fields, models
from odoo.fields import Domain


class HelpdeskTicket(models.Model):
    """What a ticket is promised, and how the promise follows its ticket (L1, L3)."""

    _inherit = "helpdesk.ticket"

    def _kbs_is_served(self):
        """Say whether this ticket has a promise at all: nobody is owed for free."""
        self.ensure_one()
        return self.kbs_coverage != "not_covered"

    def _kbs_get_clock_plan(self):
        """Return the plan whose promises this ticket has; empty for none."""
        return self.sudo().kbs_subscription_id.plan_id

    def _kbs_get_calendar(self, calendar=None):
        """Return the working hours to count by: there is always an answer.

        The given ones, else those of the plan's reaction time, else the company's
        (OCA/helpdesk#885 crashed without).
        """
        self.ensure_one()
        return (
            calendar
            or self._kbs_get_clock_plan().reaction_calendar_id
            or self.company_id.sudo()._kbs_get_people_calendar()
        )

    def _kbs_get_promises(self):
        """Return what each of these tickets is promised, ready for its clocks.

        :return: ``{ticket: {metric: values of kbs.sla.target}}``; a metric without a
            promise is missing
        """
        # Sudo: portal clients have promises too, and may not read how they are made.
        policies = (
            self.env["kbs.sla.policy"]
            .sudo()
            .search_fetch(
                Domain("company_id", "in", [False, *self.company_id.ids]),
                self.env["kbs.sla.policy"]._get_deciding_fields(),
            )
        )
        by_metric = policies.grouped("metric")
        return {
            ticket: ticket._kbs_choose_promises(by_metric)
            if ticket._kbs_is_served()
            else {}
            for ticket in self
        }

    def _kbs_choose_promises(self, policies):
        """Return ``{metric: values}`` of this ticket.

        :param dict policies: ``{metric: kbs.sla.policy}``
        """
        promises = self._kbs_get_reaction()
        for metric, candidates in policies.items():
            ranks = {x: x._get_rank(self) for x in candidates}
            fitting = [x for x in candidates if ranks[x] is not None]
            if fitting:
                policy = max(fitting, key=ranks.get)
                promises[metric] = policy._prepare_promise(self)
        return promises

    def _kbs_get_reaction(self):
        """The reaction time of the plan: for the first answer, and for the next."""
        plan = self._kbs_get_clock_plan()
        if not plan:
            return {}
        term = self.env["kbs.sla.policy"]._prepare_term(
            plan.reaction_time, plan.reaction_unit, self._kbs_get_calendar()
        )
        term["policy_id"] = False
        return {"first_response": term, "next_response": dict(term)}

    def _kbs_restart_clocks(self, regained=()):
        """Fit open clocks to another promise: category, priority or coverage changed.

        What has passed and what was waited belong to the ticket and are kept
        (glpi#6902); the result so far stays as a version.

        :param regained: those of these tickets that were not covered until now: their
            cancelled clocks begin again
        """
        open_tickets = self.filtered(lambda x: not x.closed and x.active)
        lost = open_tickets.filtered(lambda x: not x._kbs_is_served())
        lost._kbs_drop_clocks(self.env._("Not covered"))
        served = open_tickets - lost
        served._kbs_replace_promises()
        fresh = served.filtered(lambda x: x._kbs_lacks_first_clock(x in regained))
        # Paid or excepted later: nobody was owed anything before. But cover that was
        # lost and regained does not turn the clocks back to nought.
        new = fresh.filtered(lambda x: not x.sudo().kbs_sla_target_ids)
        new._kbs_start_clocks(since=fields.Datetime.now())
        (fresh - new)._kbs_start_clocks()
        # Answered before it lost its cover: only the solution is owed again.
        owed = (served - fresh).filtered(lambda x: x in regained)
        owed._kbs_start_clocks(("resolution",))

    def _kbs_lacks_first_clock(self, is_regained):
        """Say whether there is no clock of the first answer, or none that counts."""
        clocks = self.sudo().kbs_sla_target_ids
        clocks = clocks.filtered(lambda x: x.metric == "first_response")
        if is_regained:
            clocks = clocks.filtered(lambda x: x.state != "cancelled")
        return not clocks

    def _kbs_replace_promises(self):
        promises = self._kbs_get_promises()
        clocks = self._kbs_get_open_clocks_sudo()
        clocks._record_misses(fields.Datetime.now())
        reason = self.env._("The promise has changed")
        changed = clocks.browse()
        for clock in clocks:
            promise = promises[clock.ticket_id].get(clock.metric)
            if promise and clock._is_other_promise(promise):
                version = clock._prepare_version(reason)
                self.env["kbs.sla.target.version"].sudo().create(version)
                clock.write(promise)
                changed |= clock
        changed.filtered(lambda x: x.state == "running")._set_deadlines()
        changed._record_misses(fields.Datetime.now())

from odoo import api, fields, models
from odoo.tools import format_datetime

from ..tools.batches import work_through

LEVELS = (50, 80, 100)


class KbsSlaTarget(models.Model):
    """The job that watches the clocks: misses, and warnings before them (L4, L5)."""

    _inherit = "kbs.sla.target"

    alert_at = fields.Datetime(
        string="Next Warning", help="In working hours of the people (UTC)."
    )
    alerted_level = fields.Integer(
        string="Warned at, %",
        help="The last share of the promise at which somebody was warned.",
    )

    _alert_index = models.Index("(alert_at) WHERE alert_at IS NOT NULL")

    @api.model
    def _cron_watch_clocks(self):
        """Record misses, warn, and count anew what waits for it.

        Only what is due is read, over the indexes on (state, deadline) and on the
        next warning. A second run finds nothing.
        """
        now = fields.Datetime.now()
        late = self.search(
            [("state", "=", "running"), ("deadline", "<", now)], order="deadline, id"
        )
        self.env["ir.cron"]._commit_progress(remaining=len(late))
        if not work_through(late, lambda x: x._record_misses(now)):
            return
        warned = self.search([("alert_at", "<=", now)], order="alert_at, id")
        if work_through(warned, lambda x: x._send_alerts(now)):
            self._recount_waiting()

    # === WHEN === #

    def _get_next_alert(self, work, stops, people):
        """Return when somebody is warned next (UTC), or None.

        :param work: :class:`WorkTime` by which this clock counts
        :param dict people: what ``_get_people_times`` gives
        """
        self.ensure_one()
        coming = [x for x in LEVELS if x > self.alerted_level]
        if self.done_at or not self.deadline or not coming:
            return None
        share = self._get_promise() * coming[0] / 100
        moment = work.add(self.date_start, share, stops)
        return moment and people[self.company_id].next_open(moment)

    def _get_people_times(self):
        """Return when the people of the line work: nobody is warned at night (L5).

        :return: ``{company: WorkTime}``, each loaded once for all of its clocks
        """
        return {
            x: x._kbs_get_people_calendar()._kbs_get_work_time(x)
            for x in self.company_id
        }

    # === WHO AND WHAT === #

    def _send_alerts(self, now):
        """Warn about these clocks, each level once; only the latest one passed."""
        faces, people = self._get_faces(), self._get_people_times()
        for clock in self:
            work, stops = faces[clock]
            elapsed = work.count(clock.date_start, now, stops)
            share = 100 * elapsed / clock._get_promise()
            level = max((x for x in LEVELS if x <= share), default=0)
            if clock.state == "missed" or (clock.deadline and clock.deadline <= now):
                level = 100
            if level > clock.alerted_level and not clock.done_at:
                clock._warn(level, now)
                clock.alerted_level = level
            clock.alert_at = clock._get_next_alert(work, stops, people)

    def _get_alerted(self, level):
        """Return the users who are warned: the assignee, and the lead at the end."""
        self.ensure_one()
        ticket = self.ticket_id
        assignee = ticket.user_id.filtered(lambda x: x.active and not x.share)
        if level < 100 and assignee:
            return assignee
        return ticket.team_id.user_id or self._get_leads()

    def _get_leads(self):
        leads = self.env.ref("kbs_support.group_kbs_lead").all_user_ids
        return leads.filtered(
            lambda x: x.active and not x.share and self.company_id in x.company_ids
        )

    def _warn(self, level, now):
        """Send one inbox notification about this clock to whom it concerns."""
        for user in self._get_alerted(level):
            clock = self.with_context(lang=user.lang, tz=user.tz)
            clock.ticket_id.with_context(kbs_inbox_only=True).message_notify(
                partner_ids=user.partner_id.ids,
                subject=clock._get_alert_subject(level),
                body=clock._get_alert_text(level, now),
            )

    def _get_alert_subject(self, level):
        values = {"number": self.ticket_id.number, "level": level}
        if level >= 100:
            return self.env._("%(number)s: the term is over", **values)
        return self.env._("%(number)s: %(level)s %% of the term is over", **values)

    def _get_alert_text(self, level, now):
        metrics = dict(self._fields["metric"]._description_selection(self.env))
        when = self.deadline or now
        return self.env._(
            "%(promise)s to %(client)s: until %(deadline)s. %(title)s",
            promise=metrics[self.metric],
            client=self.ticket_id.partner_id.display_name
            or self.ticket_id.partner_name
            or self.ticket_id.partner_email
            or "",
            deadline=format_datetime(
                self.env, when, tz=self.company_id.kbs_tz, dt_format="dd.MM.y HH:mm"
            ),
            title=self.ticket_id.name,
        )

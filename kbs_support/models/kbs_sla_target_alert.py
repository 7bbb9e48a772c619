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

    def _get_next_alert(self, face, people):
        """Return when somebody is warned next (UTC), or None.

        :param face: what ``_get_faces`` gives for this clock
        :param people: what ``_get_people_times`` gives
        """
        self.ensure_one()
        coming = [x for x in LEVELS if x > self.alerted_level]
        if self.done_at or not self.deadline or not coming:
            return None
        if not people[1]:
            coming = coming[:1]  # all keep the same hours: the first level comes first
        work, stops = face
        moments = []
        for level in coming:
            share = self._get_promise() * level / 100
            if moment := work.add(self.date_start, share, stops):
                moments.append(self._get_hours(level, people).next_open(moment))
        return min(filter(None, moments), default=None)

    def _get_people_times(self, known=None):
        """Return when people work: nobody is warned at night, unless on duty (L5).

        :param dict known: working hours that are loaded already
        :return: ``({company: WorkTime}, {(company, user): [stretches on duty]})``,
            loaded once for all of these clocks
        """
        office = {
            x: x._kbs_get_people_calendar()._kbs_get_work_time(x, known=known)
            for x in self.company_id
        }
        duties = self.env["kbs.duty"]._get_coming(self.company_id)
        return office, {
            key: [(x.date_from, x.date_to) for x in same]
            for key, same in duties.grouped(lambda x: (x.company_id, x.user_id)).items()
        }

    def _get_hours(self, level, people):
        """Return when those work who are warned at ``level``, as :class:`WorkTime`."""
        office, duties = people[0][self.company_id], people[1]
        if not duties:
            return office
        users = self._get_alerted(level)
        own = [y for x in users for y in duties.get((self.company_id, x), ())]
        return office.also(own) if own else office

    def _set_alerts(self):
        """Find the next warning of these clocks anew: others are told of them now."""
        people = self._get_people_times()
        if people[1]:
            faces = self._get_faces()
            for clock in self:
                clock.alert_at = clock._get_next_alert(faces[clock], people)

    # === WHO AND WHAT === #

    def _send_alerts(self, now):
        """Warn about these clocks, each level once; only the latest one passed."""
        known = {}
        faces, people = self._get_faces(known), self._get_people_times(known)
        for clock in self:
            level = clock._get_due_level(now, faces[clock], people)
            if level and not clock.done_at:
                clock._warn(level, now)
                clock.alerted_level = level
            clock.alert_at = clock._get_next_alert(faces[clock], people)

    def _get_due_level(self, now, face, people):
        """Return the highest level of which somebody is to be told now, or 0.

        Who is asleep is told later: at night the assignee may be on duty, and the
        lead is not.
        """
        work, stops = face
        share = 100 * work.count(self.date_start, now, stops) / self._get_promise()
        if self.state == "missed" or (self.deadline and self.deadline <= now):
            share = 100
        passed = [x for x in LEVELS if self.alerted_level < x <= share]
        # The job may come a little after work: it was due when they were there.
        moments = {now, self.alert_at or now}
        return max(
            (
                level
                for level in passed
                if any(self._get_hours(level, people).is_open(x) for x in moments)
            ),
            default=0,
        )

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
        return leads._kbs_filter_working(self.company_id)

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

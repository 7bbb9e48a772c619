from typing import NamedTuple

from odoo import models
from odoo.fields import Date, Domain
from odoo.tools import format_date

from ..tools.locking import take_turn


class Quota(NamedTuple):
    """Remote sessions of one service month."""

    plan: models.BaseModel
    first: Date
    last: Date
    limit: int | None  # None: without limit
    used: int  # sessions that have a place
    booked: int  # places that are kept for sessions to come, or were missed

    @property
    def left(self):
        """Places that are free, zero or more; None without limit."""
        if self.limit is None:
            return None
        return max(self.limit - self.used - self.booked, 0)

    @property
    def is_left(self):
        return self.left is None or self.left > 0


class KbsSubscription(models.Model):
    """How many remote sessions a service month has left (E4)."""

    _inherit = "kbs.subscription"

    def _get_remote_quota(self, day):
        """Return the :class:`Quota` that the local date ``day`` lies in.

        :return: None where nothing is paid for that day
        """
        self.ensure_one()
        period = self.period_ids.filtered(
            lambda x: x.is_effective and x.date_start <= day <= x.date_end
        )[:1]
        months = period._get_service_months() if period else []
        month = next((x for x in months if x.first <= day <= x.last), None)
        if not month:
            return None
        plan = period.plan_id
        limit = None if plan.is_remote_unlimited else plan.remote_session_limit
        counted = Domain("is_within", "=", True)
        sessions = self.env["kbs.remote.session"].sudo()
        used = sessions.search_count(
            sessions._get_month_domain(self, month.first, month.last) & counted
        )
        booked = self.env["kbs.booking"]._count_places_sudo(self, month)
        return Quota(plan, month.first, month.last, limit, used, booked)

    def _tell_sessions_left(self):
        """Say to the client what is left today, or False where there is no limit."""
        quota = self._get_remote_quota(self.company_id._kbs_today()) if self else None
        if not quota or quota.limit is None:
            return False
        return self.env._(
            "Your plan %(plan)s has %(left)s of %(limit)s remote sessions left until "
            "%(date)s.",
            plan=quota.plan.name,
            left=quota.left,
            limit=quota.limit,
            date=format_date(self.env, quota.last),
        )


class KbsRemoteSession(models.Model):
    _inherit = "kbs.remote.session"

    def _get_month_domain(self, subscription, first, last):
        """Domain of the sessions that are counted from ``first`` to ``last``."""
        return Domain(
            [
                ("subscription_id", "=", subscription.id),
                ("day", ">=", first),
                ("day", "<=", last),
                ("outcome", "!=", "not_connected"),
            ]
        )

    def _settle_quota(self):
        """Say which sessions of these months the plan includes.

        Who was first stays included. What becomes free goes to the earliest of the
        others, as long as nobody decided on its time. Where nothing is paid for the
        day any more, what was counted stays so.

        :return: the sessions that changed
        """
        sessions = self.sudo()
        sessions.flush_recordset()
        # Two who begin at once: the second one is repeated, and finds the first.
        take_turn(sessions.subscription_id)
        changed = sessions.filtered(
            lambda x: x.outcome == "not_connected" and x.is_within
        )
        changed.is_within = False
        for subscription, own in sessions.grouped("subscription_id").items():
            if subscription:
                for day in sorted(set(own.mapped("day"))):
                    changed |= self._settle_month(subscription, day)
        return changed

    def _settle_month(self, subscription, day):
        quota = subscription._get_remote_quota(day)
        if not quota or not quota.is_left:
            return self.browse()
        domain = self._get_month_domain(subscription, quota.first, quota.last)
        waiting = self.sudo().search(
            domain & Domain("is_within", "=", False), order="date_start, id"
        )
        waiting = waiting.filtered(lambda x: x._is_undecided())
        free = len(waiting) if quota.limit is None else quota.left
        waiting[:free].is_within = True
        return waiting[:free]

    def _settle_months_sudo(self, months):
        """Hand on what became free in the service months of these days.

        :param months: ``{(subscription, local date)}``
        Sudo: sessions are counted by the system.
        """
        sessions = self.sudo().browse()
        take_turn(self.env["kbs.subscription"].sudo().union(*(x for x, _d in months)))
        changed = sessions.union(*(sessions._settle_month(*x) for x in months))
        if lines := changed.timesheet_ids:
            lines._kbs_draw()

    def _is_undecided(self):
        """Say whether nobody has decided yet what becomes of this time."""
        decided = self.timesheet_ids.kbs_over_ids.filtered(
            lambda x: x.decision != "pending"
        )
        return not decided

    def _settle_quota_and_draw(self):
        """Settle the months of these sessions; draw anew what has changed sides."""
        changed = self._settle_quota()
        if lines := changed.timesheet_ids:
            lines._kbs_draw()

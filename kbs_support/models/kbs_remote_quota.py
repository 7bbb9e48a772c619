from typing import NamedTuple

from odoo import models
from odoo.fields import Date, Domain
from odoo.tools import format_date

from ..tools.locking import take_turn
from ..tools.service_months import find_service_month


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
        period = self.period_ids._get_covering(day)[:1]
        months = period._get_service_months() if period else []
        month = find_service_month(months, day)
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
        failed = sessions.filtered(
            lambda x: x.outcome == "not_connected" and x.is_within
        )
        failed.is_within = False
        return failed | self._settle_months(sessions._get_months())

    def _get_months(self):
        """Return ``{(subscription, local date)}`` that these are counted on."""
        return {(x.subscription_id, x.day) for x in self if x.subscription_id}

    def _settle_months(self, months):
        """Give the places that are free in the service months of these days.

        :param months: ``{(subscription, local date)}``
        :return: the sessions that got one
        """
        # Two who begin at once: the second one is repeated, and finds the first.
        take_turn(self.env["kbs.subscription"].sudo().union(*(x for x, _d in months)))
        return self.sudo().browse().union(*(self._settle_month(*x) for x in months))

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

    def _hand_on_places_sudo(self, months):
        """Settle these months, and draw anew what has changed sides.

        Sudo: sessions are counted by the system.
        """
        self.sudo()._settle_months(months)._draw_anew()

    def _is_undecided(self):
        """Say whether nobody has decided yet what becomes of this time."""
        decided = self.timesheet_ids.kbs_over_ids.filtered(
            lambda x: x.decision != "pending"
        )
        return not decided

    def _settle_quota_and_draw(self):
        """Settle the months of these sessions; draw anew what has changed sides."""
        self._settle_quota()._draw_anew()

    def _draw_anew(self):
        if lines := self.timesheet_ids:
            lines._kbs_draw()

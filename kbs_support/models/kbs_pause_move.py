from datetime import timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.coverage import ONE_DAY, get_moved_by_pause, shift_by_pause


class KbsPause(models.Model):
    """Moves what a pause did not let be served, and moves it back (S2)."""

    _inherit = "kbs.pause"

    def _move_periods(self):
        """Move what was not served when the pause began by its days.

        :raise UserError: a later chain that runs already is in the way
        """
        # Nobody writes periods by hand; whoever may pause moves them.
        for pause in self.sudo():
            booked = pause.subscription_id.period_ids._get_booked()
            moved = pause._get_periods_to_move(booked)
            pause._check_room(moved, booked - moved)
            moved._shift_by_pause(pause.date_start, pause.days)
            pause.moved_period_ids = moved

    def _move_periods_back(self):
        """Undo :meth:`_move_periods` before the pause changes or is deleted.

        :raise UserError: days that were sold later cannot be counted back
        """
        for pause in self.sudo():
            followers = pause._get_followers()
            fixed = followers.filtered(lambda x: not x.chain_months)[:1]
            if fixed:
                raise UserError(
                    self.env._(
                        "%(period)s was sold after this pause, so the days of the "
                        "pause cannot change any more.",
                        period=fixed.display_name,
                    )
                )
            moved = pause.moved_period_ids._get_booked() | followers
            moved._shift_by_pause(pause.date_end + ONE_DAY, -pause.days)
            pause.moved_period_ids = False

    def _get_periods_to_move(self, booked):
        """Return which of the ``booked`` periods this pause moves."""
        stretches = [
            (x.date_start, x.date_end if x.stopped_on else x.sold_until) for x in booked
        ]
        today = self.company_id._kbs_today()
        positions = get_moved_by_pause(stretches, self.date_start, today)
        return booked.browse([booked[x].id for x in positions])

    def _get_followers(self):
        """Return the periods sold since then that continue the moved ones."""
        followers = self.env["kbs.subscription.period"]
        moved = self.moved_period_ids._get_booked()
        end = max(moved.mapped("date_end"), default=None)
        for period in self.subscription_id.period_ids._get_booked() - moved:
            if end and period.date_start == end + ONE_DAY:
                followers |= period
                end = period.date_end
        return followers

    def _check_room(self, moved, kept):
        """Refuse to run into a period that was sold for its own days."""
        if not moved:
            return
        end = max(moved.mapped("date_end")) + timedelta(days=self.days)
        in_the_way = kept.filtered(
            lambda x: x.date_start > self.date_start and x.date_start <= end
        )[:1]
        if in_the_way:
            raise UserError(
                self.env._(
                    "The coverage would last until %(date)s and run into %(period)s, "
                    "which was sold after a gap. Choose a shorter pause.",
                    date=format_date(self.env, end),
                    period=in_the_way.display_name,
                )
            )


class KbsSubscriptionPeriod(models.Model):
    _inherit = "kbs.subscription.period"

    def _shift_by_pause(self, first, days):
        """Shift these periods by ``days`` from ``first`` on, never overlapping.

        A stop that was agreed on for a later day moves as well: the client is served
        as many days as he pays for.
        """
        self._read_replaced()
        for period in self.sorted("date_start", reverse=days > 0):
            start, end = shift_by_pause(
                period.date_start, period.sold_until, first, days
            )
            values = {"date_start": start, "sold_until": end}
            if period.stopped_on and period.stopped_on > first:
                values["stopped_on"] = period.stopped_on + timedelta(days=days)
            period.write(values)
            period.flush_recordset()

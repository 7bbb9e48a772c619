from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..tools.locking import take_turn
from .kbs_booking import OPEN


class KbsBooking(models.Model):
    """What a slot needs: a free specialist, and a place in the month (E4)."""

    _inherit = "kbs.booking"

    def _check_slot(self):
        """Check that this slot is free, and in working time.

        :raise UserError: the specialist is taken, does not work, or the time is over
        """
        self.ensure_one()
        # Two who book at once: the second one is repeated, and finds the first.
        take_turn(self.user_id.sudo()._origin)
        if fault := self._get_fault():
            raise UserError(fault)

    def _keep_places(self):
        """Keep a place in the month of each, where the plan has one left."""
        take_turn(self.sudo().subscription_id)
        for booking in self:
            booking.sudo().is_over = True  # as long as it is not counted itself
            quota = booking._get_quota()
            booking.sudo().is_over = not quota or not quota.is_left

    @api.model
    def _count_places_sudo(self, subscription, month):
        """Count the places that are kept in the service ``month``, or were missed.

        Sudo: what is left is asked by who sees no bookings of colleagues.
        """
        return self.sudo().search_count(
            [
                ("subscription_id", "=", subscription.id),
                ("day", ">=", month.first),
                ("day", "<=", month.last),
                ("state", "in", OPEN),
                ("is_over", "=", False),
            ]
        )

    def _get_quota(self):
        subscription = self.sudo().subscription_id
        return subscription._get_remote_quota(self.day) if subscription else None

    def _get_fault(self):
        """Return why this slot cannot be booked, or None."""
        self.ensure_one()
        if not self.date_start or not self.date_end:
            return self.env._("Choose a time.")
        if self.date_start <= fields.Datetime.now():
            return self.env._("Choose a time that has not begun yet.")
        others = self.sudo().search(
            [
                ("user_id", "=", self.user_id._origin.id),
                ("state", "=", "booked"),
                ("date_start", "<", self.date_end),
                ("date_end", ">", self.date_start),
                ("id", "!=", self._origin.id),
            ]
        )
        values = {
            "specialist": self.user_id.sudo().name,
            "time": format_datetime(
                self.env, self.date_start, self.company_id.sudo().kbs_tz, "short"
            ),
        }
        if others:
            return self.env._("%(specialist)s is taken on %(time)s.", **values)
        company = self.ticket_id.company_id
        working = self.user_id._origin._kbs_get_working(
            company, self.date_start, self.date_end
        )
        if working != [(self.date_start, self.date_end)]:
            return self.env._("%(specialist)s does not work on %(time)s.", **values)
        return None

    def _get_months(self):
        """Return ``{(subscription, local date)}`` that these slots are counted on."""
        slots = self.sudo()
        return {(x.subscription_id, x.day) for x in slots if x.subscription_id}

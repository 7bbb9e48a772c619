from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_amount, format_date

from ..tools.locking import wait_for_others


class KbsSubscription(models.Model):
    """How a client leaves: now, at the end of his coverage, or before it (S5).

    Always with a reason. Whose coverage is over is closed; who is covered leaves at
    the end, or at once, with his money for the unused days.
    """

    _inherit = "kbs.subscription"

    leaving_since = fields.Date(
        string="Known to Leave since",
        readonly=True,
        copy=False,
        tracking=True,
        help="The client will not renew: with the last day of coverage the "
        "subscription is closed.",
    )

    # === ACTIONS === #

    def action_close(self):
        """Ask why and when the client leaves (wizard)."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Close the Subscription"),
            "res_model": "kbs.subscription.close",
            "view_mode": "form",
            "target": "new",
            "context": {"default_subscription_ids": self.ids},
        }

    def action_reopen(self):
        """Take back a closing, also one that is still to come.

        Cancelled periods stay cancelled, and given back days stay given back: the
        client buys anew from the day after. What he refused before stays refused.
        """
        self.check_access("write")
        self.sudo().write(
            {"closed_on": False, "leaving_since": False, "close_reason_id": False}
        )
        renewals = self.sudo().renewal_ids.filtered(
            lambda x: x.is_lost_by_closing and not x.period_id._is_stopped()
        )
        renewals._reopen()

    # === BUSINESS METHODS === #

    def _is_covered(self):
        """Say whether coverage runs, or is to come; a pause does not use it up."""
        self.ensure_one()
        return bool(self.date_end and self.date_end >= self._get_clock_day())

    def _close(self, reason, note=""):
        """Close for good: what was neither paid nor served is cancelled.

        :param reason: ``kbs.close.reason``
        :raise AccessError: the user may not keep subscriptions
        :raise UserError: something is still paid for
        """
        self.check_access("write")
        for subscription in self.filtered(lambda x: x._is_covered()):
            raise UserError(subscription._explain_covered())
        for company, subscriptions in self.sudo().grouped("company_id").items():
            subscriptions.write(
                {"close_reason_id": reason.id, "closed_on": company._kbs_today()}
            )
        self.sudo()._end_open_pauses()
        self.sudo().period_ids._get_booked()._get_unserved()._cancel()
        self._lose_renewals_sudo(reason)
        self._post_note(note)

    def _explain_covered(self):
        """Say why this subscription cannot be closed yet."""
        if self.state == "paused":
            return self.env._(
                "The subscription %(number)s is paused, and %(days)s days of it are "
                "paid for and not served. Close it at the end, or let a manager close "
                "it at once and give the money for the unused days back.",
                number=self.name,
                days=self.days_left,
            )
        return self.env._(
            "The subscription %(number)s is covered until %(date)s. Close it at the "
            "end, or let a manager close it at once and give the money for the unused "
            "days back.",
            number=self.name,
            date=format_date(self.env, self.date_end),
        )

    def _leave_at_end(self, reason, note=""):
        """Let the coverage run to its end, and close then.

        What waits for payment is cancelled; until the end it can be taken back.

        :param reason: ``kbs.close.reason``
        :raise AccessError: the user may not keep subscriptions
        :raise UserError: there is no coverage whose end could be waited for
        """
        self.check_access("write")
        for subscription in self.filtered(lambda x: not x._is_covered()):
            raise UserError(
                self.env._(
                    "The subscription %(number)s is not covered any more: close it.",
                    number=subscription.name,
                )
            )
        for company, subscriptions in self.sudo().grouped("company_id").items():
            subscriptions.write(
                {"close_reason_id": reason.id, "leaving_since": company._kbs_today()}
            )
        booked = self.sudo().period_ids._get_booked()
        booked.filtered(lambda x: not x.is_effective)._get_unserved()._cancel()
        self._lose_renewals_sudo(reason)
        self._post_note(note)

    def _leave_at_once(self, reason, day, note=""):
        """Stop the coverage before its end, and give the rest of the money back.

        :param reason: ``kbs.close.reason``
        :param date day: first day without service
        :return: the posted credit notes, ``account.move``
        :raise AccessError: the user is no manager of support
        :raise UserError: the day does not cut the running period
        """
        self.ensure_one()
        if not self.env.user.has_group("kbs_support.group_kbs_manager"):
            raise AccessError(
                self.env._("Only a support manager may stop paid coverage.")
            )
        self.check_access("write")
        wait_for_others(self)
        if refusal := self._get_stop_refusal(day):
            raise UserError(refusal)
        # Sudo: nobody writes periods by hand, the manager decides about them.
        credit_notes = self.sudo()._stop(day)
        self._post_note(self._describe_stop(day, credit_notes))
        if day <= self.company_id._kbs_today():
            self._close(reason, note)
        else:
            self._leave_at_end(reason, note)
        return credit_notes

    def _get_stopped_period(self, day):
        """Return the period that runs when ``day`` is the first unserved one."""
        self.ensure_one()
        first = self._get_first_unserved(day)
        effective = self.period_ids.filtered("is_effective")
        return effective.filtered(lambda x: x.date_start < first <= x.date_end)[:1]

    def _get_first_unserved(self, day):
        """Return from when nothing is served to who leaves on ``day``.

        A pause that still runs has moved no period yet: time stands still with it.
        """
        running = self.pause_ids.filtered(lambda x: not x.date_end)
        return min([day, *running.mapped("date_start")])

    def _get_stop_refusal(self, day):
        """Say why ``day`` cannot be the first one without service, or None."""
        if not day:
            return self.env._("Choose the first day without service.")
        if self._get_stopped_period(day):
            return None
        return self.env._(
            "Coverage of %(number)s cannot end on the eve of %(date)s: it has to be a "
            "day within a period that has begun. Where nothing has begun yet, credit "
            "its invoice and cancel the order.",
            number=self.name,
            date=format_date(self.env, day),
        )

    def _get_unused(self, day):
        """Return what goes back to the client who leaves on ``day``.

        :return: list of :class:`UnusedDays`: the running period, then paid later ones
        """
        stopped = self._get_stopped_period(day)
        later = self._get_later_periods(day).filtered("is_paid")
        return [x._get_unused(day) for x in stopped | later]

    def _get_later_periods(self, day):
        """Return the booked periods that would begin on ``day`` or later."""
        first = self._get_first_unserved(day)
        booked = self.period_ids._get_booked()
        return booked.filtered(lambda x: x.date_start >= first)

    def _stop(self, day):
        """Cut the running period, cancel later ones, give the money back.

        Pauses that would begin later fall away.

        :return: the posted credit notes
        """
        ahead = self.pause_ids.filtered(lambda x: x.date_start >= day)
        ahead.filtered(lambda x: not x.date_end).unlink()
        if self.pause_ids.filtered(lambda x: not x.date_end):
            self._resume(day)
        stopped = self._get_stopped_period(day)
        later = self._get_later_periods(day)
        paid = later.filtered("is_paid")
        # First: an unpaid change of plan has no share in the money.
        (later - paid)._cancel()
        credit_notes = (stopped | paid)._credit_unused_sudo(day)
        paid.is_cancelled = True
        stopped.stopped_on = day
        paid.order_id._kbs_leave_renewals_sudo()
        ahead.exists().unlink()  # now that no later period moves with them
        return credit_notes

    def _describe_stop(self, day, credit_notes):
        amounts = [
            f"{x.name} {format_amount(self.env, x.amount_total, x.currency_id)}"
            for x in credit_notes
        ]
        return self.env._(
            "No service from %(date)s on. Credit notes for unused days: %(notes)s",
            date=format_date(self.env, day),
            notes=", ".join(amounts) or "—",
        )

    def _lose_renewals_sudo(self, reason):
        """Note that these clients do not renew, and why; an earlier refusal stays.

        Sudo: renewals are kept by the system.
        """
        Renewal = self.env["kbs.renewal"].sudo()
        renewals = Renewal.union(*Renewal._open(self.sudo()).values())
        lost = renewals.filtered(lambda x: not x.lost_on)
        lost._lose(reason)
        lost.is_lost_by_closing = True
        (renewals - lost)._withdraw_quotations()

    def _post_note(self, note):
        for subscription in self if note else ():
            subscription.message_post(body=note)

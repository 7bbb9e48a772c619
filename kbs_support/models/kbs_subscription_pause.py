from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.coverage import ONE_DAY, days_within


class KbsSubscription(models.Model):
    """Support that stands still for a while: the end moves, the tenure stays (S2)."""

    _inherit = "kbs.subscription"

    pause_ids = fields.One2many(
        comodel_name="kbs.pause", inverse_name="subscription_id", string="Pauses"
    )

    def action_pause(self):
        """Ask from which day and why support is paused."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pause Support"),
            "res_model": "kbs.pause",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_subscription_id": self.id,
                "default_date_start": self.company_id._kbs_today(),
            },
        }

    def action_resume(self):
        """End the pause yesterday: support goes on today."""
        self._resume()

    def _resume(self, day=None):
        """End the running pauses, so that ``day`` is served again.

        :param date day: first day of service, today by default
        :raise UserError: nothing is paused, or it would have been paused for no day
        """
        for subscription in self:
            first = day or subscription.company_id._kbs_today()
            pause = subscription.pause_ids.filtered(lambda x: not x.date_end)
            if not pause:
                raise UserError(
                    self.env._(
                        "The subscription %(number)s is not paused, or its pause "
                        "ends by itself.",
                        number=subscription.name,
                    )
                )
            if first <= pause.date_start:
                # Not one day was paused. Sudo: ending is not deleting the record.
                pause.sudo().unlink()
            else:
                pause.date_end = first - ONE_DAY

    def _get_pause_on(self, day):
        """Return the pause of this subscription that covers the local date ``day``."""
        return self.pause_ids.filtered(lambda x: x._covers(day))[:1]

    def _get_clock_day(self):
        """Return the local date by which this subscription lives.

        Today, but during a pause the day on which it began: time stands still, so
        neither the coverage nor the grace runs out.
        """
        self.ensure_one()
        today = self.company_id._kbs_today()
        return self._get_pause_on(today).date_start or today

    def _get_paused_days(self, start, end):
        """Return how many days from ``start`` to ``end`` were paused."""
        stretches = [x._get_stretch() for x in self.pause_ids]
        return days_within(stretches, start, end) if start and end else 0

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.coverage import ONE_DAY, shift_by_pause
from ..tools.locking import wait_for_others


class KbsPause(models.Model):
    """Days on which support stands still: the end moves, the tenure stays.

    An open pause has no last day. When it is over, everything that was paid for and
    not yet served moves by the days paused.
    """

    _name = "kbs.pause"
    _description = "Pause of Support"
    _order = "date_start desc, id desc"

    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        required=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(related="subscription_id.partner_id")
    company_id = fields.Many2one(
        related="subscription_id.company_id", store=True, index=True
    )
    reason_id = fields.Many2one(
        comodel_name="kbs.pause.reason", required=True, ondelete="restrict"
    )
    note = fields.Char(help="Order, letter or other ground of the pause.")
    date_start = fields.Date(
        string="Paused from", required=True, help="First day without service."
    )
    date_end = fields.Date(
        string="Paused until", help="Last day without service; empty while it lasts."
    )
    days = fields.Integer(compute="_compute_days", help="Days that the end moves by.")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Entered by",
        default=lambda self: self.env.user,
    )

    _dates_in_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_start <= date_end)",
        "A pause cannot end before it starts.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (subscription_id WITH =,"
        " daterange(date_start, date_end, '[]') WITH &&)",
        "Pauses of one subscription cannot overlap.",
    )

    # === COMPUTE METHODS === #

    @api.depends("date_start", "date_end")
    def _compute_days(self):
        for pause in self:
            is_over = pause.date_start and pause.date_end
            pause.days = (pause.date_end - pause.date_start).days + 1 if is_over else 0

    @api.depends("reason_id", "date_start", "date_end")
    def _compute_display_name(self):
        for pause in self:
            days = [
                format_date(self.env, day) if day else "…"
                for day in (pause.date_start, pause.date_end)
            ]
            pause.display_name = f"{pause.reason_id.name} {' – '.join(days)}"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        ids = [vals.get("subscription_id") for vals in vals_list]
        wait_for_others(self.env["kbs.subscription"].browse(filter(None, ids)))
        pauses = super().create(vals_list)
        pauses._check_covered()
        pauses.filtered("date_end")._move_periods()
        return pauses

    def write(self, vals):
        """A pause is ended once; only its reason and note may change later.

        :raise UserError: the days of the pause would change after the fact
        """
        if not {"subscription_id", "date_start", "date_end"} & set(vals):
            return super().write(vals)
        is_ending = set(vals) == {"date_end"} and vals["date_end"]
        if not is_ending or self.filtered("date_end"):
            raise UserError(
                self.env._(
                    "The days of a pause cannot be changed: the end of support has "
                    "already moved by them. Enter another pause, or delete this one."
                )
            )
        wait_for_others(self.subscription_id)
        res = super().write(vals)
        self._move_periods()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_except_served(self):
        """Only the last pause may be taken back: later days are counted from it."""
        for pause in self:
            later = pause.subscription_id.pause_ids - self
            if later.filtered(lambda x, pause=pause: x.date_start > pause.date_start):
                raise UserError(
                    self.env._("Only the last pause of a subscription can be deleted.")
                )

    def unlink(self):
        for pause in self.sorted("date_start", reverse=True):
            pause._move_periods_back()
        return super().unlink()

    # === BUSINESS METHODS === #

    def _check_covered(self):
        """A pause begins on a day that is paid for, or guaranteed.

        :raise UserError: it would pause nothing
        """
        for pause in self:
            covering = pause.subscription_id.period_ids.filtered(
                lambda x, day=pause.date_start: (
                    x.is_effective and x.date_start <= day <= x.date_end
                )
            )
            if not covering:
                raise UserError(
                    self.env._(
                        "%(client)s is not covered on %(date)s, so there is nothing "
                        "to pause on that day.",
                        client=pause.partner_id.name,
                        date=format_date(self.env, pause.date_start),
                    )
                )

    @api.model
    def _get_running_domain(self, day):
        """Domain of the pauses that cover the local date ``day``."""
        return Domain("date_start", "<=", day) & (
            Domain("date_end", "=", False) | Domain("date_end", ">=", day)
        )

    def _get_stretch(self):
        return (self.date_start, self.date_end)

    def _covers(self, day):
        """Say whether support stands still on ``day`` (local date)."""
        self.ensure_one()
        return self.date_start <= day and not (self.date_end and self.date_end < day)

    def _move_periods(self):
        """Move what was not served when the pause began by its days (S2)."""
        for pause in self:
            pause._shift_periods(pause.date_start, pause.days)

    def _move_periods_back(self):
        """Undo :meth:`_move_periods` of a pause that is deleted."""
        if self.date_end:
            self._shift_periods(self.date_end + ONE_DAY, -self.days)

    def _shift_periods(self, first, days):
        """Shift the booked periods by ``days``, in an order that never overlaps."""
        # Nobody writes periods by hand; whoever may pause moves them.
        booked = self.sudo().subscription_id.period_ids._get_booked()
        for period in booked.sorted("date_start", reverse=days > 0):
            start, end = shift_by_pause(
                period.date_start, period.sold_until, first, days
            )
            if (start, end) != (period.date_start, period.sold_until):
                period.write({"date_start": start, "sold_until": end})
                period.flush_recordset()

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.locking import wait_for_others


class KbsPause(models.Model):
    """Days on which support stands still: the end moves, the tenure stays.

    An open pause has no last day. When it is over, everything that was paid for and
    not yet served moves by the days paused: see ``kbs_pause_move.py``.
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
    days = fields.Integer(
        string="Days Paused",
        compute="_compute_days",
        help="Days that the end moves by; of an open pause, the days until today.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Entered by",
        readonly=True,
        default=lambda self: self.env.user,
    )
    moved_period_ids = fields.Many2many(
        comodel_name="kbs.subscription.period",
        string="Moved Periods",
        readonly=True,
        copy=False,
        help="What this pause has moved, and what moves back if it is deleted.",
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
            company = pause.company_id or self.env.company
            end = pause.date_end or company._kbs_today()
            is_begun = pause.date_start and pause.date_start <= end
            pause.days = (end - pause.date_start).days + 1 if is_begun else 0

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
        for vals in vals_list:
            if not self.env.su:
                vals["user_id"] = self.env.uid  # who pauses is not for choosing
            vals.pop("moved_period_ids", None)
        ids = [vals.get("subscription_id") for vals in vals_list]
        wait_for_others(self.env["kbs.subscription"].browse(filter(None, ids)))
        pauses = super().create(vals_list)
        pauses.flush_recordset()
        pauses._check_covered()
        pauses._check_last()
        pauses.filtered("date_end")._move_periods()
        for pause in pauses:
            pause._note(self.env._("Support is paused: %(pause)s", pause=pause._tell()))
        return pauses

    def write(self, vals):
        """Only the last day of the last pause may change, besides reason and note.

        :raise UserError: the days of the pause would change after the fact
        """
        fixed = {"subscription_id", "date_start", "user_id", "moved_period_ids"}
        if fixed & set(vals) and not self.env.su:
            raise UserError(
                self.env._(
                    "The first day of a pause cannot be changed. Delete this pause, "
                    "and enter another one."
                )
            )
        if "date_end" not in vals:
            return super().write(vals)
        self.check_access("write")
        wait_for_others(self.subscription_id)
        self._check_last()
        self.filtered("date_end")._move_periods_back()
        res = super().write(vals)
        self.flush_recordset()
        self.filtered("date_end")._move_periods()
        for pause in self:
            pause._note(
                self.env._("The pause was changed: %(pause)s", pause=pause._tell())
            )
        return res

    def unlink(self):
        self.check_access("unlink")
        wait_for_others(self.subscription_id)
        self._check_last()
        for pause in self.filtered("date_end").sorted("date_start", reverse=True):
            pause._move_periods_back()
        for pause in self:
            pause._note(
                self.env._("The pause was taken back: %(pause)s", pause=pause._tell())
            )
        return super().unlink()

    # === BUSINESS METHODS === #

    def _check_covered(self):
        """A pause begins on a day that is paid for, or guaranteed.

        :raise UserError: it would pause nothing
        """
        for pause in self:
            periods = pause.subscription_id.period_ids
            if not periods._get_covering(pause.date_start):
                raise UserError(
                    self.env._(
                        "%(client)s is not covered on %(date)s, so there is nothing "
                        "to pause on that day.",
                        client=pause.partner_id.name,
                        date=format_date(self.env, pause.date_start),
                    )
                )

    def _check_last(self):
        """Pauses are entered in the order of time, and only the last one may change.

        Later days are counted from it.

        :raise UserError: another pause of the subscription follows
        """
        for pause in self:
            others = pause.subscription_id.pause_ids - self
            if others.filtered(lambda x, day=pause.date_start: x.date_start > day):
                raise UserError(
                    self.env._(
                        "Another pause follows: only the last pause of a subscription "
                        "can be entered, changed or deleted. Delete the later one "
                        "first."
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

    def _tell(self):
        """Return reason, days and ground of this pause, for the history."""
        return f"{self.display_name} ({self.note})" if self.note else self.display_name

    def _note(self, text):
        """Leave ``text`` in the history of the subscription."""
        # Sudo: whoever pauses leaves a trace, whatever else he may do.
        self.subscription_id.sudo().message_post(body=text)

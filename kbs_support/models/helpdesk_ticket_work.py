from odoo import api, fields, models
from odoo.tools.misc import format_time

from ..tools.wording import format_minutes
from .kbs_hour_entry_draw import BOUGHT, SOURCES


class HelpdeskTicket(models.Model):
    """Work on a ticket: what is included, and what a person has to decide (E3–E6)."""

    _inherit = "helpdesk.ticket"

    kbs_timesheet_ids = fields.One2many(
        comodel_name="account.analytic.line",
        inverse_name="kbs_ticket_id",
        string="Work",
        groups="kbs_support.group_kbs_agent",
    )
    kbs_work_minutes = fields.Integer(
        string="Minutes Worked",
        compute="_compute_kbs_work",
        compute_sudo=True,
        groups="kbs_support.group_kbs_agent",
    )
    kbs_work_hours = fields.Float(
        string="Hours Worked",
        compute="_compute_kbs_work",
        compute_sudo=True,
        groups="kbs_support.group_kbs_agent",
    )
    kbs_timer_start = fields.Datetime(
        string="My Work Began",
        compute="_compute_kbs_timer_start",
        groups="kbs_support.group_kbs_agent",
    )
    kbs_timer_since = fields.Char(
        string="My Timer",
        compute="_compute_kbs_timer_start",
        groups="kbs_support.group_kbs_agent",
        help="Since when my timer has been running on this ticket.",
    )

    # === COMPUTE METHODS === #

    @api.depends("kbs_timesheet_ids.kbs_minutes")
    def _compute_kbs_work(self):
        sums = dict(
            self.env["account.analytic.line"]._read_group(
                [("kbs_ticket_id", "in", self.ids)],
                ["kbs_ticket_id"],
                ["kbs_minutes:sum"],
            )
        )
        for ticket in self:
            ticket.kbs_work_minutes = sums.get(ticket._origin, 0)
            ticket.kbs_work_hours = ticket.kbs_work_minutes / 60

    @api.depends_context("uid", "lang", "tz")
    def _compute_kbs_timer_start(self):
        timers = self.env["kbs.timer"].search(
            [("ticket_id", "in", self.ids), ("user_id", "=", self.env.uid)]
        )
        starts = {x.ticket_id: x.date_start for x in timers}
        for ticket in self:
            start = starts.get(ticket._origin)
            ticket.kbs_timer_start = start
            ticket.kbs_timer_since = start and format_time(
                self.env, start, time_format="short"
            )

    # === WHAT IS INCLUDED === #

    def _kbs_get_drawn_kinds(self, kind, plan):
        """Return which sources work of ``kind`` draws on (E4, E5).

        :param plan: what is paid on the day of the work; empty for nothing
        :return: tuple of kinds of ``kbs.hour.entry``; None where the work is included
            without drawing on hours
        """
        self.ensure_one()
        if not plan:
            return BOUGHT
        if kind == "consultation":
            return None
        if kind == "programmer" and not plan.is_programmer_included:
            return BOUGHT
        return SOURCES

    def _kbs_foresee(self, kind):
        """Say what work of ``kind`` would draw on if it began now.

        :return: dict of ``state`` (``included``, ``hours``, ``over``), ``minutes`` that
            are left for it, and ``text``, a sentence
        """
        self.ensure_one()
        subscription = self.sudo().kbs_subscription_id
        today = self.company_id._kbs_today()
        plan = subscription._get_paid_plan(today)
        kinds = self._kbs_get_drawn_kinds(kind, plan)
        if kinds is None:
            text = self.env._("Included in the plan %(plan)s.", plan=plan.name)
            return {"state": "included", "minutes": 0, "text": text}
        entries = self.env["kbs.hour.entry"]
        left = entries._get_left(subscription, today, kinds) if subscription else 0
        if not left:
            text = self.env._(
                "Over the plan: no hours are left for it, so somebody decides whether "
                "the work is billed."
            )
            return {"state": "over", "minutes": 0, "text": text}
        text = self.env._(
            "%(minutes)s are left for it; what goes beyond is over the plan.",
            minutes=format_minutes(self.env, left),
        )
        return {"state": "hours", "minutes": left, "text": text}

    def _kbs_get_card_promises(self, plan):
        # EXTENDS the card: what is left this month stands first (E6).
        rows = super()._kbs_get_card_promises(plan)
        subscription = self.sudo().kbs_subscription_id._origin
        if not subscription:
            return rows
        left = subscription.minutes_left
        if not left and not plan.included_minutes:
            return rows
        text = format_minutes(self.env, left)
        mark = False if left else "warning"
        return [(self.env._("Hours left"), text, mark), *rows]

    # === MERGING === #

    def _kbs_move_contents_sudo(self, target):
        """Work goes along to ``target``, but for what stands on an invoice."""
        res = super()._kbs_move_contents_sudo(target)
        lines = self.sudo().kbs_timesheet_ids
        lines -= lines.filtered(lambda x: x.kbs_over_ids.invoice_line_id)
        lines.kbs_ticket_id = target
        timers = self.env["kbs.timer"].sudo().search([("ticket_id", "=", self.id)])
        timers.ticket_id = target
        return res

    # === ACTIONS === #

    def action_kbs_start_work(self):
        """Ask for the kind of work, and say what it draws on, before it begins."""
        return self._kbs_get_work_action("start", self.env._("Begin Work"))

    def action_kbs_stop_work(self):
        """Ask what was done; the time is known."""
        return self._kbs_get_work_action("stop", self.env._("End Work"))

    def action_kbs_log_work(self):
        """Enter work that was done without the timer."""
        return self._kbs_get_work_action("log", self.env._("Enter Work"))

    def _kbs_get_work_action(self, mode, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "kbs.ticket.work",
            "view_mode": "form",
            "target": "new",
            "context": {"default_ticket_id": self.id, "default_mode": mode},
        }


class KbsHourEntry(models.Model):
    _inherit = "kbs.hour.entry"

    @api.model
    def _get_left(self, subscription, day, kinds):
        """Return the minutes that work on the local date ``day`` may draw on."""
        self._give_due()
        domain = self._get_valid_domain(subscription, day) & fields.Domain(
            [("source_id", "=", False), ("kind", "in", list(kinds))]
        )
        return self.sudo()._read_group(domain, [], ["left_minutes:sum"])[0][0] or 0


class KbsSubscription(models.Model):
    _inherit = "kbs.subscription"

    def _get_paid_plan(self, day):
        """Return the plan that covers the local date ``day``; empty for none."""
        return self.period_ids._get_covering(day)[:1].plan_id

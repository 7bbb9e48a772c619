from datetime import timedelta
from math import floor

from odoo import api, fields, models
from odoo.tools import format_datetime

from .kbs_call import FAILED

ATTEMPTS = 3
GAP = timedelta(minutes=15)  # a call sooner after the last one is no attempt of its own


class HelpdeskTicket(models.Model):
    """A call-back that the client ordered: when, where to, and whether we reached him.

    The wished moment is the deadline of the first answer. Three attempts in vain pause
    all clocks, the first answer too: the calls are the proof.
    """

    _inherit = "helpdesk.ticket"

    kbs_callback_at = fields.Datetime(
        string="Call at",
        copy=False,
        tracking=True,
        index="btree_not_null",
        help="When the client wants to be called.",
    )
    kbs_callback_phone = fields.Char(string="Number to Call", copy=False, tracking=True)
    kbs_callback_state = fields.Selection(
        selection=[
            ("waiting", "To be called"),
            ("talked", "Talked"),
            ("unreachable", "Not reached"),
            ("dropped", "Not needed"),
        ],
        string="Call-back",
        compute="_compute_kbs_callback_state",
        store=True,
        compute_sudo=True,
        copy=False,
    )
    kbs_attempt_count = fields.Integer(
        string="Attempts",
        compute="_compute_kbs_callback_state",
        store=True,
        compute_sudo=True,
        help="Calls in vain, at least 15 minutes apart.",
    )

    _kbs_callback_due = models.Index(
        "(kbs_callback_at) WHERE kbs_callback_state = 'waiting'"
    )
    _kbs_one_callback = models.UniqueIndex(
        "(company_id, commercial_partner_id, kbs_callback_phone, kbs_callback_at)"
        " WHERE kbs_callback_state = 'waiting'",
        "This call-back is ordered already.",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "kbs_callback_at",
        "kbs_call_ids.result",
        "kbs_call_ids.moment",
        "kbs_pause_ids.is_total",
        "kbs_pause_ids.date_end",
        "stage_id.closed",
    )
    def _compute_kbs_callback_state(self):
        for ticket in self:
            if ticket.closed and ticket.kbs_callback_state == "unreachable":
                continue  # that is how it ended
            attempts = ticket._kbs_get_callback_attempts()
            results = ticket.kbs_call_ids.mapped("result")
            ticket.kbs_attempt_count = len(attempts)
            if not ticket.kbs_callback_at:
                ticket.kbs_callback_state = False
            elif "talked" in results:
                ticket.kbs_callback_state = "talked"
            elif len(attempts) >= ATTEMPTS:
                ticket.kbs_callback_state = "unreachable"
            elif ticket.closed:
                ticket.kbs_callback_state = "dropped"
            else:
                ticket.kbs_callback_state = "waiting"

    def _kbs_get_callback_attempts(self):
        """Return the calls that count as attempts, oldest first.

        Those in vain since the client last named a time, or was heard of after we had
        not reached him; three clicks in a minute are one attempt.
        """
        self.ensure_one()
        waits = self.sudo().kbs_pause_ids.filtered("is_total")
        heard_at = max(waits.filtered("date_end").mapped("date_end"), default=None)
        attempts, last = self.kbs_call_ids.browse(), None
        for call in self.kbs_call_ids.sorted(lambda x: (x.moment, x.id)):
            if heard_at and call.moment <= heard_at:
                continue
            if call.result == "later":
                attempts, last = attempts.browse(), None
            elif call.result in FAILED and (not last or call.moment - last >= GAP):
                attempts |= call
                last = call.moment
        return attempts

    # === PROMISE === #

    def _kbs_get_promises(self):
        # EXTENDS: the wished moment is what the client was promised.
        promises = super()._kbs_get_promises()
        for ticket in self.filtered("kbs_callback_at"):
            wait = ticket.kbs_callback_at - ticket.kbs_received_at
            minutes = floor(wait.total_seconds() / 60)
            if minutes > 0 and ticket._kbs_is_served():
                promises[ticket]["first_response"] = {
                    "policy_id": False,
                    "amount": max(1, round(minutes / 60)),
                    "unit": "clock_hour",
                    "calendar_id": False,
                    "promise_minutes": minutes,
                }
        return promises

    @api.model
    def _kbs_get_clock_fields(self):
        return super()._kbs_get_clock_fields() | {"kbs_callback_at"}

    def _kbs_get_clock_facts(self):
        facts = super()._kbs_get_clock_facts()
        facts["promise"] = (*facts["promise"], self.kbs_callback_at)
        return facts

    # === ATTEMPTS === #

    def action_kbs_attempt(self):
        """Log an attempt in vain; its result is in the context, ``kbs_result``."""
        result = self.env.context.get("kbs_result")
        self.env["kbs.call"].create(
            [
                {"ticket_id": x.id, "phone": x.kbs_callback_phone, "result": result}
                for x in self
            ]
        )

    def _kbs_follow_attempts(self):
        """After the last attempt in vain the ticket waits for its client."""
        lost = self.filtered(
            lambda x: (
                x.kbs_callback_state == "unreachable"
                and not x.closed
                and not x._kbs_get_open_pause_sudo().is_total
            )
        )
        if not lost:
            return
        # The one pause in which the clock of the first answer stands still too.
        lost._kbs_pause_clocks(
            self.env._("Called three times, not reached"), is_total=True
        )
        lost._kbs_mute_stage_letter()
        lost._kbs_move_to_waiting_stage()
        # Tells the client that we tried, and when.
        lost._kbs_send_letter(
            self.env.ref(
                "kbs_support.mail_template_kbs_unreachable", raise_if_not_found=False
            )
        )

    def _kbs_move_to_waiting_stage(self):
        for team, tickets in self.grouped("team_id").items():
            stages = team._get_applicable_stages().filtered("kbs_is_waiting")
            if stages:
                tickets.stage_id = stages[0]

    # === MERGING === #

    def _kbs_merge_into(self, target, is_moving=True):
        # EXTENDS merging: a call that was ordered is made all the same.
        ordered = self.filtered(lambda x: x.kbs_callback_state == "waiting")
        res = super()._kbs_merge_into(target, is_moving=is_moving)
        user = target.user_id or target.team_id.user_id or self.env.user
        for ticket in ordered:
            # No time of call there: that would be another promise.
            target._kbs_plan_call_sudo(
                ticket.kbs_callback_at, ticket.kbs_callback_phone, user
            )
        return res

    def _kbs_plan_call_sudo(self, moment, phone, user):
        """Put a call at ``moment`` (UTC) on the list of ``user``.

        Sudo: it follows from what was promised, whoever is to keep it.
        """
        ticket = self.sudo()
        ticket.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=ticket.company_id._kbs_to_local_date(moment),
            summary=self.env._(
                "Call %(phone)s at %(time)s",
                phone=phone or ticket.partner_id.phone or "",
                time=format_datetime(self.env, moment, tz=ticket.company_id.kbs_tz),
            ),
            user_id=user.id,
        )

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.locking import wait_for_others
from .kbs_notice_contact import FAILED_LETTERS

HOURS_TO_NEXT_ATTEMPT = 2  # of working time


class KbsNotice(models.Model):
    """The call list of a campaign: when which call is due, and what is said."""

    _inherit = "kbs.notice"

    script = fields.Text(
        compute="_compute_script",
        store=True,
        readonly=False,
        help="What is said on the phone. Empty: the summary of the version.",
    )

    @api.depends("release_id", "kind")
    def _compute_script(self):
        for notice in self:
            lang = notice.company_id.partner_id.lang or self.env.lang
            notice.script = notice.with_context(lang=lang)._get_script()

    def _get_script(self):
        release = self.release_id
        if not release:
            return False
        names = {
            "company": self.company_id.name,
            "release": release.display_name,
            "summary": release.summary or "",
        }
        if self.kind == "withdrawal":
            lines = [
                self.env._("Good day! This is %(company)s, support of KBS.", **names),
                self.env._("The version %(release)s was withdrawn.", **names),
                release.withdraw_reason or "",
            ]
        else:
            lines = [
                self.env._("Good day! This is %(company)s, support of KBS.", **names),
                self.env._("%(release)s is out: %(summary)s", **names),
                self.env._(
                    "You will find it in your account on our website, in Updates. "
                    "Shall we help you to install it?"
                ),
            ]
        return "\n".join(line for line in lines if line)

    def _plan_calls(self):
        """Say from when on each client is called. Once, at the start."""
        calls = self.env["kbs.notice.contact"].search(
            [
                ("notice_id", "=", self.id),
                ("channel", "=", "phone"),
                ("state", "=", "waiting"),
            ]
        )
        is_now = self.is_urgent or self.call_mode == "now"
        days = 0 if is_now else self.call_after_days
        calls.due_at = self.company_id._kbs_add_working_time(
            fields.Datetime.now(), days=days
        )
        unwritten = self.env["kbs.notice.contact"].search(
            [
                ("notice_id", "=", self.id),
                ("channel", "=", "email"),
                ("state", "in", FAILED_LETTERS),
            ]
        )
        unwritten._make_calls_due()


class KbsNoticeContact(models.Model):
    """One client on the call list."""

    _inherit = "kbs.notice.contact"

    due_at = fields.Datetime(
        string="Call from", readonly=True, help="The client is not called before."
    )
    attempt_ids = fields.One2many(
        comodel_name="kbs.notice.attempt",
        inverse_name="contact_id",
        string="Attempts",
        readonly=True,
    )
    attempt_count = fields.Integer(
        string="Calls Made", readonly=True, help="Without an answer, in a row."
    )
    script = fields.Text(related="notice_id.script", string="What to Say")
    mandatory_by = fields.Date(related="release_id.mandatory_by")

    _calls_index = models.Index(
        "(user_id, due_at) WHERE channel = 'phone' AND state = 'waiting'"
    )

    # === ACTIONS === #

    def action_told(self):
        """The client was reached and knows."""
        self._log_attempt("told")

    def action_no_answer(self):
        """Nobody answered: try again after some working hours."""
        self._log_attempt("no_answer")

    def action_later(self):
        return self._open_attempt("later")

    def action_refused(self):
        return self._open_attempt("refused")

    def _open_attempt(self, outcome):
        """Return the dialog that asks what the client said."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.commercial_partner_id.display_name,
            "res_model": "kbs.notice.outcome",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contact_id": self.id, "default_outcome": outcome},
        }

    # === BUSINESS METHODS === #

    def _log_attempt(self, outcome, note=False, later_at=False):
        """Note one call to each of these clients, and what follows from it.

        :param str outcome: of ``kbs.notice.attempt``
        :param later_at: moment (UTC), for ``later``
        :raise AccessError: the user is no specialist
        :raise UserError: the client need not be called, or the moment is past
        """
        if not self.env.user.has_group("kbs_support.group_kbs_agent"):
            raise AccessError(self.env._("Only specialists note calls."))
        self.check_access("read")
        if outcome == "later" and not (later_at and later_at > fields.Datetime.now()):
            raise UserError(self.env._("Say when the client wants to be called."))
        wait_for_others(self)
        self.invalidate_recordset(["state"])
        self._check_callable()
        # Sudo: rows are kept by the system, people only say what the client said.
        sudo = self.sudo()
        sudo.env["kbs.notice.attempt"].create(
            [
                {
                    "contact_id": contact.id,
                    "user_id": self.env.uid,
                    "outcome": outcome,
                    "note": note,
                    "later_at": later_at,
                }
                for contact in sudo
            ]
        )
        for contact in sudo:
            contact.write(contact._get_values_after(outcome, note, later_at))
        sudo.notice_id._finish_if_over()

    def _check_callable(self):
        """:raise UserError: one of these is not on the call list now"""
        for contact in self:
            if contact.channel != "phone" or contact.state != "waiting":
                raise UserError(
                    self.env._(
                        "%(client)s need not be called any more: somebody has noted a "
                        "result, or the client has downloaded the version.",
                        client=contact.commercial_partner_id.name,
                    )
                )
            if contact.notice_state != "running":
                raise UserError(
                    self.env._(
                        "The campaign %(name)s does not run now, so nobody is called.",
                        name=contact.notice_id.name,
                    )
                )

    def _get_values_after(self, outcome, note, later_at):
        now = fields.Datetime.now()
        if outcome in ("told", "refused"):
            return {"state": outcome, "done_at": now, "detail": note}
        if outcome == "later":
            return {"due_at": later_at, "attempt_count": 0, "detail": note}
        count = self.attempt_count + 1
        if count >= self.company_id.kbs_call_attempts:
            return {"attempt_count": count, "state": "unreached", "done_at": now}
        company = self.company_id
        again = company._kbs_add_working_time(now, hours=HOURS_TO_NEXT_ATTEMPT)
        return {"attempt_count": count, "due_at": again}

    def _make_calls_due(self):
        """Call at once the clients of whose letters nothing came (E8).

        Where the plan promises a call there is a row for it already. Called on rows of
        letters; those that went well are passed over.
        """
        failed = self.filtered(
            lambda x: x.channel == "email" and x.state in FAILED_LETTERS
        )
        if not failed:
            return
        now = fields.Datetime.now()
        calls = self.search(
            [
                ("notice_id", "in", failed.notice_id.ids),
                (
                    "commercial_partner_id",
                    "in",
                    failed.commercial_partner_id.ids,
                ),
                ("channel", "=", "phone"),
                ("state", "=", "waiting"),
                ("attempt_count", "=", 0),
            ]
        ).filtered(lambda x: not x.due_at or x.due_at > now)
        calls.due_at = now


class KbsNoticeAttempt(models.Model):
    """One call of a campaign. It is a proof: nobody changes it."""

    _name = "kbs.notice.attempt"
    _description = "Call of a Campaign"
    _order = "moment desc, id desc"
    _rec_name = "contact_id"

    contact_id = fields.Many2one(
        comodel_name="kbs.notice.contact",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="contact_id.company_id", store=True)
    moment = fields.Datetime(
        string="When", required=True, readonly=True, default=fields.Datetime.now
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Who of Us",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    outcome = fields.Selection(
        selection=[
            ("told", "Told"),
            ("no_answer", "No answer"),
            ("later", "Call later"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
    )
    later_at = fields.Datetime(string="Call Again at", readonly=True)
    note = fields.Text(string="What Was Said", readonly=True)

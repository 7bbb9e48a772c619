from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.batches import work_in_batches
from ..tools.locking import wait_for_others
from ..tools.terms import (
    MISSED,
    WARNINGS,
    get_answer_due,
    get_due_step,
    get_next_step_day,
)


class KbsFeedback(models.Model):
    """The legal term of complaints: a clock in local days that only an answer ends."""

    _inherit = "kbs.feedback"

    answer = fields.Text(
        readonly=True, copy=False, help="What the client was answered first."
    )
    answered_on = fields.Date(readonly=True, copy=False, tracking=True)
    answer_due = fields.Date(
        compute="_compute_answer_due",
        store=True,
        precompute=True,  # at once, by the setting of the day
        help="Last day of the legal term, as the setting was when it came in.",
    )
    term_step = fields.Integer(
        string="Warned at, %",
        readonly=True,
        copy=False,
        help="Part of the term of which people were warned; 101 when it was missed.",
    )
    next_step_on = fields.Date(
        string="Next Warning", compute="_compute_next_step_on", store=True
    )
    term_state = fields.Selection(
        selection=[
            ("running", "Waits for an answer"),
            ("overdue", "Overdue"),
            ("in_time", "Answered in time"),
            ("late", "Answered late"),
        ],
        string="Legal Term",
        compute="_compute_term_state",
        store=True,
        index=True,
    )
    late_days = fields.Integer(
        string="Days Late",
        compute="_compute_term_state",
        store=True,
        help="By how many days the answer was late.",
    )
    days_left = fields.Integer(
        compute="_compute_days_left",
        help="Days to the end of the legal term; negative after it.",
    )

    _due_idx = models.Index("(company_id, next_step_on) WHERE next_step_on IS NOT NULL")
    _complaint_is_answered = models.Constraint(
        "CHECK (kind != 'complaint' OR answered_on IS NOT NULL"
        " OR state NOT IN ('done', 'declined'))",
        "A complaint is finished by an answer.",
    )

    # === COMPUTE METHODS === #

    @api.depends("kind", "received_on")
    def _compute_answer_due(self):
        for feedback in self:
            days = feedback.company_id.kbs_complaint_days
            feedback.answer_due = (
                get_answer_due(feedback.received_on, days)
                if feedback.kind == "complaint" and feedback.received_on
                else False
            )

    @api.depends("answer_due", "received_on", "answered_on", "term_step")
    def _compute_next_step_on(self):
        for feedback in self:
            received, due = feedback.received_on, feedback.answer_due
            is_running = due and not feedback.answered_on
            feedback.next_step_on = (
                get_next_step_day(received, due, feedback.term_step)
                if is_running
                else False
            )

    @api.depends("answer_due", "answered_on", "term_step")
    def _compute_term_state(self):
        for feedback in self:
            due, answered = feedback.answer_due, feedback.answered_on
            late = (answered - due).days if due and answered else 0
            feedback.late_days = max(late, 0)
            if not due:
                feedback.term_state = False
            elif answered:
                feedback.term_state = "late" if late > 0 else "in_time"
            else:
                is_missed = feedback.term_step == MISSED
                feedback.term_state = "overdue" if is_missed else "running"

    @api.depends("answer_due", "answered_on")
    def _compute_days_left(self):
        for feedback in self:
            is_running = feedback.answer_due and not feedback.answered_on
            today = feedback.company_id._kbs_today() if is_running else None
            feedback.days_left = (feedback.answer_due - today).days if is_running else 0

    # === THE ANSWER === #

    def _answer_sudo(self, text):
        """Answer these complaints, and those that were joined with them.

        Sudo: nobody types an answer in; whoever calls this has checked who may.

        :raise UserError: there is no text
        """
        if not (text or "").strip():
            raise UserError(self.env._("A complaint is answered with words."))
        complaints = self.filtered(lambda x: x.kind == "complaint")
        waiting = (complaints | complaints._get_joined()).filtered(
            lambda x: not x.answered_on
        )
        wait_for_others(waiting)
        for company, own in waiting.grouped("company_id").items():
            own.sudo().write({"answer": text, "answered_on": company._kbs_today()})
        waiting._drop_warnings_sudo()

    def _give_answer_sudo(self, text):
        """Answer this complaint, tell its author, and leave the status as it is."""
        if self.kind != "complaint" or self.answered_on:
            raise UserError(self.env._("There is no complaint that waits for this."))
        self._answer_sudo(text)
        self._note_changes_sudo(text, is_answer=True)

    def _decide_sudo(self, state, text, planned_for=False):
        """Move the status; the first words about a complaint are its answer."""
        is_answer = self.kind == "complaint" and not self.answered_on
        if is_answer and state != "planned":
            self._answer_sudo(text)
        is_answer = is_answer and bool(self.answered_on)
        self._move_sudo(state, text, planned_for, is_answer=is_answer)

    # === THE DAILY JOB === #

    @api.model
    def _cron_watch_terms(self):
        """Warn of complaints whose term runs out, and record what was missed.

        Looks only for steps that are due, so a second run the same day finds nothing.
        """
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        due = [(x, self._get_due_domain(x, x._kbs_today())) for x in companies]
        self.env["ir.cron"]._commit_progress(
            remaining=sum(self.search_count(domain) for __, domain in due)
        )
        for company, domain in due:
            model = self.with_company(company)
            if not work_in_batches(model, domain, lambda x: x._take_steps()):
                break

    @api.model
    def _get_due_domain(self, company, today):
        return Domain("company_id", "=", company.id) & Domain(
            "next_step_on", "<=", today
        )

    def _take_steps(self):
        """Take the step that is due for each of these: a warning, or the miss."""
        by_step = self.grouped(
            lambda x: get_due_step(
                x.received_on, x.answer_due, x.company_id._kbs_today(), x.term_step
            )
        )
        for step, complaints in by_step.items():
            if step:
                complaints.term_step = step
                complaints._plan_warnings(step)

    # === WARNINGS === #

    @api.model
    def _get_warning_type(self):
        xmlid = "kbs_support.mail_activity_type_kbs_complaint"
        found = self.env.ref(xmlid, raise_if_not_found=False)
        return found or self.env["mail.activity.type"]

    def _get_warnings(self):
        """Return the warnings that stand on the lists of people."""
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("activity_type_id", "=", self._get_warning_type().id),
                ("automated", "=", True),
            ]
        )

    def _drop_warnings_sudo(self):
        """Take the warnings off everybody's list: nobody has to answer any more."""
        self.sudo()._get_warnings().unlink()

    def _plan_warnings(self, step):
        """Put the warning on the lists of those it concerns, instead of the last one.

        The assignee; on the last day and after it the leads as well, and they alone
        where nobody is assigned.
        """
        self._get_warnings().unlink()
        leads = {x: x._kbs_get_complaint_leads() for x in self.company_id}
        kind, values = self._get_warning_type(), []
        for complaint in self:
            people = complaint.user_id.filtered("active")
            if step >= WARNINGS[-1] or not people:
                people |= leads[complaint.company_id]
            values += [complaint._prepare_warning(kind, x, step) for x in people]
        # Without a letter for each: they are on the list of the day.
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            values
        )

    def _prepare_warning(self, kind, user, step):
        translated = self.with_context(lang=user.lang or self.env.lang)
        return {
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": self.id,
            "activity_type_id": kind.id,
            "automated": True,
            "date_deadline": self.company_id._kbs_today(),
            "user_id": user.id,
            "summary": translated._get_warning_summary(step),
        }

    def _get_warning_summary(self, step):
        day = format_date(self.env, self.answer_due)
        if step == MISSED:
            return self.env._(
                "The complaint should have been answered until %(date)s", date=day
            )
        if step == WARNINGS[-1]:
            return self.env._("Last day to answer the complaint: %(date)s", date=day)
        return self.env._(
            "Answer the complaint until %(date)s: %(percent)s%% of the term is over",
            date=day,
            percent=step,
        )

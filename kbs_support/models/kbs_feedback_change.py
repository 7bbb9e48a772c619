from odoo import api, fields, models

from .kbs_feedback import STATES


class KbsFeedbackChange(models.Model):
    """One step in the life of feedback, as the client may read it. Never changed."""

    _name = "kbs.feedback.change"
    _description = "Change of Feedback"
    _order = "moment, id"
    _rec_name = "state"

    feedback_id = fields.Many2one(
        comodel_name="kbs.feedback",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    moment = fields.Datetime(
        string="When", required=True, readonly=True, default=fields.Datetime.now
    )
    state = fields.Selection(
        selection=STATES, string="Status", required=True, readonly=True
    )
    planned_for = fields.Char(readonly=True)
    text = fields.Text(
        string="What the Client Was Told",
        readonly=True,
        help="Goes to the author, and to the authors of what was joined with it.",
    )
    is_answer = fields.Boolean(
        string="Answer to the Complaint", readonly=True, help="Ends the legal term."
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="By",
        readonly=True,
        default=lambda self: self.env.user,
    )
    letter_ids = fields.One2many(
        comodel_name="kbs.feedback.letter",
        inverse_name="change_id",
        string="Letters",
        readonly=True,
    )

    def _queue_letters(self):
        """Note who is to be told; the job of letters writes to them soon.

        The author, the authors of what was joined, and who voted. Each once.
        """
        rows = [row for change in self for row in change._prepare_letters()]
        if rows:
            self.env["kbs.feedback.letter"].create(rows)
            self.env.ref("kbs_support.ir_cron_kbs_feedback_letters")._trigger()

    def _prepare_letters(self):
        """Return the values of the letters about this change, one for a person."""
        own = self.feedback_id
        rows, told = [], set()
        for feedback in own | own._get_joined():
            if feedback.partner_id not in told:
                told.add(feedback.partner_id)
                rows.append(self._prepare_letter(feedback, feedback.partner_id, True))
        for partner in self._get_told_voters():
            if partner not in told:
                rows.append(self._prepare_letter(own, partner, False))
        return rows

    def _prepare_letter(self, feedback, partner, is_author):
        return {
            "change_id": self.id,
            "feedback_id": feedback.id,
            "partner_id": partner.id,
            "is_author": is_author,
        }

    @api.model
    def _get_silent_states(self):
        """Statuses of which only authors are told: nothing has been decided yet."""
        return ("new", "analysis", "duplicate")

    def _get_told_voters(self):
        feedback = self.feedback_id
        is_told = (
            feedback.kind == "proposal"
            and feedback.company_id.kbs_tell_voters
            and self.state not in self._get_silent_states()
        )
        return feedback.vote_ids.partner_id if is_told else feedback.partner_id.browse()

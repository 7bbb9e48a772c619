from odoo import api, fields, models
from odoo.exceptions import UserError


class KbsFeedbackDecide(models.TransientModel):
    """Asks a lead what becomes of feedback, and what its author is told."""

    _name = "kbs.feedback.decide"
    _description = "Decide about Feedback"

    feedback_id = fields.Many2one(
        comodel_name="kbs.feedback", required=True, readonly=True, ondelete="cascade"
    )
    kind = fields.Selection(related="feedback_id.kind")
    decision = fields.Selection(
        selection=[
            ("answer", "Answer, and go on working"),
            ("planned", "Take into the plans"),
            ("done", "Finish as done"),
            ("declined", "Decline"),
        ],
        required=True,
    )
    planned_for = fields.Char(
        help="The release or month in which it is to appear. The client is told."
    )
    text = fields.Text(string="What the Client Is Told")
    is_text_required = fields.Boolean(compute="_compute_is_text_required")
    author_count = fields.Integer(compute="_compute_author_count")

    @api.depends("decision", "feedback_id")
    def _compute_is_text_required(self):
        for wizard in self:
            is_unanswered = wizard.kind == "complaint" and (
                not wizard.feedback_id.answered_on
            )
            wizard.is_text_required = is_unanswered or wizard.decision in (
                "declined",
                "answer",
            )

    @api.depends("feedback_id")
    def _compute_author_count(self):
        for wizard in self:
            feedback = wizard.feedback_id
            authors = (feedback | feedback._get_joined()).partner_id
            wizard.author_count = len(authors)

    def action_decide(self):
        """Move the status; what a complaint is told first is its legal answer.

        :raise UserError: there is no reason or answer, or it is decided already
        """
        self.ensure_one()
        feedback, text = self.feedback_id, (self.text or "").strip()
        feedback.check_access("write")
        feedback._check_lead()
        if self.is_text_required and not text:
            raise UserError(self.env._("Say what the client is told, and why."))
        if self.decision == "answer":
            feedback._give_answer_sudo(text)
        else:
            feedback._decide_sudo(self.decision, text, self.planned_for)
        return {"type": "ir.actions.act_window_close"}

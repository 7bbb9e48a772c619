from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import html2plaintext


class HelpdeskTicket(models.Model):
    """Tickets in which a client proposes or complains about something."""

    _inherit = "helpdesk.ticket"

    kbs_feedback_id = fields.Many2one(
        comodel_name="kbs.feedback",
        string="Proposal or Complaint",
        index="btree_not_null",
        copy=False,
        ondelete="set null",
        domain="[('company_id', '=', company_id), ('duplicate_of_id', '=', False)]",
        help="What became of the proposal, complaint or remark in this ticket. Several "
        "tickets may point to one: each author of a ticket then votes for it.",
    )

    @api.constrains("kbs_feedback_id", "company_id")
    def _check_kbs_feedback_id(self):
        for ticket in self:
            feedback = ticket.kbs_feedback_id
            if feedback and feedback.company_id != ticket.company_id:
                raise ValidationError(
                    self.env._(
                        "%(feedback)s was written to another company than %(ticket)s.",
                        feedback=feedback.name,
                        ticket=ticket.number,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        tickets._kbs_vote_for_feedback()
        return tickets

    def write(self, vals):
        # EXTENDS helpdesk_mgmt
        res = super().write(vals)
        if vals.get("kbs_feedback_id"):
            self._kbs_vote_for_feedback()
        return res

    def _kbs_vote_for_feedback(self):
        """Whoever asks for the same thing wants it as well."""
        by_feedback = self.filtered("kbs_feedback_id").grouped("kbs_feedback_id")
        people = {feedback: x.partner_id for feedback, x in by_feedback.items()}
        if people:
            self.env["kbs.feedback"]._vote_sudo(people)

    def _kbs_move_contents_sudo(self, target):
        """What became of the proposal in this ticket is asked for in ``target``.

        A target that speaks of another one keeps it, and so does this ticket.
        """
        res = super()._kbs_move_contents_sudo(target)
        ticket, target = self.sudo(), target.sudo()
        if ticket.kbs_feedback_id and not target.kbs_feedback_id:
            target.kbs_feedback_id = ticket.kbs_feedback_id
            ticket.kbs_feedback_id = False
        return res

    def action_kbs_feedback(self):
        """Open the feedback of this ticket, or a new one with its words."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Proposals and Complaints"),
            "res_model": "kbs.feedback",
            "view_mode": "form",
            "res_id": self.kbs_feedback_id.id,
            "context": {} if self.kbs_feedback_id else self._kbs_get_feedback_context(),
        }

    def _kbs_get_feedback_context(self):
        """Return the context in which a new record starts with what the ticket says."""
        return {
            "default_title": self.name,
            "default_text": html2plaintext(self.description or "").strip(),
            "default_partner_id": self.partner_id.id,
            "default_company_id": self.company_id.id,
            "default_category_id": self.category_id.id,
            "default_user_id": (self.user_id or self.env.user).id,
            "default_ticket_ids": self.ids,
        }

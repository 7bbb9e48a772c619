from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.locking import wait_for_others


class KbsFeedback(models.Model):
    """Joining what several clients asked for: one place to decide, all are told."""

    _inherit = "kbs.feedback"

    duplicate_of_id = fields.Many2one(
        comodel_name="kbs.feedback",
        string="Joined with",
        readonly=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
        ondelete="restrict",
    )
    duplicate_ids = fields.One2many(
        comodel_name="kbs.feedback",
        inverse_name="duplicate_of_id",
        string="Joined Feedback",
        readonly=True,
    )
    # Stored, so that joining changes the row of both: see _join.
    duplicate_count = fields.Integer(
        string="Joined", compute="_compute_duplicate_count", store=True
    )

    _not_its_own_duplicate = models.Constraint(
        "CHECK (duplicate_of_id IS NULL OR duplicate_of_id != id)",
        "Feedback cannot be joined with itself.",
    )
    _duplicate_has_main = models.Constraint(
        "CHECK ((state = 'duplicate') = (duplicate_of_id IS NOT NULL))",
        "Joined feedback has to say what it is joined with.",
    )

    @api.depends("duplicate_ids")
    def _compute_duplicate_count(self):
        counts = dict(
            self._read_group(
                [("duplicate_of_id", "in", self.ids)], ["duplicate_of_id"], ["__count"]
            )
        )
        for feedback in self:
            feedback.duplicate_count = counts.get(feedback._origin, 0)

    def action_join(self):
        """Open the dialog that asks what these are joined with."""
        self.check_access("write")
        self._check_lead()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Join Feedback"),
            "res_model": "kbs.feedback.join",
            "view_mode": "form",
            "target": "new",
            "context": {"default_feedback_ids": self.ids},
        }

    def action_view_duplicates(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_feedback_action"
        )
        action["domain"] = [("duplicate_of_id", "=", self.id)]
        action["context"] = {"create": False}
        return action

    # === BUSINESS METHODS === #

    def _get_main(self):
        """Return what this was joined with, else itself."""
        return self.duplicate_of_id or self

    def _get_joined(self):
        """Return what was joined with this, and has an author to be told as well."""
        return self.filtered("duplicate_count").duplicate_ids

    def _join(self, main):
        """Join these with ``main``: its voters, followers and tickets grow by theirs.

        All rows are locked and all are changed, so of two leads who join A with B and
        B with A the second finds what the first made. What had been joined with one
        of these is joined with ``main`` then: there are no chains, and no cycles.

        :raise UserError: they cannot be joined
        """
        self.check_access("write")
        self._check_lead()
        wait_for_others(self | main | self.duplicate_ids)
        self._check_joinable(main)
        sudo = self.sudo()  # nobody writes the status by hand
        moved = sudo.duplicate_ids
        sudo._stop_publishing()
        sudo.write({"state": "duplicate", "duplicate_of_id": main.id})
        moved.write({"duplicate_of_id": main.id})
        main._vote_sudo({main: (sudo | moved).vote_ids.partner_id})
        sudo.ticket_ids.write({"kbs_feedback_id": main.id})
        # Of us only: what is said about it to its author is for no other client.
        ours = sudo.message_partner_ids.filtered(lambda x: not x.partner_share)
        main.message_subscribe(ours.ids)
        for feedback in self:
            main.message_post(
                body=self.env._("Joined: %(feedback)s", feedback=feedback.display_name)
            )
        self._note_changes_sudo()

    def _check_joinable(self, main):
        if main.duplicate_of_id or main in self:
            raise UserError(
                self.env._(
                    "%(feedback)s is joined with another one itself. Choose that one.",
                    feedback=main.name,
                )
            )
        for feedback in self:
            if feedback.duplicate_of_id:
                raise UserError(
                    self.env._(
                        "%(feedback)s is joined already.", feedback=feedback.name
                    )
                )
            if (feedback.kind, feedback.company_id) != (main.kind, main.company_id):
                raise UserError(
                    self.env._(
                        "%(feedback)s is of another kind: a complaint is joined with a "
                        "complaint, a proposal with a proposal.",
                        feedback=feedback.name,
                    )
                )
            if bool(feedback.answered_on) != bool(main.answered_on):
                raise UserError(
                    self.env._(
                        "One of these complaints is answered and the other is not: "
                        "answer %(feedback)s by itself.",
                        feedback=(main if feedback.answered_on else feedback).name,
                    )
                )

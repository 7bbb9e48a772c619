from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.locking import wait_for_others
from .kbs_feedback import OPEN_STATES, STATES


class KbsFeedback(models.Model):
    """The status: who may move it where, and what is noted and told about it."""

    _inherit = "kbs.feedback"

    state = fields.Selection(
        selection=STATES,
        string="Status",
        required=True,
        readonly=True,
        copy=False,
        default="new",
        index=True,
        tracking=True,
        group_expand=True,
    )
    planned_for = fields.Char(
        readonly=True,
        copy=False,
        tracking=True,
        help="The release or month in which it is to appear.",
    )
    change_ids = fields.One2many(
        comodel_name="kbs.feedback.change",
        inverse_name="feedback_id",
        string="History",
        readonly=True,
    )

    # === ACTIONS === #

    def action_analyse(self):
        """Take new feedback into analysis."""
        self.check_access("write")
        self._move_sudo("analysis", allowed=("new",))

    def action_reopen(self):
        """Take finished feedback back into analysis."""
        self.check_access("write")
        self._check_lead()
        self._move_sudo("analysis", allowed=("done", "declined", "planned"))

    def action_plan(self):
        return self._get_decide_action("planned")

    def action_finish(self):
        return self._get_decide_action("done")

    def action_decline(self):
        return self._get_decide_action("declined")

    def action_answer(self):
        return self._get_decide_action("answer")

    def _get_decide_action(self, decision):
        """Return the dialog that asks for what the client is told."""
        self.ensure_one()
        self.check_access("write")
        self._check_lead()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "kbs.feedback.decide",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_feedback_id": self.id,
                "default_decision": decision,
            },
        }

    # === BUSINESS METHODS === #

    def _check_lead(self):
        if not self._is_lead():
            raise AccessError(self.env._("Only a lead decides about this."))

    def _move_sudo(
        self, state, text="", planned_for=False, allowed=OPEN_STATES, is_answer=False
    ):
        """Move the status, note the change, and have the people told, once.

        Sudo: nobody writes the status by hand; whoever calls this has checked who
        may. The row is locked: of two leads the second sees what the first decided.

        :param str text: what the author is told
        :param allowed: statuses from which this is possible
        :raise UserError: one of these is in another status
        """
        wait_for_others(self)
        for feedback in self:
            if feedback.state not in allowed:
                raise UserError(
                    self.env._(
                        "%(feedback)s is already in the status “%(status)s”.",
                        feedback=feedback.name,
                        status=feedback._get_state_name(),
                    )
                )
        self.sudo().write({"state": state, "planned_for": planned_for})
        self._note_changes_sudo(text, is_answer)

    def _note_changes_sudo(self, text="", is_answer=False):
        """Write the change into the history, and who has to be told of it."""
        Change = self.env["kbs.feedback.change"].sudo()
        changes = Change.create(
            [
                {
                    "feedback_id": x.id,
                    "state": x.state,
                    "text": text,
                    "is_answer": is_answer,
                    "planned_for": x.planned_for,
                }
                for x in self
            ]
        )
        changes._queue_letters()
        return changes

    def _get_state_name(self):
        """Return the status in the language of the environment."""
        selection = self._fields["state"]._description_selection(self.env)
        return dict(selection)[self.state]

    def _get_kind_name(self):
        """Return the kind in the language of the environment."""
        selection = self._fields["kind"]._description_selection(self.env)
        return dict(selection)[self.kind]

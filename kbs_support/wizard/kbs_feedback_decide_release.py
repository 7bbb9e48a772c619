from odoo import api, fields, models
from odoo.exceptions import UserError


class KbsFeedbackDecide(models.TransientModel):
    """A lead says in which version it comes true."""

    _inherit = "kbs.feedback.decide"

    release_id = fields.Many2one(
        comodel_name="kbs.release",
        string="In Which Release",
        domain="[('state', '!=', 'withdrawn')]",
        compute="_compute_release_id",
        store=True,
        readonly=False,
        help="When it is published, the client is told so by itself.",
    )

    @api.depends("feedback_id")
    def _compute_release_id(self):
        for wizard in self:
            wizard.release_id = wizard.feedback_id.release_id

    @api.onchange("release_id")
    def _onchange_release_id(self):
        if self.release_id and self.decision == "planned":
            self.planned_for = self.release_id.display_name

    def action_decide(self):
        release = self.release_id
        if self.decision in ("planned", "done"):
            is_out = release.state == "published"
            if self.decision == "planned" and is_out:
                raise UserError(
                    self.env._(
                        "%(release)s is published already: finish it as done.",
                        release=release.display_name,
                    )
                )
            self.feedback_id.release_id = release
            if release and not self.planned_for and self.decision == "planned":
                self.planned_for = release.display_name
        return super().action_decide()

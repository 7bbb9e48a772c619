from psycopg2 import OperationalError

from odoo import api, fields, models

from ..tools.batches import run_isolated
from .kbs_feedback import OPEN_STATES


class KbsFeedback(models.Model):
    """In which version a proposal comes true; its publication tells the client."""

    _inherit = "kbs.feedback"

    release_id = fields.Many2one(
        comodel_name="kbs.release",
        string="In Which Release",
        index="btree_not_null",
        copy=False,
        tracking=True,
        ondelete="set null",
        help="When this version is published, the author is told that what he wrote "
        "was taken into account.",
    )

    @api.model
    def _get_fields_of_leads(self):
        return super()._get_fields_of_leads() | {"release_id"}

    def _finish_with_release_sudo(self):
        """Finish what the published versions bring, and have the people told.

        Sudo: called by the publication, which is a lead's. What was decided meanwhile
        stays as it is. Each for itself: one that fails stops neither the others nor
        the publication.

        :return: ``{feedback: exception}`` of those that failed
        :raise OperationalError: another worker decides about one; Odoo repeats us
        """
        failed = {}
        for feedback in self.sudo().filtered(lambda x: x.state in OPEN_STATES):
            error = run_isolated(feedback, lambda x: x._finish_one_with_release())
            if isinstance(error, OperationalError):
                raise error
            if error is not None:
                failed[feedback] = error
        return failed

    def _finish_one_with_release(self):
        language = self.partner_id.lang or self.company_id.partner_id.lang
        spoken = self.with_context(lang=language or self.env.lang)
        self._decide_sudo("done", spoken._tell_release())

    def _tell_release(self):
        """Return what the author is told, in the language of the environment."""
        names = {"number": self.name, "release": self.release_id.display_name}
        if self.kind == "proposal":
            return self.env._(
                "Your proposal No. %(number)s was taken into account in the release "
                "%(release)s.",
                **names,
            )
        if self.kind == "complaint":
            return self.env._(
                "What you complained about (No. %(number)s) is corrected in the "
                "release %(release)s.",
                **names,
            )
        return self.env._(
            "Your remark No. %(number)s was taken into account in the release "
            "%(release)s.",
            **names,
        )


class KbsRelease(models.Model):
    """The proposals and complaints that a version answers."""

    _inherit = "kbs.release"

    feedback_ids = fields.One2many(
        comodel_name="kbs.feedback",
        inverse_name="release_id",
        string="Proposals Included",
        copy=False,
        groups="kbs_support.group_kbs_agent",
    )

    def _after_publish(self):
        res = super()._after_publish()
        failed = self.feedback_ids._finish_with_release_sudo()
        for feedback, error in failed.items():
            feedback.release_id.message_post(
                body=self.env._(
                    "%(feedback)s could not be finished: %(error)s",
                    feedback=feedback.display_name,
                    error=error,
                )
            )
        return res


class KbsFeedbackChange(models.Model):
    """A step says in which version what was written came true."""

    _inherit = "kbs.feedback.change"

    release_id = fields.Many2one(
        comodel_name="kbs.release", compute="_compute_release_id", compute_sudo=True
    )

    @api.depends("state", "feedback_id.release_id.state")
    def _compute_release_id(self):
        for change in self:
            release = change.feedback_id.release_id
            is_told = change.state == "done" and release.state == "published"
            change.release_id = release if is_told else False

from odoo import api, fields, models

from .kbs_release import STATES


class KbsRelease(models.Model):
    """The way of a version to clients: draft, review, publication, withdrawal."""

    _inherit = "kbs.release"

    state = fields.Selection(
        selection=STATES,
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        index=True,
        tracking=True,
        group_expand=True,
    )
    author_id = fields.Many2one(
        comodel_name="res.users",
        string="Prepared by",
        readonly=True,
        copy=False,
        help="Who has sent it to review.",
    )
    published_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, copy=False
    )
    published_at = fields.Datetime(
        string="Published at", readonly=True, copy=False, index="btree_not_null"
    )
    withdrawn_at = fields.Datetime(readonly=True, copy=False)
    withdraw_reason = fields.Text(
        readonly=True, copy=False, help="Clients who have taken the version read this."
    )

    def _is_out(self):
        """Whether clients have seen this version."""
        return self.state in ("published", "withdrawn")

    @api.model
    def _get_moved_fields(self):
        return super()._get_moved_fields() | {
            "author_id",
            "published_by_id",
            "published_at",
            "withdrawn_at",
            "withdraw_reason",
        }

    # === ACTIONS === #

    def action_review(self):
        """Send drafts to review."""
        self.check_access("write")
        self._check_ready()
        self._move_sudo("review", ("draft",), author_id=self.env.uid)

    def action_draft(self):
        """Send back to its author what is not ready."""
        self.check_access("write")
        self._move_sudo("draft", ("review",))

    def action_publish(self):
        """Give the versions to clients. Only leads may, of what was reviewed."""
        self.check_access("write")
        self._check_lead()
        self._check_ready()
        self._move_sudo(
            "published",
            ("review",),
            published_by_id=self.env.uid,
            published_at=fields.Datetime.now(),
        )
        self.sudo()._after_publish()

    def action_withdraw(self):
        """Ask for the reason (wizard)."""
        self.ensure_one()
        self.check_access("write")
        self._check_lead()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Withdraw %(release)s", release=self.display_name),
            "res_model": "kbs.release.withdraw",
            "view_mode": "form",
            "target": "new",
            "context": {"default_release_id": self.id},
        }

    # === BUSINESS METHODS === #

    def _get_faults(self):
        """Return what is missing before clients may see the version, as sentences."""
        faults = []
        if not self.summary:
            faults.append(self.env._("There is no summary for lists and letters."))
        if not self.note_ids:
            faults.append(self.env._("It does not say what is new."))
        if self.kind == "fix" and not self.fix_of_id:
            faults.append(self.env._("It does not say which version it corrects."))
        if self.fix_of_id and not self.fix_of_id._is_out():
            faults.append(self.env._("The version that it corrects is not published."))
        return faults

    def _withdraw_sudo(self, reason):
        """Take a published version back from clients.

        :param str reason: who has taken it reads this
        :raise UserError: it is not published
        """
        self._move_sudo(
            "withdrawn",
            ("published",),
            withdrawn_at=fields.Datetime.now(),
            withdraw_reason=reason,
        )
        self.sudo()._after_withdraw()

    def _after_publish(self):
        """Hook: what follows when clients may see the versions. With sudo."""

    def _after_withdraw(self):
        """Hook: what follows when the versions are taken back. With sudo."""

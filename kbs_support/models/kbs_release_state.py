from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools.locking import lock_in_states
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

    def write(self, vals):
        """The state follows from what people decide.

        :raise AccessError: somebody writes it by hand
        """
        self._check_state_untouched(vals)
        return super().write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_state_untouched(
                {k: v for k, v in vals.items() if v and v != "draft"}
            )
        return super().create(vals_list)

    @api.model
    def _check_state_untouched(self, vals):
        names = {
            "state",
            "author_id",
            "published_by_id",
            "published_at",
            "withdrawn_at",
            "withdraw_reason",
        }
        if not self.env.su and names & set(vals):
            raise AccessError(
                self.env._("The state of a release is moved by its buttons.")
            )

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

    def _check_lead(self):
        if not self.env.su and not self.env.user.has_group(
            "kbs_support.group_kbs_lead"
        ):
            raise AccessError(self.env._("Only a lead decides about this."))

    def _check_ready(self):
        """:raise UserError: with all that is missing."""
        for release in self:
            if faults := release._get_faults():
                raise UserError(
                    self.env._(
                        "%(release)s is not ready:\n%(faults)s",
                        release=release.display_name,
                        faults="\n".join(f"• {fault}" for fault in faults),
                    )
                )

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

    def _move_sudo(self, state, allowed, **values):
        """Move to ``state`` what stands in one of ``allowed``; two clicks are one.

        :raise UserError: one stands elsewhere
        """
        if elsewhere := lock_in_states(self, allowed):
            wrong, state_name = elsewhere
            raise UserError(
                self.env._(
                    "%(release)s is in the state “%(state)s”, so this cannot be done.",
                    release=wrong.display_name,
                    state=state_name,
                )
            )
        self.sudo().write({"state": state, **values})

    def _after_publish(self):
        """Hook: what follows when clients may see the versions. With sudo."""

    def _after_withdraw(self):
        """Hook: what follows when the versions are taken back. With sudo."""

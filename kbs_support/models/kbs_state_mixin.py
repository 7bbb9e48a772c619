from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..tools.locking import lock_in_states


class KbsStateMixin(models.AbstractModel):
    """A record whose ``state`` is moved by its buttons, and by nothing else."""

    _name = "kbs.state.mixin"
    _description = "State That Buttons Move"

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_state_untouched(
                {k for k, v in vals.items() if v and (k, v) != ("state", "draft")}
            )
        return super().create(vals_list)

    def write(self, vals):
        """:raise AccessError: somebody writes by hand what buttons write"""
        self._check_state_untouched(vals.keys())
        return super().write(vals)

    @api.model
    def _check_state_untouched(self, names):
        if not self.env.su and self._get_moved_fields() & names:
            raise AccessError(self.env._("The state is moved by its buttons."))

    @api.model
    def _get_moved_fields(self):
        """Names of the fields that only buttons write; extended by who has more."""
        return {"state"}

    # === BUSINESS METHODS === #

    def _move_sudo(self, state, allowed, **values):
        """Move to ``state`` what stands in one of ``allowed``; two clicks are one.

        Sudo: the state is written by buttons only; who may press them is asked here.

        :raise UserError: one stands elsewhere
        """
        self.check_access("write")
        if elsewhere := lock_in_states(self, allowed):
            wrong, state_name = elsewhere
            raise UserError(
                self.env._(
                    "%(record)s is in the state “%(state)s”, so this cannot be done.",
                    record=wrong.display_name,
                    state=state_name,
                )
            )
        self.sudo().write({"state": state, **values})
        # What comes next is to run into the state that the database has.
        self.flush_recordset(["state"])

    def _check_lead(self):
        """:raise AccessError: the user is no lead"""
        user = self.env.user
        if not self.env.su and not user.has_group("kbs_support.group_kbs_lead"):
            raise AccessError(self.env._("Only a lead decides about this."))

    def _check_ready(self):
        """:raise UserError: with all that is missing"""
        for record in self:
            if faults := record._get_faults():
                raise UserError(
                    self.env._(
                        "%(record)s is not ready:\n%(faults)s",
                        record=record.display_name,
                        faults="\n".join(f"• {fault}" for fault in faults),
                    )
                )

    def _get_faults(self):
        """Return what is missing before others may see it, as sentences. A hook."""
        return []

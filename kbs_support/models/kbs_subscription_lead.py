from odoo import api, fields, models
from odoo.exceptions import UserError


class KbsSubscription(models.Model):
    """The opportunities of its renewals: refused, run again, handed over."""

    _inherit = "kbs.subscription"

    refused_renewal_id = fields.Many2one(
        comodel_name="kbs.renewal",
        compute="_compute_refused_renewal_id",
    )

    @api.depends("renewal_ids.state")
    def _compute_refused_renewal_id(self):
        """The last renewal, where the client refused it and nothing came after."""
        for subscription in self:
            last = subscription.renewal_ids.sorted("ends_on")[-1:]
            subscription.refused_renewal_id = last.filtered(lambda x: x.state == "lost")

    # === CRUD METHODS === #

    def write(self, vals):
        res = super().write(vals)
        if "manager_id" in vals:
            self._assign_leads_sudo()
        return res

    def _assign_leads_sudo(self):
        """Hand running renewals over to the new manager.

        Sudo: who chooses the manager may have no rights on opportunities.
        """
        renewals = self.sudo().renewal_id
        for user, handed in renewals.grouped(lambda x: x._get_lead_user()).items():
            handed.lead_ids.user_id = user

    # === ACTIONS === #

    def action_refuse_renewal(self):
        """Ask why the client does not renew (wizard)."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("The Client Refuses"),
            "res_model": "kbs.renewal.refuse",
            "view_mode": "form",
            "target": "new",
            "context": {"default_subscription_ids": self.ids},
        }

    def action_reopen_renewal(self):
        """The client thinks again.

        :raise AccessError: the user may not note refusals
        """
        self.check_access("read")
        self.env["kbs.renewal.refuse"].check_access("create")
        # Sudo: a renewal is kept by the system, a salesperson only reads it.
        self.sudo().refused_renewal_id._take_refusal_back()

    def action_view_renewal_lead(self):
        """Open the opportunity of the renewal that runs, or of the last one.

        :raise AccessError: it is a colleague's, and the user sees only his own
        """
        self.ensure_one()
        renewal = self.renewal_id or self.renewal_ids.sorted("ends_on")[-1:]
        renewal.lead_id.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "view_mode": "form",
            "views": [(False, "form")],
            "res_id": renewal.lead_id.id,
        }

    # === BUSINESS METHODS === #

    def _refuse_renewal(self, reason, note=""):
        """Note on the running renewals that the clients refuse.

        :param reason: ``kbs.close.reason``
        :raise UserError: nothing is being renewed
        """
        self.check_access("read")
        if idle := self.filtered(lambda x: not x.renewal_id):
            raise UserError(
                self.env._(
                    "%(number)s, %(client)s: no renewal is running.",
                    number=idle[0].name,
                    client=idle[0].partner_id.name,
                )
            )
        # Sudo: a renewal is kept by the system, a salesperson only reads it.
        self.sudo().renewal_id._refuse(reason)
        if note:
            for subscription in self:
                subscription.message_post(body=note)

    @api.model
    def _prepare_renewal_order_values(self, offer, renewal):
        values = super()._prepare_renewal_order_values(offer, renewal)
        # Sudo: the opportunity may be a colleague's.
        if team := renewal.sudo().lead_id.team_id:
            values["team_id"] = team.id
        return values

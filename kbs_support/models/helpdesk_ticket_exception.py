from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class HelpdeskTicket(models.Model):
    """Service without coverage: a lead's decision about one ticket of one client."""

    _inherit = "helpdesk.ticket"

    kbs_exception_reason = fields.Char(
        string="Served without Coverage, because",
        readonly=True,
        copy=False,
        tracking=True,
        groups="base.group_user",
    )
    kbs_exception_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Exception by",
        readonly=True,
        copy=False,
        tracking=True,
        groups="base.group_user",
    )

    # === CRUD METHODS === #

    def write(self, vals):
        # EXTENDS the coverage: what was decided for one client is not for another.
        clients = {}
        if "partner_id" in vals:
            served = self.filtered(lambda x: x.sudo().kbs_exception_reason)
            clients = {x: x.commercial_partner_id for x in served if not x.closed}
        res = super().write(vals)
        moved = self.filtered(
            lambda x: x in clients and x.commercial_partner_id != clients[x]
        )
        if moved:
            moved._kbs_drop_exception_sudo()
        return res

    # === ACTIONS === #

    def action_kbs_exception(self):
        """Ask a lead why this client is served without coverage (wizard)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Serve without Coverage"),
            "res_model": "kbs.ticket.exception",
            "view_mode": "form",
            "target": "new",
            "context": {"default_ticket_id": self.id},
        }

    def action_kbs_withdraw_exception(self):
        """Take the exception back: who gave it and why stays in the chatter.

        :raise UserError: there is none
        """
        self._kbs_check_is_lead()
        if missing := self.filtered(lambda x: not x.kbs_exception_reason)[:1]:
            raise UserError(
                self.env._("%s is served without an exception.", missing.number)
            )
        self._kbs_drop_exception_sudo()

    # === BUSINESS METHODS === #

    def _kbs_grant_exception(self, reason):
        """Serve these clients though nothing covers them.

        :param str reason: stays on the ticket, with the name of the lead
        :raise UserError: the ticket is covered anyway
        """
        self._kbs_check_is_lead()
        for ticket in self:
            if ticket.kbs_coverage != "not_covered":
                raise UserError(
                    self.env._(
                        "%(ticket)s is covered: it needs no exception.",
                        ticket=ticket.number,
                    )
                )
        # Sudo: nobody types an exception in, see _kbs_check_derived.
        self.sudo().write(
            {"kbs_exception_reason": reason, "kbs_exception_user_id": self.env.uid}
        )
        self._kbs_restart_clocks(regained=self)

    def _kbs_check_is_lead(self):
        if not self.env.user.has_group("kbs_support.group_kbs_lead"):
            raise AccessError(
                self.env._("Only a lead decides who is served without coverage.")
            )
        self.check_access("write")

    def _kbs_drop_exception_sudo(self):
        """Serve no longer by exception; the clocks end where nothing else covers.

        Sudo: nobody types an exception in, see ``_kbs_check_derived``.
        """
        self.sudo().write(
            {"kbs_exception_reason": False, "kbs_exception_user_id": False}
        )
        self._kbs_restart_clocks()

    def _kbs_is_served(self):
        # EXTENDS the promise: an exception is served as well.
        return super()._kbs_is_served() or bool(self.sudo().kbs_exception_reason)

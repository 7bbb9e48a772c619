from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools.batches import BATCH
from ..tools.coverage import ONE_DAY
from ..tools.locking import take_turn

AT_ONCE = 2000  # acts; what a click can wait for, the rest is left to the job


class KbsActMake(models.TransientModel):
    """Makes the acts that are due now, without waiting for the monthly job."""

    _name = "kbs.act.make"
    _description = "Making of Acts"

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, default=lambda self: self.env.company
    )
    date_until = fields.Date(
        string="For Days until",
        required=True,
        default=lambda self: self.env.company._kbs_today().replace(day=1) - ONE_DAY,
        help="A month, or a quarter, that is not over by then waits.",
    )
    partner_ids = fields.Many2many(
        comodel_name="res.partner", string="Clients", help="Empty: all."
    )
    is_issued = fields.Boolean(string="Issue at Once")
    due_count = fields.Integer(
        string="Subscriptions to Look at", compute="_compute_due_count"
    )

    @api.depends("date_until", "partner_ids", "company_id")
    def _compute_due_count(self):
        for make in self:
            # Sudo: a number; making asks for the right.
            subscriptions = self.env["kbs.subscription"].sudo()
            make.due_count = (
                subscriptions.search_count(make._get_domain())
                if make.date_until and make.company_id
                else 0
            )

    def _get_domain(self):
        domain = (
            self.env["kbs.act"].sudo()._get_due_domain(self.company_id, self.date_until)
        )
        if not self.partner_ids:
            return domain
        clients = self.partner_ids.commercial_partner_id
        return domain & Domain("commercial_partner_id", "in", clients.ids)

    def action_make(self):
        """Make the acts and show them; after the first 2,000 click again.

        :raise AccessError: the user may not keep acts
        :raise UserError: the days are not over, or there is nothing to make
        """
        self.ensure_one()
        acts = self.env["kbs.act"]
        acts.check_access("write")
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("Acts are made in your own companies."))
        if self.date_until >= self.company_id._kbs_today():
            raise UserError(self.env._("Acts are made of days that are over."))
        made = self._make(acts)
        if not made:
            raise UserError(
                self.env._("Everything until that day stands on acts already.")
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_act_action"
        )
        action["domain"] = [("id", "in", made.ids)]
        action["context"] = {}
        return action

    def _make(self, acts):
        """Make the acts in batches, of :data:`AT_ONCE` clients at most."""
        # Sudo: acts are made of what their keeper may not read one by one.
        subscriptions = self.env["kbs.subscription"].sudo()
        maker = acts.with_context(tracking_disable=True)
        domain, last_id, made = self._get_domain(), 0, acts.sudo()
        while len(made) < AT_ONCE:
            found = subscriptions.search(
                domain & Domain("id", ">", last_id), limit=BATCH, order="id"
            )
            if not found:
                break
            last_id = found[-1].id
            take_turn(found)
            made |= maker._make_sudo(found, self.date_until)
        if self.is_issued and made:
            made._issue_sudo()
        return made.sudo(False)

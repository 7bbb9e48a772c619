from odoo import api, fields, models
from odoo.fields import Domain

WAITING = [("state", "=", "waiting")]


class KbsAct(models.Model):
    """Signed copies of an act that its client has sent."""

    _inherit = "kbs.act"

    scan_ids = fields.One2many(
        comodel_name="kbs.signed.scan",
        inverse_name="act_id",
        string="Signed Copies from the Client",
    )
    waiting_scan_id = fields.Many2one(
        comodel_name="kbs.signed.scan", compute="_compute_waiting_scan_id"
    )

    @api.depends("scan_ids.state")
    def _compute_waiting_scan_id(self):
        for act in self:
            act.waiting_scan_id = act.scan_ids.filtered(lambda x: x.state == "waiting")

    def action_decide_scan(self):
        """Accept the signed copy that waits, or send it back (wizard)."""
        self.ensure_one()
        return self.waiting_scan_id.action_decide()

    def action_open_scan(self):
        self.ensure_one()
        return self.waiting_scan_id.action_open_file()

    def _kbs_takes_scan(self):
        """Say whether a signed copy may come."""
        self.ensure_one()
        return self.state in ("issued", "silent")

    def _kbs_get_paper_name(self):
        return self._get_file_name()

    def _kbs_get_portal_url(self):
        """Return the address of its page in the portal."""
        return f"/my/acts/{self.id}"

    def _sign(self, day):
        # EXTENDS kbs_support: what the client has sent is accepted by that.
        res = super()._sign(day)
        waiting = self._get_waiting_scans()
        for scan in waiting:
            file = scan.sudo().attachment_id  # who keeps acts keeps their copies
            scan.act_id.write(
                {
                    "signed_scan": file.with_context(bin_size=False).datas,
                    "signed_scan_name": file.name,
                }
            )
        waiting._close_sudo("accepted", signed_on=day)
        return res

    def _correct_sudo(self, wanted, reason, is_whole=False, added=None):
        # EXTENDS kbs_support: what is cancelled waits for no signature.
        correction = super()._correct_sudo(wanted, reason, is_whole, added)
        if is_whole:
            self._get_waiting_scans()._close_sudo("replaced")
        return correction

    def _get_waiting_scans(self):
        return self.sudo().scan_ids.filtered_domain(WAITING)  # as the acts themselves

    # === WHILE A COPY WAITS, THE CLIENT HAS DONE HIS PART === #

    @api.model
    def _get_silent_domain(self, company, today):
        # EXTENDS kbs_support
        domain = super()._get_silent_domain(company, today)
        return domain & Domain("scan_ids", "not any", WAITING)

    @api.model
    def _get_unsigned_domain(self, company, today):
        # EXTENDS kbs_support
        domain = super()._get_unsigned_domain(company, today)
        return domain & Domain("scan_ids", "not any", WAITING)


class KbsSubscription(models.Model):
    """Signed copies of the contract that the client has sent."""

    _inherit = "kbs.subscription"

    contract_scan_ids = fields.One2many(
        comodel_name="kbs.signed.scan",
        inverse_name="subscription_id",
        string="Signed Contracts from the Client",
        domain=[("act_id", "=", False)],
    )
    waiting_scan_id = fields.Many2one(
        comodel_name="kbs.signed.scan", compute="_compute_waiting_scan_id"
    )

    @api.depends("contract_scan_ids.state")
    def _compute_waiting_scan_id(self):
        for support in self:
            support.waiting_scan_id = support.contract_scan_ids.filtered(
                lambda x: x.state == "waiting"
            )[:1]

    def action_decide_scan(self):
        """Accept the signed contract that waits, or send it back (wizard)."""
        self.ensure_one()
        return self.waiting_scan_id.action_decide()

    def action_open_scan(self):
        self.ensure_one()
        return self.waiting_scan_id.action_open_file()

    def _kbs_takes_scan(self):
        """Say whether a signed contract may come: one was issued, and none accepted.

        A contract that is issued anew is signed anew.
        """
        self.ensure_one()
        issued = self.contract_file_id
        accepted = self.sudo().contract_scan_ids.filtered(  # of his own support
            lambda x: x.state == "accepted" and x.contract_file_id == issued
        )
        return bool(issued) and not accepted

    def _kbs_get_paper_name(self):
        return self._get_contract_file_name()

    def _kbs_get_portal_url(self):
        """Return the address of its contract in the portal."""
        return f"/my/support/{self.id}/contract"

    def _get_responsible(self):
        """Return the user who looks after the client's papers, or none."""
        people = (
            self.manager_id,
            self.specialist_id,
            self.company_id.kbs_renewal_user_id,
        )
        fitting = (x for x in people if x and self._has_working(x))
        return next(fitting, self.env["res.users"])

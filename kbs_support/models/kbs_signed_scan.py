from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..tools.locking import lock_in_states

ACTIVITY = "kbs_support.mail_activity_type_kbs_scan"
RETURNED = "kbs_support.mail_template_kbs_scan_returned"


class KbsSignedScan(models.Model):
    """A paper that a client has signed, scanned and sent from his page.

    Of an act, or of the contract of a support. It waits until somebody of ours accepts
    it, or sends it back with a word. Rows are never deleted: they are the history.
    """

    _name = "kbs.signed.scan"
    _description = "Signed Copy from a Client"
    _order = "id desc"
    _rec_name = "file_name"
    _check_company_auto = True

    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        string="Support",
        required=True,
        index=True,
        readonly=True,
        ondelete="restrict",
    )
    act_id = fields.Many2one(
        comodel_name="kbs.act",
        index="btree_not_null",
        readonly=True,
        ondelete="restrict",
        help="Empty: it is the contract that was signed.",
    )
    company_id = fields.Many2one(related="subscription_id.company_id", store=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Sent by",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    sent_at = fields.Datetime(
        string="Sent", required=True, readonly=True, default=fields.Datetime.now
    )
    attachment_id = fields.Many2one(
        comodel_name="ir.attachment",
        string="File",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    contract_file_id = fields.Many2one(
        comodel_name="ir.attachment",
        string="Issued Contract",
        readonly=True,
        ondelete="restrict",
        help="The contract that it is the signed copy of, as it was issued.",
    )
    file_name = fields.Char(related="attachment_id.name")
    state = fields.Selection(
        selection=[
            ("waiting", "Waits for us"),
            ("accepted", "Accepted"),
            ("returned", "Sent back"),
            ("replaced", "Replaced by a later one"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    signed_on = fields.Date(readonly=True)
    word = fields.Char(
        string="Word to the Client",
        readonly=True,
        help="Why it was sent back; the client reads it.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Decided by", readonly=True
    )

    _one_waits_for_act = models.UniqueIndex(
        "(act_id) WHERE state = 'waiting' AND act_id IS NOT NULL",
        "A signed copy of this act waits already.",
    )
    _one_waits_for_contract = models.UniqueIndex(
        "(subscription_id) WHERE state = 'waiting' AND act_id IS NULL",
        "A signed copy of this contract waits already.",
    )
    _accepted_has_day = models.Constraint(
        "CHECK (state != 'accepted' OR signed_on IS NOT NULL)",
        "What was accepted has the day of its signature.",
    )
    _returned_has_word = models.Constraint(
        "CHECK (state != 'returned' OR word IS NOT NULL)",
        "What is sent back needs a word to the client.",
    )

    # === ACTIONS === #

    def action_open_file(self):
        """Open the file in a tab of the browser."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_id.id}?download=true",
            "target": "new",
        }

    def action_decide(self):
        """Ask whether to accept it, or to send it back (wizard)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Signed Copy from the Client"),
            "res_model": "kbs.scan.decide",
            "view_mode": "form",
            "target": "new",
            "context": {"default_scan_id": self.id},
        }

    # === BUSINESS METHODS === #

    def _get_paper(self):
        """Return what was signed: the act, or the support whose contract it is."""
        self.ensure_one()
        return self.act_id or self.subscription_id

    def _check_waiting(self):
        """Lock the row, and refuse what somebody has decided, or the client replaced.

        :raise AccessError: the user may not keep the signed paper
        :raise UserError: it does not wait any more
        """
        self.ensure_one()
        self._get_paper().check_access("write")
        if wrong := lock_in_states(self, ("waiting",)):
            raise UserError(self.env._("This copy is: %(state)s.", state=wrong[1]))

    def _accept(self, day):
        """Note the paper as signed by this copy on the local date ``day``.

        :raise UserError: it does not wait any more, or the day is impossible
        """
        self._check_waiting()
        if self.act_id:
            self.act_id._sign(day)  # which accepts what waits for it
            return
        if day > self.company_id._kbs_today():
            raise UserError(
                self.env._(
                    "The contract cannot have been signed on %(date)s.",
                    date=format_date(self.env, day),
                )
            )
        self._close_sudo("accepted", signed_on=day)
        self.subscription_id.message_post(
            body=self.env._(
                "Contract signed, by scan, on %(date)s.",
                date=format_date(self.env, day),
            )
        )

    def _send_back(self, word):
        """Send it back to the client with a word, which he gets by letter as well.

        :raise UserError: it does not wait any more
        """
        self._check_waiting()
        self._close_sudo("returned", word=word)
        self._get_paper().message_post(
            body=self.env._("Signed copy sent back: %(word)s", word=word)
        )
        template = self.env.ref(RETURNED, raise_if_not_found=False)
        if template and self.partner_id.email:
            # Sudo: who decides need not be allowed to read all that a letter says.
            template.sudo().send_mail(self.id)

    def _close_sudo(self, state, **values):
        """End the waiting of these; sudo: states are written by methods only."""
        self.sudo().write({"state": state, "user_id": self.env.uid, **values})
        for scan in self:
            # Sudo: the task of a colleague is done as well.
            scan._get_paper().sudo().activity_unlink([ACTIVITY])

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("Signed copies are kept."))

    def write(self, vals):
        """Only methods write: a signed paper is a proof."""
        if not self.env.su:
            raise AccessError(self.env._("Signed copies are not changed by hand."))
        return super().write(vals)

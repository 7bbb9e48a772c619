from odoo import api, fields, models
from odoo.exceptions import UserError


class KbsScanDecide(models.TransientModel):
    """Accepts a signed copy that a client has sent, or sends it back with a word."""

    _name = "kbs.scan.decide"
    _description = "Signed Copy: Accept or Send Back"

    scan_id = fields.Many2one(
        comodel_name="kbs.signed.scan", required=True, readonly=True, string="File"
    )
    partner_id = fields.Many2one(related="scan_id.partner_id")
    sent_at = fields.Datetime(related="scan_id.sent_at")
    decision = fields.Selection(
        selection=[("accept", "Accept: it is signed"), ("return", "Send it back")],
        required=True,
        default="accept",
    )
    date = fields.Date(
        string="Signed on", compute="_compute_date", store=True, readonly=False
    )
    word = fields.Char(
        string="Word to the Client",
        help="What is wrong with the copy, and what to send. The client reads it on "
        "his page, and gets it by letter.",
    )

    @api.depends("scan_id")
    def _compute_date(self):
        for decide in self:
            scan = decide.scan_id
            company = scan.company_id or self.env.company
            decide.date = scan and company._kbs_to_local_date(scan.sent_at)

    def action_open_file(self):
        return self.scan_id.action_open_file()

    def action_confirm(self):
        """Do what was decided.

        :raise AccessError: the user may not keep the signed paper
        :raise UserError: day or word are missing, or somebody has decided already
        """
        self.ensure_one()
        if self.decision == "accept":
            if not self.date:
                raise UserError(self.env._("Enter the day of the signature."))
            self.scan_id._accept(self.date)
        else:
            if not (self.word or "").strip():
                raise UserError(self.env._("Tell the client what is wrong."))
            self.scan_id._send_back(self.word.strip())
        return {"type": "ir.actions.act_window_close"}

from odoo import fields, models
from odoo.exceptions import UserError


class KbsActSign(models.TransientModel):
    """Notes that clients have signed acts, with the day and the scan."""

    _name = "kbs.act.sign"
    _description = "Signature of Acts"

    act_ids = fields.Many2many(comodel_name="kbs.act", required=True, string="Acts")
    date = fields.Date(
        string="Signed on", required=True, default=fields.Date.context_today
    )
    scan = fields.Binary(string="Signed Copy", help="Of one act.")
    scan_name = fields.Char(string="File Name")

    def action_sign(self):
        """Note the signatures.

        :raise AccessError: the user may not keep acts
        :raise UserError: one of them waits for no signature, or the day is impossible
        """
        self.ensure_one()
        acts = self.act_ids
        if self.scan and len(acts) > 1:
            raise UserError(self.env._("A signed copy belongs to one act."))
        acts._sign(self.date)
        if self.scan:
            acts.write({"signed_scan": self.scan, "signed_scan_name": self.scan_name})
        return {"type": "ir.actions.act_window_close"}

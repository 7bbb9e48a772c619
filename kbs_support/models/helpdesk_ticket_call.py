from odoo import api, fields, models


class HelpdeskTicket(models.Model):
    """The calls about a ticket."""

    _inherit = "helpdesk.ticket"

    kbs_call_ids = fields.One2many(
        comodel_name="kbs.call", inverse_name="ticket_id", string="Calls"
    )
    kbs_call_count = fields.Integer(
        string="Number of Calls", compute="_compute_kbs_call_count"
    )

    @api.depends("kbs_call_ids")
    def _compute_kbs_call_count(self):
        counts = dict(
            self.env["kbs.call"]._read_group(
                [("ticket_id", "in", self.ids)], ["ticket_id"], ["__count"]
            )
        )
        for ticket in self:
            ticket.kbs_call_count = counts.get(ticket._origin, 0)

    def action_kbs_log_call(self):
        """Ask what came of a call."""
        self.ensure_one()
        phone = self.kbs_callback_phone or self.partner_id.phone
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Log a Call"),
            "res_model": "kbs.call",
            "view_mode": "form",
            "views": [(self.env.ref("kbs_support.kbs_call_view_form_log").id, "form")],
            "target": "new",
            "context": {
                "default_ticket_id": self.id,
                "default_phone": phone,
                "default_result": "talked",
            },
        }

    def action_kbs_view_calls(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_call_action"
        )
        return {**action, "domain": [("ticket_id", "in", self.ids)], "context": {}}

    def _kbs_move_contents_sudo(self, target):
        res = super()._kbs_move_contents_sudo(target)
        self.sudo().kbs_call_ids.ticket_id = target
        return res

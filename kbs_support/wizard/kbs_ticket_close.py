from odoo import api, fields, models


class KbsTicketClose(models.TransientModel):
    """Asks why tickets are closed, and what their clients are told."""

    _name = "kbs.ticket.close"
    _description = "Close Tickets"

    ticket_ids = fields.Many2many(
        comodel_name="helpdesk.ticket", string="Tickets", required=True
    )
    ticket_count = fields.Integer(
        string="Number of Tickets", compute="_compute_ticket_count"
    )
    reason_id = fields.Many2one(comodel_name="kbs.ticket.close.reason", required=True)
    is_void = fields.Boolean(related="reason_id.is_void")
    is_text_required = fields.Boolean(related="reason_id.is_text_required")
    text = fields.Html(
        string="Text to the Client",
        compute="_compute_text",
        store=True,
        readonly=False,
        sanitize_style=True,
    )

    @api.depends("ticket_ids")
    def _compute_ticket_count(self):
        for wizard in self:
            wizard.ticket_count = len(wizard.ticket_ids)

    @api.depends("reason_id")
    def _compute_text(self):
        """What the reason suggests, in the language of letters if they share one."""
        for wizard in self:
            languages = set(wizard.ticket_ids.mapped("kbs_letter_lang")) - {False}
            lang = languages.pop() if len(languages) == 1 else self.env.lang
            wizard.text = wizard.reason_id.with_context(lang=lang).text

    def action_close(self):
        self.ensure_one()
        self.ticket_ids._kbs_close(self.reason_id, self.text)
        return {"type": "ir.actions.act_window_close"}

from odoo import api, fields, models


class KbsCannedAnswer(models.TransientModel):
    """A specialist chooses a ready answer, reads it filled in, and opens it."""

    _name = "kbs.canned.answer"
    _description = "Ready Answer to a Ticket"

    ticket_id = fields.Many2one(
        comodel_name="helpdesk.ticket", required=True, ondelete="cascade"
    )
    template_id = fields.Many2one(
        comodel_name="mail.template",
        string="Answer",
        domain="[('model', '=', 'helpdesk.ticket'), ('kbs_is_canned', '=', True)]",
        ondelete="cascade",
    )
    preview = fields.Html(compute="_compute_preview", sanitize_style=True)

    @api.depends("template_id", "ticket_id")
    def _compute_preview(self):
        """The answer in the client's language."""
        for wizard in self:
            template, ticket = wizard.template_id, wizard.ticket_id
            wizard.preview = template and template._render_field(
                "body_html", ticket.ids, compute_lang=True
            ).get(ticket.id)

    def action_open(self):
        """Open the answer as a letter, to be changed and sent."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_composition_mode": "comment",
                "default_model": "helpdesk.ticket",
                "default_res_ids": self.ticket_id.ids,
                "default_template_id": self.template_id.id,
                "default_subtype_xmlid": "mail.mt_comment",
            },
        }

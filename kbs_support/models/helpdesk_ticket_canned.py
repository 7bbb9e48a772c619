from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

PLACEHOLDERS = (
    "object.number",
    "object.kbs_plan_id.name",
    "object.kbs_text_valid_until",
    "object.kbs_text_deadline",
    "object.kbs_text_agent",
    "object.kbs_text_phone",
    "object.partner_id.lang",
    "object.company_id.name",
)


class HelpdeskTicket(models.Model):
    """What a ready answer may say of a ticket, as text in the reader's language.

    Only these fields can be used by a lead who is no editor of templates: Odoo renders
    them without evaluating anything.
    """

    _inherit = "helpdesk.ticket"

    kbs_text_valid_until = fields.Char(
        string="Support Valid until",
        compute="_compute_kbs_texts",
        help="Last day of the support, as text in the language of the reader.",
    )
    kbs_text_deadline = fields.Char(
        string="Answer Promised by",
        compute="_compute_kbs_texts",
        help="Local time of the company, as text in the language of the reader.",
    )
    kbs_text_agent = fields.Char(
        string="Who Answers",
        compute="_compute_kbs_texts",
        help="Name of the specialist who writes.",
    )
    kbs_text_phone = fields.Char(
        string="Phone of the Line",
        compute="_compute_kbs_texts",
        help="Phone number of the company.",
    )

    @api.depends_context("lang", "uid")
    @api.depends("kbs_subscription_id.date_end", "kbs_deadline", "company_id.phone")
    def _compute_kbs_texts(self):
        for ticket in self:
            ends_on = ticket.kbs_subscription_id.date_end
            timezone = ticket.company_id.kbs_tz
            ticket.kbs_text_valid_until = ends_on and format_date(self.env, ends_on)
            ticket.kbs_text_deadline = ticket.kbs_deadline and format_datetime(
                self.env, ticket.kbs_deadline, tz=timezone, dt_format="short"
            )
            ticket.kbs_text_agent = self.env.user.name
            ticket.kbs_text_phone = ticket.company_id.phone

    @api.model
    def mail_allowed_qweb_expressions(self):
        return (*super().mail_allowed_qweb_expressions(), *PLACEHOLDERS)

    def action_kbs_canned_answer(self):
        """Let the specialist choose a ready answer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ready Answer"),
            "res_model": "kbs.canned.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_ticket_id": self.id},
        }

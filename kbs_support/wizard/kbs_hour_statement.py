from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.wording import format_signed_minutes

SPANS = [
    ("month", "This service month"),
    ("last_month", "Last service month"),
    ("whole", "Whole coverage"),
    ("other", "Other days"),
]


class KbsHourStatement(models.TransientModel):
    """The statement of hours on the screen, and what its files are made from."""

    _name = "kbs.hour.statement"
    _description = "Statement of Hours"

    subscription_id = fields.Many2one(
        comodel_name="kbs.subscription", required=True, readonly=True
    )
    partner_id = fields.Many2one(related="subscription_id.partner_id")
    company_id = fields.Many2one(related="subscription_id.company_id")
    span = fields.Selection(
        selection=SPANS, string="Which Days", required=True, default="month"
    )
    date_from = fields.Date(
        string="First Day",
        required=True,
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_to = fields.Date(
        string="Last Day",
        required=True,
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
    )
    table_html = fields.Html(
        string="Lines", compute="_compute_table_html", sanitize=False
    )

    @api.depends("span", "subscription_id")
    def _compute_dates(self):
        for statement in self:
            if not statement.subscription_id:
                continue
            spans = statement.subscription_id._get_statement_spans()
            if span := spans.get(statement.span):
                statement.date_from, statement.date_to = span

    @api.onchange("date_from", "date_to")
    def _onchange_dates(self):
        """Days that somebody has typed are no usual span."""
        if not self.subscription_id:
            return
        spans = self.subscription_id._get_statement_spans()
        if spans.get(self.span) != (self.date_from, self.date_to):
            self.span = "other"

    @api.depends("date_from", "date_to", "subscription_id")
    @api.depends_context("lang")
    def _compute_table_html(self):
        for statement in self:
            statement.table_html = statement._get_fault() or self.env[
                "ir.qweb"
            ]._render(
                "kbs_support.kbs_hour_statement_table",
                {
                    "statement": statement._prepare(with_reasons=True),
                    "show": statement._show_minutes,
                },
            )

    def _get_fault(self):
        """Say what is wrong with the days, or False."""
        return self.subscription_id._get_span_fault(self.date_from, self.date_to)

    def _prepare(self, with_reasons=False):
        """Return the plain values: see kbs.subscription._prepare_hour_statement."""
        self.ensure_one()
        return self.subscription_id._prepare_hour_statement(
            self.date_from, self.date_to, with_reasons
        )

    def _show_minutes(self, minutes):
        return format_signed_minutes(self.env, minutes)

    # === FILES === #

    def action_print_pdf(self):
        return self._print("kbs_support.kbs_hour_statement_report_pdf")

    def action_print_xlsx(self):
        return self._print("kbs_support.kbs_hour_statement_report_xlsx")

    def _print(self, report):
        """Return the action that downloads this statement.

        :raise UserError: the days are none
        """
        self.ensure_one()
        if fault := self._get_fault():
            raise UserError(fault)
        return self.env.ref(report).report_action(self, config=False)

    def _get_lang(self):
        """Return the language of the client: that of his PDF."""
        return self.subscription_id.partner_id.sudo().lang or self.env.lang

    def _get_file_name(self):
        """Return the name of the file without its ending."""
        return self.subscription_id._tell_statement_name(self.date_from, self.date_to)

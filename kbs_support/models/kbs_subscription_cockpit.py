from odoo import api, fields, models
from odoo.fields import Domain


class KbsSubscription(models.Model):
    """What a seller wants to see of a client whose coverage ends: money and offer."""

    _inherit = "kbs.subscription"

    currency_id = fields.Many2one(related="company_id.currency_id")
    renewal_amount = fields.Monetary(
        related="renewal_id.amount_expected",
        string="Expected Revenue",
        store=True,
        help="What the running renewal is expected to bring.",
    )
    term_id = fields.Many2one(
        comodel_name="kbs.term",
        string="Last Term",
        compute="_compute_term_id",
        help="Term of the last period: a renewal is offered for the same one.",
    )
    debt = fields.Monetary(
        string="Overdue",
        compute="_compute_debt",
        search="_search_debt",
        help="What the client's company has not paid of invoices that are due.",
    )

    _cockpit_index = models.Index(
        "(company_id, date_end) WHERE state IN ('active', 'grace', 'ended')"
    )

    @api.depends("period_ids.is_effective", "period_ids.term_id")
    def _compute_term_id(self):
        for subscription in self:
            subscription.term_id = subscription._get_last_period().term_id

    @api.depends("commercial_partner_id")
    def _compute_debt(self):
        groups = (
            self.env["account.move"]
            .sudo()  # an amount to know when calling; the invoices ask for the right
            ._read_group(
                self._get_debt_domain()
                & Domain("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ["company_id", "commercial_partner_id"],
                ["amount_residual_signed:sum"],
            )
        )
        debts = {(company, partner): debt for company, partner, debt in groups}
        for subscription in self:
            key = (
                subscription.company_id.sudo(),
                subscription.commercial_partner_id.sudo(),
            )
            subscription.debt = max(debts.get(key, 0.0), 0.0)

    def _search_debt(self, operator, value):
        """Find who owes something, or nobody anything: ``("debt", ">", 0)``."""
        if operator not in (">", "!=") or value:
            return NotImplemented
        groups = (
            self.env["account.move"]
            .sudo()  # as in _compute_debt
            ._read_group(
                self._get_debt_domain(),
                ["company_id", "commercial_partner_id"],
                having=[("amount_residual_signed:sum", ">", 0)],
            )
        )
        indebted = {}
        for company, partner in groups:
            indebted.setdefault(company, []).append(partner.id)
        return Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("commercial_partner_id", "in", partner_ids)
            for company, partner_ids in indebted.items()
        )

    @api.model
    def _get_debt_domain(self):
        """Domain of the invoices that should have been paid before today."""
        today = self.env.company._kbs_today()
        return Domain(
            [
                ("company_id", "in", self.env.companies.ids),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("invoice_date_due", "<", today),
            ]
        )

from odoo import api, fields, models
from odoo.fields import Domain


class KbsSubscriptionPeriod(models.Model):
    """Whether a period covers the client: paid, or guaranteed (S1)."""

    _inherit = "kbs.subscription.period"

    is_paid = fields.Boolean(
        string="Paid",
        compute="_compute_paid",
        store=True,
        recursive=True,
        help="The invoice is posted and paid, and not credited back.",
    )
    first_paid_on = fields.Date(
        compute="_compute_paid",
        store=True,
        help="Day of the first full payment; stays when the payment is taken back.",
    )
    guarantee_ids = fields.One2many(
        comodel_name="kbs.guarantee", inverse_name="period_id", string="Guarantees"
    )
    guarantee_until = fields.Date(
        string="Guaranteed until", compute="_compute_guarantee_until", store=True
    )
    is_effective = fields.Boolean(
        string="Covers",
        compute="_compute_is_effective",
        store=True,
        help="Paid, or guaranteed until today or later.",
    )

    _guarantee_index = models.Index(
        "(company_id, guarantee_until)"
        " WHERE is_effective IS TRUE AND is_paid IS NOT TRUE"
    )

    # === COMPUTE METHODS === #

    @api.depends("sale_line_id", "replaced_period_id.is_paid")
    def _compute_paid(self):
        """Follow the invoices of the order line, down as well as up (S1).

        The line calls ``_follow_payment`` when its invoices change.

        After a change of plan a part of the price was paid by the old period: when
        its money is gone, the new one is not paid either.
        """
        for period in self:
            line = period.sale_line_id
            replaced = period.replaced_period_id
            period.is_paid = line.kbs_is_settled and (not replaced or replaced.is_paid)
            period.first_paid_on = period.first_paid_on or (
                period.is_paid and line._kbs_get_paid_on()
            )

    def _follow_payment(self):
        """Compute anew what has become paid, or is not paid any more, and what follows.

        Other changes of an invoice change nothing here: days are not moved once more.
        """
        names = ("is_paid", "first_paid_on")
        changed = self.filtered(lambda x: x.is_paid != x.sale_line_id.kbs_is_settled)
        for name in names:
            self.env.add_to_compute(self._fields[name], changed)
        changed.modified(names)
        self.invalidate_recordset(["is_waiting_for_payment"], flush=False)

    @api.depends("guarantee_ids.date_until", "guarantee_ids.is_revoked")
    def _compute_guarantee_until(self):
        for period in self:
            valid = period.guarantee_ids.filtered(lambda x: not x.is_revoked)
            period.guarantee_until = max(valid.mapped("date_until"), default=False)

    @api.depends("is_cancelled", "is_paid", "guarantee_until")
    def _compute_is_effective(self):
        for period in self:
            until = period.guarantee_until
            is_guaranteed = until and until >= period.company_id._kbs_today()
            period.is_effective = not period.is_cancelled and bool(
                period.is_paid or is_guaranteed
            )
        if self.replaced_period_id:
            self._defer_overlap_check()

    @api.model
    def _get_lapsed_guarantee_domain(self, company, today):
        """Domain of the periods that a guarantee carried until before ``today``."""
        return Domain(
            [
                ("company_id", "=", company.id),
                ("is_effective", "=", True),
                ("is_paid", "=", False),
                ("guarantee_until", "<", today),
            ]
        )

    # === ACTIONS === #

    def action_guarantee(self):
        """Open the form of a guarantee letter for this period."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Guarantee Letter"),
            "res_model": "kbs.guarantee",
            "view_mode": "form",
            "target": "new",
            "context": {"default_period_id": self.id},
        }

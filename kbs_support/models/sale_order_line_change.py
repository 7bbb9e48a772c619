from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..tools.coverage import Coverage, CoverageError


class SaleOrderLine(models.Model):
    """The two lines of a change of plan: the new plan, and the unused days (P7)."""

    _inherit = "sale.order.line"

    def _kbs_is_carried(self):
        """Say whether this line takes off what the old plan has paid."""
        self.ensure_one()
        return bool(
            self.order_id.kbs_changed_period_id and self.product_id.kbs_is_unused_days
        )

    @api.depends("kbs_date_start", "order_id.kbs_changed_period_id")
    def _compute_kbs_price_month(self):
        # EXTENDS kbs_support: only the months that are left are paid
        return super()._compute_kbs_price_month()

    def _kbs_get_paid_months(self):
        # EXTENDS kbs_support
        months = super()._kbs_get_paid_months()
        period = self.order_id.sudo().kbs_changed_period_id
        if not period or not self.kbs_plan_id or not self.kbs_date_start:
            return months
        term_days = period._get_root_period()._get_sold_days()
        return months * period._get_unused_days(self.kbs_date_start) / term_days

    def _prepare_invoice_line(self, **optional_values):
        # EXTENDS sale: what is taken back leaves the account that it came to.
        values = super()._prepare_invoice_line(**optional_values)
        if self._kbs_is_carried():
            sold = self.order_id.sudo().kbs_changed_period_id._get_invoice_line()
            if sold.account_id:
                values["account_id"] = sold.account_id.id
        return values

    # === DATES === #

    def _kbs_get_coverage(self, asked):
        # EXTENDS kbs_support: the days that are left of the old period.
        period = self.order_id.sudo().kbs_changed_period_id
        if not period:
            return super()._kbs_get_coverage(asked)
        day = asked or period.subscription_id._get_first_change_day()
        if not day or not period.date_start < day <= period.sold_until:
            raise CoverageError("outside the period", day)
        return Coverage(
            day, period.sold_until, period.chain_start, period.chain_months, True
        )

    def _kbs_explain_dates(self, coverage):
        # EXTENDS kbs_support
        period = self.order_id.sudo().kbs_changed_period_id
        if not period:
            return super()._kbs_explain_dates(coverage)
        return self.env._(
            "%(plan)s takes over from %(old)s on %(day)s, when it is paid; the end "
            "stays %(end)s.",
            plan=self.kbs_plan_id.name,
            old=period.plan_id.name,
            day=format_date(self.env, coverage.date_start),
            end=format_date(self.env, coverage.date_end),
        )

    def _kbs_get_date_fault(self):
        # EXTENDS kbs_support
        order = self.order_id.sudo()
        period = order.kbs_changed_period_id
        if not period:
            return super()._kbs_get_date_fault()
        if self.kbs_term_id != period.term_id:
            return self.env._(
                "A change of plan keeps the term: choose %(plan)s for %(term)s.",
                plan=self.kbs_plan_id.name,
                term=period.term_id.name,
            )
        return order.kbs_subscription_id._get_change_refusal(
            period, self.kbs_plan_id, self.kbs_date_start
        )

    # === PRICE === #

    def _kbs_is_price_changed(self):
        # EXTENDS kbs_support
        if not self.order_id.kbs_changed_period_id:
            return super()._kbs_is_price_changed()
        change = self.order_id._kbs_try_quote_change()
        return (
            not change
            or bool(self._kbs_get_deduction())
            or not self.order_id._kbs_is_change_as_quoted(change)
        )

    def _kbs_get_price_kind(self):
        # EXTENDS kbs_support
        if not self.order_id.kbs_changed_period_id or self._kbs_is_price_changed():
            return super()._kbs_get_price_kind()
        return self.order_id._kbs_quote_change().kind

    def _kbs_get_price_fault(self):
        # EXTENDS kbs_support
        order = self.order_id
        if not order.kbs_changed_period_id:
            return super()._kbs_get_price_fault()
        if order._kbs_is_price_allowed() or self._kbs_get_date_fault():
            return None
        try:
            change = order._kbs_quote_change()
        except UserError as error:
            return str(error)
        if not self._kbs_is_price_changed():
            return None
        return self.env._(
            "From %(date)s on the rest of %(plan)s costs %(worth)s, and %(credit)s is "
            "taken off for unused days; the order says something else. Make the change "
            "anew, or ask a manager to allow it with a reason.",
            date=format_date(self.env, change.day),
            plan=change.plan.name,
            worth=format_amount(self.env, change.worth, self.currency_id),
            credit=format_amount(self.env, change.credit, self.currency_id),
        )

    def _kbs_get_manual_reason(self):
        # EXTENDS kbs_support
        period = self.order_id.sudo().kbs_changed_period_id
        if not period:
            return super()._kbs_get_manual_reason()
        return self.env._(
            "Agreed price of the change from %(plan)s.", plan=period.plan_id.name
        )

    def _kbs_get_price_reason(self, coverage):
        # EXTENDS kbs_support
        if not self.order_id.kbs_changed_period_id or self._kbs_is_price_changed():
            return super()._kbs_get_price_reason(coverage)
        return self._kbs_explain_change(self.order_id._kbs_quote_change())

    def _kbs_explain_change(self, change):
        """Say in one sentence how the price of a change came about (P4)."""
        currency = self.currency_id
        return self.env._(
            "Change from %(old)s: %(days)s of %(term_days)s days of %(price)s by the "
            "price list “%(pricelist)s”; %(credit)s of it were paid by %(unused)s of "
            "%(total)s days of the old plan.",
            old=change.period.plan_id.name,
            days=change.unused_days,
            term_days=change.term_days,
            price=format_amount(self.env, change.list_price, currency),
            pricelist=change.pricelist.name,
            credit=format_amount(self.env, change.credit, currency),
            unused=change.unused_days,
            total=change.total_days,
        )

    def _kbs_prepare_period_values(self, subscription):
        # EXTENDS kbs_support
        values = super()._kbs_prepare_period_values(subscription)
        period = self.order_id.kbs_changed_period_id
        if period:
            values["replaced_period_id"] = period.id
            values["price_carried"] = self.order_id._kbs_get_carried()
        return values

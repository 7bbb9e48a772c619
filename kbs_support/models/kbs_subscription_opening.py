from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date


class KbsSubscriptionPeriod(models.Model):
    """A period that was sold before this system: taken over, with no order behind it.

    It was paid elsewhere, so no invoice here can say so. ``opened_on`` says it, is
    written by the import of clients only, and is shown with its source
    (docs/decisions/0047).
    """

    _inherit = "kbs.subscription.period"

    opened_on = fields.Date(
        string="Taken over on",
        readonly=True,
        copy=False,
        help="Sold and paid before this system was in use, and taken over from "
        "elsewhere on this day: there is neither an order nor an invoice.",
    )
    opened_from = fields.Char(
        string="Taken over from",
        readonly=True,
        copy=False,
        help="The file and the line that say so.",
    )
    opened_tenure_start = fields.Date(
        string="Was a Client without a Gap since",
        readonly=True,
        copy=False,
        help="As the earlier system says. Tenure counts from this day.",
    )

    _opened_or_sold = models.Constraint(
        "CHECK (opened_on IS NULL OR sale_line_id IS NULL)",
        "What was taken over from elsewhere was not sold here.",
    )
    _opened_tenure_in_order = models.Constraint(
        "CHECK (opened_tenure_start IS NULL OR opened_tenure_start <= date_start)",
        "Tenure cannot begin after the period that it has led to.",
    )

    # === COMPUTE METHODS === #

    @api.depends("opened_on")
    def _compute_paid(self):
        # EXTENDS kbs_support: who took it over says that it was paid.
        opened = self.filtered("opened_on")
        opened.is_paid = True
        for period in opened:
            period.first_paid_on = period.first_paid_on
        return super(KbsSubscriptionPeriod, self - opened)._compute_paid()

    def _get_granted_months(self):
        # EXTENDS kbs_support: months that were over by then have given their hours.
        months = super()._get_granted_months()
        if self.opened_on:
            months = [x for x in months if x.last >= self.opened_on]
        return months

    def _get_unused_taxes(self):
        # EXTENDS kbs_support: there is no line to take the taxes from.
        if not self.opened_on:
            return super()._get_unused_taxes()
        product = self.plan_id._get_product(self.term_id)
        return product.taxes_id.filtered(lambda x: x.company_id == self.company_id)

    # === BUSINESS METHODS === #

    def _has_followers(self):
        """Say whether something here stands on this taken over period already.

        Then its days, plan and price are not changed any more, only what follows.
        """
        self.ensure_one()
        subscription = self.subscription_id
        later = subscription.period_ids._get_booked() - self
        quoted = self.renewal_ids.order_ids.filtered(lambda x: x.state != "cancel")
        return bool(
            later
            or quoted
            or self.stopped_on
            or subscription.pause_ids
            or subscription.transfer_ids
            or subscription.closed_on
            or subscription.leaving_since
        )

    def _take_back_opened_hours(self):
        """Bought hours that came with this period go with it; used ones stay used."""
        bought = self.env["kbs.hour.entry"].search(
            [
                ("period_id", "=", self.id),
                ("kind", "=", "pack"),
                ("source_id", "=", False),
                ("left_minutes", ">", 0),
            ]
        )
        today = self.company_id._kbs_today()
        bought.create([x._prepare_part(-x.left_minutes, date=today) for x in bought])

    def action_withdraw_opening(self):
        """Take back what was taken over by mistake: it covers nothing any more.

        :raise AccessError: the user is no manager of support
        :raise UserError: it is no such period, or something stands on it
        """
        if not self.env.user.has_group("kbs_support.group_kbs_manager"):
            raise AccessError(
                self.env._("Only a support manager may withdraw what was taken over.")
            )
        self.check_access("read")
        # Sudo: nobody writes periods by hand, the manager decides about them.
        for period in self.sudo():
            if not period.opened_on or period.is_cancelled:
                raise UserError(self.env._("This period was not taken over."))
            if period._has_followers():
                raise UserError(
                    self.env._(
                        "%(period)s was renewed, paused or changed here already, so "
                        "it stays.",
                        period=period.display_name,
                    )
                )
            period.is_cancelled = True
            period._take_back_opened_hours()
            period.subscription_id.message_post(
                body=self.env._(
                    "%(name)s has withdrawn the period %(period)s, taken over on "
                    "%(date)s from %(origin)s.",
                    name=self.env.user.name,
                    period=period.display_name,
                    date=format_date(self.env, period.opened_on),
                    origin=period.opened_from or "—",
                )
            )


class KbsSubscription(models.Model):
    """Tenure that began before this system was in use."""

    _inherit = "kbs.subscription"

    @api.depends("period_ids.opened_tenure_start")
    def _compute_coverage(self):
        return super()._compute_coverage()

    @api.model
    def _get_tenure_start(self, effective):
        # EXTENDS kbs_support
        start = super()._get_tenure_start(effective)
        first = effective.filtered(lambda x: x.date_start == start)[:1]
        return first.opened_tenure_start or start


class KbsHourEntry(models.Model):
    """Hours of a taken over period fit its plan, also when that was corrected."""

    _inherit = "kbs.hour.entry"

    def _get_month_minutes(self, month):
        # EXTENDS kbs_support
        period = self.period_id
        if not period.opened_on:
            return super()._get_month_minutes(month)
        return month.get_share(period.plan_id.included_minutes)

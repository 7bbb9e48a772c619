from datetime import datetime

from pytz import timezone, utc

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base.models.res_partner import _tz_get

from ..tools.xmlid import find


class ResCompany(models.Model):
    _inherit = "res.company"

    # === TIME === #
    kbs_tz = fields.Selection(
        selection=_tz_get,
        string="Time Zone of Support",
        default="Europe/Kyiv",
        required=True,
        help="Coverage starts and ends at midnight of this time zone.",
    )
    kbs_grace_days = fields.Integer(
        string="Grace after the End",
        default=14,
        help="Days after the end of coverage when a renewal still continues it: "
        "it is back-dated to the day after the end and keeps the tenure.",
    )
    kbs_start_on_payment = fields.Boolean(
        string="Start on the Day of Payment",
        default=True,
        help="A new subscription paid later than its start begins on the day of "
        "payment. Never for renewals and budget years.",
    )
    kbs_renewal_days = fields.Integer(
        string="Renewal Opens",
        default=60,
        help="Days before the end of coverage from which it can be renewed.",
    )
    kbs_reminder_days = fields.Char(
        string="Renewal Reminders",
        default="-60, -30, -14, -7, 0, 7",
        help="Days before (−) and after (+) the end of coverage when the client is "
        "reminded to renew, each once.",
    )

    kbs_send_reminders = fields.Boolean(
        string="Send Renewal Reminders",
        default=True,
        help="Clients whose support ends are reminded by e-mail, and by a call where "
        "their plan promises it.",
    )
    kbs_renewal_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Calls without a Manager",
        domain="[('share', '=', False)]",
        help="Calls the clients that have neither a manager nor a specialist.",
    )

    # === CONSULTATION LINE === #
    kbs_people_calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Hours of the Line's People",
        help="Nobody is warned of a deadline outside of these hours. They also count "
        "where neither a term nor a plan has hours of its own. Empty: 09:00–18:00.",
    )

    # === TICKETS === #
    kbs_reopen_days = fields.Integer(
        string="A Closed Ticket Goes On",
        default=30,
        help="Days after closing in which a letter of the client reopens his ticket. "
        "A later one opens a new ticket.",
    )

    # === LOYALTY === #
    kbs_loyalty_min_months = fields.Integer(
        string="Tenure for Loyalty Prices",
        default=0,
        help="Uninterrupted months that a client needs to get loyalty prices.",
    )
    kbs_loyalty_on_plan_change = fields.Boolean(
        string="Loyalty Prices on a Change of Plan",
        help="A renewal with another plan gets the loyalty price as well.",
    )

    # === HOURS === #
    kbs_pack_valid_months = fields.Integer(
        string="Bought Hours Last",
        default=12,
        help="Months that bought hours last at least; they never lapse before the "
        "end of the subscription.",
    )
    kbs_over_plan_rounding = fields.Integer(
        string="Work over the Plan Is Rounded up to",
        default=15,
        help="Minutes to which billed work over the plan is rounded up.",
    )

    # === INVOICING === #
    kbs_invoice_on_confirm = fields.Boolean(
        string="Invoice at Confirmation",
        default=True,
        help="Confirming an order with a support plan makes and posts its invoice.",
    )

    _kbs_days_not_negative = models.Constraint(
        "CHECK (kbs_grace_days >= 0 AND kbs_renewal_days >= 0"
        " AND kbs_loyalty_min_months >= 0 AND kbs_reopen_days >= 0)",
        "Days and months in the support settings cannot be negative.",
    )
    _kbs_hours_positive = models.Constraint(
        "CHECK (kbs_pack_valid_months > 0 AND kbs_over_plan_rounding > 0)",
        "The validity of bought hours and the rounding must be more than zero.",
    )

    @api.constrains("kbs_reminder_days")
    def _check_kbs_reminder_days(self):
        for company in self:
            try:
                company._kbs_get_reminder_days()
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "Renewal reminders are whole days separated by commas, for "
                        "example: -60, -30, 0, 7. This cannot be read: %(value)s",
                        value=company.kbs_reminder_days,
                    )
                ) from error

    def _kbs_get_reminder_days(self):
        """Return the days of the reminders as a sorted list of distinct integers.

        :raise ValueError: the setting has something that is not a whole number
        """
        self.ensure_one()
        text = (self.kbs_reminder_days or "").replace("−", "-")
        return sorted({int(day) for day in text.split(",") if day.strip()})

    def _kbs_to_utc(self, day, local_time):
        """Return the UTC moment (naive) of ``local_time`` on the local ``day`` (T8)."""
        self.ensure_one()
        moment = timezone(self.kbs_tz).localize(datetime.combine(day, local_time))
        return moment.astimezone(utc).replace(tzinfo=None)

    def _kbs_to_local_date(self, moment):
        """Return the company's local day of the UTC ``moment`` (naive) (T8)."""
        self.ensure_one()
        return utc.localize(moment).astimezone(timezone(self.kbs_tz)).date()

    def _kbs_today(self):
        """Return today's local date of the company (T8)."""
        self.ensure_one()
        return fields.Date.context_today(self.with_context(tz=self.kbs_tz))

    def _kbs_get_people_calendar(self):
        """Return the working hours of those who answer tickets."""
        self.ensure_one()
        return (
            self.kbs_people_calendar_id
            or find(
                self.env,
                "resource.calendar",
                "kbs_support.resource_calendar_kbs_office",
            )
            or self.resource_calendar_id
        )

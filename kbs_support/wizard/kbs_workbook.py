from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import format_date

REPORTS = {
    "month": "kbs_support.kbs_month_workbook_report",
    "prices": "kbs_support.kbs_price_workbook_report",
    "renewals": "kbs_support.kbs_renewal_workbook_report",
    "versions": "kbs_support.kbs_version_workbook_report",
}


class KbsWorkbook(models.TransientModel):
    """Asks which workbook, of which month, and hands it out."""

    _name = "kbs.workbook"
    _description = "Workbook of a Month"

    kind = fields.Selection(
        selection=[
            ("month", "Manager's report of the month"),
            ("renewals", "Renewals due in the month"),
            ("prices", "Tariffs on the last day of the month"),
            ("versions", "Version map of today"),
        ],
        string="Workbook",
        required=True,
        default="month",
    )
    month = fields.Date(
        required=True,
        default=lambda self: self._get_last_month(),
        help="Any day of the month.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )

    @api.model
    def _get_last_month(self):
        """Return the first day of the month before this one, by the company's day."""
        today = self.env.company._kbs_today()
        return today.replace(day=1) - relativedelta(months=1)

    def _get_first_day(self):
        self.ensure_one()
        return self.month.replace(day=1)

    def _get_last_day(self):
        return self._get_first_day() + relativedelta(months=1, days=-1)

    def _get_months(self, number):
        """Return the first days of ``number`` months, this one being the last."""
        first = self._get_first_day()
        return [first - relativedelta(months=x) for x in reversed(range(number))]

    def _get_file_name(self):
        """Return the name of the file without its ending."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        if self.kind == "versions":
            name = self.env._("Version map")
            return f"{name} {self.company_id._kbs_today():%Y-%m-%d}"
        month = format_date(self.env, self._get_first_day(), date_format="yyyy-MM")
        return f"{kinds[self.kind]} {month}"

    def action_download(self):
        """Return the action that downloads the workbook.

        Figures that nobody has counted yet are counted first.
        """
        self.ensure_one()
        if self.kind == "month":
            self.env["kbs.report.subscription"].action_open_report()
        return self.env.ref(REPORTS[self.kind]).report_action(self, config=False)

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_amount, formatLang

from ..tools.wording import format_minutes

READERS = "kbs_support.group_kbs_report"
# What stands on a day, and has no sum over a week: the letter tells it once.
STANDING = {
    "kpi_kbs_active_clients",
    "kpi_kbs_mrr",
    "kpi_kbs_renewals_due",
    "kpi_kbs_over_plan",
}
ACTIONS = {
    "kpi_kbs_active_clients": "kbs_report_subscription_action_open",
    "kpi_kbs_mrr": "kbs_report_subscription_action_open",
    "kpi_kbs_began": "kbs_report_subscription_action_open",
    "kpi_kbs_ended": "kbs_report_subscription_action_open",
    "kpi_kbs_renewals_due": "kbs_report_client_action_forecast",
    "kpi_kbs_terms_met": "kbs_report_sla_action_open",
    "kpi_kbs_tickets_new": "kbs_report_ticket_action",
    "kpi_kbs_over_plan": "kbs_over_plan_action",
}


class DigestDigest(models.Model):
    """Figures of the support in a letter: ours, and in any digest that wants them.

    The figures are in ``digest_digest_figures``, who gets the letter is in
    ``digest_digest_readers``.
    """

    _inherit = "digest.digest"

    kpi_kbs_active_clients = fields.Boolean(string="Active Clients")
    kpi_kbs_active_clients_value = fields.Integer(compute="_compute_kpi_kbs_stocks")
    kpi_kbs_mrr = fields.Boolean(string="Monthly Price")
    kpi_kbs_mrr_value = fields.Monetary(compute="_compute_kpi_kbs_stocks")
    kpi_kbs_began = fields.Boolean(string="New and Won Back")
    kpi_kbs_began_value = fields.Integer(compute="_compute_kpi_kbs_began_value")
    kpi_kbs_ended = fields.Boolean(string="Ended, not Renewed")
    kpi_kbs_ended_value = fields.Integer(compute="_compute_kpi_kbs_ended_value")
    kpi_kbs_renewals_due = fields.Boolean(string="Renewals in 30 Days")
    kpi_kbs_renewals_due_value = fields.Integer(
        compute="_compute_kpi_kbs_renewals_due_value"
    )
    kpi_kbs_terms_met = fields.Boolean(string="Terms of Answer Met")
    kpi_kbs_terms_met_value = fields.Float(compute="_compute_kpi_kbs_terms_met_value")
    kpi_kbs_tickets_new = fields.Boolean(string="New Tickets")
    kpi_kbs_tickets_new_value = fields.Integer(
        compute="_compute_kpi_kbs_tickets_new_value"
    )
    kpi_kbs_tickets_closed = fields.Boolean(string="Closed Tickets")
    kpi_kbs_tickets_closed_value = fields.Integer(
        compute="_compute_kpi_kbs_tickets_closed_value"
    )
    kpi_kbs_over_plan = fields.Boolean(string="Work over the Plan to Decide")
    kpi_kbs_over_plan_value = fields.Integer(
        compute="_compute_kpi_kbs_over_plan_value", help="Minutes."
    )

    # === COMPUTE METHODS === #

    # Odoo drops one figure from the cache after it has read it, and here are two.
    @api.depends_context("company", "start_datetime", "end_datetime")
    def _compute_kpi_kbs_stocks(self):
        self._kbs_set_figures(
            self._kbs_get_stocks,
            "kpi_kbs_active_clients_value",
            "kpi_kbs_mrr_value",
        )

    def _compute_kpi_kbs_began_value(self):
        self._kbs_set_figures(self._kbs_count_began, "kpi_kbs_began_value")

    def _compute_kpi_kbs_ended_value(self):
        self._kbs_set_figures(self._kbs_count_ended, "kpi_kbs_ended_value")

    def _compute_kpi_kbs_renewals_due_value(self):
        self._kbs_set_figures(
            self._kbs_count_renewals_due, "kpi_kbs_renewals_due_value"
        )

    def _compute_kpi_kbs_terms_met_value(self):
        def get_share(*frame):
            return {
                company: (100 * met / (met + missed) if met + missed else 0,)
                for company, (met, missed) in self._kbs_count_terms(*frame).items()
            }

        self._kbs_set_figures(get_share, "kpi_kbs_terms_met_value")

    def _compute_kpi_kbs_tickets_new_value(self):
        self._kbs_set_figures(
            lambda *frame: self._kbs_count_tickets_sudo("kbs_received_at", *frame),
            "kpi_kbs_tickets_new_value",
        )

    def _compute_kpi_kbs_tickets_closed_value(self):
        self._kbs_set_figures(
            lambda *frame: self._kbs_count_tickets_sudo("closed_date", *frame),
            "kpi_kbs_tickets_closed_value",
        )

    def _compute_kpi_kbs_over_plan_value(self):
        self._kbs_set_figures(self._kbs_sum_over_plan, "kpi_kbs_over_plan_value")

    def _kbs_set_figures(self, get_figures, *names):
        """Fill the fields ``names`` with the figures of each digest's company.

        :param get_figures: called with the companies and the two ends of the frame
            (UTC); returns ``{company: (figure of each field)}``
        :raise AccessError: the reader may not read reports; Odoo then leaves it out
        """
        if not self.env.user.has_group(READERS):
            raise AccessError(self.env._("Only readers of reports see these figures."))
        start, end, companies = self._get_kpi_compute_parameters()
        # Without a frame, which only the sending gives, it is the last week.
        end = fields.Datetime.to_datetime(end) or fields.Datetime.now()
        start = fields.Datetime.to_datetime(start) or fields.Datetime.subtract(
            end, days=7
        )
        figures = get_figures(companies, start, end)
        nothing = (0,) * len(names)
        for digest in self:
            company = digest.company_id or self.env.company
            for name, value in zip(names, figures.get(company, nothing), strict=True):
                digest[name] = value

    # === THE LETTER === #

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("kbs_support.menu_kbs_root").id
        for name, action in ACTIONS.items():
            actions[name] = f"kbs_support.{action}?menu_id={menu}"
        return actions

    def _compute_kpis(self, company, user):
        # EXTENDS digest: what stands on a day is told once, percents as percents. Who
        # sends by hand may look at companies that the reader does not know.
        self = self.with_context(allowed_company_ids=company.ids)
        kpis = super()._compute_kpis(company, user)
        frames = self._compute_timeframes(company)
        own = self.with_user(user).with_company(company)
        for kpi in kpis:
            if kpi["kpi_name"] in STANDING:
                own._kbs_tell_once(kpi, company, frames[-1][1][0])
            elif kpi["kpi_name"] == "kpi_kbs_terms_met":
                for number, (_label, (frame, _before)) in enumerate(frames, 1):
                    value = own._kbs_tell_share(company, *frame)
                    kpi[f"kpi_col{number}"]["value"] = value
        return kpis

    def _kbs_tell_once(self, kpi, company, frame):
        """Leave one cell of ``kpi``: today's figure, compared with a month ago."""
        name = kpi["kpi_name"]
        digest = self.with_context(start_datetime=frame[0], end_datetime=frame[1])
        value = digest[f"{name}_value"]
        if name == "kpi_kbs_mrr":
            value = format_amount(self.env, value, company.currency_id)
        elif name == "kpi_kbs_over_plan":
            value = format_minutes(self.env, value)
        kpi["kpi_col1"] = {
            "value": value,
            "margin": kpi["kpi_col3"]["margin"],
            "col_subtitle": self.env._("Today"),
        }
        kpi["kpi_col2"] = kpi["kpi_col3"] = {}

    @api.model
    def _kbs_tell_share(self, company, start, end):
        """Return "93.3 %" of the terms of ``company``, or a dash without any."""
        # Without the time zone that Odoo writes beside a moment in UTC.
        frame = (x.replace(tzinfo=None, microsecond=0) for x in (start, end))
        met, missed = self._kbs_count_terms(company, *frame).get(company, (0, 0))
        if not met + missed:
            return "–"
        share = formatLang(self.env, 100 * met / (met + missed), digits=1)
        return Markup("%s&nbsp;%%") % share

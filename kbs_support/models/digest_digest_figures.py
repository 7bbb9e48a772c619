from odoo import api, models
from odoo.fields import Date, Domain

# Renewals are told of so many days ahead.
DUE_DAYS = 30
BEGAN = ("new", "added", "won_back")
ENDED = ("lost", "grace")


class DigestDigest(models.Model):
    """The figures of a frame of time: those of the reports, company by company.

    Each method takes the companies and the two ends of the frame (UTC), and returns
    ``{company: tuple of figures}``. A moment at the end of a frame is in it, one at its
    beginning is not: frames in a row count all once. One query serves all companies.
    """

    _inherit = "digest.digest"

    @api.model
    def _kbs_read_figures(self, model, companies, get_domain, aggregates):
        """Return the aggregates of ``model`` for each company that has rows.

        :param get_domain: called with a company, returns its domain
        """
        domain = Domain.OR(
            Domain("company_id", "=", company.id) & get_domain(company)
            for company in companies
        )
        groups = self.env[model]._read_group(domain, ["company_id"], aggregates)
        return {company: tuple(figures) for company, *figures in groups}

    @api.model
    def _kbs_get_stocks(self, companies, start, end):
        """Active clients and their monthly price (UAH) at the end of the month.

        Of the month in which the frame ends, or of the newest one that is counted; in
        the running month that is the day of counting.
        """
        report = self.env["kbs.report.subscription"]

        def get_domain(company):
            counted_at = report._get_counted_at(company) or end
            day = company._kbs_to_local_date(min(end, counted_at))
            return Domain("month", "=", day.replace(day=1)) & Domain(
                "active_count", "=", 1
            )

        aggregates = ["partner_id:count_distinct", "mrr:sum"]
        return self._kbs_read_figures(report._name, companies, get_domain, aggregates)

    @api.model
    def _kbs_count_began(self, companies, start, end):
        """Subscriptions of the report that began: new, one more, won back."""

        def get_domain(company):
            first, last = self._kbs_get_days(company, start, end)
            return self._kbs_get_change_domain(first, last, BEGAN) & Domain(
                [
                    ("period_id.date_start", ">", first),
                    ("period_id.date_start", "<=", last),
                ]
            )

        return self._kbs_read_figures(
            "kbs.report.subscription", companies, get_domain, ["__count"]
        )

    @api.model
    def _kbs_count_ended(self, companies, start, end):
        """Subscriptions whose first day without coverage is in the frame.

        Nobody has renewed them until now; those in grace still may.
        """

        def get_domain(company):
            first, last = self._kbs_get_days(company, start, end)
            return self._kbs_get_change_domain(first, last, ENDED) & Domain(
                [
                    ("period_id.date_end", ">=", first),
                    ("period_id.date_end", "<", last),
                ]
            )

        return self._kbs_read_figures(
            "kbs.report.subscription", companies, get_domain, ["__count"]
        )

    @api.model
    def _kbs_get_days(self, company, start, end):
        """Return the local day before the frame and its last one."""
        return company._kbs_to_local_date(start), company._kbs_to_local_date(end)

    @api.model
    def _kbs_get_change_domain(self, first, last, causes):
        """Rows of the months that ``first`` to ``last`` touch, changed so."""
        return Domain(
            [
                ("month", ">=", first.replace(day=1)),
                ("month", "<=", last.replace(day=1)),
                ("cause", "in", causes),
            ]
        )

    @api.model
    def _kbs_count_renewals_due(self, companies, start, end):
        """Subscriptions that end within 30 days from today, without who leaves."""

        def get_domain(company):
            today = company._kbs_today()
            return Domain(
                [
                    ("is_leaving", "=", False),
                    ("date_end", ">=", today),
                    ("date_end", "<=", Date.add(today, days=DUE_DAYS)),
                ]
            )

        return self._kbs_read_figures(
            "kbs.report.client", companies, get_domain, ["__count"]
        )

    @api.model
    def _kbs_count_terms(self, companies, start, end):
        """Clocks that started in the frame: how many are met, how many missed."""
        domain = Domain([("date_start", ">", start), ("date_start", "<=", end)])
        aggregates = ["met_count:sum", "missed_count:sum"]
        return self._kbs_read_figures(
            "kbs.report.sla", companies, lambda company: domain, aggregates
        )

    @api.model
    def _kbs_count_tickets_sudo(self, name, companies, start, end):
        """Tickets with the moment ``name`` in the frame.

        Sudo: a reader of reports may know how many, and reads no ticket.
        """
        domain = Domain([(name, ">", start), (name, "<=", end)])
        return self.sudo()._kbs_read_figures(
            "helpdesk.ticket", companies, lambda company: domain, ["__count"]
        )

    @api.model
    def _kbs_sum_over_plan(self, companies, start, end):
        """Minutes of work over the plan that wait for a decision now."""
        domain = Domain("state", "=", "pending")
        return self._kbs_read_figures(
            "kbs.over.plan", companies, lambda company: domain, ["minutes:sum"]
        )

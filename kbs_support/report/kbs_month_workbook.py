from odoo import models
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from .kbs_workbook_xlsx import HEAD_ROW, Formula

MONTHS = 12


class KbsMonthWorkbook(models.AbstractModel):
    """The manager's report of a month: twelve months, plans, terms, work, who stays.

    It reads the counted reports with the rights of the reader.
    """

    _name = "report.kbs_support.kbs_month_workbook"
    _inherit = "report.kbs_support.kbs_workbook_xlsx"
    _description = "Manager's Report of the Month, Excel"

    def _write_sheets(self, workbook, wizard, formats):
        # EXTENDS kbs_support
        self._write_subscriptions(workbook, wizard, formats)
        self._write_revenue(workbook, wizard, formats)
        self._write_plans(workbook, wizard, formats)
        self._write_terms(workbook, wizard, formats)
        self._write_work(workbook, wizard, formats)
        self._write_cohorts(workbook, wizard, formats)

    # === FIGURES === #

    def _sum(self, wizard, report, groupby, aggregates, months, only=Domain.TRUE):
        """Return ``{group: [values]}`` of a report in these months."""
        domain = only & Domain("company_id", "=", wizard.company_id.id)
        domain &= Domain("month", "in", months)
        found = self.env[f"kbs.report.{report}"]._read_group(
            domain, [groupby], aggregates
        )
        return {group: [x or 0 for x in values] for group, *values in found}

    def _get_title(self, wizard, text):
        month = format_date(self.env, wizard._get_first_day(), date_format="LLLL yyyy")
        return f"{wizard.company_id.name}: {text}, {month}"

    def _get_note(self, wizard):
        company = wizard.company_id
        moment = self.env["kbs.report.subscription"]._get_counted_at(company)
        if not moment:
            return ""
        when = format_datetime(self.env, moment, tz=company.kbs_tz, dt_format="short")
        return self.env._("Counted %(moment)s", moment=when)

    # === SHEETS === #

    def _write_subscriptions(self, workbook, wizard, formats):
        names = ("active_count", "new_count", "added_count", "won_back_count",
                 "renewed_count", "lost_count", "mrr", "mrr_change")  # fmt: skip
        months = wizard._get_months(MONTHS)
        found = self._sum(wizard, "subscription", "month:month",
                          [f"{x}:sum" for x in names], months)  # fmt: skip
        labels = self.env["kbs.report.subscription"].fields_get(names, ["string"])
        stocks = ("active_count", "mrr")
        first = (self.env._("Month"), "month", self.env._("Year"))
        columns = [first]
        columns += [
            (
                labels[x]["string"],
                "money" if x.startswith("mrr") else "number",
                "last" if x in stocks else "sum",
            )
            for x in names
        ]
        rows = [[x, *found.get(x, [0] * len(names))] for x in months]
        sheet = self._write_table(
            workbook, formats, self.env._("Subscriptions"),
            self._get_title(wizard, self.env._("subscriptions")), columns, rows,
            self._get_note(wizard),
        )  # fmt: skip
        self._add_chart(workbook, sheet, "column", "A19", MONTHS, (2, 3, 4, 6))
        self._add_chart(workbook, sheet, "line", "F19", MONTHS, (7,))

    def _write_revenue(self, workbook, wizard, formats):
        months = wizard._get_months(MONTHS)
        found = self._sum(wizard, "revenue", "month:month",
                          ["revenue:sum", "invoiced:sum", "paid:sum"],
                          months)  # fmt: skip
        # Earned here, and paid elsewhere.
        elsewhere = self._sum(wizard, "revenue", "month:month", ["revenue:sum"], months,
                              Domain("is_taken_over", "=", True))  # fmt: skip
        columns = [
            (self.env._("Month"), "month", self.env._("Year")),
            (self.env._("Earned"), "money", "sum"),
            (self.env._("Invoiced"), "money", "sum"),
            (self.env._("Paid"), "money", "sum"),
            (self.env._("Earned, taken over"), "money", "sum"),
            (self.env._("Paid less earned here"), "money", "sum"),
        ]
        less = Formula("=D{row}-(B{row}-E{row})")
        rows = [[x, *found.get(x, [0] * 3), *elsewhere.get(x, [0]), less]
                for x in months]  # fmt: skip
        sheet = self._write_table(
            workbook, formats, self.env._("Revenue"),
            self._get_title(wizard, self.env._("revenue")), columns, rows,
            self._get_note(wizard),
        )  # fmt: skip
        self._add_chart(workbook, sheet, "column", "A19", MONTHS, (1, 2, 3))

    def _write_plans(self, workbook, wizard, formats):
        month = [wizard._get_first_day()]
        prices = self._sum(wizard, "subscription", "plan_id",
                           ["active_count:sum", "mrr:sum", "loyalty_share:avg"],
                           month)  # fmt: skip
        earned = self._sum(wizard, "revenue", "plan_id", ["revenue:sum"], month)
        plans = (self.env["kbs.plan"].union(*prices, *earned)).sorted()
        total = HEAD_ROW + len(plans) + 2
        rows = []
        for plan in plans:
            active, price, loyalty = prices.get(plan, [0, 0, 0])
            rows.append(
                [
                    plan.name,
                    active,
                    Formula(f"=IF(B{total}=0,0,B{{row}}/B{total})"),
                    price,
                    loyalty / 100,
                    earned.get(plan, [0])[0],
                ]
            )
        columns = [
            (self.env._("Plan"), "text", self.env._("Total")),
            (self.env._("Active at the End"), "number", "sum"),
            (self.env._("Share"), "share", "sum"),
            (self.env._("Monthly Price"), "money", "sum"),
            (self.env._("Of them by loyalty"), "share", None),
            (self.env._("Earned"), "money", "sum"),
        ]
        sheet = self._write_table(
            workbook, formats, self.env._("Plans"),
            self._get_title(wizard, self.env._("plans")), columns, rows,
            self._get_note(wizard),
        )  # fmt: skip
        if rows:
            self._add_chart(workbook, sheet, "pie", "A12", len(rows), (1,))

    def _write_terms(self, workbook, wizard, formats):
        found = self._sum(wizard, "sla", "plan_id",
                          ["met_count:sum", "missed_count:sum", "late_minutes:sum"],
                          [wizard._get_first_day()])  # fmt: skip
        share = Formula("=IF(B{row}+C{row}=0,0,B{row}/(B{row}+C{row}))")
        rows = [
            [plan.name or self.env._("Without a plan"), *values, share]
            for plan, values in found.items()
        ]
        columns = [
            (self.env._("Plan"), "text", self.env._("Total")),
            (self.env._("Met"), "number", "sum"),
            (self.env._("Missed"), "number", "sum"),
            (self.env._("Late, Minutes"), "number", "sum"),
            (self.env._("Met, %"), "share", share),
        ]
        sheet = self._write_table(
            workbook, formats, self.env._("Terms of Answer"),
            self._get_title(wizard, self.env._("terms of answer")), columns, rows,
            self._get_note(wizard),
        )  # fmt: skip
        if rows:
            self._add_chart(workbook, sheet, "column", "A12", len(rows), (1, 2),
                            "stacked")  # fmt: skip

    def _write_work(self, workbook, wizard, formats):
        found = self._sum(wizard, "work", "source",
                          ["minutes:sum", "income:sum", "cost:sum"],
                          [wizard._get_first_day()])  # fmt: skip
        sources = self.env["kbs.report.work"]._fields["source"]
        rows = [
            [name, found[key][0] / 60, *found[key][1:], Formula("=C{row}-D{row}")]
            for key, name in sources._description_selection(self.env)
            if key in found
        ]
        columns = [
            (self.env._("Source"), "text", self.env._("Total")),
            (self.env._("Hours"), "hours", "sum"),
            (self.env._("Income"), "money", "sum"),
            (self.env._("Cost"), "money", "sum"),
            (self.env._("Margin"), "money", "sum"),
        ]
        sheet = self._write_table(
            workbook, formats, self.env._("Work"),
            self._get_title(wizard, self.env._("work and margin")), columns, rows,
            self._get_note(wizard),
        )  # fmt: skip
        if rows:
            self._add_chart(workbook, sheet, "bar", "A17", len(rows), (1,))

    def _write_cohorts(self, workbook, wizard, formats):
        """First months, and how many were covered so many months later."""
        months = wizard._get_months(MONTHS)
        domain = Domain("company_id", "=", wizard.company_id.id)
        domain &= Domain("cohort_month", "in", months)
        domain &= Domain("month", "<=", months[-1])
        found = self.env["kbs.report.subscription"]._read_group(
            domain, ["cohort_month:month", "cohort_age"], ["kept_count:sum"]
        )
        kept = {(month, age): value for month, age, value in found}
        ages = range(MONTHS)
        rows = [
            [
                month,
                *(
                    kept.get((month, age), 0) if age < MONTHS - number else None
                    for age in ages
                ),
                self._get_last_share(MONTHS - number),
            ]
            for number, month in enumerate(months)
        ]
        columns = [
            (self.env._("First Month"), "month", self.env._("Total")),
            *((str(age), "number", "sum") for age in ages),
            (self.env._("Still here"), "share", None),
        ]
        self._write_table(
            workbook, formats, self.env._("Who Stays"),
            self._get_title(wizard, self.env._("who stays, by months since the first")),
            columns, rows, self._get_note(wizard),
        )  # fmt: skip

    def _get_last_share(self, months):
        """Formula of the last of ``months`` cells against the first one."""
        last = chr(ord("B") + months - 1)
        return Formula(f"=IF(B{{row}}=0,0,{last}{{row}}/B{{row}})")

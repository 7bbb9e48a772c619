from odoo import models
from odoo.tools import format_date

from .kbs_workbook_xlsx import Formula


class KbsPriceWorkbook(models.AbstractModel):
    """The tariffs as a spreadsheet: plans by term, for the term and for a month."""

    _name = "report.kbs_support.kbs_price_workbook"
    _inherit = "report.kbs_support.kbs_workbook_xlsx"
    _description = "Tariffs, Excel"

    def _write_sheets(self, workbook, wizard, formats):
        # EXTENDS kbs_support: a sheet for each price list, and one for hours.
        day = wizard._get_last_day()
        table = (
            self.env["kbs.price.table"].with_company(wizard.company_id)._get_table(day)
        )
        for number, pricelist in enumerate(table["lists"], 1):
            self._write_list(workbook, formats, table, pricelist, number, day)
        self._write_hours(workbook, formats, table, day)

    def _write_list(self, workbook, formats, table, pricelist, number, day):
        """Prices of one list: a row for each term that it prices."""
        keys = [f"{plan['id']}-{pricelist['id']}" for plan in table["plans"]]
        rows = []
        for term in table["terms"]:
            prices = [term["prices"].get(key, {}).get("price") for key in keys]
            if not any(prices):
                continue
            months = [
                Formula(f"={chr(ord('C') + column)}{{row}}/B{{row}}") if price else None
                for column, price in enumerate(prices)
            ]
            rows.append([term["name"], term["months"], *prices, *months])
        columns = [
            (self.env._("Term"), "text", None),
            (self.env._("Months"), "number", None),
            *((plan["name"], "money", None) for plan in table["plans"]),
            *(
                (self.env._("%(plan)s, a month", plan=plan["name"]), "money", None)
                for plan in table["plans"]
            ),
        ]
        # Names of sheets have 31 letters at most, and no brackets.
        name = f"{number}. {pricelist['name']}".translate(
            str.maketrans("", "", "[]:*?/\\")
        )
        self._write_table(
            workbook, formats, name[:31], pricelist["name"], columns, rows,
            self.env._("Prices of %(date)s", date=format_date(self.env, day)),
        )  # fmt: skip

    def _write_hours(self, workbook, formats, table, day):
        columns = [
            (self.env._("Product"), "text", None),
            (self.env._("Hours"), "hours", None),
            (self.env._("Price"), "money", None),
            (self.env._("An hour"), "money", None),
        ]
        rows = [
            [x["name"], x["minutes"] / 60, x["price"], Formula("=C{row}/B{row}")]
            for x in table["hours"]
        ]
        self._write_table(
            workbook, formats, self.env._("Hours"),
            self.env._("Hours of a specialist"), columns, rows,
            self.env._("Prices of %(date)s", date=format_date(self.env, day)),
        )  # fmt: skip

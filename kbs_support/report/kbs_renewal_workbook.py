from odoo import models
from odoo.fields import Domain

from .kbs_workbook_xlsx import Formula


class KbsRenewalWorkbook(models.AbstractModel):
    """Renewals whose coverage ends in the month, as a spreadsheet to work through."""

    _name = "report.kbs_support.kbs_renewal_workbook"
    _inherit = "report.kbs_support.kbs_workbook_xlsx"
    _description = "Renewals Due, Excel"

    def _get_renewals(self, wizard):
        domain = Domain("company_id", "=", wizard.company_id.id)
        domain &= Domain("ends_on", ">=", wizard._get_first_day())
        domain &= Domain("ends_on", "<=", wizard._get_last_day())
        domain &= Domain("state", "!=", "void")
        return self.env["kbs.renewal"].search(domain, order="ends_on, id")

    def _write_sheets(self, workbook, wizard, formats):
        # EXTENDS kbs_support
        renewals = self._get_renewals(wizard)
        states = dict(renewals._fields["state"]._description_selection(self.env))
        offers = dict(renewals._fields["offer_state"]._description_selection(self.env))
        rows = [
            [
                x.ends_on,
                x.partner_id.name or "",
                x.subscription_id.name,
                x.period_id.plan_id.name,
                x.subscription_id.manager_id.name or "",
                states.get(x.state, ""),
                offers.get(x.offer_state, ""),
                x.period_id.price_total,
                x.amount_expected,
                Formula("=I{row}-H{row}"),
            ]
            for x in renewals
        ]
        columns = [
            (self.env._("Covered until"), "day", self.env._("Total")),
            (self.env._("Client"), "text", None),
            (self.env._("Number"), "text", None),
            (self.env._("Plan"), "text", None),
            (self.env._("Manager"), "text", None),
            (self.env._("Renewal"), "text", None),
            (self.env._("Offer"), "text", None),
            (self.env._("Paid last time"), "money", "sum"),
            (self.env._("Expected"), "money", "sum"),
            (self.env._("Difference"), "money", "sum"),
        ]
        self._write_table(
            workbook, formats, self.env._("Renewals"),
            self.env._("Renewals due: %(company)s", company=wizard.company_id.name),
            columns, rows, is_filtered=True,
        )  # fmt: skip

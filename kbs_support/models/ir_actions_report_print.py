from odoo import api, models


class IrActionsReport(models.Model):
    """Papers for somebody who may not read all that stands on them."""

    _inherit = "ir.actions.report"

    @api.model
    def _kbs_print_sudo(self, report, records, company):
        """Return ``records`` as one PDF; sudo: who may have it was checked before.

        :param str report: XML id
        :param company: ours, whose layout it is
        """
        reports = self.sudo().with_company(company)
        # Odoo's tests would get a page instead of a file.
        reports = reports.with_context(force_report_rendering=True)
        return reports._render_qweb_pdf(report, records.ids)[0]

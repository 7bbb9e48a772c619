import json

from odoo import models
from odoo.tools.translate import code_translations


class SpreadsheetDashboard(models.Model):
    _inherit = "spreadsheet.dashboard"

    def _get_serialized_readonly_dashboard(self):
        # EXTENDS spreadsheet_dashboard: ours shows reports. What was never counted is
        # counted now, as when one of them is opened.
        ours = self.env.ref("kbs_support.kbs_dashboard", raise_if_not_found=False)
        if not ours or self != ours:
            return super()._get_serialized_readonly_dashboard()
        report = self.env["kbs.report.subscription"]
        if report.has_access("read"):
            report._count_missing_sudo(self.env.companies)
        return self._kbs_translate_filters(super()._get_serialized_readonly_dashboard())

    def _kbs_translate_filters(self, body):
        """Return the JSON ``body`` with names of filters in the reader's language.

        The web client translates all other terms, and leaves those in the search bar.
        """
        words = code_translations.get_web_translations(
            "kbs_support", self.env.user.lang
        )
        words = {x["id"]: x["string"] for x in words["messages"]}
        data = json.loads(body)
        for choice in data["snapshot"].get("globalFilters", []):
            choice["label"] = words.get(choice["label"], choice["label"])
        return json.dumps(data)

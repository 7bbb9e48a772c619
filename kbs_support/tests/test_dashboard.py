import json
import re
from datetime import date

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import file_open
from odoo.tools.safe_eval import safe_eval
from odoo.tools.translate import extract_spreadsheet_terms

from odoo.addons.spreadsheet.utils.validate_data import (
    fields_in_spreadsheet,
    menus_xml_ids_in_spreadsheet,
    odoo_charts,
)

from .report_common import ReportCase

FILE = "kbs_support/data/dashboards/kbs_support_dashboard.json"
LINK = re.compile(r"\(odoo://ir_menu_xml_id/([\w.]+)\)")


@tagged("post_install", "-at_install")
class TestDashboard(ReportCase):
    """What the dashboard names is there, and its readers may read it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref("kbs_support.kbs_dashboard")
        with file_open(FILE) as file:
            cls.book = json.load(file)

    def get_sources(self):
        """Yield model, domain, groups, aggregates and filters of each data source."""
        for pivot in self.book["pivots"].values():
            groups = [
                ":".join(filter(None, (x["fieldName"], x.get("granularity"))))
                for x in pivot["rows"] + pivot["columns"]
            ]
            measures = [
                (x["fieldName"], x.get("aggregator")) for x in pivot["measures"]
            ]
            yield pivot["model"], pivot, pivot["domain"], groups, measures
        for chart in odoo_charts(self.book):
            data = chart["metaData"]
            domain = chart["searchParams"]["domain"]
            yield (
                data["resModel"],
                chart,
                domain,
                data["groupBy"],
                [(data["measure"], None)],
            )
        for records in self.book["lists"].values():
            yield records["model"], records, records["domain"], [], []

    def get_domain(self, domain):
        if not isinstance(domain, str):
            return domain
        context = {"context_today": date.today, "relativedelta": relativedelta}
        return safe_eval(domain, context)

    def test_fields_and_filters_exist(self):
        for model, names in fields_in_spreadsheet(self.book).items():
            for name in names:
                self.assertIn(name, self.env[model]._fields, model)
        filters = {x["id"]: x for x in self.book["globalFilters"]}
        for model, source, *_rest in self.get_sources():
            for filter_id, matching in source["fieldMatching"].items():
                field = self.env[model]._fields
                *path, last = matching["chain"].split(".")
                comodel = model
                for step in path:
                    comodel = self.env[comodel]._fields[step].comodel_name
                field = self.env[comodel]._fields[last]
                self.assertEqual(field.type, matching["type"])
                if wanted := filters[filter_id].get("modelName"):
                    self.assertEqual(field.comodel_name, wanted)

    def test_every_source_follows_the_plan_and_the_manager(self):
        newest = self.book["lists"]["2"]  # which month was counted, for whom ever
        for _model, source, *_rest in self.get_sources():
            if source is not newest:
                self.assertLessEqual({"plan", "manager"}, set(source["fieldMatching"]))

    def test_menus_and_actions_exist_for_readers(self):
        text = json.dumps(self.book)
        menus = menus_xml_ids_in_spreadsheet(self.book) | set(LINK.findall(text))
        self.assertGreater(len(menus), 5)
        visible = self.env["ir.ui.menu"].with_user(self.reader)._visible_menu_ids()
        for xmlid in menus:
            menu = self.env.ref(xmlid)
            self.assertTrue(menu.action, xmlid)
            self.assertIn(menu.id, visible, xmlid)
        sources = [x[1] for x in self.get_sources()]
        for xmlid in {x["actionXmlId"] for x in sources if "actionXmlId" in x}:
            self.assertEqual(self.env.ref(xmlid)._name, "ir.actions.act_window")

    def test_readers_of_reports_get_every_figure(self):
        self.env["kbs.report.counted"]._count_all_sudo(self.company)
        for model, source, domain, groups, measures in self.get_sources():
            records = self.env[model].with_user(self.reader)
            domain = self.get_domain(domain)
            if "columns" in source and "measures" not in source:
                specification = {x: {} for x in source["columns"]}
                records.web_search_read(domain, specification, limit=1)
                continue
            aggregates = [
                x if x == "__count" else f"{x}:{y or records._fields[x].aggregator}"
                for x, y in measures
            ]
            records.formatted_read_group(domain, groups, aggregates)

    def test_only_readers_of_reports_see_it(self):
        for user, is_seen in (
            (self.reader, True),
            (self.manager, True),
            (self.agent, False),
            (self.salesman, False),
        ):
            found = self.dashboard.with_user(user).search(
                [("id", "=", self.dashboard.id)]
            )
            self.assertEqual(bool(found), is_seen, user.login)
        with self.assertRaises(AccessError):
            self.dashboard.with_user(self.agent).read(["spreadsheet_data"])
        with self.assertRaises(AccessError):
            self.env["kbs.report.ticket"].with_user(self.agent).search([])

    def test_every_visible_text_can_be_translated(self):
        with file_open(FILE, "rb") as file:
            terms = {x[2] for x in extract_spreadsheet_terms(file, [], [], {})}
        for sheet in self.book["sheets"]:
            for content in sheet["cells"].values():
                for text in re.findall(r'_t\("([^"]+)"\)', content):
                    self.assertIn(text, terms)
                # A text of its own would stay English.
                self.assertTrue(content.startswith(("=", "[")), content)
            for figure in sheet["figures"]:
                self.assertIn(figure["data"]["title"]["text"], terms)
        for name in ("Period", "Plan", "Active clients", "vs. previous period"):
            self.assertIn(name, terms)

    def test_the_first_opening_counts(self):
        support = self.sell_on("2026-05-01", "optima_3")
        report = self.env["kbs.report.subscription"]
        own = [("subscription_id", "=", support.id)]
        self.assertFalse(report.search(own))
        mine = self.dashboard.with_user(self.reader)
        mine._get_serialized_readonly_dashboard()
        self.assertTrue(report.search(own))
        # Once: from then on the nights count.
        later = self.sell_on("2026-05-02", "optima_3")
        mine._get_serialized_readonly_dashboard()
        self.assertFalse(report.search([("subscription_id", "=", later.id)]))

    def test_who_may_not_read_reports_counts_nothing(self):
        support = self.sell_on("2026-05-01", "optima_3")
        self.dashboard.group_ids |= self.env.ref("base.group_user")
        self.dashboard.with_user(self.agent)._get_serialized_readonly_dashboard()
        report = self.env["kbs.report.subscription"]
        self.assertFalse(report.search([("subscription_id", "=", support.id)]))

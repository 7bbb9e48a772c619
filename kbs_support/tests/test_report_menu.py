from lxml import etree

from odoo.tests import tagged

from .common import KbsCase

# What a reader finds in one place, in this order.
REPORTS = (
    "kbs.report.subscription", "kbs.report.revenue", "kbs.report.subscription",
    "kbs.report.client", "kbs.subscription.period", "kbs.report.ticket",
    "kbs.report.sla", "kbs.report.work", "kbs.remote.session", "kbs.report.client",
    "kbs.version.map", "kbs.notice.contact", "kbs.release.download",
    "kbs.report.event", "kbs.feedback", "kbs.workbook",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestReportMenu(KbsCase):
    """The menu of reports, as who reads reports and nothing else sees it."""

    def get_actions(self):
        """The actions of the menu, in its order, as the web client gets them."""
        menus = self.env["ir.ui.menu"].with_user(self.reader)
        root = self.env.ref("kbs_support.menu_kbs_reports")
        visible = menus._visible_menu_ids()
        for menu in menus.search([("parent_id", "=", root.id), ("id", "in", visible)]):
            action = menu.action
            if action._name == "ir.actions.server":
                yield action.run()
            else:
                yield menu.env["ir.actions.act_window"]._for_xml_id(
                    action.get_external_id()[action.id]
                )

    def test_reader_finds_every_report_in_it(self):
        models = [x["res_model"] for x in self.get_actions()]
        self.assertEqual(tuple(models), REPORTS)

    def test_every_report_opens_and_says_what_it_is(self):
        for action in self.get_actions():
            if action.get("target") == "new":
                continue
            model = self.env[action["res_model"]].with_user(self.reader)
            with self.subTest(action=action["name"]):
                self.assertTrue(action["help"])
                views = [x if isinstance(x, (list, tuple)) else (False, x)
                         for x in action["views"]]  # fmt: skip
                found = model.get_views([*views, (False, "search")])["views"]
                self.assertTrue({"pivot", "list"} <= set(found))
                names = etree.fromstring(found["list"]["arch"]).xpath("./field/@name")
                names = [x for x in names if model._fields[x].type != "many2many"]
                model.web_search_read([], dict.fromkeys(names, {}), limit=5)

    def test_every_measure_says_how_it_is_counted(self):
        for action in self.get_actions():
            model = self.env[action["res_model"]].with_user(self.reader)
            if "pivot" not in action["view_mode"]:
                continue
            pivot = etree.fromstring(model.get_view(view_type="pivot")["arch"])
            for name in pivot.xpath("./field[@type='measure']/@name"):
                with self.subTest(model=model._name, measure=name):
                    self.assertTrue(model._fields[name].help)

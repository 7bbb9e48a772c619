import json

from odoo.tests import HttpCase, tagged

from .report_common import ReportCase

# Opens the dashboard, chooses April 2026 (the browser has a clock of its own), waits
# until all is loaded, and compares the figures with those that Python has counted.
CHECK = """
(async () => {
    const expected = %s;
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const fail = (text) => { throw new Error(text); };
    const find = async (get, what) => {
        for (let tries = 0; tries < 300; tries++) {
            const found = get();
            if (found) { return found; }
            await pause(100);
        }
        fail(`no ${what} in 30 seconds`);
    };
    const services = odoo.__WOWL_DEBUG__.root.env.services;
    const model = await find(
        () => services.spreadsheet_dashboard_loader?.getActiveDashboard()?.model,
        "dashboard"
    );
    const { getters } = model;
    const value = { type: "month", year: 2026, month: 4 };
    model.dispatch("SET_GLOBAL_FILTER_VALUE", { id: "period", value });
    const cells = () => {
        const all = {};
        for (const sheetId of getters.getSheetIds()) {
            for (let row = 0; row < getters.getNumberRows(sheetId); row++) {
                for (let col = 0; col < getters.getNumberCols(sheetId); col++) {
                    const name = `${sheetId}!${"ABCDEFG"[col]}${row + 1}`;
                    all[name] = getters.getEvaluatedCell({ sheetId, row, col });
                }
            }
        }
        return all;
    };
    const errors = () => Object.entries(cells()).filter(([, x]) => x.type === "error");
    // Figures come by several requests, each of which may ask for more.
    let quiet = 0;
    await find(() => {
        const isLoading = errors().some(([, x]) => x.value === "Loading...");
        quiet = isLoading ? 0 : quiet + 1;
        return quiet > 10;
    }, "loaded dashboard");
    const broken = errors().map(([name, x]) => `${name} ${x.value} ${x.message}`);
    if (broken.length) { fail(broken.join("; ")); }
    const shown = cells();
    for (const [name, wanted] of Object.entries(expected)) {
        const found = shown[name].value;
        const isSame = typeof wanted === "number"
            ? Math.abs(found - wanted) < 0.005 : found === wanted;
        if (!isSame) { fail(`${name} is ${found}, not ${wanted}`); }
    }
    if (document.querySelectorAll(".o-figure").length < 8) { fail("no charts"); }
    console.log("test successful");
})().catch((error) => console.error(error.message));
"""
READY = "Boolean(document.querySelector('.o_renderer .o-figure'))"


@tagged("post_install", "-at_install")
class TestTourDashboard(ReportCase, HttpCase):
    """The dashboard in a real browser: no error, and the figures of the reports."""

    browser_size = "1366x768"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.manager, cls.reader):
            user.write({"lang": "en_US", "tz": "Europe/Kyiv"})
        # Minutes of a busy machine, in which no other request of the browser is served.
        for name in ("web.assets_web", "spreadsheet.o_spreadsheet"):
            bundle = cls.env["ir.qweb"]._get_asset_bundle(name)
            bundle.js()
            bundle.css()

    def get_figures(self):
        """Cells of the dashboard, and what has to stand in them."""

        def read(name, domain, aggregate):
            report = self.env[f"kbs.report.{name}"].with_user(self.reader)
            return report.formatted_read_group(domain, [], [aggregate])[0][aggregate]

        april, march = ([("month", "=", f"2026-{x}-01")] for x in ("04", "03"))
        active = [("active_count", "=", 1)]
        clients = "partner_id:count_distinct"
        risk = [("risk_count", ">", 0)]
        return {
            "data!D8": read("subscription", april + active, clients),
            "data!E8": read("subscription", march + active, clients),
            "data!D9": read("subscription", april, "mrr:sum"),
            "data!E9": read("subscription", march, "mrr:sum"),
            "data!D10": read("subscription", april, "mrr_change:sum"),
            "data!D15": read("client", risk, clients),
        }

    def open(self, user, figures):
        self.browser_js(
            "/odoo/dashboards", CHECK % json.dumps(figures), READY, login=user.login
        )

    def test_figures_are_those_of_the_reports(self):
        self.tell()
        self.env["kbs.report.counted"]._count_all_sudo(self.company)
        figures = self.get_figures()
        self.assertGreater(figures["data!D8"], 3)
        self.assertNotEqual(figures["data!D9"], figures["data!E9"])
        self.assertTrue(figures["data!D15"])
        for user in (self.reader, self.manager):
            self.open(user, figures)

    def test_nothing_to_count_is_told_in_words(self):
        self.env["kbs.report.counted"]._count_all_sudo(self.company)
        if self.env["kbs.report.subscription"].search_count([], limit=1):
            self.skipTest("another test has committed a sale")
        words = "Nothing is counted yet: the figures come with the first sold support."
        self.open(self.reader, {"dashboard!A1": words, "data!D8": "–", "data!D9": "–"})

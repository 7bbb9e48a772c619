import json
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

from odoo.tests import BaseCase, HttpCase, tagged

from .support_portal_common import SupportPortalCase

# Success criteria of WCAG 2.2, levels A and AA.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE_WIDTH = 390  # CSS pixels

# Each page in a frame as wide as a phone. The conversation below a ticket and the
# last line of the website are Odoo's.
CHECK = """
(async () => {
    const axeSource = %(axe)s, tags = %(tags)s;
    const frame = document.createElement("iframe");
    frame.style.cssText = "width: %(width)spx; height: 900px; border: 0";
    document.body.replaceChildren(frame);
    const faults = [];
    for (const url of %(urls)s) {
        await new Promise((resolve) => {
            frame.onload = resolve;
            frame.src = url;
        });
        const page = frame.contentWindow, root = frame.contentDocument;
        if (!root.querySelector("#wrap")) {
            faults.push(`${url}: no page`);
            continue;
        }
        const wide = root.documentElement.scrollWidth;
        if (wide > %(width)s) {
            const right = (node) => node.getBoundingClientRect().right;
            const widest = [...root.querySelectorAll("#wrap *")]
                .filter((node) => right(node) > %(width)s)
                .map((node) => node.textContent.trim().slice(0, 60));
            faults.push(`${url}: ${wide} pixels wide: ${widest.slice(-3).join("; ")}`);
        }
        if (root.querySelectorAll("h1").length !== 1) {
            faults.push(`${url}: ${root.querySelectorAll("h1").length} of h1`);
        }
        page.eval(axeSource);
        const found = await page.axe.run(
            { exclude: ["#discussion", ".o_portal_chatter", ".o_brand_promotion"] },
            { runOnly: { type: "tag", values: tags } }
        );
        for (const rule of found.violations) {
            for (const node of rule.nodes) {
                faults.push(`${url}: ${rule.id}: ${node.html.slice(0, 200)}`);
            }
        }
    }
    if (faults.length) {
        console.error(faults.join("\\n"));
    } else {
        console.log("test successful");
    }
})();
"""


@tagged("post_install", "-at_install")
class TestAccessibility(SupportPortalCase, HttpCase):
    """axe-core finds nothing on the pages of clients and of everybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.open_window(cls)
        cls.release = cls.draft("8.10")
        cls.upload(cls.release)
        cls.publish(cls.release)
        cls.ticket = cls.env["helpdesk.ticket"].create(
            {
                "name": "Report is empty",
                "description": "x",
                "partner_id": cls.owner.partner_id.id,
                "company_id": cls.company.id,
            }
        )
        cls.feedback = cls.env["kbs.feedback"].create(
            {
                "kind": "proposal",
                "title": "Bigger letters",
                "text": "x",
                "partner_id": cls.owner.partner_id.id,
                "company_id": cls.company.id,
                "public_title": "Bigger letters",
                "public_text": "x",
            }
        )
        cls.feedback.action_publish()

    def check(self, urls, login):
        [package] = find_spec("axe_playwright_python").submodule_search_locations
        code = CHECK % {
            "axe": json.dumps((Path(package) / "axe.min.js").read_text()),
            "tags": json.dumps(TAGS),
            "urls": json.dumps(urls),
            "width": PHONE_WIDTH,
        }
        self.browser_js("/tariffs", code, login=login, timeout=180)

    def test_pages_of_clients(self):
        self.choose()
        [quotation] = self.orders
        self.confirm(quotation)
        [invoice] = quotation.invoice_ids
        support = f"/my/support/{self.support.id}"
        self.support.action_issue_contract()
        self.check(
            [
                "/my",
                "/my/support",
                support,
                f"{support}/renew",
                f"{support}/request",
                f"/my/support/pay/{invoice.id}",
                "/my/tickets?groupby=stage",
                "/new/ticket",
                f"/my/ticket/{self.ticket.id}",
                f"/my/ticket/{self.ticket.id}/booking",
                "/my/releases",
                f"/my/releases/{self.release.id}",
                "/my/feedback",
                f"/my/feedback/{self.feedback.id}",
                "/my/feedback/new",
                "/my/proposals",
                "/my/hours",
                "/my/callback",
                "/my/events",
                "/my/acts",
                "/my/colleagues",
                f"{support}/hours",
                f"{support}/plan",
                f"{support}/contract",
            ],
            self.owner.login,
        )

    def test_pages_of_everybody(self):
        self.check(["/tariffs", "/library", "/support/question", "/support/call"], None)


@tagged("post_install", "-at_install")
class TestTemplates(BaseCase):
    """How the pages are written."""

    def test_no_page_has_styles_in_its_lines(self):
        views = Path(__file__).parents[1] / "views"
        for path in sorted(views.glob("*templates.xml")):
            if path.name == "kbs_mail_layout.xml":
                continue
            styled = [
                x.sourceline
                for x in etree.parse(path).iter(etree.Element)
                if {"style", "t-att-style", "t-attf-style"} & set(x.attrib)
            ]
            with self.subTest(file=path.name):
                self.assertEqual(styled, [])

    def test_own_code_of_the_portal_is_small(self):
        """CSS and JavaScript that a client loads because of us: 60 KB at most."""
        sources = Path(__file__).parents[1] / "static" / "src"
        files = [x for x in (sources / "portal").rglob("*") if x.is_file()]
        files.append(sources / "scss" / "kbs_timeline.scss")
        self.assertGreater(len(files), 5)
        self.assertLess(sum(x.stat().st_size for x in files), 60 * 1024)

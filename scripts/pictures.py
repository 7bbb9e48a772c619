"""Makes the pictures of the documentation: pictures.py DATABASE FOLDER LOG [NAME...]

Serves the database, opens each screen in Chromium in Ukrainian, and saves it as a
small PNG. It only looks: dialogs are closed without saving.
"""

import contextlib
import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Below 1400 Odoo puts the chatter under the form, which leaves room for the form.
WIDTH = 1360
COLORS = 128
START_TIMEOUT = 120  # seconds
# The web client draws in steps, and keeps connections open: there is no event
# that says "ready". So a picture waits for its own elements, then for this.
SETTLE = 1000  # milliseconds
CONTENT = ".o_form_view .o_form_sheet, .o_list_view .o_data_row, .o_settings_container"

# === The server === #


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def served(database, log):
    """Serve ``database`` while the context lasts; gives the address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        sys.executable, "-m", "odoo", "-d", database, "--max-cron-threads=0",
        "--http-interface=127.0.0.1", f"--http-port={port}",
        f"--gevent-port={free_port()}", "--log-level=warn", f"--logfile={log}",
    ]  # fmt: skip
    server = subprocess.Popen(command)
    try:
        wait_for(f"{url}/web/health", server)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def wait_for(url, server):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit("ERROR: the server ended before it answered")
        with contextlib.suppress(OSError):
            opener.open(url, timeout=5)
            return
        time.sleep(0.3)
    raise SystemExit(f"ERROR: the server did not answer in {START_TIMEOUT} seconds")


# === What to look at, and who looks === #


class Records:
    """Finds demo records, as the administrator."""

    def __init__(self, playwright, url, database):
        self.request = playwright.request.new_context(base_url=url)
        self._post(
            "/web/session/authenticate", db=database, login="admin", password="admin"
        )

    def _post(self, path, **params):
        answer = self.request.post(
            path, data={"jsonrpc": "2.0", "method": "call", "params": params}
        ).json()
        if "error" in answer:
            raise SystemExit(f"ERROR: {path}: {answer['error']['data']['message']}")
        return answer["result"]

    def _search_read(self, model, domain, fields):
        return self._post(
            "/web/dataset/call_kw",
            model=model,
            method="search_read",
            args=[domain, fields],
            kwargs={"order": "id desc", "limit": 1},
        )

    def find(self, model, *domain):
        """Id of the newest record that fits ``domain``."""
        found = self._search_read(model, list(domain), ["id"])
        if not found:
            raise SystemExit(f"ERROR: the database has no {model} with {domain}")
        return found[0]["id"]

    def client(self, name):
        """Id of the client ``demo_partner_<name>`` of the demo data."""
        domain = [["module", "=", "kbs_support"], ["name", "=", f"demo_partner_{name}"]]
        found = self._search_read("ir.model.data", domain, ["res_id"])
        if not found:
            raise SystemExit("ERROR: the database has no demo data of the add-on")
        return found[0]["res_id"]

    def of_client(self, model, name, *domain):
        return self.find(model, ["partner_id", "=", self.client(name)], *domain)


class Session:
    """A demo user (login and password are the same) with one open page."""

    def __init__(self, browser, url, login, width, height):
        self.url = url
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="uk-UA",
            timezone_id="Europe/Kyiv",
        )
        self.page = self.context.new_page()
        self.page.goto(f"{url}/web/login")
        self.page.fill("#login", login)
        self.page.fill("#password", login)
        # The website's header has a button for searching.
        self.page.click(".oe_login_form button[type=submit]")
        # The web client of a colleague, or the portal of a client.
        self.page.wait_for_selector(".o_main_navbar, .o_portal")

    def open(self, path, wait=CONTENT):
        """Open a page of the web client and wait for its content."""
        self.page.goto(f"{self.url}/odoo/{path}")
        self.page.wait_for_selector(wait)
        self.settle()

    def visit(self, path, wait="#wrapwrap main"):
        """Open a page of the portal and wait for its content."""
        self.page.goto(f"{self.url}{path}")
        self.page.wait_for_selector(wait)
        self.settle()

    def click(self, selector, wait=None):
        self.page.locator(selector).locator("visible=true").first.click()
        if wait:
            self.page.wait_for_selector(wait)
        self.settle()

    def settle(self):
        self.page.wait_for_timeout(SETTLE)

    def close(self):
        # At once: leaving a form in the usual way would save what was typed.
        self.page.close(run_before_unload=False)
        self.context.close()


# === The pictures === #


def subscriptions(session, records):
    session.open("support-subscriptions")


def kanban(session, records):
    session.open("support-subscriptions")
    session.click(".o_switch_view.o_kanban", wait=".o_kanban_record")


def subscription(session, records):
    record = records.of_client("kbs.subscription", "education")
    session.open(f"support-subscriptions/{record}")


def term(session, records):
    """A new quotation that asks for the term of the plan; it is not saved."""
    session.open("support-orders/new")
    session.page.fill("div[name=partner_id] input", "Лісів")
    session.click(".o-autocomplete--dropdown-item:has-text('Лісів')")
    session.click(".o_field_x2many_list_row_add a")
    session.page.keyboard.type("ОПТИМА")
    session.click(".o-autocomplete--dropdown-item:has-text('ОПТИМА')", ".modal select")
    session.page.select_option(".modal select", index=5)
    session.settle()


def quotation(session, records):
    record = records.of_client("sale.order", "forest")
    session.open(f"support-orders/{record}")


def invoice(session, records):
    """The invoice of an order that nobody paid for, with the payment to register."""
    record = records.of_client("sale.order", "clinic", ["state", "=", "sale"])
    session.open(f"support-orders/{record}")
    session.click("button[name=action_view_invoice]", "button[name=button_draft]")
    session.click("button[name=action_register_payment]", ".modal .o_form_view")


def renewal(session, records):
    record = records.of_client("sale.order", "council", ["state", "=", "draft"])
    session.open(f"support-orders/{record}")


def offers(session, records):
    """The offers of the council; a plan of its own, so with loyalty prices."""
    record = records.of_client("kbs.subscription", "council")
    session.open(f"support-subscriptions/{record}")
    session.click("button[name=action_renew]", ".o_kbs_offer")


def cockpit(session, records):
    session.open("support-renewals")


def renewal_run(session, records):
    session.open(f"support-renewal-runs/{records.find('kbs.renewal.run')}")


def win_back(session, records):
    session.open("support-win-back")


def pipeline(session, records):
    session.open("support-pipeline", ".o_kanban_record")


def plan_change(session, records):
    """The preview of a better plan; the dialog is not saved."""
    record = records.of_client("kbs.subscription", "education")
    session.open(f"support-subscriptions/{record}")
    session.click("button[name=action_change_plan]", ".modal .o_form_view")
    session.click(".modal div[name=plan_id] input")
    session.click(".o-autocomplete--dropdown-item:has-text('ПРЕМІУМ')")


def tenure(session, records):
    """The timeline of a client whose support is paused."""
    record = records.of_client("kbs.subscription", "archive")
    session.open(f"support-subscriptions/{record}")
    session.click(".o_notebook .nav-link[name=tenure]")


def period(session, records):
    record = records.of_client("kbs.subscription.period", "museum")
    session.open(f"support-periods/{record}")


def guarantee(session, records):
    record = records.of_client("kbs.guarantee", "museum")
    session.open(f"support-guarantees/{record}")


def close(session, records):
    record = records.of_client("kbs.subscription", "library")
    session.open(f"support-subscriptions/{record}")
    session.click("button[name=action_close]", ".modal .o_form_view")


def prices(session, records):
    session.open("support-prices", ".o_kbs_price_plans")


def price(session, records):
    session.open("support-prices", ".o_kbs_price_plans")
    session.click(".o_kbs_price_button", ".modal .o_form_view")


def pricelist(session, records):
    record = records.find("product.pricelist", ["kbs_kind", "=", "regular"])
    session.open(f"support-price-lists/{record}")


def price_revision(session, records):
    """A draft with its effect; nothing is applied."""
    record = records.find("kbs.price.revision", ["state", "=", "draft"])
    session.open(f"support-price-revisions/{record}")
    session.click(".o_notebook a[name=effect]", "div[name=effect_line_ids] tr")


def plan(session, records):
    session.open(f"support-plans/{records.find('kbs.plan', ['code', '=', 'optima'])}")


def partner(session, records):
    record = records.of_client("kbs.subscription", "school")
    session.open(f"support-subscriptions/{record}")
    session.click(
        "div[name=partner_id] a",
        ".o_form_view button[name=action_view_kbs_subscriptions]",
    )


def settings(session, records):
    session.open("support-settings", "#kbs_grace")


def sold_periods(session, records):
    session.open("support-sold-periods", ".o_pivot table")


def queue(session, records):
    session.open("support-tickets")


def open_ticket(records, client):
    """Id of the newest ticket of a client of the demo data that is not closed."""
    return records.of_client("helpdesk.ticket", client, ["closed", "=", False])


def ticket(session, records, client="hospital_accountant"):
    record = open_ticket(records, client)
    session.open(f"support-tickets/{record}")


def clocks(session, records):
    """A ticket whose terms force majeure has moved."""
    ticket(session, records, "school")
    session.click(".o_notebook a[name=kbs_clocks]")


def feedback(session, records):
    session.open("support-feedback", ".o_kanban_record")


def duty(session, records):
    session.open("support-duty", ".o_calendar_view")


def callbacks(session, records):
    """All of them, not only those who wait."""
    session.open("support-callbacks")
    session.click(".o_searchview .o_facet_remove")


def force_majeure(session, records):
    session.open("support-force-majeure")


def work(session, records):
    """Work, sessions and a booked slot of a ticket."""
    ticket(session, records, "council")
    session.click(".o_notebook a[name=kbs_work]")


def start_work(session, records):
    """What the plan still has, before the work begins; the dialog is not saved."""
    ticket(session, records, "council")
    session.click("button:has-text('Почати роботу')", ".modal .o_form_view")
    session.click(".modal label:has-text('Робота програміста')")


def over_plan(session, records):
    session.open("support-over-plan")


def bookings(session, records):
    session.open("support-bookings", ".o_calendar_view .fc-event")


def statement(session, records):
    record = records.of_client("kbs.subscription", "hospital")
    session.open(f"support-subscriptions/{record}")
    session.click(".o_notebook a[name=hours]")
    session.click("button:has-text('Виписка годин')", ".modal .o_form_view")


def portal_hours(session, records):
    session.visit("/my/hours")


def portal_booking(session, records):
    record = open_ticket(records, "hospital_accountant")
    session.visit(f"/my/ticket/{record}/booking")


def portal_tickets(session, records):
    session.visit("/my/tickets")


def portal_ticket(session, records):
    record = open_ticket(records, "hospital_accountant")
    session.visit(f"/my/ticket/{record}", ".o-mail-Message")


def portal_ticket_new(session, records):
    session.visit("/new/ticket")


def portal_callback(session, records):
    session.visit("/my/callback")


def portal_feedback(session, records):
    session.visit("/my/feedback")


def newest_release(records):
    """Id of the newest published version of the accounting program."""
    return records.find(
        "kbs.release", ["software_id.code", "=", "acc"], ["state", "=", "published"]
    )


def release(session, records):
    session.open(f"support-releases/{newest_release(records)}")


def version_map(session, records):
    session.open("support-versions")


def notice(session, records):
    session.open(f"support-campaigns/{records.find('kbs.notice')}")


def notice_calls(session, records):
    session.open("support-notice-calls")


def portal_releases(session, records):
    session.visit("/my/releases")


def portal_support(session, records):
    session.visit("/my/support")


def library(session, records):
    session.visit("/library?search=заробітна плата")


def tariffs(session, records):
    session.visit("/tariffs")


def portal_colleagues(session, records):
    session.visit("/my/colleagues")


def portal_events(session, records):
    session.visit("/my/events")


def portal_plan(session, records):
    subscription = records.find("kbs.subscription", ["state", "=", "active"])
    session.visit(f"/my/support/{subscription}/plan")


def acts(session, records):
    session.open("action-kbs_support.kbs_act_action")


def event_registrations(session, records):
    session.open("action-kbs_support.event_registration_action_kbs")


def dashboard(session, records):
    """The figures come one after the other; the charts are drawn last."""
    session.open("dashboards", ".o_renderer .o-figure")
    session.page.wait_for_timeout(5 * SETTLE)


# name: (who looks, what he opens, height of the picture, its width)
PICTURES = {
    "subscriptions": ("sales", subscriptions, 610, 1600),
    "kanban": ("sales", kanban, 700, 1440),
    "subscription": ("sales", subscription, 720, WIDTH),
    "term": ("sales", term, 720, WIDTH),
    "quotation": ("sales", quotation, 840, WIDTH),
    "invoice": ("sales", invoice, 840, WIDTH),
    "renewal": ("sales", renewal, 840, WIDTH),
    "offers": ("sales", offers, 900, WIDTH),
    "cockpit": ("sales", cockpit, 480, 1600),
    "renewal-run": ("sales", renewal_run, 760, WIDTH),
    "win-back": ("sales", win_back, 320, 1600),
    "pipeline": ("sales", pipeline, 560, 1440),
    "plan-change": ("sales", plan_change, 900, WIDTH),
    "tenure": ("sales", tenure, 900, WIDTH),
    "period": ("manager", period, 740, WIDTH),
    "guarantee": ("manager", guarantee, 420, WIDTH),
    "close": ("sales", close, 640, WIDTH),
    "prices": ("sales", prices, 910, WIDTH),
    "price": ("manager", price, 760, WIDTH),
    "pricelist": ("manager", pricelist, 640, WIDTH),
    "price-revision": ("manager", price_revision, 1000, WIDTH),
    "plan": ("manager", plan, 800, WIDTH),
    "partner": ("manager", partner, 660, WIDTH),
    "settings": ("manager", settings, 1900, WIDTH),
    "sold-periods": ("manager", sold_periods, 620, WIDTH),
    "queue": ("sales", queue, 570, 1600),
    "ticket": ("agent", ticket, 860, 1440),
    "clocks": ("agent", clocks, 1200, WIDTH),
    "feedback": ("sales", feedback, 620, 1600),
    "duty": ("sales", duty, 950, 1400),
    "callbacks": ("agent", callbacks, 330, 1600),
    "force-majeure": ("sales", force_majeure, 330, WIDTH),
    "work": ("agent", work, 1400, 1440),
    "start-work": ("agent", start_work, 700, 1440),
    "over-plan": ("sales", over_plan, 330, 1600),
    "bookings": ("agent", bookings, 800, 1400),
    "statement": ("agent", statement, 860, 1440),
    "release": ("manager", release, 700, 1440),
    "version-map": ("manager", version_map, 330, 1600),
    "notice": ("manager", notice, 900, 1440),
    "notice-calls": ("manager", notice_calls, 330, 1600),
    "portal-releases": ("client", portal_releases, 860, 1200),
    "portal-support": ("client", portal_support, 1100, 1200),
    "library": ("client", library, 720, 1200),
    "tariffs": ("client", tariffs, 1000, 1200),
    "portal-colleagues": ("client", portal_colleagues, 1100, 1200),
    "portal-events": ("client", portal_events, 700, 1200),
    "portal-plan": ("client", portal_plan, 900, 1200),
    "acts": ("manager", acts, 700, 1440),
    "dashboard": ("manager", dashboard, 1100, WIDTH),
    "event-registrations": ("manager", event_registrations, 400, 1600),
    "portal-hours": ("client", portal_hours, 900, 1200),
    "portal-booking": ("client", portal_booking, 1060, 1200),
    "portal-tickets": ("client", portal_tickets, 420, 1200),
    "portal-ticket": ("client", portal_ticket, 820, 1200),
    "portal-ticket-new": ("client", portal_ticket_new, 820, 1200),
    "portal-callback": ("client", portal_callback, 760, 1200),
    "portal-feedback": ("client", portal_feedback, 640, 1200),
}


def save(png, path):
    """Save a screenshot with a palette: a third of the size, and looks the same."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image = image.quantize(COLORS, dither=Image.Dither.NONE)
    image.save(path, optimize=True)


def take(browser, url, records, folder, name):
    login, show, height, width = PICTURES[name]
    session = Session(browser, url, login, width, height)
    try:
        show(session, records)
        # The pointer and the caret are not part of the screen.
        session.page.mouse.move(0, height - 1)
        session.page.evaluate("document.activeElement?.blur()")
        session.settle()
        path = folder / f"{name}.png"
        save(session.page.screenshot(caret="hide"), path)
    except BrowserError as error:
        raise SystemExit(f"ERROR: the picture {name!r}: {error}") from error
    finally:
        session.close()
    print(f"   {path.name}  {path.stat().st_size // 1024} kB", flush=True)


def main(database, folder, log, *names):
    if unknown := set(names) - set(PICTURES):
        raise SystemExit(f"ERROR: no such pictures: {', '.join(sorted(unknown))}")
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not executable:
        raise SystemExit("ERROR: Chromium is missing: run make setup")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    arguments = ["--disable-gpu", "--hide-scrollbars"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # with it Chromium does not start as root
    with served(database, log) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        records = Records(playwright, url, database)
        for name in names or PICTURES:
            take(browser, url, records, folder, name)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])

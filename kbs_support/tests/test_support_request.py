from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .support_portal_common import SupportPortalCase


@tagged("post_install", "-at_install")
class TestSupportRequest(SupportPortalCase, HttpCase):
    """A client asks for what a person decides: nothing changes by that alone."""

    def ask(self, kind="pause", reason="Repairs until June", user=None, **kwargs):
        path = f"/{self.support.id}/request"
        return self.post(path, {"kind": kind, "reason": reason}, user, **kwargs)

    @property
    def tickets(self):
        self.env.invalidate_all()
        client = self.hospital.id
        domain = [("commercial_partner_id", "=", client)]
        return self.env["helpdesk.ticket"].search(domain)

    def test_request_is_a_ticket_and_the_manager_is_told(self):
        state = self.support.state
        answer = self.ask()
        ticket = self.tickets
        self.assertEqual(len(ticket), 1)
        self.assertTrue(answer.url.endswith(ticket.access_url), answer.url)
        self.assertEqual(ticket.name, f"A pause: {self.support.name}")
        self.assertIn("Repairs until June", ticket.description)
        self.assertEqual(ticket.partner_id, self.owner.partner_id)
        self.assertEqual(ticket.kbs_subscription_id, self.support)
        activity = self.support.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn(ticket.number, activity.summary)
        self.assertEqual(self.support.state, state)
        self.assertFalse(self.support.pause_ids or self.support.leaving_since)

    def test_sent_twice_is_one(self):
        self.assertEqual(self.ask().url, self.ask().url)
        self.assertEqual(len(self.tickets), 1)
        self.assertEqual(len(self.support.activity_ids), 1)

    def test_what_it_would_cost(self):
        self.assertNotIn(
            "Hours beyond the plan", self.page(f"/{self.support.id}/request")
        )
        self.company.kbs_portal_orders = False
        page = self.page(f"/{self.support.id}/request")
        premium, change = self.plan("premium").name, self.support._get_portal_changes()
        self.assertIn(f"{premium}: {change[0].difference:,.2f}", page)
        self.assertIn("From 05/15/2026 until 08/13/2026, 91 days", page)
        self.assertNotIn(f"{self.plan('prof').name}:", page)
        self.assertIn("Hours beyond the plan", page)
        self.assertIn("₴", page)

    def test_who_orders_hours_himself_does_not_ask_for_them(self):
        page = self.page(f"/{self.support.id}/request")
        self.assertIn("You order these yourself: a bigger plan, hours", page)
        self.assert_says("Choose what you ask for", self.ask("hours"))
        for kind in ("plan", "pause", "leave", "other"):
            self.ask(kind)
        self.assertEqual(len(self.tickets), 4)

    def test_what_is_no_request(self):
        for kind, reason, words in (
            ("", "Why", "Choose what you ask for"),
            ("delete", "Why", "Choose what you ask for"),
            ("9" * 999, "Why", "Choose what you ask for"),
            ("pause", "", "Write why"),
            ("pause", " \n\x00 ", "Write why"),
            ("pause", "x" * 5001, "longer than 5000 characters"),
        ):
            with self.subTest(kind=kind[:9], reason=reason[:9]):
                self.assert_says(words, self.ask(kind, reason))
        self.assertFalse(self.tickets)

    def test_words_stay_words(self):
        reason = "<script>alert(1)</script> '; DROP TABLE x; -- 😀"
        answer = self.ask(reason=reason)
        self.assertNotIn("<script>alert(1)", answer.text)
        self.assertIn("&lt;script&gt;", str(self.tickets.description))
        refused = self.ask(kind="", reason=reason)
        self.assertNotIn("<script>alert(1)", refused.text)
        self.assert_says("DROP TABLE", refused)

    @mute_logger("odoo.http")
    def test_who_may_not(self):
        self.assertEqual(self.ask(user=self.stranger).status_code, 404)
        self.assertEqual(self.ask(csrf=False).status_code, 400)
        self.page(f"/{self.support.id}/request?kind=pause&reason=Why")
        self.become(None)
        answer = self.url_open(f"/my/support/{self.support.id}/request")
        self.assertIn("/web/login", answer.url)
        self.assertFalse(self.tickets)

    def test_of_what_is_over_nothing_is_asked(self):
        reason = self.env["kbs.close.reason"].search([], limit=1)
        self.support.write({"closed_on": "2026-05-14", "close_reason_id": reason.id})
        self.assert_says("Choose what you ask for", self.ask())
        self.assertFalse(self.tickets)

    def test_headings_lead_a_reader_through(self):
        self.assert_headings_in_order(self.get(f"/{self.support.id}/request"))

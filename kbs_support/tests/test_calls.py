from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tests.common import BaseCase
from odoo.tools import mute_logger

from ..tools.phone import normalize_phone
from .clock_common import kyiv
from .test_ticket_tools import ToolsCase


@tagged("post_install", "-at_install")
class TestPhone(BaseCase):
    """Numbers as people write them."""

    def test_numbers(self):
        for text, number in (
            ("+380441234567", "+380441234567"),
            ("(044) 123-45-67", "+380441234567"),
            ("044 123 45 67", "+380441234567"),
            ("8 044 123 45 67", "+380441234567"),
            ("380441234567", "+380441234567"),
            ("00380441234567", "+380441234567"),
            ("+48 22 123 45 67", "+48221234567"),
        ):
            with self.subTest(text=text):
                self.assertEqual(normalize_phone(text), number)

    def test_no_numbers(self):
        for text in (
            "",
            None,
            "call me",
            "123",
            "12345678",
            "+38044123",
            "044-1",
            "+3804412345678",
            "044 123 45 67 ext",
            "1" * 30,
            "+0441234567",
        ):
            with self.subTest(text=text), self.assertRaises(ValueError):
                normalize_phone(text)


class CallCase(ToolsCase):
    def call(self, ticket, result="no_answer", at=None, user=None, **values):
        calls = self.env["kbs.call"].with_user(user or self.agent)
        with freeze_time(kyiv(at or "2026-05-14 12:00")):
            return calls.create({"ticket_id": ticket.id, "result": result, **values})

    def callback(self, at="2026-05-15 11:00", **values):
        return self.env["kbs.callback"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.person.id,
                "phone": "044 123 45 67",
                "wished_at": kyiv(at),
                "topic": "The report",
                **values,
            }
        )

    def ordered(self, at="2026-05-15 11:00", **values):
        """A call-back of a covered client."""
        ticket = self.callback(at, **values)._take_in()
        ticket.write(
            {
                "kbs_subscription_id": self.supports["prof"].id,
                "kbs_coverage": "covered",
            }
        )
        return ticket


@tagged("post_install", "-at_install")
class TestCall(CallCase):
    """Calls are logged by who called, and nobody changes them."""

    def test_talk_is_an_answer_at_its_moment(self):
        ticket = self.ticket(kbs_received_at=kyiv("2026-05-14 10:00"))
        self.call(ticket, "talked", moment=kyiv("2026-05-14 11:30"), minutes=5)
        clock = self.clock(ticket)
        self.assertEqual(clock.state, "met")
        self.assertEqual(clock.done_at, kyiv("2026-05-14 11:30"))
        self.assertIn("5 min", ticket.message_ids[0].body)

    def test_call_in_vain_is_none(self):
        ticket = self.ticket()
        for result in ("no_answer", "busy", "wrong_number"):
            self.call(ticket, result)
        self.assertEqual(self.clock(ticket).state, "running")
        self.assertEqual(ticket.kbs_call_count, 3)
        self.assertFalse(ticket.stage_id.kbs_is_waiting, "nobody ordered a call")

    def test_call_that_cannot_be(self):
        ticket = self.ticket()
        now = kyiv("2026-05-14 12:00")
        with self.assertRaises(ValidationError):
            self.call(ticket, moment=kyiv("2026-05-14 13:00"))
        for values in (
            {"minutes": -1},
            {"direction": "in"},
            {"result": "later"},
            {"result": "later", "later_at": now},
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
            ):
                self.call(ticket, **values)
                self.env.flush_all()

    def test_only_leads_log_calls_of_others_and_of_earlier_days(self):
        ticket = self.ticket()
        other = {"user_id": self.lead.id}
        old = {"moment": kyiv("2026-05-12 12:00")}
        for values in (other, old):
            with self.assertRaises(AccessError):
                self.call(ticket, **values)
            self.call(ticket, user=self.lead, **{**values, "user_id": self.agent.id})

    def test_it_is_a_proof(self):
        call = self.call(self.ticket())
        for user in (self.agent, self.lead, self.manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                call.with_user(user).result = "talked"
        with self.assertRaises(AccessError):
            call.with_user(self.lead).unlink()

    def test_who_sees_calls(self):
        call = self.call(self.ticket())
        for user, is_seen in (
            (self.agent, True),
            (self.reader, True),
            (self.portal, False),
            (self.salesman, False),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(call.with_user(user).has_access("read"), is_seen)
        with self.assertRaises(AccessError):
            self.call(self.ticket(), user=self.reader)

    def test_calls_of_another_company_are_hidden(self):
        other = self._create_company("SOFTKOM other")
        strange = self.ticket(company_id=other.id, team_id=False, user_id=False)
        call = self.call(strange, user=self.env.user)
        calls = self.env["kbs.call"].with_user(self.lead)
        self.assertNotIn(call, calls.search([]))
        with self.assertRaises(AccessError):
            self.call(strange, user=self.lead)


@tagged("post_install", "-at_install")
class TestCallback(CallCase):
    """A call that the client ordered has a time of its own."""

    def test_wished_moment_is_the_deadline_of_the_answer(self):
        ticket = self.ordered()
        self.assertEqual(ticket.kbs_callback_phone, "+380441234567")
        self.assertEqual(self.clock(ticket).deadline, kyiv("2026-05-15 11:00"))
        self.assertEqual(ticket.kbs_callback_state, "waiting")

    def test_a_new_time_that_the_client_names_is_the_new_promise(self):
        ticket = self.ordered()
        self.call(ticket, "no_answer", "2026-05-14 13:00")
        self.call(
            ticket, "later", "2026-05-15 10:00", later_at=kyiv("2026-05-18 10:00")
        )
        self.assertEqual(ticket.kbs_callback_at, kyiv("2026-05-18 10:00"))
        self.assertEqual(self.clock(ticket).deadline, kyiv("2026-05-18 10:00"))
        self.assertEqual(ticket.kbs_attempt_count, 0)

    def test_third_attempt_in_vain_pauses_with_proof(self):
        ticket = self.ordered()
        self.finish()
        for time in ("10:00", "10:20"):
            self.call(ticket, "no_answer", f"2026-05-15 {time}")
        self.assertEqual(ticket.kbs_attempt_count, 2)
        self.assertFalse(ticket.stage_id.kbs_is_waiting)
        self.call(ticket, "busy", "2026-05-15 10:40")
        self.finish()
        self.assertEqual(ticket.kbs_callback_state, "unreachable")
        self.assertTrue(ticket.stage_id.kbs_is_waiting)
        self.assertEqual(self.clock(ticket).state, "paused")
        self.assertTrue(ticket.kbs_pause_ids.is_total)
        letter = self.letters(ticket)
        self.assertEqual(len(letter), 1, "this letter, and none about the stage")
        for fact in ("+380441234567", "10:00", "10:20", "10:40"):
            self.assertIn(fact, letter.body)

    def test_clicks_in_a_row_are_one_attempt(self):
        ticket = self.ordered()
        for minute in (0, 1, 2, 3):
            self.call(ticket, "no_answer", f"2026-05-15 10:0{minute}")
        self.assertEqual(ticket.kbs_attempt_count, 1)
        self.assertEqual(self.clock(ticket).state, "running")

    def test_client_who_answers_the_letter_is_served_again(self):
        ticket = self.ordered()
        for time in ("10:00", "10:20", "10:40"):
            self.call(ticket, "no_answer", f"2026-05-15 {time}")
        with freeze_time(kyiv("2026-05-15 12:00")):
            self.write(ticket, self.person, "I am here")
        self.assertFalse(ticket.stage_id.kbs_is_waiting)
        self.assertIn(self.clock(ticket).state, ("running", "missed"))

    def test_buttons_of_attempts(self):
        ticket = self.ordered()
        ticket.with_user(self.agent).with_context(
            kbs_result="busy"
        ).action_kbs_attempt()
        call = ticket.kbs_call_ids
        self.assertEqual((call.result, call.user_id), ("busy", self.agent))
        self.assertEqual(call.phone, "+380441234567")
        self.call(ticket, "talked", "2026-05-15 10:00")
        self.assertEqual(ticket.kbs_callback_state, "talked")
        self.assertEqual(self.clock(ticket).state, "met")

    def test_bad_orders_get_a_clear_word(self):
        for values, word in (
            ({"phone": "call me"}, "no phone number"),
            ({"phone": ""}, "no phone number"),
            ({"wished_at": kyiv("2026-05-14 11:59")}, "over"),
            ({"wished_at": kyiv("2026-05-15 20:00")}, "closed then"),
            ({"wished_at": kyiv("2026-05-16 12:00")}, "5/18/26, 9:00"),
            ({"wished_at": kyiv("2026-08-14 12:00")}, "30 days"),
            ({"topic": " "}, "what the call is about"),
            ({"partner_id": False, "contact_name": " "}, "whom"),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, word):
                self.callback(**values)._take_in()

    def test_same_order_twice_is_one_ticket(self):
        ticket = self.ordered()
        self.assertEqual(self.callback()._take_in(), ticket)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            ticket.copy(
                {
                    "kbs_callback_at": ticket.kbs_callback_at,
                    "kbs_callback_phone": ticket.kbs_callback_phone,
                }
            )
            self.env.flush_all()

    def test_prospect_becomes_a_lead_with_a_call(self):
        self.company.kbs_renewal_user_id = self.salesman
        prospect = self._create_client("New school")
        lead = self.callback(partner_id=prospect.id)._take_in()
        self.assertEqual(lead._name, "crm.lead")
        self.assertEqual(lead.phone, "+380441234567")
        self.assertEqual(str(lead.activity_ids.date_deadline), "2026-05-15")
        self.assertIn("+380441234567", lead.activity_ids.summary)
        nobody = self.callback(partner_id=False, contact_name="Olha")._take_in()
        self.assertEqual(nobody.contact_name, "Olha")

    def test_agent_orders_for_both(self):
        for partner, model in (
            (self.person, "helpdesk.ticket"),
            (self._create_client("New"), None),
        ):
            wizard = (
                self.env["kbs.callback"]
                .with_user(self.agent)
                .create(
                    {
                        "company_id": self.company.id,
                        "partner_id": partner.id,
                        "phone": "0441234567",
                        "wished_at": kyiv("2026-05-15 11:00"),
                        "topic": "Report",
                    }
                )
            )
            action = wizard.action_take_in()
            self.assertEqual(action.get("res_model"), model)


@tagged("post_install", "-at_install")
class TestCallbackPage(CallCase, HttpCase):
    """The page of the portal."""

    def setUp(self):
        super().setUp()
        self.portal.company_ids = self.company
        self.portal.company_id = self.company
        self.env["res.lang"]._activate_lang("uk_UA")

    def order(self, **values):
        page = self.url_open("/my/callback")
        csrf = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        data = {
            "csrf_token": csrf,
            "phone": "044 123 45 67",
            "day": "2026-05-15",
            "time": "11:00",
            "topic": "The <b>report</b>",
            **values,
        }
        return self.url_open("/my/callback", data=data)

    def tickets(self):
        return self.env["helpdesk.ticket"].search(
            [
                ("kbs_callback_at", "!=", False),
                ("partner_id", "=", self.portal.partner_id.id),
            ]
        )

    def test_client_orders_a_call(self):
        self.authenticate("kbs_portal", "kbs_portal")
        page = self.order()
        self.assertEqual(page.status_code, 200)
        ticket = self.tickets()
        self.assertEqual(ticket.kbs_callback_at, kyiv("2026-05-15 11:00"))
        self.assertEqual(ticket.partner_id, self.portal.partner_id)
        self.assertIn(f"/my/ticket/{ticket.id}", page.url)
        self.order()
        self.assertEqual(len(self.tickets()), 1, "sent twice")

    def test_bad_input_keeps_what_was_typed(self):
        self.authenticate("kbs_portal", "kbs_portal")
        for values in (
            {"phone": "call me"},
            {"day": "yesterday"},
            {"time": ""},
            {"day": "2026-05-16"},
            {"day": "2020-01-01"},
            {"day": "0001-01-01"},
            {"day": "9999-12-31"},
            {"topic": ""},
            {"topic": "x" * 400},
        ):
            with self.subTest(values=values):
                page = self.order(**values)
                self.assertEqual(page.status_code, 200)
                self.assertIn("alert-danger", page.text)
                self.assertIn("report" if "topic" not in values else "044", page.text)
        self.assertFalse(self.tickets())

    def test_partner_of_another_cannot_be_sent(self):
        self.authenticate("kbs_portal", "kbs_portal")
        self.order(partner_id=self.clients["optima"].id, company_id="1")
        self.assertEqual(self.tickets().partner_id, self.portal.partner_id)

    @mute_logger("odoo.http")
    def test_without_the_token_of_the_page_nothing_is_taken_in(self):
        self.authenticate("kbs_portal", "kbs_portal")
        page = self.url_open(
            "/my/callback",
            data={
                "phone": "0441234567",
                "day": "2026-05-15",
                "time": "11:00",
                "topic": "x",
            },
        )
        self.assertEqual(page.status_code, 400)
        self.assertFalse(self.tickets())

    def test_anonymous_has_to_log_in(self):
        page = self.url_open("/my/callback")
        self.assertIn("/web/login", page.url)

    def test_client_of_nothing_becomes_a_lead(self):
        self.portal.partner_id.parent_id = self._create_client("New school")
        self.authenticate("kbs_portal", "kbs_portal")
        page = self.order()
        self.assertIn("alert-success", page.text)
        self.assertFalse(self.tickets())
        lead = self.env["crm.lead"].search(
            [("partner_id", "=", self.portal.partner_id.id)]
        )
        self.assertEqual(len(lead), 1)
        self.assertFalse(lead.user_id.share, "no client sells to himself")
        self.assertFalse(lead.activity_ids.user_id.share)

    def test_page_is_linked_from_the_portal(self):
        self.authenticate("kbs_portal", "kbs_portal")
        self.assertIn("/my/callback", self.url_open("/my").text)

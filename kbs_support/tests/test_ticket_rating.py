from datetime import timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_ticket_tools import ToolsCase


class RatingCase(ToolsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.withdrawn = cls.env.ref("kbs_support.kbs_ticket_close_reason_withdrawn")
        cls.spam = cls.env.ref("kbs_support.kbs_ticket_close_reason_spam")

    def closed(self, reason=None, **values):
        ticket = self.ticket(**values)
        ticket._kbs_close(reason or self.withdrawn)
        return ticket

    def ask(self, hours=3):
        with freeze_time(fields.Datetime.now() + timedelta(hours=hours)):
            self.run_job("ratings")

    def questions(self, ticket):
        return self.env["mail.mail"].search(
            [
                ("model", "=", ticket._name),
                ("res_id", "=", ticket.id),
                ("body_html", "like", "/rate/"),
            ]
        )

    def token(self, ticket):
        return ticket._rating_get_access_token()


@tagged("post_install", "-at_install")
class TestRating(RatingCase):
    """After closing the client is asked once how it went."""

    def test_asked_once_after_some_hours(self):
        ticket = self.closed()
        self.ask(hours=1)
        self.assertFalse(self.questions(ticket))
        self.ask()
        self.ask()
        question = self.questions(ticket)
        self.assertEqual(len(question), 1)
        self.assertEqual(question.recipient_ids, self.person)
        for rate in (1, 3, 5):
            self.assertIn(f"/rate/{self.token(ticket)}/{rate}", question.body_html)

    def test_asked_however_it_was_closed(self):
        ticket = self.ticket()
        ticket.stage_id = self.stage_done
        self.ask()
        self.assertEqual(len(self.questions(ticket)), 1)

    def test_asked_again_after_another_closing(self):
        ticket = self.closed()
        self.ask()
        ticket.action_kbs_reopen()
        self.ask()
        self.assertEqual(len(self.questions(ticket)), 1)
        ticket._kbs_close(self.withdrawn)
        self.ask()
        self.assertEqual(len(self.questions(ticket)), 2)

    def test_reopened_in_time_asks_nobody(self):
        ticket = self.closed()
        ticket.action_kbs_reopen()
        self.ask()
        self.assertFalse(self.questions(ticket))

    def test_who_is_not_asked(self):
        target = self.ticket()
        merged = self.ticket()
        merged._kbs_merge_into(target)
        mute = self._create_contact(self.clients["prof"], False, name="Mute")
        tickets = merged | self.closed(self.spam) | self.closed(partner_id=mute.id)
        self.ask()
        self.assertFalse(self.questions(tickets[0]) + self.questions(tickets[1]))
        self.assertFalse(self.questions(tickets[2]))

    def test_setting_switches_it_off_for_closed_tickets_too(self):
        ticket = self.closed()
        self.company.kbs_ask_rating = False
        self.ask()
        self.assertFalse(self.questions(ticket))
        self.assertFalse(self.closed().kbs_ask_rating_at)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.company.kbs_rating_delay = -1
            self.env.flush_all()

    def test_rating_neither_reopens_nor_starts_a_clock(self):
        ticket = self.closed()
        ticket.rating_apply(5, token=self.token(ticket), feedback="Fine")
        self.assertTrue(ticket.closed)
        self.assertFalse(self.clock(ticket, "next_response"))
        self.assertEqual(ticket.rating_last_value, 5)
        self.assertFalse(ticket.activity_ids)

    def test_low_rating_goes_to_the_lead_once(self):
        ticket = self.closed()
        token = self.token(ticket)
        ticket.rating_apply(1, token=token, feedback="Nobody called")
        ticket.rating_apply(1, token=token, feedback="Nobody called")
        activity = ticket.activity_ids
        self.assertEqual(activity.user_id, self.lead)
        self.assertIn("Nobody called", activity.note)

    def test_words_of_the_client_are_text_and_no_markup(self):
        ticket = self.closed()
        words = '<a href="https://evil.example.com">Pay here</a> 1 < 2'
        ticket.rating_apply(1, token=self.token(ticket), feedback=words)
        self.assertIn("&lt;a href", ticket.activity_ids.note)
        self.assertNotIn(">Pay here</a>", ticket.activity_ids.note)

    def test_low_rating_is_told_once_whatever_language_the_page_has(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        ticket = self.closed()
        token = self.token(ticket)
        for lang in ("en_US", "uk_UA"):
            ticket.with_context(lang=lang).rating_apply(1, token=token)
        self.assertEqual(len(ticket.activity_ids), 1)

    def test_letter_that_fails_is_not_tried_for_ever(self):
        ticket = self.closed()
        logger = "odoo.addons.kbs_support.models.helpdesk_ticket_rating"
        with mute_logger(logger), self.broken_letters():
            self.ask()
        self.assertFalse(ticket.kbs_ask_rating_at)
        self.ask()
        self.assertFalse(self.questions(ticket))

    def test_letter_looks_like_all_of_ours(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        self.person.lang = "uk_UA"
        ticket = self.closed()
        self.ask()
        body = self.questions(ticket).body_html
        self.assertIn('<html lang="uk_UA"', body)
        self.assertIn(f"Звернення {ticket.number}", body)
        self.assertNotIn("Odoo", body)

    def test_job_costs_the_same_for_many(self):
        def cost(count):
            for __ in range(count):
                self.closed()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.ask()
            return self.env.cr.sql_log_count - before

        cost(1)
        one, twenty = cost(1), cost(21)
        self.assertLess((twenty - one) / 20, 12)


@tagged("post_install", "-at_install")
class TestRatingPage(RatingCase, HttpCase):
    """The page behind the faces: no password, and no vote by a machine that looks."""

    def test_looking_is_no_vote_and_sending_is_one(self):
        ticket = self.closed()
        token = self.token(ticket)
        self.env.flush_all()
        page = self.url_open(f"/rate/{token}/5")
        self.assertEqual(page.status_code, 200)
        self.url_open(f"/rate/{token}/submit_feedback")
        rating = self.env["rating.rating"].search([("access_token", "=", token)])
        self.assertFalse(rating.consumed)
        csrf = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        values = {"rate": "1", "feedback": "Bad", "csrf_token": csrf}
        answer = self.url_open(f"/rate/{token}/submit_feedback", data=values)
        self.assertEqual(answer.status_code, 200)
        rating.invalidate_recordset()
        self.assertTrue(rating.consumed)
        self.assertEqual(rating.rating, 1)
        self.assertEqual(ticket.activity_ids.user_id, self.lead)

    @mute_logger("odoo.http")
    def test_vote_without_the_token_of_the_page_is_refused(self):
        ticket = self.closed()
        token = self.token(ticket)
        self.env.flush_all()
        answer = self.url_open(f"/rate/{token}/submit_feedback", data={"rate": "1"})
        self.assertEqual(answer.status_code, 400)
        rating = self.env["rating.rating"].search([("access_token", "=", token)])
        self.assertFalse(rating.consumed)

    def test_vote_without_a_number_is_not_found(self):
        ticket = self.closed()
        token = self.token(ticket)
        self.env.flush_all()
        page = self.url_open(f"/rate/{token}/5")
        csrf = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        for values in ({}, {"rate": ""}, {"rate": "0"}, {"rate": "4"}, {"rate": "x"}):
            with self.subTest(values=values):
                answer = self.url_open(
                    f"/rate/{token}/submit_feedback",
                    data={"csrf_token": csrf, **values},
                )
                self.assertEqual(answer.status_code, 404)
        rating = self.env["rating.rating"].search([("access_token", "=", token)])
        self.assertFalse(rating.consumed)

    def test_second_vote_by_the_same_link_corrects_the_first(self):
        ticket = self.closed()
        token = self.token(ticket)
        self.env.flush_all()
        page = self.url_open(f"/rate/{token}/5")
        csrf = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        address = f"/rate/{token}/submit_feedback"
        for rate in ("1", "5"):
            self.url_open(address, data={"rate": rate, "csrf_token": csrf})
        ratings = ticket.rating_ids
        ratings.invalidate_recordset()
        self.assertEqual(ratings.mapped("rating"), [5])
        self.assertEqual(len(ticket.activity_ids), 1)

    def test_wrong_token_and_wrong_number_are_not_found(self):
        ticket = self.closed()
        token = self.token(ticket)
        self.env.flush_all()
        for address in (f"/rate/{token}/2", f"/rate/{token}/99", "/rate/nobody/5"):
            with self.subTest(address=address):
                self.assertEqual(self.url_open(address).status_code, 404)

    def test_token_opens_nothing_else(self):
        ticket = self.closed()
        token = self.token(ticket)
        self.env.flush_all()
        page = self.url_open(f"/my/ticket/{ticket.id}?access_token={token}")
        self.assertNotIn(ticket.description, page.text)
        self.assertNotIn("error 17", page.text)

    def test_stranger_who_is_logged_in_does_not_vote(self):
        ticket = self.closed()
        token = self.token(ticket)
        self.portal.partner_id.parent_id = self.clients["optima"]
        self.env.flush_all()
        self.authenticate("kbs_portal", "kbs_portal")
        page = self.url_open(f"/rate/{token}/5")
        self.assertEqual(page.status_code, 200)
        self.assertIn(ticket.display_name, page.text, "a page, and no error")
        self.assertNotIn("submit_feedback", page.text)

    def test_page_is_ukrainian_for_a_ukrainian(self):
        self.env["res.lang"]._activate_lang("uk_UA")
        self.person.lang = "uk_UA"
        ticket = self.closed()
        token = self.token(ticket)
        self.env.flush_all()
        page = self.url_open(f"/rate/{token}/5")
        self.assertIn("Як ми вам допомогли?", page.text)

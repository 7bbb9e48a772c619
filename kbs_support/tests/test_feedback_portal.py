import re

from lxml import html

from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..models.kbs_feedback_portal import FILES, MAX_PER_DAY
from .feedback_common import FeedbackCase


@tagged("post_install", "-at_install")
class TestFeedbackPortal(FeedbackCase, HttpCase):
    """What clients, their colleagues and strangers can do over HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        colleague = cls._create_person("Colleague", cls.client)
        for login, partner in (
            ("fb_client", cls.person),
            ("fb_colleague", colleague),
            ("fb_stranger", cls.doctor),
        ):
            user = cls._create_portal_user(login, partner, lang="uk_UA")
            setattr(cls, login, user)

    def become(self, user):
        self.authenticate(user.login, user.login)

    def post(self, url, data, files=None, csrf=True):
        if csrf:
            data = {**data, "csrf_token": http.Request.csrf_token(self)}
        return self.url_open(url, data=data, files=files)

    def send(self, files=None, **values):
        form = {"kind": "complaint", "title": "Long wait", "text": "All day", **values}
        return self.post("/my/feedback/new", form, files)

    def newest(self):
        return self.env["kbs.feedback"].search([], limit=1)

    def test_client_writes_and_reads(self):
        self.become(self.fb_client)
        page = self.send(files={"files": ("act.txt", b"content", "text/plain")})
        feedback = self.newest()
        self.assertEqual(feedback.partner_id, self.person)
        self.assertEqual(feedback.company_id, self.company)
        self.assertTrue(page.url.endswith(f"/my/feedback/{feedback.id}"))
        for words in ("Long wait", "All day", feedback.name, "act.txt", "13.06.2026"):
            self.assertIn(words, page.text)
        [attachment] = feedback.client_attachment_ids
        self.assertFalse(attachment.public or attachment.access_token)
        path = f"/my/feedback/{feedback.id}/file/{attachment.id}"
        answer = self.url_open(path)
        self.assertEqual(answer.content, b"content")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.decide(feedback, "done", "We are sorry")
        self.assertIn("We are sorry", self.url_open(page.url).text)

    def test_each_page_has_a_title_in_the_language_of_the_reader(self):
        self.become(self.fb_client)
        self.send()
        feedback = self.newest()
        titles = {
            "/my/feedback": "Пропозиції та скарги",
            "/my/feedback/new": "Напишіть нам",
            "/my/proposals": "Що пропонують інші",
            f"/my/feedback/{feedback.id}": feedback.name,
        }
        for path, title in titles.items():
            with self.subTest(path=path):
                page = html.fromstring(self.url_open(path).text)
                self.assertIn(title, page.findtext(".//title"))

    def test_who_sees_what(self):
        feedback = self.give("complaint", title="Secret title").sudo()
        feedback._keep_files([("secret.txt", b"secret")])
        page = f"/my/feedback/{feedback.id}"
        file = f"{page}/file/{feedback.client_attachment_ids.id}"
        for user, sees in (
            (self.fb_client, True),
            (self.fb_colleague, True),
            (self.fb_stranger, False),
            (None, False),
        ):
            if user:
                self.become(user)
            else:
                self.authenticate(None, None)
            for url in ("/my/feedback", page, f"{page}?access_token=1"):
                with self.subTest(user=user and user.login, url=url):
                    self.assertEqual("Secret title" in self.url_open(url).text, sees)
            with self.subTest(user=user and user.login, url=file):
                self.assertEqual(self.url_open(file).content == b"secret", sees)

    def test_what_was_written_to_another_company_of_ours(self):
        other = self._create_company("Another company")
        foreign = self.env["kbs.feedback"].create(
            {
                "title": "Foreign title",
                "text": "x",
                "partner_id": self.person.id,
                "company_id": other.id,
            }
        )
        self.become(self.fb_client)
        for url in ("/my/feedback", f"/my/feedback/{foreign.id}"):
            with self.subTest(url=url):
                self.assertNotIn("Foreign title", self.url_open(url).text)

    def test_wrong_ids(self):
        self.become(self.fb_client)
        feedback = self.give().sudo()
        other = self.env["ir.attachment"].create({"name": "x", "raw": b"words of ours"})
        note = self.env["ir.attachment"].create(
            {
                "name": "note.txt",
                "raw": b"words of ours",
                "res_model": "kbs.feedback",
                "res_id": feedback.id,
            }
        )
        for url in (
            "/my/feedback/99999999",
            f"/my/feedback/{feedback.id}/file/{other.id}",
            f"/my/feedback/{feedback.id}/file/{note.id}",
            f"/web/content/{note.id}",
            "/my/feedback/page/99?kind=nonsense",
        ):
            with self.subTest(url=url):
                answer = self.url_open(url)
                self.assertNotIn("words of ours", answer.text)
                self.assertNotIn("Traceback", answer.text)

    def test_colleague_who_left_sees_nothing_more(self):
        feedback = self.give(title="Secret title")
        self.become(self.fb_colleague)
        url = f"/my/feedback/{feedback.id}"
        self.assertIn("Secret title", self.url_open(url).text)
        self.fb_colleague.partner_id.parent_id = self.hospital
        self.assertNotIn("Secret title", self.url_open(url).text)

    # === THE FORM === #

    def test_empty_form_has_all_its_fields(self):
        self.become(self.fb_client)
        page = self.url_open("/my/feedback/new").text
        for name in ("kind", "title", "text", "files", "csrf_token"):
            self.assertIn(f'name="{name}"', page)

    def test_bad_input_keeps_what_was_typed(self):
        self.become(self.fb_client)
        before = self.newest()
        for values in (
            {"title": ""},
            {"text": " "},
            {"kind": "spam"},
            {"title": "x" * 201},
            {"text": "x" * 10_001},
        ):
            with self.subTest(**values):
                page = self.send(**{"text": "Words of mine", **values})
                self.assertEqual(page.status_code, 200)
                self.assertIn("alert-danger", page.text)
                if "text" not in values:
                    self.assertIn("Words of mine", page.text)
                self.assertEqual(self.newest(), before)

    def test_limits_of_files(self):
        self.become(self.fb_client)
        before = self.newest()
        big = {"files": ("big.bin", b"x" * (FILES.size + 1))}
        many = [("files", (f"{x}.txt", b"x")) for x in range(6)]
        for files in (big, many):
            page = self.send(files=files)
            self.assertIn("alert-danger", page.text)
        self.assertEqual(self.newest(), before)

    def test_limit_of_a_day(self):
        self.become(self.fb_client)
        for number in range(MAX_PER_DAY):
            self.env["kbs.feedback"].with_user(self.fb_client).sudo().create(
                {"title": f"{number}", "text": "x", "partner_id": self.person.id}
            )
        before = self.newest()
        self.assertIn("alert-danger", self.send().text)
        self.assertEqual(self.newest(), before)

    def test_sent_twice_is_taken_in_once(self):
        self.become(self.fb_client)
        self.assertEqual(self.send().url, self.send().url)
        self.assertEqual(
            self.env["kbs.feedback"].search_count([("title", "=", "Long wait")]), 1
        )

    def test_words_are_no_markup(self):
        self.become(self.fb_client)
        page = self.send(title="<b>bold</b>", text="<script>alert(1)</script>")
        self.assertNotIn("<script>alert(1)", page.text)
        self.assertIn("&lt;b&gt;bold", page.text)

    def test_posting_needs_a_token(self):
        self.become(self.fb_client)
        before = self.newest()
        proposal = self.published()
        for url, data in (
            ("/my/feedback/new", {"kind": "remark", "title": "x", "text": "x"}),
            (f"/my/proposals/{proposal.id}/vote", {"page": "1"}),
        ):
            with self.subTest(url=url):
                with mute_logger("odoo.http"):
                    answer = self.post(url, data, csrf=False)
                self.assertEqual(answer.status_code, 400)
        self.assertEqual(self.newest(), proposal)
        self.assertNotEqual(before, proposal)
        self.assertEqual(proposal.vote_count, 1)
        self.url_open(f"/my/proposals/{proposal.id}/vote")
        self.assertEqual(proposal.vote_count, 1)

    def test_anonymous_is_asked_to_log_in(self):
        self.authenticate(None, None)
        for url in ("/my/feedback", "/my/feedback/new", "/my/proposals"):
            with self.subTest(url=url):
                self.assertIn("/web/login", self.url_open(url).url)

    # === PROPOSALS OF OTHERS === #

    def published(self, **values):
        proposal = self.give(**values).with_user(self.lead)
        proposal.public_title = "Public words"
        proposal.action_publish()
        return proposal.sudo()

    def test_votes(self):
        proposal = self.published()
        url = f"/my/proposals/{proposal.id}/vote"
        self.become(self.fb_stranger)
        page = self.url_open("/my/proposals")
        self.assertIn("Public words", page.text)
        for secret in (self.person.name, self.client.name, proposal.title):
            self.assertNotIn(secret, page.text)
        for data, count in (
            ({"page": "1"}, 2),
            ({"page": "1"}, 2),
            ({"take_back": "1"}, 1),
            ({"take_back": "1"}, 1),
        ):
            self.assertIn("/my/proposals", self.post(url, data).url)
            self.assertEqual(proposal.vote_count, count)

    def test_author_keeps_his_vote(self):
        proposal = self.published()
        self.become(self.fb_client)
        page = self.post(f"/my/proposals/{proposal.id}/vote", {"take_back": "1"})
        self.assertIn("alert-warning", page.text)
        self.assertEqual(proposal.vote_count, 1)

    def test_what_is_not_shown_is_not_voted_for(self):
        self.become(self.fb_stranger)
        hidden, decided = self.give().sudo(), self.published()
        self.decide(decided, "done")
        other = self._create_company("Another company")
        foreign = self.env["kbs.feedback"].create(
            {
                "title": "Foreign words",
                "text": "x",
                "partner_id": self.person.id,
                "company_id": other.id,
            }
        )
        foreign.action_publish()
        self.assertNotIn("Foreign words", self.url_open("/my/proposals").text)
        for proposal in (hidden, decided, foreign):
            page = self.post(f"/my/proposals/{proposal.id}/vote", {"page": "x"})
            self.assertIn("alert-warning", page.text)
            self.assertEqual(proposal.vote_count, 1)

    # === WORDS AND SPEED === #

    def test_pages_are_ukrainian(self):
        feedback = self.give("complaint")
        self.published()
        self.become(self.fb_client)
        english = re.compile(
            r">\s*(Proposals and complaints|Taken in|Complaint|Votes|Send|Author|"
            r"Write to us|What became of it|What others propose|In your words|All)\s*<"
        )
        for url in (
            "/my",
            "/my/feedback",
            f"/my/feedback/{feedback.id}",
            "/my/feedback/new",
            "/my/proposals",
        ):
            with self.subTest(url=url):
                page = self.url_open(url).text
                self.assertNotRegex(page, english)
                self.assertRegex(page, "[Пп]ропоз")

    def test_list_is_flat(self):
        self.become(self.fb_client)
        self.give()

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            self.url_open("/my/feedback")
            before = self.env.cr.sql_log_count
            self.url_open("/my/feedback")
            self.url_open("/my/proposals")
            return self.env.cr.sql_log_count - before

        one = queries()
        for _more in range(40):
            self.published()
        self.assertLessEqual(queries(), one + 3)

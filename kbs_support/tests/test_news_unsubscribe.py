from lxml import html

from odoo.tests import HttpCase, tagged

from .notice_common import NoticeCase


@tagged("post_install", "-at_install")
class TestNewsUnsubscribe(NoticeCase, HttpCase):
    """One click in a letter, without a password; nobody else's letters stop."""

    def setUp(self):
        super().setUp()
        self.person = self.clients["optima"]
        self.url = self.person._kbs_get_news_url().removeprefix(
            self.person.get_base_url()
        )

    def click(self, url=None, **data):
        """What a mail program sends (RFC 8058)."""
        return self.url_open(
            url or self.url, data={"List-Unsubscribe": "One-Click", **data}
        )

    def words(self, answer):
        return " ".join(html.fromstring(answer.text).text_content().split())

    def test_one_click_is_enough(self):
        answer = self.click()
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(self.person.kbs_is_news_refused)
        self.assertIn("gets no letters", self.words(answer))
        self.assertIn("no letters about new versions", self.person.message_ids[0].body)

    def test_opening_the_page_changes_nothing(self):
        answer = self.url_open(self.url)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("No more letters", self.words(answer))
        self.assertFalse(self.person.kbs_is_news_refused)

    def test_letters_stop_and_come_again(self):
        self.click()
        self.assertEqual(
            self.states(self.campaign(), "email")["optima client"], "refused"
        )
        self.click(wants="1")
        self.assertFalse(self.person.kbs_is_news_refused)

    def test_twice_is_noted_once(self):
        before = len(self.person.message_ids)
        self.click()
        self.click()
        self.assertEqual(len(self.person.message_ids), before + 1)

    def test_a_wrong_token_stops_nothing(self):
        for url in (
            f"/support/news/{self.person.id}/wrong",
            f"/support/news/{self.clients['prof'].id}/{self.url.split('/')[-1]}",
            f"/support/news/999999999/{self.url.split('/')[-1]}",
        ):
            with self.subTest(url=url):
                self.assertEqual(self.click(url).status_code, 404)
                self.assertEqual(self.url_open(url).status_code, 404)
        self.assertFalse(self.person.kbs_is_news_refused)
        self.assertFalse(self.clients["prof"].kbs_is_news_refused)

    def test_the_address_is_kept_from_other_pages(self):
        answer = self.url_open(self.url)
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("no-store", answer.headers["Cache-Control"])

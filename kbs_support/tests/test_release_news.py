from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import TODAY
from .updates_common import UpdatesCase


@tagged("post_install", "-at_install")
class TestReleaseNews(HttpCase, UpdatesCase):
    """A published version is news on the website, which strangers read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("uk_UA")
        cls.blog = cls.env.ref("kbs_support.blog_blog_kbs_releases")
        software = cls.accounting.with_context(lang="uk_UA")
        software.name = "Облік"

    def translated(self, version="8.10", **values):
        """A version with Ukrainian words besides the English ones."""
        release = self.release(
            version,
            state="review",
            note_ids=[
                Command.create({"text": "Form 4-1mz\nwith two tables"}),
                Command.create({"section": "law", "text": "Rates of the tax"}),
            ],
            **values,
        )
        spoken = release.with_context(lang="uk_UA")
        spoken.summary = "Нові форми звітів"
        spoken.note_ids[0].text = "Форма 4-1мз\nз двома таблицями"
        spoken.note_ids[1].text = "Ставки податку"
        release.with_user(self.lead).action_publish()
        return release

    def read(self, post, lang=""):
        response = self.url_open(f"{lang}{post.website_url}")
        self.assertEqual(response.status_code, 200)
        return response.text

    def test_stranger_reads_it(self):
        release = self.translated(mandatory_by=TODAY)
        post = release.blog_post_id
        self.assertEqual(post.blog_id, self.blog)
        self.assertEqual(post.author_id, self.company.partner_id)
        page = self.read(post)
        for words in (
            "Accounting 8.10",
            "New report forms",
            "Form 4-1mz",
            "Rates of the tax",
            "Install it by",
            f"/my/releases/{release.id}",
        ):
            self.assertIn(words, page)
        content = post.content
        for words in ("access_token", "/web/content", "/web/image", self.lead.name):
            self.assertNotIn(words, content)

    def test_post_speaks_every_language(self):
        post = self.translated().blog_post_id
        spoken = post.with_context(lang="uk_UA")
        self.assertEqual(spoken.name, "Облік 8.10")
        self.assertEqual(spoken.subtitle, "Нові форми звітів")
        self.assertIn("Форма 4-1мз", spoken.content)
        self.assertIn("Ставки податку", spoken.content)
        self.assertNotIn("Form 4-1mz", spoken.content)
        self.assertIn("Form 4-1mz", post.content)
        self.assertNotIn("Ставки", post.content)

    def test_what_clients_have_to_do_stands_first(self):
        post = self.release(
            "8.10",
            note_ids=[
                Command.create({"section": section, "text": f"About {section}"})
                for section in ("fixed", "new", "law", "action")
            ],
        ).blog_post_id
        places = [post.content.index(f"About {x}")
                  for x in ("action", "law", "new", "fixed")]  # fmt: skip
        self.assertEqual(places, sorted(places))

    def test_feed(self):
        self.translated()
        blog = self.env["ir.http"]._slug(self.blog)
        response = self.url_open(f"/blog/{blog}/feed")
        self.assertEqual(response.status_code, 200)
        self.assertIn("atom", response.headers["Content-Type"])
        self.assertIn("<title>Accounting 8.10</title>", response.text)
        self.assertIn("<summary>New report forms</summary>", response.text)

    def test_tags_of_program_and_kind(self):
        first = self.translated(kind="tax").blog_post_id
        second = self.translated("8.11", kind="form").blog_post_id
        self.assertEqual(first.tag_ids.mapped("name"), ["Accounting", "Taxes"])
        self.assertEqual(second.tag_ids.mapped("name"), ["Accounting", "Report forms"])
        tag = self.accounting.blog_tag_id
        self.assertEqual(tag.with_context(lang="uk_UA").name, "Облік")
        self.assertIn(tag, first.tag_ids & second.tag_ids)

    def test_corrected_words_reach_the_website(self):
        release = self.translated()
        post = release.blog_post_id
        own = release.with_user(self.lead)
        own.note_ids[0].text = "Form 4-1mz, corrected"
        self.assertIn("Form 4-1mz, corrected", self.read(post))
        own.note_ids[1].with_context(lang="uk_UA").text = "Нові ставки"
        self.assertIn("Нові ставки", post.with_context(lang="uk_UA").content)
        self.assertIn("Rates of the tax", post.content)
        own.note_ids = [Command.create({"text": "One more"})]
        self.assertIn("One more", post.content)
        own.note_ids.filtered(lambda x: x.text == "One more").unlink()
        self.assertNotIn("One more", post.content)
        own.write({"summary": "Corrected forms", "kind": "law"})
        self.assertEqual(
            (post.name, post.subtitle), ("Accounting 8.10", "Corrected forms")
        )
        self.assertIn("Change of the law", post.tag_ids.mapped("name"))
        self.assertNotIn("Install it by", post.content)
        own.mandatory_by = TODAY
        self.assertIn("Install it by", post.content)

    def test_withdrawal_marks_the_post(self):
        release = self.translated()
        release._withdraw_sudo("Totals are wrong")
        post = release.blog_post_id
        self.assertEqual(post.name, "Withdrawn: Accounting 8.10")
        page = self.read(post)
        self.assertIn("Totals are wrong", page)
        self.assertIn("Form 4-1mz", page)
        self.assertNotIn(f"/my/releases/{release.id}", post.content)

    def test_setting_off_makes_none(self):
        self.company.kbs_release_news = False
        self.assertFalse(self.translated().blog_post_id)

    def test_draft_is_no_news(self):
        release = self.release("8.10", state="review")
        self.assertFalse(release.blog_post_id)
        release.note_ids.text = "Changed"
        self.assertFalse(release.blog_post_id)

    def test_company_without_the_blog_publishes_all_the_same(self):
        first = self.translated()
        self.blog.unlink()
        self.env.invalidate_all()
        self.assertFalse(first.blog_post_id)
        first.note_ids[0].text = "Corrected"
        first._withdraw_sudo("Bad")
        with self.assertNoLogs("odoo.addons.kbs_support.models.kbs_release_news"):
            second = self.translated("8.11")
        self.assertEqual((second.state, second.blog_post_id.id), ("published", False))

    def test_archived_blog_gets_none(self):
        self.blog.active = False
        self.assertFalse(self.translated().blog_post_id)

    @mute_logger("odoo.addons.kbs_support.models.kbs_release_news")
    def test_trouble_with_the_website_stops_nothing(self):
        self.env.ref("kbs_support.kbs_release_news").arch = "<t t-out='1 / 0' />"
        release = self.translated()
        self.assertEqual((release.state, release.blog_post_id.id), ("published", False))

    def test_words_of_others_are_no_code(self):
        release = self.release("8.10", note_ids=[
            Command.create({"text": "<script>alert(1)</script>"})])  # fmt: skip
        self.assertNotIn("<script>alert", release.blog_post_id.content)

    def test_lead_opens_the_post(self):
        release = self.translated().with_user(self.lead)
        self.assertEqual(
            release.action_view_news()["url"], release.blog_post_id.website_url
        )

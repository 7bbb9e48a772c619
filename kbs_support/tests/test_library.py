from datetime import date

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .library_common import LibraryCase


@tagged("post_install", "-at_install")
class TestLibrary(LibraryCase):
    """The way of an article to readers, its versions, its files and its votes."""

    # === THE WAY TO READERS === #

    def test_specialists_write_and_leads_publish(self):
        article = self.articles.with_user(self.agent).create(
            {"name": "A", "summary": "S", "body": "B"}
        )
        self.assertEqual(article.author_id, self.agent)
        article.action_review()
        with self.assertRaises(AccessError):
            article.action_publish()
        article.with_user(self.lead).action_publish()
        self.assertEqual(article.state, "published")
        self.assertEqual(article.published_by_id, self.lead)
        with self.assertRaises(UserError):
            article.with_user(self.lead).action_publish()

    def test_state_is_moved_by_buttons_only(self):
        article = self.draft()
        for values in (
            {"state": "published"},
            {"published_at": "2026-05-01 10:00:00"},
            {"author_id": self.lead.id},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                article.with_user(self.manager).write(values)
        with self.assertRaises(AccessError):
            self.articles.with_user(self.manager).create(
                {"name": "A", "state": "published"}
            )

    def test_nothing_empty_goes_to_review(self):
        article = self.draft(summary=False, body="<p><br></p>")
        with self.assertRaises(UserError) as caught:
            article.with_user(self.agent).action_review()
        self.assertIn("no summary", str(caught.exception))
        self.assertIn("no text", str(caught.exception))

    def test_what_readers_see_is_changed_by_leads(self):
        article = self.make()
        with self.assertRaises(AccessError):
            article.with_user(self.agent).write({"name": "Other"})
        with self.assertRaises(AccessError):
            article.with_user(self.agent).action_archive_article()
        article.with_user(self.lead).name = "Other"
        article.with_user(self.agent).message_post(body="I have an idea")
        article.with_user(self.lead).action_archive_article()
        with self.assertRaises(AccessError):
            article.with_user(self.agent).action_draft()
        article.with_user(self.lead).action_draft()
        self.assertEqual(article.state, "draft")

    def test_what_was_published_is_not_deleted(self):
        article = self.make()
        article.with_user(self.lead).action_archive_article()
        with self.assertRaises(UserError):
            article.with_user(self.manager).unlink()
        self.draft().with_user(self.agent).unlink()

    def test_colleagues_read_what_is_published(self):
        article, draft = self.make(), self.draft("Draft")
        mine = self.articles.with_user(self.salesman)
        found = mine.search([("id", "in", (article + draft).ids)])
        self.assertEqual(found, article)
        with self.assertRaises(AccessError):
            article.with_user(self.salesman).write({"name": "A"})

    def test_plan_is_asked_for_and_forgotten(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.draft(visibility="plan")
        article = self.draft(visibility="plan", plan_from_id=self.plan("optima").id)
        article.visibility = "covered"
        self.assertFalse(article.plan_from_id)

    def test_outdated_is_told_by_the_local_day(self):
        article = self.make(valid_until=date(2026, 5, 14))
        endless = self.make("Endless")
        both = article + endless
        for moment, is_outdated in (
            ("2026-05-14 20:59:00", False),  # 23:59 in Kyiv
            ("2026-05-14 21:01:00", True),
        ):
            with self.subTest(moment=moment), freeze_time(moment):
                self.env.invalidate_all()
                self.assertEqual(article.is_outdated, is_outdated)
                self.assertFalse(endless.is_outdated)
                found = self.articles.search(
                    [("id", "in", both.ids), ("is_outdated", "=", True)]
                )
                self.assertEqual(found, article if is_outdated else both[:0])
                found = self.articles.search(
                    [("id", "in", both.ids), ("is_outdated", "=", False)]
                )
                self.assertEqual(set(found), set(both - (article[:is_outdated])))

    def test_table_of_rights(self):
        article = self.draft()
        models = [
            self.env[f"kbs.article{x}"]
            for x in (".category", ".tag", ".version", ".vote")
        ]
        for user, rights in (
            (self.agent, ("rwcd", "r", "rc", "r", "")),
            (self.lead, ("rwcd", "r", "rwcd", "r", "r")),
            (self.manager, ("rwcd", "rwcd", "rwcd", "r", "r")),
            (self.salesman, ("", "r", "r", "", "")),  # it is a draft
            (self.covered, ("", "", "", "", "")),
            (self.anonymous, ("", "", "", "", "")),
        ):
            for records, allowed in zip([article, *models], rights, strict=True):
                mine = records.with_user(user)
                found = "".join(
                    x[0].replace("u", "d")
                    for x in ("read", "write", "create", "unlink")
                    if mine.has_access(x)
                )
                with self.subTest(user=user.login, model=records._name):
                    self.assertEqual(found, allowed)

    # === VERSIONS === #

    def test_each_change_of_what_readers_read_is_a_version(self):
        article = self.make("First")
        self.assertEqual(article.version_ids.mapped("number"), [1])
        article.with_user(self.lead).write({"name": "Second", "body": "<p>New</p>"})
        article.with_user(self.lead).write({"name": "Second"})  # changes nothing
        article.with_user(self.lead).write({"valid_until": "2027-01-01"})
        last, first = article.version_ids
        self.assertEqual((last.number, first.number), (2, 1))
        self.assertEqual(last.user_id, self.lead)
        self.assertEqual((first.name, last.name), ("First", "Second"))
        self.assertEqual(last.changed_names, "Title, Text")
        self.assertEqual(first.changed_names, "First publication")
        self.assertIn("<ins>New</ins>", last.changes)
        self.assertIn("<del>First</del>", last.changes)
        self.assertTrue(last.is_latest and not first.is_latest)

    def test_drafts_have_no_versions(self):
        article = self.draft()
        article.name = "Other"
        self.assertFalse(article.version_ids)

    def test_an_old_version_is_restored_as_one_more(self):
        article = self.make("First")
        article.with_user(self.lead).name = "Second"
        first = article.version_ids[-1]
        with self.assertRaises(AccessError):
            first.with_user(self.agent).action_restore()
        first.with_user(self.lead).action_restore()
        self.assertEqual(article.name, "First")
        self.assertEqual(article.version_ids.mapped("number"), [3, 2, 1])

    def test_history_is_not_changed(self):
        version = self.make().version_ids
        for user in (self.agent, self.manager):
            for do in (
                lambda x: x.write({"name": "Other"}),
                lambda x: x.unlink(),
                lambda x: x.copy(),
            ):
                with self.assertRaises(AccessError):
                    do(version.with_user(user))
        with self.assertRaises(AccessError):
            version.name = "Even we do not"

    # === FILES === #

    def test_a_file_of_something_else_is_refused(self):
        article = self.draft()
        foreign = self.env["ir.attachment"].create(
            {
                "name": "x",
                "raw": b"x",
                "res_model": "res.partner",
                "res_id": self.client.id,
            }
        )
        # The specialist may not even read an upload of somebody else.
        upload = self.env["ir.attachment"].create({"name": "x", "raw": b"x"})
        for file, error in ((foreign, ValidationError), (upload, AccessError)):
            with self.assertRaises(error):
                article.with_user(self.agent).write({"attachment_ids": [(4, file.id)]})

    def test_an_upload_becomes_the_articles_own(self):
        article = self.draft()
        file = self.attach(article)
        self.assertEqual((file.res_model, file.res_id), ("kbs.article", article.id))
        self.assertFalse(file.public or file.access_token)

    def test_pictures_of_the_text_come_by_its_own_address(self):
        article = self.draft()
        picture = self.env["ir.attachment"].create(
            {"name": "p.png", "raw": b"x", "res_model": "kbs.article"}
        )
        article.body = (
            f'<img src="/web/image/{picture.id}-ab/p.png?access_token=secret">'
        )
        self.assertEqual(picture.res_id, article.id)
        body = article._get_body_for_readers()
        self.assertIn(f'src="/library/file/{article.id}/{picture.id}"', body)
        self.assertNotIn("secret", body)
        self.assertEqual(article._get_file_sudo(picture.id), picture)

    def test_files_of_the_internal_talk_stay_inside(self):
        article = self.make()
        inside = self.env["ir.attachment"].create(
            {
                "name": "note",
                "raw": b"x",
                "res_model": "kbs.article",
                "res_id": article.id,
            }
        )
        self.assertFalse(article._get_file_sudo(inside.id))

    # === VOTES === #

    def test_who_votes_again_has_changed_his_mind(self):
        article = self.make()
        partner = self.covered.partner_id
        for is_helpful in (True, True, False):
            article._vote_sudo(is_helpful, partner)
            article._vote_sudo(is_helpful, visitor="browser")
        self.assertEqual((article.helpful_count, article.unhelpful_count), (0, 2))

    def test_strangers_do_not_fill_the_table(self):
        article = self.make()
        for number in range(101):
            article._vote_sudo(True, visitor=str(number))
        self.assertEqual(article.helpful_count, 100)
        self.assertTrue(article._vote_sudo(True, self.covered.partner_id))
        with freeze_time("2026-05-14 10:01:00"):
            self.assertTrue(article._vote_sudo(True, visitor="later"))

    def test_tags_are_told_apart(self):
        tags = self.env["kbs.article.tag"]
        tags.create({"name": "ЄСВ"})
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            tags.create({"name": "ЄСВ"})

from odoo.tests import tagged

from .two_workers_common import TwoWorkersCase


@tagged("post_install", "-at_install")
class TestTwoWorkersLibrary(TwoWorkersCase):
    """Two at once in the library, with real transactions."""

    def tearDown(self):
        """Committed articles go, so that other tests do not find them."""
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM kbs_article WHERE name LIKE 'Two workers%'")
            cr.execute("DELETE FROM res_partner WHERE name = 'Two workers reader'")
        super().tearDown()

    def published(self, env):
        article = env["kbs.article"].create(
            {"name": "Two workers", "summary": "S", "body": "<p>B</p>"}
        )
        article.action_review()
        article.action_publish()
        return article

    def reader(self, env):
        return env["res.partner"].create({"name": "Two workers reader"})

    def numbers(self, article):
        with self.registry.cursor() as cr:
            versions = self.environment(cr)["kbs.article"].browse(article).version_ids
            return versions.mapped("number")

    def test_two_clicks_are_one_vote(self):
        article = self.committed(self.published)
        reader = self.committed(self.reader)

        def vote(env):
            partner = env["res.partner"].browse(reader)
            env["kbs.article"].browse(article)._vote_sudo(True, partner)
            env["kbs.article"].browse(article)._vote_sudo(True, visitor="token")

        self.assertEqual(self.race(vote, vote), [None, None])
        with self.registry.cursor() as cr:
            voted = self.environment(cr)["kbs.article"].browse(article)
            self.assertEqual(voted.helpful_count, 2)

    def test_two_changes_at_once_are_two_versions(self):
        article = self.committed(self.published)

        def change(name):
            def work(env):
                env["kbs.article"].browse(article).name = f"Two workers {name}"

            return work

        self.assertEqual(self.race(change("A"), change("B")), [None, None])
        self.assertEqual(self.numbers(article), [3, 2, 1])

    def test_two_leads_publish_once(self):
        def reviewed(env):
            article = env["kbs.article"].create(
                {"name": "Two workers", "summary": "S", "body": "<p>B</p>"}
            )
            article.action_review()
            return article

        article = self.committed(reviewed)

        def publish(env):
            env["kbs.article"].browse(article).action_publish()

        first, second = self.race(publish, publish)
        self.assertIsNone(first)
        self.assertIn("“Published”", str(second))
        self.assertEqual(self.numbers(article), [1])

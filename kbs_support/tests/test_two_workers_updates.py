from datetime import date
from io import BytesIO
from uuid import uuid4

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .two_workers_common import TwoWorkersCase


@tagged("post_install", "-at_install")
class TestTwoWorkersUpdates(TwoWorkersCase):
    """Two leads publish at once, with real transactions."""

    def tearDown(self):
        """The website of other tests has no news of these."""
        with self.registry.cursor() as cr:
            company = self.environment(cr)["res.company"].browse(self.company_id)
            posts = company.env["blog.post"].search(
                [("author_id", "=", company.partner_id.id)]
            )
            posts.unlink()
            company.env["kbs.software"].search(
                [("code", "like", "two-%")]
            ).active = False
        super().tearDown()

    def program(self, env):
        code = f"two-{uuid4()}"
        return env["kbs.software"].create({"name": code, "code": code})

    def reviewed(self, env, software=None, version="8.10"):
        release = env["kbs.release"].create(
            {
                "software_id": software or self.program(env).id,
                "version": version,
                "date": date(2026, 5, 14),
                "summary": "S",
                "note_ids": [Command.create({"text": "T"})],
            }
        )
        self._add_file(release)
        release.action_review()
        return release

    def _add_file(self, release):
        """Give the version what it needs to be published."""
        release._take_file("setup.exe", BytesIO(b"program"))

    def wanted(self, env, release):
        author = env["res.partner"].create({"name": "Author"})
        return env["kbs.feedback"].create(
            {
                "title": "T",
                "text": "T",
                "partner_id": author.id,
                "company_id": self.company_id,
                "release_id": release,
            }
        )

    def publish(self, release):
        return lambda env: env["kbs.release"].browse(release).action_publish()

    def states(self, model, record_id):
        with self.registry.cursor() as cr:
            record = self.environment(cr)[model].browse(record_id)
            if model == "kbs.feedback":
                return record.change_ids.mapped("state")
            return record.state, len(record.blog_post_id)

    def test_two_leads_publish_once(self):
        release = self.committed(self.reviewed)
        proposal = self.committed(lambda env: self.wanted(env, release))
        first, second = self.race(self.publish(release), self.publish(release))
        self.assertIsNone(first)
        self.assertIsInstance(second, UserError)
        self.assertIn("“Published”", str(second))
        self.assertEqual(self.states("kbs.release", release), ("published", 1))
        self.assertEqual(self.states("kbs.feedback", proposal), ["new", "done"])

    def test_a_lead_declines_while_it_is_published(self):
        release = self.committed(self.reviewed)
        proposal = self.committed(lambda env: self.wanted(env, release))

        def decline(env):
            env["kbs.feedback"].browse(proposal)._decide_sudo("declined", "No")

        self.assertEqual(self.race(decline, self.publish(release)), [None, None])
        self.assertEqual(self.states("kbs.release", release), ("published", 1))
        self.assertEqual(self.states("kbs.feedback", proposal), ["new", "declined"])
        with self.registry.cursor() as cr:
            told = self.environment(cr)["kbs.release"].browse(release).message_ids
            self.assertNotIn("could not be finished", "".join(told.mapped("body")))

    def test_two_versions_of_a_program_make_one_tag(self):
        software = self.committed(self.program)
        one, other = (
            self.committed(lambda env, x=x: self.reviewed(env, software, x))
            for x in ("8.10", "8.11")
        )
        outcomes = self.race(self.publish(one), self.publish(other))
        self.assertEqual(outcomes, [None, None])
        for release in (one, other):
            self.assertEqual(self.states("kbs.release", release), ("published", 1))

import io
from unittest.mock import patch
from uuid import uuid4

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.kbs_release_link import MAX_LINKS
from .two_workers_common import TwoWorkersCase


@tagged("post_install", "-at_install")
class TestTwoWorkersRelease(TwoWorkersCase):
    """Uploads and downloads at once, with real transactions."""

    def draft(self, env):
        code = uuid4().hex
        software = env["kbs.software"].create({"name": code, "code": code})
        return env["kbs.release"].create(
            {
                "software_id": software.id,
                "version": "8.1",
                "summary": "Summary",
                "note_ids": [(0, 0, {"text": "New"})],
            }
        )

    def uploader(self, release_id, content, name="Setup.exe"):
        def work(env):
            release = env["kbs.release"].browse(release_id)
            return release._take_file(name, io.BytesIO(content)).id

        return work

    def files(self, release_id):
        with self.registry.cursor() as cr:
            release = self.environment(cr)["kbs.release"].browse(release_id)
            return [(x.id, x.name, x.attachment_id.raw) for x in release.file_ids]

    def test_two_uploads_of_one_name_make_one_file(self):
        release = self.committed(self.draft)
        one, other = self.race(
            self.uploader(release, b"first"),
            self.uploader(release, b"second", "SETUP.EXE"),
        )
        self.assertEqual(one, other)
        self.assertEqual(self.files(release), [(one, "SETUP.EXE", b"second")])

    def test_upload_while_it_goes_to_review(self):
        release = self.committed(self.draft)
        with self.registry.cursor() as cr:
            self.uploader(release, b"first")(self.environment(cr))

        def review(env):
            env["kbs.release"].browse(release).action_review()

        outcomes = self.race(review, self.uploader(release, b"second"))
        self.assertIsNone(outcomes[0])
        self.assertIsInstance(outcomes[1], UserError)
        self.assertEqual([x[2] for x in self.files(release)], [b"first"])

    def test_what_follows_a_download_follows_once(self):
        release, mark = self.committed(self.draft), uuid4().hex
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            file = self.uploader(release, b"first")(env)
            link = env["kbs.release.file"].browse(file)._issue_link_sudo(env.user, {})
            download = link[0].id

        def follow(row):
            row.env["res.partner"].create({"name": mark})

        def fetch(env):
            env["kbs.release.download"].browse(download)._note_start()

        model = self.registry["kbs.release.download"]
        with patch.object(model, "_after_download", follow):
            self.assertEqual(self.race(fetch, fetch), [None, None])
        with self.registry.cursor() as cr:
            env = self.environment(cr)
            self.assertEqual(env["res.partner"].search_count([("name", "=", mark)]), 1)
            self.assertTrue(env["kbs.release.download"].browse(download).started_at)

    def test_limit_of_links_holds_for_two_at_once(self):
        release = self.committed(self.draft)

        def start(env):
            file = self.uploader(release, b"first")(env)
            user = env["res.users"].create(
                {
                    "name": "Reader",
                    "login": uuid4().hex,
                    "company_id": self.company_id,
                    "company_ids": [(6, 0, [self.company_id])],
                    "group_ids": [(6, 0, env.ref("kbs_support.group_kbs_agent").ids)],
                }
            )
            own = env["kbs.release.file"].browse(file)
            for _number in range(MAX_LINKS - 1):
                own._issue_link_sudo(user, {})
            return user

        user = self.committed(start)

        def ask(env):
            file = env["kbs.release"].browse(release).file_ids
            return file._issue_link_sudo(env["res.users"].browse(user), {})[0].id

        one, other = self.race(ask, ask)
        self.assertTrue(one)
        self.assertIsInstance(other, UserError)

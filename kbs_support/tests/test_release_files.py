import hashlib
import io
import os

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .download_common import CONTENT, DownloadCase


@tagged("post_install", "-at_install")
class TestReleaseFiles(DownloadCase):
    """Files of a version: how they come, when they change, who reads them."""

    def attachment(self, file):
        return file.sudo().attachment_id

    def test_size_and_sum_are_counted_at_the_upload(self):
        file = self.upload(self.draft())
        self.assertEqual(file.size, len(CONTENT))
        self.assertEqual(file.size_text, "100 KB")
        self.assertEqual(file.sha256, hashlib.sha256(CONTENT).hexdigest())
        attachment = self.attachment(file)
        self.assertEqual(attachment.raw, CONTENT)
        self.assertEqual(attachment.file_size, len(CONTENT))
        self.assertEqual(
            (attachment.res_model, attachment.res_id), ("kbs.release.file", file.id)
        )
        self.assertEqual(attachment.mimetype, "application/octet-stream")
        self.assertFalse(attachment.public or attachment.access_token)

    def test_same_name_again_replaces(self):
        release = self.draft()
        first = self.upload(release, "Setup.exe")
        first.note = "Full installer"
        old = self.attachment(first)
        second = self.upload(release, "setup.EXE", b"new")
        self.assertEqual(second, first)
        self.assertEqual(second.name, "setup.EXE")
        self.assertEqual(second.note, "Full installer")
        self.assertEqual(self.attachment(second).raw, b"new")
        self.assertFalse(old.exists())
        self.assertEqual(release.file_ids, second)

    def test_same_content_twice_is_kept_once(self):
        release = self.draft()
        one, other = self.upload(release, "a.exe"), self.upload(release, "b.exe")
        paths = {self.attachment(x)._kbs_get_file_path() for x in (one, other)}
        self.assertEqual(len(paths), 1)
        one.unlink()
        self.assertEqual(self.attachment(other).raw, CONTENT)

    def test_another_file_in_its_place_of_the_filestore_is_not_taken_for_it(self):
        path = self.attachment(self.upload(self.draft()))._kbs_get_file_path()
        self.addCleanup(os.replace, path + "-kept", path)
        os.replace(path, path + "-kept")
        with open(path, "wb") as file:
            file.write(CONTENT[:-1] + b"x")
        with self.assertRaises(UserError):
            self.upload(self.draft("8.10.3"))

    def test_nothing_half_written_bears_the_name(self):
        class Broken(io.BytesIO):
            reads = 0

            def read(self, size=-1):
                self.reads += 1
                if self.reads > 3:  # counted before: one chunk and the end
                    raise OSError("disk")
                return super().read(size)

        content = os.urandom(3000)
        path = self.env["ir.attachment"]._full_path(
            "{0:.2}/{0}".format(hashlib.sha1(content).hexdigest())  # noqa: S324
        )
        with self.assertRaises(OSError):
            self.draft().with_user(self.lead)._take_file("a.exe", Broken(content))
        self.assertFalse(os.path.exists(path))

    def test_names_that_can_be_saved(self):
        clean = self.env["kbs.release.file"]._clean_name
        for typed, kept in (
            (r"C:\fakepath\Setup 8.exe", "Setup 8.exe"),
            ("../../etc/passwd", "passwd"),
            ("a\r\nb\x00.exe", "ab.exe"),
            ('"quoted".exe', "quoted.exe"),
            ("Зміни\u0438\u0306.txt", "Зміни\u0439.txt"),
            ("  two   spaces.exe ", "two spaces.exe"),
        ):
            with self.subTest(typed=typed):
                self.assertEqual(clean(typed), kept)
        for typed in ("", None, "..", "/", " . ", "x" * 151):
            with self.subTest(typed=typed), self.assertRaises(ValidationError):
                clean(typed)

    def test_empty_file_is_refused(self):
        with self.assertRaises(ValidationError):
            self.upload(self.draft(), content=b"")

    def test_attachments_in_the_database_are_refused(self):
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        with self.assertRaisesRegex(UserError, "filestore"):
            self.upload(self.draft())

    def test_without_a_file_it_is_not_published(self):
        release = self.draft().with_user(self.lead)
        with self.assertRaisesRegex(UserError, "no file to download"):
            release.action_review()
        self.upload(release)
        release.action_review()
        self.assertEqual(release.state, "review")

    def test_files_change_in_a_draft_only(self):
        release = self.draft()
        file = self.upload(release)
        lead = file.with_user(self.lead)
        lead.write({"note": "Full installer", "sequence": 5})
        release.with_user(self.lead).action_review()
        for state in ("review", "published", "withdrawn"):
            if state == "published":
                release.with_user(self.lead).action_publish()
            elif state == "withdrawn":
                self.withdraw(release)
            for do in (
                lambda: self.upload(release, "other.exe"),
                lambda: self.upload(release),
                lambda: lead.write({"note": "Another"}),
                lambda: lead.write({"sequence": 7}),
                lead.unlink,
                file.sudo().unlink,
            ):
                with (
                    self.subTest(state=state),
                    self.assertRaisesRegex(UserError, "in a draft only"),
                ):
                    do()
        self.assertEqual(file.sha256, hashlib.sha256(CONTENT).hexdigest())

    def test_content_is_not_typed_in(self):
        release = self.draft()
        file = self.upload(release)
        foreign = self.env["ir.attachment"].create({"name": "x", "raw": b"x"})
        lead = file.with_user(self.lead)
        for vals in (
            {"name": "other.exe"},
            {"sha256": "0" * 64},
            {"size": 1},
            {"attachment_id": foreign.id},
            {"release_id": self.draft("8.11").id},
        ):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                lead.write(vals)
        with self.assertRaises(AccessError):
            lead.create(
                {
                    "release_id": release.id,
                    "name": "x",
                    "attachment_id": foreign.id,
                    "sha256": "0" * 64,
                }
            )

    def test_who_may_upload(self):
        release = self.draft()
        for user in (self.agent, self.reader, self.salesman):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.upload(release, user=user)

    def test_the_database_keeps_one_file_of_a_name(self):
        file = self.upload(self.draft(), "Setup.exe").sudo()
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            file.copy({"name": "SETUP.exe"}).flush_recordset()

    def test_deleted_draft_takes_its_content_with_it(self):
        release = self.draft()
        file = self.upload(release)
        attachment = self.attachment(file)
        release.with_user(self.lead).unlink()
        self.assertFalse(file.exists() or attachment.exists())

    def test_what_is_under_review_is_sent_back_before_it_is_deleted(self):
        release = self.draft()
        self.upload(release)
        lead = release.with_user(self.lead)
        lead.action_review()
        with self.assertRaisesRegex(UserError, "in a draft only"):
            lead.unlink()
        lead.action_draft()
        self.assertTrue(lead.unlink())

    def test_copied_release_has_no_files(self):
        release = self.make()
        self.assertFalse(release.with_user(self.lead).copy().file_ids)

    def test_content_is_not_read_past_the_log(self):
        file = self.upload(self.draft())
        attachment = self.attachment(file)
        for user in (self.agent, self.lead, self.reader):
            with self.subTest(user=user.login):
                self.assertTrue(file.with_user(user).sha256)
                self.assertFalse(attachment.with_user(user).has_access("read"))
                with self.assertRaises(AccessError):
                    file.with_user(user).read(["attachment_id"])
        with self.assertRaises(AccessError):
            file.with_user(self.salesman).read(["name"])

import hashlib

from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .download_common import CONTENT, DownloadCase


@tagged("post_install", "-at_install")
class TestReleaseUpload(DownloadCase, HttpCase):
    """The upload over HTTP: words instead of pages of faults."""

    def setUp(self):
        super().setUp()
        self.release = self.draft()
        self.authenticate("kbs_lead", "kbs_lead")

    def post(self, content=CONTENT, name="Setup.exe", release_id=None, csrf=True):
        data = {"csrf_token": http.Request.csrf_token(self)} if csrf else {}
        files = {"file": (name, content, "application/x-msdownload")}
        return self.url_open(
            f"/kbs/release/{release_id or self.release.id}/upload",
            data=data,
            files=files if content is not None else None,
        )

    def error(self, answer, status):
        self.assertEqual(answer.status_code, status)
        return answer.json()["error"]

    def test_file_arrives_whole(self):
        content = CONTENT * 12  # more than werkzeug keeps in memory
        told = self.post(content, "Оновлення 8.10.exe").json()["file"]
        file = self.release.file_ids
        self.assertEqual(told["id"], file.id)
        self.assertEqual(file.name, "Оновлення 8.10.exe")
        self.assertEqual(file.sha256, hashlib.sha256(content).hexdigest())
        self.assertEqual(file.sudo().attachment_id.raw, content)
        self.assertEqual(file.create_uid, self.lead)

    def test_what_is_wrong_is_said_in_words(self):
        self.assertIn("is empty", self.error(self.post(b""), 422))
        self.assertIn("no file", self.error(self.post(None), 422))
        self.assertIn("no name", self.error(self.post(name="..."), 422))
        gone = self.error(self.post(release_id=2**40), 403)
        self.assertIn("or it is gone", gone)
        self.upload(self.release)
        self.publish(self.release)
        self.assertIn("in a draft only", self.error(self.post(), 422))
        self.assertEqual(len(self.release.file_ids), 1)

    def test_only_who_may_write_the_release(self):
        self._create_person("dl_owner", self.hospital)
        for login in ("kbs_agent", "kbs_reader", "dl_owner"):
            with self.subTest(login=login):
                self.authenticate(login, login)
                self.assertIn("You may not", self.error(self.post(), 403))
        self.authenticate(None, None)
        self.assertIn("/web/login", self.post().url)
        self.assertFalse(self.release.file_ids)

    def test_without_the_token_of_the_page_nothing_is_kept(self):
        with mute_logger("odoo.http"):
            self.assertEqual(self.post(csrf=False).status_code, 400)
        self.assertFalse(self.release.file_ids)

    def test_what_is_too_large_is_refused_unread(self):
        self.env["ir.config_parameter"].set_param("kbs_support.release_file_mib", "1")
        with mute_logger("odoo.http", "werkzeug"):
            self.assertEqual(self.post(bytes(2**20 + 1)).status_code, 413)
        self.assertTrue(self.post(bytes(2**20 - 5000)).json()["file"])

    def test_strangers_cannot_fill_the_disk(self):
        self.authenticate("kbs_agent", "kbs_agent")
        with mute_logger("odoo.http", "werkzeug"):
            self.assertEqual(self.post(bytes(2**20 + 1)).status_code, 413)

    def test_limit_is_never_above_what_the_database_can_count(self):
        releases, parameter = self.env["kbs.release"], "kbs_support.release_file_mib"
        for typed, mib in ((False, 2048), ("500", 500), ("9999", 2048), ("x", 2048)):
            with self.subTest(typed=typed):
                self.env["ir.config_parameter"].set_param(parameter, typed)
                self.assertEqual(releases._get_upload_limit(), mib * 2**20)

import hashlib
import os
from datetime import timedelta
from unittest.mock import patch
from urllib.parse import unquote

from freezegun import freeze_time
from lxml import html

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.fields import Datetime
from odoo.tests import HttpCase, tagged
from odoo.tools import config, mute_logger

from ..models.kbs_release_link import MAX_LINKS
from .common import NOON
from .download_common import CONTENT, DownloadCase


class LinkCase(DownloadCase, HttpCase):
    """People with accounts, and what they press."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_person("dl_owner", cls.hospital)
        cls.colleague = cls._create_person("dl_colleague", cls.hospital)
        cls.stranger = cls._create_person("dl_stranger", cls.client)
        cls.release = cls.make()
        cls.file = cls.release.file_ids

    def become(self, user):
        self.authenticate(user and user.login, user and user.login)

    def words(self, answer):
        return " ".join(html.fromstring(answer.text).text_content().split())

    def press(self, file=None, user=None, follow=False, csrf=True):
        """Press "Download" on the page of the release."""
        file = file or self.file
        self.become(user or self.owner)
        token = {"csrf_token": http.Request.csrf_token(self)} if csrf else {"x": 1}
        return self.url_open(
            f"/my/releases/{file.release_id.id}/file/{file.id}",
            data=token,
            allow_redirects=follow,
        )

    def link(self, **kwargs):
        answer = self.press(**kwargs)
        self.assertEqual(answer.status_code, 303)
        return answer.headers["Location"]

    def get(self, link, method="GET", **headers):
        names = {key.replace("_", "-"): value for key, value in headers.items()}
        return self.url_open(link, method=method, headers=names)

    def assert_refused(self, answer, status, words):
        self.assertEqual(answer.status_code, status)
        self.assertNotIn(CONTENT[:100], answer.content)
        self.assertIn("text/html", answer.headers["Content-Type"])
        page = self.words(answer)
        self.assertIn(words, page)
        self.assertIn("Back to", page)


@tagged("post_install", "-at_install")
class TestReleaseDownload(LinkCase):
    """A file is given to whom support gives it, by a link of his own, and logged."""

    def test_client_downloads_and_it_is_logged(self):
        self.become(self.owner)
        answer = self.press(follow=True)
        self.assertEqual(answer.content, CONTENT)
        [row] = self.log()
        self.assertEqual(row.release_id, self.release)
        self.assertEqual(row.file_id, self.file)
        self.assertEqual(row.file_name, "Оновлення 8.10.exe")
        self.assertEqual(row.sha256, hashlib.sha256(CONTENT).hexdigest())
        self.assertEqual(row.user_id, self.owner)
        self.assertEqual(row.partner_id, self.owner.partner_id)
        self.assertEqual(row.commercial_partner_id, self.hospital)
        self.assertEqual(row.company_id, self.company)
        self.assertEqual(row.reason, "covered")
        self.assertEqual(row.ip, "127.0.0.1")
        self.assertIn("python-requests", row.user_agent)
        now = Datetime.to_datetime(NOON)
        self.assertEqual((row.issued_at, row.started_at), (now, now))
        self.assertEqual(row.expires_at, now + timedelta(minutes=60))

    def test_name_and_headers(self):
        answer = self.get(self.link())
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        disposition = unquote(answer.headers["Content-Disposition"])
        self.assertTrue(disposition.startswith("attachment;"))
        self.assertIn("filename*=UTF-8''Оновлення 8.10.exe", disposition)
        self.assertEqual(answer.headers["Cache-Control"], "private, no-store")
        self.assertEqual(answer.headers["Accept-Ranges"], "bytes")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(answer.headers["ETag"], f'"{self.file.sha256}"')
        self.assertEqual(answer.headers["Content-Length"], str(len(CONTENT)))

    def test_token_is_kept_nowhere(self):
        link = self.link()
        token = link.rsplit("/", 1)[-1]
        [row] = self.log().sudo()
        self.assertGreaterEqual(len(token), 40)
        self.assertEqual(row.token_hash, hashlib.sha256(token.encode()).hexdigest())
        self.assertNotIn(token, str(row.read()))
        with self.assertRaises(AccessError):
            row.with_user(self.manager).read(["token_hash"])

    def test_row_says_when_the_link_was_first_used(self):
        link = self.link()
        [row] = self.log()
        self.assertFalse(row.started_at)
        self.get(link, method="HEAD")
        self.get(link, Range="bytes=99999999-")
        self.get(link, If_None_Match=f'"{self.file.sha256}"')
        self.assertFalse(row.started_at)
        self.get(link)
        self.assertEqual(row.started_at, Datetime.to_datetime(NOON))
        with freeze_time("2026-05-14 09:30:00"):
            self.get(link)
        self.assertEqual(row.started_at, Datetime.to_datetime(NOON))

    def test_hook_is_called_once_and_by_the_system(self):
        seen = []

        def note(download):
            seen.append((download.env.su, download.partner_id, download.release_id))

        self.patch(type(self.env["kbs.release.download"]), "_after_download", note)
        link = self.link()
        self.assertFalse(seen)
        self.get(link)
        self.get(link)
        self.assertEqual(seen, [(True, self.owner.partner_id, self.release)])

    def test_colleague_has_a_link_of_his_own(self):
        self.assertEqual(self.get(self.link(user=self.colleague)).content, CONTENT)
        self.assertEqual(self.log().partner_id, self.colleague.partner_id)

    def test_stranger_is_told_why_not(self):
        answer = self.press(user=self.stranger)
        self.assertEqual(answer.status_code, 403)
        self.assertIn("no paid support yet", self.words(answer))
        self.assertFalse(self.log())

    def test_stranger_with_support_of_his_own(self):
        self.sell_paid("prof_3")
        self.assertEqual(self.get(self.link(user=self.stranger)).content, CONTENT)
        self.assertEqual(self.log().commercial_partner_id, self.client)

    def test_anonymous_logs_in_first(self):
        link = self.link()
        self.become(None)
        self.assertIn("/web/login", self.get(link).url)
        page = self.url_open(f"/my/releases/{self.release.id}/file/{self.file.id}")
        self.assertIn("/web/login", page.url)
        self.assertEqual(len(self.log()), 1)

    def test_coming_by_an_address_takes_nothing(self):
        self.become(self.owner)
        page = self.url_open(f"/my/releases/{self.release.id}/file/{self.file.id}")
        self.assertTrue(page.url.endswith(f"/my/releases/{self.release.id}"))
        self.assertFalse(self.log())

    def test_without_the_token_of_the_page_nothing_is_given(self):
        with mute_logger("odoo.http"):
            self.assertEqual(self.press(csrf=False).status_code, 400)
        self.assertFalse(self.log())

    def test_link_of_another_user(self):
        link = self.link()
        for user in (self.colleague, self.stranger, self.lead):
            with self.subTest(user=user.login):
                self.become(user)
                self.assert_refused(self.get(link), 403, "is not yours")

    def test_wrong_token(self):
        link = self.link()
        other = self.link()
        base, token = link.rsplit("/", 1)
        mine, foreign = self.log()
        self.become(self.owner)
        for wrong in (
            f"{base}/{token[:-1]}",
            f"{base}/{mine.sudo().token_hash}",
            f"{base}/-",
            link.replace(f"/{mine.id}/", f"/{foreign.id}/"),
            link.replace(f"/{mine.id}/", "/99999999999999999999/"),
            other.replace(f"/{foreign.id}/", "/0/"),
        ):
            with self.subTest(wrong=wrong):
                self.assert_refused(self.get(wrong), 403, "is not yours")

    def test_lapsed_link(self):
        self.company.kbs_download_minutes = 5
        link = self.link()
        with freeze_time("2026-05-14 09:04:59"):
            self.assertEqual(self.get(link).content, CONTENT)
        with freeze_time("2026-05-14 09:05:00"):
            self.assert_refused(self.get(link), 410, "has lapsed")

    def test_withdrawn_after_the_link(self):
        link = self.link()
        self.withdraw(self.release)
        answer = self.get(link)
        self.assert_refused(answer, 410, "This version was withdrawn")
        self.assertIn("counts the contribution twice", answer.text)
        self.assertFalse(self.log().started_at)

    def test_support_lost_after_the_link(self):
        link = self.link()
        self.credit(self.support.period_ids.sale_line_id.order_id.invoice_ids)
        self.assert_refused(self.get(link), 410, "no paid support yet")

    def test_who_has_changed_his_employer(self):
        link = self.link()
        self.owner.partner_id.parent_id = self.client
        self.assert_refused(self.get(link), 410, "no paid support yet")

    def test_other_company_of_ours_gives_nothing(self):
        company = self._create_company("Other company")
        self.owner.write(
            {"company_ids": [(6, 0, company.ids)], "company_id": company.id}
        )
        self.assertEqual(self.press().status_code, 403)

    def test_draft_is_not_there_for_clients(self):
        draft = self.draft("8.11")
        file = self.upload(draft)
        for state in ("draft", "review"):
            with self.subTest(state=state):
                self.assertEqual(draft.state, state)
                self.assertEqual(self.press(file).status_code, 404)
            draft.with_user(self.lead).action_review() if state == "draft" else None
        other = self.make("8.12")
        wrong = f"/my/releases/{self.release.id}/file/{other.file_ids.id}"
        answer = self.url_open(
            wrong, data={"csrf_token": http.Request.csrf_token(self)}
        )
        self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.log())

    def test_our_people_take_drafts_and_are_logged(self):
        file = self.upload(self.draft("8.11"))
        action = file.with_user(self.agent).action_download()
        self.become(self.agent)
        self.assertEqual(self.get(action["url"]).content, CONTENT)
        [row] = self.log()
        self.assertEqual((row.reason, row.user_id), ("internal", self.agent))
        with self.assertRaises(AccessError):
            file.with_user(self.salesman).action_download()
        with self.assertRaises(AccessError):
            file.with_user(self.owner).action_download()

    def test_employee_without_rights_is_a_client_like_others(self):
        self.assertEqual(self.press(user=self.salesman).status_code, 403)

    def test_attachment_is_not_got_past_the_log(self):
        attachment = self.file.sudo().attachment_id
        for user in (self.owner, self.agent, self.lead, None):
            self.become(user)
            for path in (
                f"/web/content/{attachment.id}",
                f"/web/content/kbs.release.file/{self.file.id}/attachment_id",
                f"/web/image/{attachment.id}",
            ):
                with self.subTest(user=user and user.login, path=path):
                    self.assertNotIn(CONTENT[:100], self.url_open(path).content)

    def test_pace(self):
        self.become(self.owner)
        for _number in range(MAX_LINKS):
            self.file._issue_link_sudo(self.owner, {})
        answer = self.press()
        self.assertEqual(answer.status_code, 403)
        self.assertIn("20 downloads in 10 minutes", self.words(answer))
        self.assertIn("Download", self.words(answer))
        self.file._issue_link_sudo(self.colleague, {})
        with freeze_time("2026-05-14 09:10:00"):
            self.file._issue_link_sudo(self.owner, {})

    def test_log_is_not_changed(self):
        self.link()
        [row] = self.log()
        for user in (self.agent, self.manager, self.reader):
            mine = row.with_user(user)
            self.assertTrue(mine.file_name)
            for do in (
                lambda mine=mine: mine.write({"started_at": False}),
                lambda mine=mine: mine.copy(),
                mine.unlink,
            ):
                with self.subTest(user=user.login), self.assertRaises(UserError):
                    do()
        with self.assertRaises(AccessError):
            row.sudo().write({"partner_id": self.colleague.partner_id.id})
        with self.assertRaises(UserError):
            row.sudo().unlink()
        for user in (self.salesman, self.owner):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                row.with_user(user).read(["file_name"])
        with self.assertRaises(AccessError):
            row.with_user(self.agent).read(["ip"])
        self.assertTrue(row.with_user(self.lead).ip)

    def test_log_of_other_companies_is_not_read(self):
        self.link()
        company = self._create_company("Other company")
        self.agent.write(
            {"company_ids": [(6, 0, company.ids)], "company_id": company.id}
        )
        downloads = self.env["kbs.release.download"].with_user(self.agent)
        found = downloads.with_context(allowed_company_ids=company.ids).search([])
        self.assertFalse(found)

    def test_hashes_of_lapsed_links_are_forgotten_and_rows_stay(self):
        self.link()
        old = self.log()
        with freeze_time("2026-05-14 11:00:00"):
            self.link()
            done, has_more = old._gc_tokens()
        self.assertGreaterEqual(done, 1)
        self.assertFalse(has_more)
        new = self.log() - old
        self.assertFalse(old.sudo().token_hash)
        self.assertTrue(old.file_name)
        self.assertTrue(new.sudo().token_hash)

    def test_clients_who_took_it_are_counted_once(self):
        for user in (self.owner, self.owner, self.colleague):
            self.get(self.link(user=user))
        self.become(self.agent)
        self.get(self.file.with_user(self.agent).action_download()["url"])
        self.sell_paid("prof_3")
        self.link(user=self.stranger)  # and never used
        self.assertEqual(self.release.with_user(self.agent).download_count, 1)


@tagged("post_install", "-at_install")
class TestReleaseStream(LinkCase):
    """Pieces of a file, and a file that nginx sends."""

    def test_a_download_that_was_cut_goes_on(self):
        link = self.link()
        whole = self.get(link)
        cut = 70_001
        piece = self.get(link, Range=f"bytes={cut}-", If_Range=whole.headers["ETag"])
        self.assertEqual(piece.status_code, 206)
        size = len(CONTENT)
        self.assertEqual(
            piece.headers["Content-Range"], f"bytes {cut}-{size - 1}/{size}"
        )
        content = whole.content[:cut] + piece.content
        self.assertEqual(hashlib.sha256(content).hexdigest(), self.file.sha256)

    def test_it_goes_on_with_another_link_too(self):
        etag = self.get(self.link()).headers["ETag"]
        piece = self.get(self.link(), Range="bytes=0-99", If_Range=etag)
        self.assertEqual((piece.status_code, piece.content), (206, CONTENT[:100]))

    def test_pieces(self):
        link = self.link()
        for asked, given in (
            ("bytes=0-0", CONTENT[:1]),
            ("bytes=-100", CONTENT[-100:]),
            ("bytes=100-199", CONTENT[100:200]),
            (f"bytes=102300-{10**12}", CONTENT[102300:]),
        ):
            with self.subTest(asked=asked):
                piece = self.get(link, Range=asked)
                self.assertEqual((piece.status_code, piece.content), (206, given))

    def test_of_another_file_the_whole_is_sent(self):
        answer = self.get(self.link(), Range="bytes=5-", If_Range='"another"')
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.content, CONTENT)

    def test_piece_beyond_the_end(self):
        answer = self.get(self.link(), Range=f"bytes={len(CONTENT)}-")
        self.assertEqual(answer.status_code, 416)
        self.assertEqual(answer.headers["Content-Range"], f"bytes */{len(CONTENT)}")

    def test_head(self):
        answer = self.get(self.link(), method="HEAD")
        self.assertEqual((answer.status_code, answer.content), (200, b""))
        self.assertEqual(answer.headers["Content-Length"], str(len(CONTENT)))

    def test_file_that_is_lost_is_said_in_words(self):
        link = self.link()
        path = self.file.sudo().attachment_id._kbs_get_file_path()
        self.addCleanup(os.replace, path + "-kept", path)
        os.replace(path, path + "-kept")
        with mute_logger("odoo.addons.kbs_support.controllers.kbs_release_download"):
            self.assert_refused(self.get(link), 404, "is not on its place")

    def test_nginx_sends_it_when_it_is_told_to(self):
        link = self.link()
        name = self.file.sudo().attachment_id.store_fname
        with patch.object(config, "options", {**config.options, "x_sendfile": True}):
            answer = self.get(link)
        self.assertEqual(answer.content, b"")
        path = f"/web/filestore/{self.env.cr.dbname}/{name}"
        self.assertEqual(answer.headers["X-Accel-Redirect"], path)
        self.assertTrue(self.log().started_at)

    def test_file_is_read_by_pieces(self):
        """Never as the content of an attachment, which is in memory as a whole."""

        def read(*_args, **_kwargs):
            raise AssertionError("the whole file was read")

        self.patch(type(self.env["ir.attachment"]), "_file_read", read)
        self.assertEqual(self.get(self.link()).content, CONTENT)

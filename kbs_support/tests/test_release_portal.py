from freezegun import freeze_time
from lxml import html

from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import TODAY
from .download_common import DownloadCase
from .scale_common import ScaleMixin


@tagged("post_install", "-at_install")
class TestReleasePortal(DownloadCase, HttpCase):
    """What clients read of the versions of their programs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_person("rl_owner", cls.hospital)
        cls.stranger = cls._create_person("rl_stranger", cls.client)
        cls.release = cls.make(
            kind="law",
            mandatory_by="2026-07-01",
            note_ids=[
                (0, 0, {"section": "fixed", "text": "A sum in column 5"}),
                (0, 0, {"section": "law", "text": "New form 4-1mz"}),
            ],
        )

    def become(self, user):
        self.authenticate(user and user.login, user and user.login)

    def words(self, answer):
        self.assertEqual(answer.status_code, 200)
        return " ".join(html.fromstring(answer.text).text_content().split())

    def page(self, path="", user=None):
        self.become(user or self.owner)
        return self.words(self.url_open(f"/my/releases{path}"))

    def one(self, release=None, user=None):
        return self.page(f"/{(release or self.release).id}", user)

    def copy(self, number="A-1", client=None, **values):
        return self.env["kbs.installation"].create(
            {
                "software_id": self.program.id,
                "partner_id": (client or self.hospital).id,
                "company_id": self.company.id,
                "number": number,
                **values,
            }
        )

    def tell(self, copy, version, user=None, csrf=True):
        self.become(user or self.owner)
        token = {"csrf_token": http.Request.csrf_token(self)} if csrf else {}
        return self.url_open(
            f"/my/releases/copy/{copy.id}", data={"version": version, **token}
        )

    # === THE LIST === #

    def test_reachable_from_the_first_page(self):
        self.become(self.owner)
        self.assertIn('href="/my/releases"', self.url_open("/my/home").text)

    def test_list_says_what_it_is_and_whether_it_can_be_had(self):
        page = self.page()
        for words in (
            "KBS Accounting 8.10.2",
            "05/14/2026",
            "Change of the law",
            "mandatory by 07/01/2026",
            "Summary of 8.10.2",
            "Your support covers this version",
        ):
            self.assertIn(words, page)
        self.assertIn("no paid support yet", self.page(user=self.stranger))

    def test_drafts_are_not_there(self):
        draft = self.draft("8.11")
        self.upload(draft)
        for state in ("draft", "review"):
            with self.subTest(state=state):
                self.assertNotIn("8.11", self.page())
                answer = self.url_open(f"/my/releases/{draft.id}")
                self.assertEqual(answer.status_code, 404)
                self.assertNotIn("Summary of 8.11", answer.text)
            if state == "draft":
                draft.with_user(self.lead).action_review()
        for path in ("/0", "/99999999999999999999", "/copy/1x"):
            with self.subTest(path=path):
                answer = self.url_open(f"/my/releases{path}")
                self.assertEqual(answer.status_code, 404)

    def test_anonymous_logs_in(self):
        self.become(None)
        for path in ("", f"/{self.release.id}", "/copy/1"):
            with self.subTest(path=path):
                page = self.url_open(f"/my/releases{path}")
                self.assertIn("/web/login", page.url)
                self.assertNotIn("Summary of", page.text)

    def test_found_by_words_and_program(self):
        other = self.env["kbs.software"].create({"name": "Payroll", "code": "pay-t"})
        self.make("3.1", software_id=other.id, summary="Holidays of teachers")
        for query, found, missing in (
            ("?search=teachers", "Payroll 3.1", "Summary of 8.10.2"),
            ("?search=4-1mz+form", "Summary of 8.10.2", "Holidays"),
            ("?search=8.10", "Summary of 8.10.2", "Holidays"),
            (f"?program={other.id}", "Holidays", "Summary of 8.10.2"),
            ("?program=x&search=%00", "Holidays", "Nothing was found"),
            ("?search=4-1mz+teachers", "Nothing was found", "Holidays"),
        ):
            with self.subTest(query=query):
                page = self.page(query)
                self.assertIn(found, page)
                self.assertNotIn(missing, page)

    def test_twenty_on_a_page_and_the_search_goes_on(self):
        for number in range(21):
            self.make(f"7.{number}", date="2026-01-10")
        first = self.page("?search=Summary+of+7")
        self.assertEqual(first.count("Summary of 7."), 20)
        self.assertIn("Summary of 7.20", first)
        second = self.page("/page/2?search=Summary+of+7")
        self.assertEqual(second.count("Summary of 7."), 1)
        self.assertIn("Summary of 7.0", second)
        self.become(self.owner)
        address = "/my/releases/page/2?search=Summary"
        self.assertIn(address, self.url_open("/my/releases?search=Summary").text)

    def test_programs_are_those_of_the_copies(self):
        other = self.env["kbs.software"].create({"name": "Payroll", "code": "pay-t"})
        self.make("3.1", software_id=other.id, summary="Holidays of teachers")
        self.assertIn("Payroll", self.page())
        self.copy(version="8.10.2")
        page = self.page()
        self.assertNotIn("Payroll", page)
        self.assertIn("Newest version: 8.10.2 (05/14/2026)", page)

    # === ONE VERSION === #

    def test_page_of_a_version(self):
        page = self.one()
        self.assertIn("Changes of the law New form 4-1mz Corrected A sum in", page)
        self.assertIn("Оновлення 8.10.exe 100 KB", page)
        self.assertIn(f"SHA-256: {self.release.file_ids.sha256}", page)
        self.assertIn("Download", page)

    def test_who_may_not_have_it_reads_why_and_what_to_do(self):
        page = self.one(user=self.stranger)
        self.assertIn("no paid support yet", page)
        self.assertIn("make you an offer", page)
        self.assertIn("New form 4-1mz", page)
        address = f"/my/releases/{self.release.id}"
        self.assertNotIn("fa-download", self.url_open(address).text)

    def test_after_the_end_it_says_how_to_renew(self):
        later = self.make("8.11", date="2026-09-01")
        with freeze_time("2026-09-10 09:00:00"):
            page = self.one(later)
            self.assertIn("Released after your support ended on 08/13/2026", page)
            self.assertIn("as soon as your support is renewed", page)
            page = self.url_open(f"/my/releases/{later.id}").text
            self.assertIn('href="/my/orders"', page)
            self.assertIn("so it stays yours", self.one())

    def test_pause_reads_well(self):
        self.env["kbs.pause"].with_user(self.lead).create(
            {
                "subscription_id": self.support.id,
                "reason_id": self.env.ref(
                    "kbs_support.kbs_pause_reason_mobilisation"
                ).id,
                "date_start": TODAY,
            }
        )
        page = self.one()
        self.assertIn("paused: it was last valid on 05/13/2026", page)
        self.assertIn("can be downloaded as soon as your support goes on", page)
        self.assertNotIn("renewed", page)

    def test_withdrawn_is_told_to_those_who_took_it(self):
        self.release.file_ids._issue_link_sudo(self.owner, {})
        self.withdraw(self.release)
        page = self.one()
        self.assertIn("This version was withdrawn", page)
        self.assertIn("It counts the contribution twice", page)
        self.assertNotIn("SHA-256", page)
        self.assertIn("withdrawn", self.page())
        self.assertNotIn("Summary of", self.page(user=self.stranger))
        answer = self.url_open(f"/my/releases/{self.release.id}")
        self.assertEqual(answer.status_code, 404)

    def test_successor_has_what_its_support_gives(self):
        self.assertIn("no paid support yet", self.one(user=self.stranger))
        self.support.with_user(self.lead)._transfer(self.client, "Reorganisation")
        self.assertIn("Your support covers this version", self.one(user=self.stranger))
        self.assertIn("no paid support yet", self.one())

    def test_other_company_of_ours(self):
        company = self._create_company("Other company")
        self.owner.write(
            {"company_ids": [(6, 0, company.ids)], "company_id": company.id}
        )
        self.assertIn("no paid support yet", self.one())

    def test_our_people_see_that_they_may(self):
        self.assertIn("You work with us", self.one(user=self.agent))

    # === COPIES === #

    def test_client_tells_the_version(self):
        copy = self.copy(version="8.9")
        page = self.page()
        self.assertIn("A-1 Installed: 8.9 there is a newer one as we saw on", page)
        answer = self.tell(copy, " v. 8,10 ")
        self.assertEqual((copy.version, copy.seen_by), ("8.10", "client"))
        self.assertIn("Thank you", self.words(answer))
        self.assertIn("as you said on 05/14/2026", self.page())

    def test_what_is_no_version_is_said_and_kept_in_the_field(self):
        copy = self.copy(version="8.9")
        for typed in ("the newest", "8..1", "<b>", "9" * 200):
            with self.subTest(typed=typed):
                answer = self.tell(copy, typed)
                page = self.words(answer)
                self.assertIn("is not a version number", page)
                self.assertNotIn("Thank you", page)
                [field] = html.fromstring(answer.text).xpath("//input[@name='version']")
                self.assertEqual(field.get("value") or "", typed[:60])
        self.assertIn("Write the number first", self.words(self.tell(copy, " ")))
        self.assertEqual(copy.version, "8.9")

    def test_copies_of_others_are_neither_seen_nor_told(self):
        foreign = self.copy("S-1", self.client, version="8.9")
        hidden = self.copy("H-1", active=False)
        company = self._create_company("Other company")
        elsewhere = self.copy("E-1", company_id=company.id)
        page = self.page()
        for copy in (foreign, hidden, elsewhere):
            with self.subTest(copy=copy.number):
                self.assertNotIn(copy.number, page)
                self.assertEqual(self.tell(copy, "8.10").status_code, 404)
                self.assertNotEqual(copy.version, "8.10")

    def test_version_is_told_by_a_button_only(self):
        copy = self.copy(version="8.9")
        with mute_logger("odoo.http"):
            self.assertEqual(self.tell(copy, "8.10", csrf=False).status_code, 400)
        self.url_open(f"/my/releases/copy/{copy.id}?version=8.10")
        self.assertEqual(copy.version, "8.9")


@tagged("post_install", "-at_install")
class TestReleaseScale(ScaleMixin, DownloadCase):
    """Fifty versions and copies ask PostgreSQL as often as one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_person("rs_owner", cls.hospital)
        releases = [cls.draft(f"8.{number}") for number in range(50)]
        for release in releases:
            cls.upload(release)
        cls.releases = cls.publish(cls.env["kbs.release"].union(*releases))

    def test_list(self):
        Release = self.env["kbs.release"]
        domain = Release._get_portal_list_domain(self.owner, self.program.ids)

        def read(releases):
            rows = Release._prepare_portal_list_sudo(
                self.owner, domain, limit=len(releases)
            )
            self.assertEqual(len(rows), len(releases))

        read(self.releases)
        self.compare("list", (self.releases[:1], self.releases), read, ceiling=0)

    def test_copies(self):
        def install(numbers):
            self.env["kbs.installation"].create(
                [
                    {
                        "software_id": self.program.id,
                        "partner_id": self.hospital.id,
                        "company_id": self.company.id,
                        "number": f"N{number}",
                        "version": "8.1",
                    }
                    for number in numbers
                ]
            )

        def read(user):
            found = self.env["kbs.software"]._prepare_portal_programs_sudo(user)
            return len(found[0]["copies"])

        install(range(1))
        self.assertEqual(read(self.owner), 1)
        one = self.count_queries(self.owner, read)
        install(range(1, 50))
        self.assertEqual(read(self.owner), 50)
        self.assertEqual(self.count_queries(self.owner, read), one)

    def test_permits(self):
        def ask(releases):
            releases._get_permits_sudo(self.owner)

        ask(self.releases)
        self.compare("permits", (self.releases[:1], self.releases), ask, ceiling=0)

    def test_counts_of_downloads(self):
        downloads = self.env["kbs.release.download"]
        for file in self.releases.file_ids:
            values = downloads._prepare_log(file, self.owner, "covered")
            downloads.create({**values, "started_at": "2026-05-14 09:00:00"})
        self.assertEqual(set(self.releases.mapped("download_count")), {1})

        def count(releases):
            releases.mapped("download_count")

        self.compare("counts", (self.releases[:1], self.releases), count, ceiling=0)

from hashlib import sha256
from io import BytesIO
from zipfile import ZipFile

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import file_open

from .document_common import DocumentCase


@tagged("post_install", "-at_install")
class TestActPortal(DocumentCase, HttpCase):
    """A client sees and downloads the acts of his company, and nobody else does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        person = cls.env["res.partner"].create
        cls.owner = cls._create_portal_user(
            "act_owner", person({"name": "Owner", "parent_id": cls.client.id})
        )
        cls.colleague = cls._create_portal_user(
            "act_colleague", person({"name": "Colleague", "parent_id": cls.client.id})
        )
        cls.stranger = cls._create_portal_user(
            "act_stranger", cls._create_client("School No. 9")
        )
        cls.acts = cls.issue("2026-02-28")
        cls.draft = cls.make("2026-03-31")

    def get(self, path, user):
        self.authenticate(user and user.login, user and user.login)
        return self.url_open(path)

    def test_client_sees_issued_acts(self):
        for user in (self.owner, self.colleague):
            with self.subTest(user=user.login):
                page = self.get("/my/acts", user)
                self.assertEqual(page.status_code, 200)
                for act in self.acts:
                    self.assertIn(act.name, page.text)
                self.assertNotIn(f"/my/acts/{self.draft.id}/pdf", page.text)
                support = self.get(f"/my/support/{self.sub.id}", user)
                self.assertIn(f"/my/acts/{self.acts[0].id}/pdf", support.text)

    def test_who_sees_no_invoices_is_told_why(self):
        self.assertIn("no acts yet", self.get("/my/acts", self.stranger).text)
        self.client.kbs_are_invoices_limited = True
        page = self.get("/my/acts", self.colleague).text
        self.assertIn("Акти бачать ті працівники", page)
        self.assertNotIn("Актів ще немає", page)

    def test_client_downloads_his_act(self):
        for user in (self.owner, self.colleague):
            with self.subTest(user=user.login):
                answer = self.get(f"/my/acts/{self.acts[0].id}/pdf", user)
                self.assertEqual(answer.headers["Content-Type"], "application/pdf")
                self.assert_says(self.text(answer.content), self.acts[0].name)

    def test_stranger_sees_nothing(self):
        page = self.get("/my/acts", self.stranger)
        self.assertNotIn(self.acts[0].name, page.text)
        # What is not his, what is a draft, and what does not exist look the same.
        for user, act_id in (
            (self.stranger, self.acts[0].id),
            (self.stranger, self.acts[1].id),
            (self.owner, self.draft.id),
            (self.owner, self.draft.id + 1),
        ):
            with self.subTest(user=user.login, act=act_id):
                self.assertEqual(
                    self.get(f"/my/acts/{act_id}/pdf", user).status_code, 404
                )
        for path in ("/my/acts", f"/my/acts/{self.acts[0].id}/pdf"):
            self.assertIn("/web/login", self.get(path, None).url)

    def test_other_ways_are_closed_for_clients(self):
        pdf = f"/report/pdf/kbs_support.report_kbs_act/{self.acts[0].id}"
        archive = f"/kbs_support/acts?ids={self.acts[0].id}"
        for user in (self.owner, self.stranger):
            for path in (pdf, archive):
                with self.subTest(user=user.login, path=path):
                    self.assertNotEqual(self.get(path, user).status_code, 200)
        # The stored file is no way around either.
        self.acts[0]._render_pdf_sudo()
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "kbs.act"), ("res_id", "=", self.acts[0].id)]
        )
        self.assertTrue(files)
        answer = self.get(f"/web/content/{files[0].id}", self.stranger)
        self.assertNotEqual(answer.status_code, 200)

    def test_list_has_pages(self):
        period = self.sell_days("optima_12", "2027-01-15", "2028-01-14")
        period.subscription_id = self.sub
        self.env.flush_all()
        acts = self.issue("2028-01-31")
        first, second = (
            self.get(f"/my/acts/page/{page}", self.owner).text for page in (1, 2)
        )
        self.assertIn(f"/my/acts/{acts[-1].id}/pdf", first)
        self.assertNotIn(f"/my/acts/{self.acts[0].id}/pdf", first)
        self.assertIn(f"/my/acts/{self.acts[0].id}/pdf", second)


@tagged("post_install", "-at_install")
class TestActExport(DocumentCase, HttpCase):
    """An archive of PDF files with an index that a machine reads."""

    def test_archive(self):
        acts = self.issue("2026-02-28")
        acts[0]._sign(acts[0].company_id._kbs_today())
        correction = acts[1]._correct_sudo({}, "Letter No. 5", is_whole=True)
        acts |= correction
        self.authenticate("kbs_accountant", "kbs_accountant")
        url = acts.with_user(self.accountant).action_export()["url"]
        answer = self.url_open(url)
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        archive = ZipFile(BytesIO(answer.content))
        index = etree.fromstring(archive.read("index.xml"))
        with file_open("kbs_support/static/xsd/kbs_acts.xsd", "rb") as file:
            etree.XMLSchema(etree.parse(file)).assertValid(index)
        self.assertEqual(len(index), 3)
        for act, entry in zip(acts, index, strict=True):
            self.assertEqual(entry.get("number"), act.name)
            content = archive.read(entry.findtext("file"))
            self.assertEqual(
                entry.find("file").get("sha256"), sha256(content).hexdigest()
            )
            self.assert_says(self.text(content), act.name)
            self.assertEqual(float(entry.findtext("total")), act.amount_total)
            lines = [float(x.get("amount")) for x in entry.find("lines")]
            self.assertEqual(round(sum(lines), 2), act.amount_total)
        self.assertEqual(index[0].find("accepted").get("date"), "2026-05-14")
        self.assertEqual(index[2].find("corrects").get("number"), acts[1].name)

    def test_what_is_not_exported(self):
        draft = self.make("2026-01-31")
        with self.assertRaisesRegex(UserError, "drafts"):
            draft.action_export()
        draft.action_issue()
        portal = self._create_portal_user("export_portal", self.client)
        with self.assertRaises(AccessError):
            draft.with_user(portal).action_export()

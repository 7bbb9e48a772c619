from base64 import b64decode
from datetime import date

from freezegun import freeze_time

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..models.kbs_signed_scan_portal import MAX_SCANS, SCANS
from ..tools.uploads import get_scan_kind
from .document_common import DocumentCase
from .scan_common import PDF, REFUSED, TAKEN, picture


class SignedCase(DocumentCase):
    """Issued acts and a contract, and people of the client who send them signed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        person = cls.env["res.partner"].create
        cls.owner = cls._create_portal_user(
            "scan_owner",
            person(
                {
                    "name": "Owner",
                    "parent_id": cls.client.id,
                    "email": "owner@school.example.com",
                }
            ),
        )
        cls.stranger = cls._create_portal_user(
            "scan_stranger", cls._create_client("School No. 9")
        )
        cls.sub.manager_id = cls.salesman
        cls.acts = cls.issue("2026-02-28")
        cls.act = cls.acts[0]

    def send(self, paper=None, content=PDF, user=None):
        scans = self.env["kbs.signed.scan"].with_user(user or self.owner)
        paper = (paper or self.act).with_user(user or self.owner)
        return scans._take_sudo(user or self.owner, paper, content)

    def fault(self, *files, paper=None):
        return self.env["kbs.signed.scan"]._get_portal_fault(
            paper or self.act, list(files)
        )

    def tasks(self, paper=None):
        return (paper or self.act).activity_ids.filtered(
            lambda x: (
                x.activity_type_id
                == self.env.ref("kbs_support.mail_activity_type_kbs_scan")
            )
        )

    def decide(self, scan, user=None, **values):
        wizard = self.env["kbs.scan.decide"].with_user(user or self.accountant)
        wizard = wizard.create({"scan_id": scan.id, **values})
        wizard.action_confirm()
        return wizard


@tagged("post_install", "-at_install")
class TestSignedScan(SignedCase):
    """A signed copy comes, waits, and is accepted or sent back."""

    def test_kind_is_judged_by_what_is_in_the_file(self):
        for name, (file_name, content) in TAKEN.items():
            with self.subTest(name):
                self.assertFalse(self.fault((file_name, content)))
        for name, (file_name, content) in REFUSED.items():
            with self.subTest(name):
                self.assertTrue(self.fault((file_name, content)))
        self.assertEqual(get_scan_kind(TAKEN["png"][1]), "png")
        self.assertEqual(get_scan_kind(TAKEN["jpg"][1]), "jpg")

    def test_limits(self):
        large = b"%PDF-" + b" " * SCANS.size + b"%%EOF"
        self.assertIn("10", self.fault(("act.pdf", large)))
        self.assertIn("No more than", self.fault(("a.pdf", PDF), ("b.pdf", PDF)))
        self.assertIn("Choose", self.fault())

    def test_copy_is_kept_under_a_name_of_ours(self):
        """The name of the printed act would put the copy in the place of the act."""
        printed = self.act._render_pdf_sudo()
        scan = self.send(content=picture("PNG"))
        self.assertEqual(scan.attachment_id.name, f"signed-act-{self.act.name}-1.png")
        self.assertEqual(scan.attachment_id.mimetype, "image/png")
        self.assertEqual(scan.attachment_id.res_model, "kbs.act")
        self.assertEqual(scan.attachment_id.res_id, self.act.id)
        self.assertEqual(self.act._render_pdf_sudo(), printed)

    def test_manager_is_told_once(self):
        self.send()
        self.send(content=picture("PNG"))
        self.assertEqual(len(self.tasks()), 1)
        self.assertEqual(self.tasks().user_id, self.salesman)
        self.assertEqual(str(self.tasks().date_deadline), "2026-05-14")
        # What we write there afterwards is no letter to the client.
        self.assertNotIn(self.owner.partner_id, self.act.message_partner_ids)

    def test_second_copy_takes_the_place_of_the_first(self):
        first = self.send()
        self.assertEqual(self.send(), first)  # the same file, clicked twice
        second = self.send(content=picture("PNG"))
        self.assertEqual((first.state, second.state), ("replaced", "waiting"))
        self.assertTrue(first.attachment_id.exists())
        self.assertEqual(self.act.waiting_scan_id, second)

    def test_accepted_copy_signs_the_act(self):
        scan = self.send()
        self.decide(scan, decision="accept", date="2026-05-13")
        self.assertEqual(
            (self.act.state, str(self.act.signed_on)), ("signed", "2026-05-13")
        )
        self.assertEqual(b64decode(self.act.signed_scan), PDF)
        self.assertEqual(self.act.signed_scan_name, scan.file_name)
        self.assertEqual((scan.state, str(scan.signed_on)), ("accepted", "2026-05-13"))
        self.assertEqual(scan.user_id, self.accountant)
        self.assertFalse(self.tasks())

    def test_signature_noted_by_hand_accepts_what_waits(self):
        scan = self.send()
        self.act.with_user(self.accountant)._sign(date(2026, 5, 14))
        self.assertEqual(scan.state, "accepted")
        self.assertFalse(self.tasks())

    def test_copy_sent_back_with_a_word(self):
        scan = self.send()
        with self.assertRaisesRegex(UserError, "Tell the client"):
            self.decide(scan, decision="return", word="  ")
        self.decide(scan, decision="return", word="The stamp cannot be read")
        self.assertEqual((scan.state, self.act.state), ("returned", "issued"))
        self.assertFalse(self.tasks())
        [mail] = self.env["mail.mail"].search(
            [("model", "=", "kbs.signed.scan"), ("res_id", "=", scan.id)]
        )
        self.assertEqual(mail.recipient_ids, self.owner.partner_id)
        self.assertIn("The stamp cannot be read", mail.body_html)
        self.assertIn(f"/my/acts/{self.act.id}", mail.body_html)
        shown = scan._prepare_portal_scan_sudo(self.act)
        self.assertIn("The stamp cannot be read", shown["words"])
        self.assertEqual(self.send().state, "waiting")

    def test_what_is_decided_is_decided(self):
        scan = self.send()
        self.decide(scan, decision="accept", date="2026-05-13")
        for values in (
            {"decision": "accept", "date": "2026-05-12"},
            {"decision": "return", "word": "No"},
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, "Accepted"):
                self.decide(scan, **values)
        self.assertIn("no signature", self.fault(("a.pdf", PDF)))

    def test_who_decides(self):
        scan = self.send()
        for user in (self.agent, self.salesman, self.reader, self.lead):
            with self.subTest(user.login), self.assertRaises(AccessError):
                scan.with_user(user)._accept(date(2026, 5, 14))
            with self.subTest(user.login), self.assertRaises(AccessError):
                scan.with_user(user)._send_back("No")
        self.assertEqual(scan.state, "waiting")
        with self.assertRaises(AccessError):
            scan.with_user(self.manager).write({"state": "accepted"})
        with self.assertRaises(AccessError):
            scan.with_user(self.owner).read(["state"])
        with self.assertRaises(UserError):
            scan.unlink()

    def test_nobody_is_nagged_while_a_copy_waits(self):
        self.client.kbs_act_silence_days = 5
        act = self.issue("2026-03-31").sorted("date_start")[-1]
        self.assertEqual(str(act.silent_on), "2026-05-19")
        self.company.write({"kbs_act_reminder": "activity", "kbs_act_reminder_days": 1})
        scan = self.send(act)
        with freeze_time("2026-06-01 09:00:00"):
            self.run_job("acts_follow")
        self.assertFalse(act.reminded_on)
        self.assertEqual(act.state, "issued")
        self.decide(scan, decision="return", word="Not readable")
        act.sudo().silent_on = False
        with freeze_time("2026-06-02 09:00:00"):
            self.run_job("acts_follow")
        self.assertEqual(str(act.reminded_on), "2026-06-02")

    def test_cancelled_act_waits_for_no_signature(self):
        last = self.acts[-1]
        scan = self.send(last)
        last._correct_sudo({}, "Letter No. 5", is_whole=True)
        self.assertEqual((last.state, scan.state), ("cancelled", "replaced"))
        self.assertFalse(self.tasks(last))
        self.assertIn("no signature", self.fault(("a.pdf", PDF), paper=last))

    def test_corrections_are_signed_too_and_drafts_are_not(self):
        correction = self.acts[-1]._correct_sudo({}, "Letter No. 5", is_whole=True)
        self.assertFalse(self.fault(("a.pdf", PDF), paper=correction))
        draft = self.make("2026-03-31")[:1]
        self.assertIn("no signature", self.fault(("a.pdf", PDF), paper=draft))

    def test_number_of_copies_has_an_end(self):
        for number in range(MAX_SCANS):
            self.assertFalse(self.fault(("a.pdf", PDF)), number)
            self.send(content=PDF + b"%d" % number)
        self.assertIn("call us", self.fault(("a.pdf", PDF)))

    def test_contract_is_signed_by_scan(self):
        self.assertIn("no signature", self.fault(("a.pdf", PDF), paper=self.sub))
        self.sub.with_user(self.lead).action_issue_contract()
        scan = self.send(self.sub)
        self.assertFalse(scan.act_id)
        self.assertEqual(len(self.tasks(self.sub)), 1)
        with self.assertRaises(AccessError):
            self.decide(scan, decision="accept", date="2026-05-14")
        self.decide(scan, user=self.lead, decision="accept", date="2026-05-14")
        self.assertEqual(scan.state, "accepted")
        self.assertIn("no signature", self.fault(("a.pdf", PDF), paper=self.sub))
        self.assertFalse(self.sub.waiting_scan_id)
        # A contract that is issued anew is signed anew.
        self.sub.with_user(self.lead).action_issue_contract()
        self.assertFalse(self.fault(("a.pdf", PDF), paper=self.sub))
        # An act of the same support is another paper.
        self.assertEqual(self.send().state, "waiting")


@tagged("post_install", "-at_install")
class TestPapersPortal(SignedCase, HttpCase):
    """What the client downloads and sends on his pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Owner sees invoices; the colleague does not.
        cls.client.kbs_are_invoices_limited = True
        cls.owner.partner_id.kbs_sees_invoices = True
        cls.blind = cls._create_portal_user(
            "scan_blind",
            cls.env["res.partner"].create(
                {"name": "Blind", "parent_id": cls.client.id}
            ),
        )

    def get(self, path, user):
        self.authenticate(user.login, user.login)
        return self.url_open(path)

    def post(self, path, user, name="act.pdf", content=PDF, csrf=True):
        self.authenticate(user.login, user.login)
        data = {"csrf_token": http.Request.csrf_token(self)} if csrf else {}
        return self.url_open(path, data=data, files={"scan": (name, content)})

    def assert_file(self, answer):
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertEqual(answer.headers["Cache-Control"], "private, no-store")
        return self.text(answer.content)

    def test_contract_is_there_once_issued_and_stays_as_it_was(self):
        url = f"/my/support/{self.sub.id}/contract"
        page = f"/my/support/{self.sub.id}"
        for path in (url, f"{url}/pdf"):
            self.assertEqual(self.get(path, self.owner).status_code, 404)
        self.assertNotIn(url, self.get(page, self.owner).text)
        self.sub.with_user(self.lead).action_issue_contract()
        self.assertIn(url, self.get(page, self.owner).text)
        self.assertEqual(self.get(url, self.owner).status_code, 200)
        first = self.assert_file(self.get(f"{url}/pdf", self.owner))
        self.assert_says(first, self.sub.name, "69 840,00")
        self.sub.period_ids.price_total = 1
        self.env.flush_all()
        again = self.assert_file(self.get(f"{url}/pdf", self.owner))
        self.assertEqual(again, first)
        for user in (self.blind, self.stranger):
            for path in (url, f"{url}/pdf"):
                self.assertEqual(self.get(path, user).status_code, 404)
        self.assertNotIn(url, self.get(page, self.blind).text)

    def test_offer_is_there_while_it_can_be_renewed(self):
        url = f"/my/support/{self.sub.id}/offer"
        self.assertEqual(self.get(url, self.owner).status_code, 404)
        self.sub.period_ids.write({"sold_until": "2026-06-10"})
        self.env.flush_all()
        self.assertIn(url, self.get(f"/my/support/{self.sub.id}", self.owner).text)
        text = self.assert_file(self.get(url, self.owner))
        self.assert_says(text, self.sub.name, "2026")
        for user in (self.blind, self.stranger):
            self.assertEqual(self.get(url, user).status_code, 404)

    def test_passport_has_money_for_who_may_see_it(self):
        url = f"/my/support/{self.sub.id}/passport/2026"
        for user, sees_money in ((self.owner, True), (self.blind, False)):
            with self.subTest(user.login):
                page = self.get(f"/my/support/{self.sub.id}", user)
                self.assertIn(url, page.text)
                text = self.assert_file(self.get(url, user))
                self.assert_says(text, self.client.name)
                self.assertEqual("69 840,00" in text, sees_money)
        for path, user in (
            (url, self.stranger),
            (url.replace("2026", "2025"), self.owner),
            (url.replace("2026", "2027"), self.owner),
            (url.replace("2026", "0"), self.owner),
        ):
            self.assertEqual(self.get(path, user).status_code, 404)

    def test_client_sends_a_copy_and_sees_what_becomes_of_it(self):
        url = f"/my/acts/{self.act.id}"
        self.assertIn("Надіслати підписану копію", self.get(url, self.owner).text)
        answer = self.post(f"{url}/scan", self.owner)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("Ми її перевіряємо", answer.text)
        self.assertEqual(self.act.waiting_scan_id.partner_id, self.owner.partner_id)
        self.act.waiting_scan_id._accept(date(2026, 5, 14))
        self.env.flush_all()
        page = self.get(url, self.owner).text
        self.assertIn("за сканкопією", page)
        self.assertNotIn("Надіслати підписану копію", page)

    def test_what_was_signed_on_paper_asks_for_nothing(self):
        page = f"/my/acts/{self.act.id}"
        self.assertIn("Підписана копія", self.get(page, self.owner).text)
        self.act._sign(date(2026, 5, 12))
        self.assertNotIn("Підписана копія", self.get(page, self.owner).text)

    def test_attacks(self):
        url = f"/my/acts/{self.act.id}/scan"
        with mute_logger("odoo.http"):
            for user in (self.stranger, self.blind):
                self.assertEqual(self.post(url, user).status_code, 404)
            self.assertEqual(self.post(url, self.owner, csrf=False).status_code, 400)
        for name, (file_name, content) in REFUSED.items():
            with self.subTest(name):
                answer = self.post(url, self.owner, file_name, content)
                self.assertEqual(answer.status_code, 200)
        huge = b"%PDF-" + b" " * (SCANS.size + 100) + b"%%EOF"
        answer = self.post(url, self.owner, "huge.pdf", huge)
        self.assertIn("huge.pdf", answer.text)
        draft = self.make("2026-03-31")[:1]
        self.env.flush_all()
        answer = self.post(f"/my/acts/{draft.id}/scan", self.owner)
        self.assertEqual(answer.status_code, 404)
        self.assertFalse(
            self.env["kbs.signed.scan"].search(
                [("act_id", "in", (self.act | draft).ids)]
            )
        )

    def test_stranger_does_not_open_the_file(self):
        scan = self.send(content=picture("PNG"))
        self.env.flush_all()
        path = f"/web/content/{scan.attachment_id.id}"
        for user in (self.stranger, self.blind):
            self.assertNotEqual(self.get(path, user).status_code, 200)

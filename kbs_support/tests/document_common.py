from base64 import urlsafe_b64decode
from io import BytesIO

import pypdfium2
import zxingcpp
from pypdf import PdfReader

from ..tools.nbu_qr import PREFIXES
from .act_common import ActCase

EDRPOU, IBAN = "41234567", "UA213223130000026007233566001"


class DocumentCase(ActCase):
    """Documents as people get them: PDF files of wkhtmltopdf, in Ukrainian."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The text is what counts here; styles of Odoo would come from a server.
        cls.env["ir.config_parameter"].set_param("report.url", "http://127.0.0.1:1")
        cls.env["res.lang"]._activate_lang("uk_UA")
        cls.company.write(
            {"company_registry": EDRPOU, "city": "Київ", "street": "вул. Тиха, 1"}
        )
        cls.env["res.partner.bank"].create(
            {"acc_number": IBAN, "partner_id": cls.company.partner_id.id}
        )
        cls.client.write(
            {"lang": "uk_UA", "company_registry": "40000116", "city": "Озерне"}
        )

    def pdf(self, report, records, user=None):
        reports = self.env["ir.actions.report"].with_user(user or self.env.user)
        content, kind = reports.with_context(
            force_report_rendering=True
        )._render_qweb_pdf(report, records.ids)
        self.assertEqual(kind, "pdf")
        return content

    def text(self, pdf):
        """The text of all pages; a space that does not break is a space."""
        pages = PdfReader(BytesIO(pdf)).pages
        return " ".join(" ".join(x.extract_text() for x in pages).split())

    def assert_says(self, text, *words):
        for word in words:
            self.assertTrue(word in text, f"{word!r} not in {text[:3000]!r}")

    def pictures(self, pdf):
        """The pages as pictures, as a printer would print them."""
        document = pypdfium2.PdfDocument(pdf)
        return [page.render(scale=2).to_pil() for page in document]

    def codes(self, pdf):
        """What a reader of QR codes sees on the printed pages."""
        return [
            code.text
            for picture in self.pictures(pdf)
            for code in zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormat.QRCode)
        ]

    def payment(self, link):
        """The lines that the application of a bank reads out of the code."""
        form = next(x for x, prefix in PREFIXES.items() if link.startswith(prefix))
        data = link.removeprefix(PREFIXES[form])
        return urlsafe_b64decode(data + "=" * (-len(data) % 4)).decode().split("\n")

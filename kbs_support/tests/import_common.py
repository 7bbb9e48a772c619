import base64
import io
from datetime import date

import openpyxl

from odoo.tests import tagged

from ..tools.client_sheets import SHEETS
from .common import KbsCase

ALPHA, BETA = "40000116", "40000121"  # codes whose last digit fits


def fill(template, rows):
    """Return the bytes of ``template`` with ``{sheet: [{column: value}]}``."""
    workbook = openpyxl.load_workbook(io.BytesIO(template))
    for sheet, values_list in rows.items():
        worksheet = workbook.worksheets[list(SHEETS).index(sheet)]
        keys = [x.key for x in SHEETS[sheet]]
        for number, values in enumerate(values_list, start=3):
            for key, value in values.items():
                worksheet.cell(number, keys.index(key) + 1, value)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


@tagged("post_install", "-at_install")
class ImportCase(KbsCase):
    """Filled in templates, as a manager loads them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.software = cls.env["kbs.software"].create({"name": "Acc", "code": "imp"})
        cls.edition = cls.env["kbs.edition"].create(
            {"software_id": cls.software.id, "name": "For schools"}
        )
        cls.template = cls.env["kbs.client.import"].with_user(cls.manager)
        cls.template = cls.template._make_template()

    @classmethod
    def client_row(cls, code=ALPHA, **values):
        return {"code": code, "name": f"Client {code}", **values}

    @classmethod
    def support_row(cls, code=ALPHA, **values):
        """Twelve months that run, of a chain that began a year before."""
        return {
            "code": code,
            "plan": cls.plan("optima").name,
            "term": "12",
            "chain_start": date(2025, 3, 1),
            "date_start": date(2026, 3, 1),
            "date_end": date(2027, 2, 28),
            "price": 9000,
            "price_kind": "Regular",
            **values,
        }

    def story(self):
        """One client with all that he has."""
        return {
            "client": [
                self.client_row(
                    vat="400001112233",
                    city="Ozerne",
                    email="office@alpha.example.com",
                    phone="044 123 45 67",
                    manager=self.manager.login,
                )
            ],
            "person": [
                {
                    "code": ALPHA,
                    "name": "Olena Koval",
                    "email": "olena@alpha.example.com",
                    "role": "Chief accountant",
                },
                {"code": ALPHA, "name": "Petro Bondar", "phone": "+380501112233"},
            ],
            "copy": [
                {
                    "code": ALPHA,
                    "program": "imp",
                    "number": "A-1",
                    "edition": "For schools",
                    "version": "8.10",
                }
            ],
            "support": [
                self.support_row(
                    tenure_start=date(2023, 3, 1), specialist=self.agent.login
                )
            ],
            "hours": [
                {
                    "code": ALPHA,
                    "hours_kind": "Included in the plan",
                    "minutes": "2:00",
                },
                {
                    "code": ALPHA,
                    "hours_kind": "Bought",
                    "minutes": 3.5,
                    "valid_to": date(2026, 12, 31),
                },
            ],
        }

    def load(self, rows=None, content=None, **values):
        """An import of ``rows``, loaded by the manager."""
        content = content or fill(self.template, self.story() if rows is None else rows)
        return (
            self.env["kbs.client.import"]
            .with_user(self.manager)
            .with_context(allowed_company_ids=self.company.ids)
            .create(
                {
                    "file": base64.b64encode(content),
                    "file_name": "clients.xlsx",
                    **values,
                }
            )
        )

    def check(self, *args, **kwargs):
        record = self.load(*args, **kwargs)
        record.action_check()
        return record

    def bring(self, *args, **kwargs):
        """Check and import."""
        record = self.check(*args, **kwargs)
        self.assertFalse(record.trouble)
        self.assertFalse(
            record.fault_ids.filtered(lambda x: not x.is_warning).mapped("text")
        )
        record.action_write()
        self.assertEqual(record.state, "done")
        self.assertFalse(record.line_ids.filtered("error").mapped("error"))
        self.env.flush_all()
        self.env.invalidate_all()
        return record

    def find(self, code=ALPHA):
        return self.env["res.partner"].search(
            [("company_registry", "=", code), ("parent_id", "=", False)]
        )

    def verdicts(self, record):
        return sorted(set(record.line_ids.mapped("verdict")))

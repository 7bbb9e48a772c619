from datetime import date

from stdnum.ua import edrpou

from odoo.tests import tagged

from .import_common import ImportCase
from .scale_common import ScaleMixin


def make_code(number):
    """Return the ``number``-th ЄДРПОУ code that fits its last digit."""
    first = f"{4100000 + number:07}"
    return first + edrpou.calc_check_digit(first + "0")


@tagged("post_install", "-at_install")
class TestImportScale(ScaleMixin, ImportCase):
    """Of 50 clients an import costs little more than of one."""

    def rows(self, first, count):
        codes = [make_code(x) for x in range(first, first + count)]
        return {
            "client": [self.client_row(x, email=f"a@c{x}.example.com") for x in codes],
            "person": [
                {"code": x, "name": f"Person {x}", "email": f"p@c{x}.example.com"}
                for x in codes
            ],
            "copy": [{"code": x, "program": "imp", "number": f"N-{x}"} for x in codes],
            "support": [self.support_row(x) for x in codes],
            "hours": [
                {
                    "code": x,
                    "hours_kind": "Bought",
                    "minutes": "1:00",
                    "valid_to": date(2026, 12, 31),
                }
                for x in codes
            ],
        }

    def loaded(self, *counts):
        first, found = 0, []
        for count in counts:
            found.append(self.load(self.rows(first, count)).sudo())
            first += count
        return found

    def test_dry_run(self):
        def check(record):
            record.write({"state": "checking"})
            record._job_check()

        self.compare("check a row of each sheet", self.loaded(1, 50), check, 0.6)

    def ready(self):
        """An import of one client and one of fifty, checked and on their way."""
        records = self.loaded(1, 50)
        for record in records:
            record.write({"state": "checking"})
            record._job_check()
            self.assertFalse(record.has_faults)
            record.state = "writing"
        return records

    def test_writing(self):
        # Eight of these are Odoo's own, of making two contacts and a number.
        self.compare("write a client", self.ready(), lambda x: x._write_next(), 12)

    def test_second_run_writes_nothing(self):
        for record in self.ready():
            record._write_all()
        records = self.ready()
        self.assertEqual(set(records[1].line_ids.mapped("verdict")), {"same"})
        self.compare("write it again", records, lambda x: x._write_next(), 0.3)

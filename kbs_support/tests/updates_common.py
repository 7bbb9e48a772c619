from io import BytesIO

from odoo import Command

from .common import TODAY, KbsCase


class UpdatesCase(KbsCase):
    """Two programs, and short ways to their versions and copies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounting = cls._create_software("Accounting", "acc")
        cls.payroll = cls._create_software("Payroll", "pay")

    @classmethod
    def _create_software(cls, name, code, **values):
        return cls.env["kbs.software"].create({"name": name, "code": code, **values})

    @classmethod
    def release(cls, version, date=None, software=None, state="published", **values):
        """A version in ``state``, which it reached by its buttons."""
        release = cls.env["kbs.release"].create(
            {
                "software_id": (software or cls.accounting).id,
                "version": version,
                "date": date or TODAY,
                "summary": "New report forms",
                "note_ids": [Command.create({"text": "Form 4-1mz of the new year"})],
                **values,
            }
        )
        if state != "draft":
            cls._add_file(release)
            release.action_review()
        if state in ("published", "withdrawn"):
            release.action_publish()
        if state == "withdrawn":
            release._withdraw_sudo("Totals are wrong")
        return release

    @classmethod
    def _add_file(cls, release):
        """Give the version what it needs to be published."""
        release._take_file("setup.exe", BytesIO(b"program"))

    @classmethod
    def copy(cls, number, client=None, software=None, **values):
        """A client's copy of a program."""
        return cls.env["kbs.installation"].create(
            {
                "number": number,
                "software_id": (software or cls.accounting).id,
                "partner_id": (client or cls.client).id,
                "company_id": cls.company.id,
                **values,
            }
        )

import io

from .common import KbsCase

CONTENT = bytes(range(256)) * 400  # 100 KiB that differ everywhere


class DownloadCase(KbsCase):
    """A hospital with paid support, a school without, a program and its versions."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls.env["kbs.software"].create(
            {"name": "KBS Accounting", "code": "acc-test"}
        )
        cls.hospital = cls._create_client("Hospital")
        cls.support = cls.subscription(cls.sell_paid("optima_3", client=cls.hospital))

    @classmethod
    def _create_person(cls, login, company, **values):
        """A person of ``company`` with an account of the portal."""
        person = cls.env["res.partner"].create({"name": login, "parent_id": company.id})
        return cls._create_portal_user(login, person, **values)

    @classmethod
    def draft(cls, version="8.10.2", **values):
        """A version that lacks its files only."""
        return cls.env["kbs.release"].create(
            {
                "software_id": cls.program.id,
                "version": version,
                "date": "2026-05-14",
                "summary": f"Summary of {version}",
                "note_ids": [(0, 0, {"section": "law", "text": f"Law of {version}"})],
                **values,
            }
        )

    @classmethod
    def upload(cls, release, name="Оновлення 8.10.exe", content=CONTENT, user=None):
        """What the lead does in the form, without the network."""
        release = release.with_user(user or cls.lead)
        return release._take_file(name, io.BytesIO(content))

    @classmethod
    def publish(cls, release):
        releases = release.with_user(cls.lead)
        releases.action_review()
        releases.action_publish()
        return release

    @classmethod
    def make(cls, version="8.10.2", **values):
        """A published version with one file."""
        release = cls.draft(version, **values)
        cls.upload(release)
        return cls.publish(release)

    @classmethod
    def withdraw(cls, release, reason="It counts the contribution twice"):
        release.with_user(cls.lead)._withdraw_sudo(reason)

    @classmethod
    def log(cls):
        """The rows of this program: other tests leave committed ones."""
        return cls.env["kbs.release.download"].search(
            [("software_id", "=", cls.program.id)], order="id"
        )

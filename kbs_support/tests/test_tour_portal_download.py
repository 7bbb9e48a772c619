from odoo.tests import HttpCase, tagged

from .portal_tour_common import DESK, PHONE, PortalTourCase


@tagged("post_install", "-at_install")
class TestTourPortalDownload(PortalTourCase, HttpCase):
    """A client takes an update that waits for him."""

    def take_at(self, size):
        release = self.make("8.10.2")
        self.env["kbs.installation"].create(
            {
                "software_id": self.program.id,
                "partner_id": self.hospital.id,
                "company_id": self.company.id,
                "number": "A-1",
                "version": "8.10.1",
            }
        )
        self.walk(size, "/my/support", "kbs_portal_download_tour", self.owner)
        [row] = self.log()
        self.assertEqual((row.release_id, row.user_id), (release, self.owner))
        self.assertTrue(row.started_at)

    def test_on_a_phone(self):
        self.take_at(PHONE)

    def test_at_a_desk(self):
        self.take_at(DESK)

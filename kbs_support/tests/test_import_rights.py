import io
import zipfile

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .import_common import ImportCase, fill


@tagged("post_install", "-at_install")
class TestImportRights(ImportCase):
    """What a manager sends by other ways than the form changes no rules."""

    def test_rows_go_to_the_company_for_which_they_were_checked(self):
        other = self._create_company("Another company")
        record = self.check()
        with self.assertRaises(AccessError):
            record.company_id = other
        for values in ({"state": "done"}, {"checked_at": False}, {"trouble": "x"}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                record.write(values)
        with self.assertRaises(AccessError):
            self.load(state="writing")

    def test_a_file_is_made_once_for_who_was_asked_for(self):
        exports = self.env["kbs.client.export"].with_user(self.manager)
        values = {"partner_id": self.client.id, "reason": "Letter of 14 May"}
        with self.assertRaises(AccessError):
            exports.create({**values, "state": "done"})
        export = exports.create(values)
        export.reason = "Letter of 13 May"
        with self.assertRaises(AccessError):
            export.state = "making"
        export.action_make()
        with self.assertRaises(AccessError):
            export.partner_id = self._create_client("Museum")

    def test_nothing_is_made_of_whom_the_manager_may_not_see(self):
        hidden = self._create_client(
            "Museum", company_id=self._create_company("Another company").id
        )
        export = (
            self.env["kbs.client.export"]
            .with_user(self.manager)
            .with_context(allowed_company_ids=self.company.ids)
            .create({"partner_id": hidden.id, "reason": "x"})
        )
        with self.assertRaises(AccessError):
            export.action_make()

    def test_keys_and_invitations_are_of_ones_own_companies(self):
        self.bring()
        other = self._create_company("Another company")
        self.manager.company_ids |= other
        client = self._create_client("Museum", company_id=self.company.id)
        person = self.env["res.partner"].create(
            {"name": "Olena", "parent_id": client.id}
        )
        invitation = self.env["kbs.invitation"].create(
            {
                "client_id": client.id,
                "partner_id": person.id,
                "email": "olena@museum.example.com",
                "user_id": self.manager.id,
            }
        )
        for company, is_seen in ((self.company, True), (other, False)):
            env = self.env(
                user=self.manager, context={"allowed_company_ids": company.ids}
            )
            mine = [("company_id", "=", self.company.id)]
            self.assertEqual(bool(env["kbs.import.key"].search(mine)), is_seen)
            found = env["kbs.invitation"].search([("id", "=", invitation.id)])
            self.assertEqual(bool(found), is_seen)

    def test_entities_hide_under_no_name(self):
        """The workbook says which part is a sheet, not the name of the part."""
        source = zipfile.ZipFile(io.BytesIO(fill(self.template, self.story())))
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for part in source.infolist():
                data = source.read(part).replace(b"sheet1.xml", b"sheet1.dat")
                name = part.filename.replace("sheet1.xml", "sheet1.dat")
                if name.endswith("sheet1.dat"):
                    data = data.replace(
                        b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet', 1
                    )
                archive.writestr(name, data)
        record = self.check(content=stream.getvalue())
        self.assertIn("no spreadsheet program", record.trouble or "")

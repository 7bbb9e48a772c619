from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .clock_common import kyiv
from .test_ticket_tools import ToolsCase


@tagged("post_install", "-at_install")
class TestSplitSecrets(ToolsCase):
    """What a split must not show, and whose words it counts from."""

    def setUp(self):
        super().setUp()
        with freeze_time(kyiv("2026-05-13 10:00")):
            self.whole = self.ticket()

    def split(self, messages, name="Tax"):
        return self.whole.with_user(self.agent)._kbs_split(messages, name)

    def test_internal_note_never_becomes_what_the_client_reads(self):
        note = self.whole.message_post(
            body="He has not paid for years",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            author_id=self.agent.partner_id.id,
        )
        new = self.split(note)
        self.assertNotIn("not paid", new.description)
        self.env.flush_all()
        self.env.invalidate_all()
        portal = new.with_user(self.portal)
        self.assertNotIn("not paid", portal.description)
        self.assertNotIn("not paid", str(portal.website_message_ids.mapped("body")))
        self.assertIn("not paid", str(new.message_ids.mapped("body")))

    def test_who_has_left_us_is_no_client(self):
        gone = new_test_user(self.env, "kbs_gone", groups="kbs_support.group_kbs_agent")
        with freeze_time(kyiv("2026-05-13 11:00")):
            ours = self.write(self.whole, gone.partner_id, "We look")
        with freeze_time(kyiv("2026-05-14 09:30")):
            his = self.write(self.whole, self.person, "And the tax?")
        gone.active = False
        new = self.split(ours | his)
        self.assertEqual(new.kbs_received_at, his.date)
        self.assertIn("tax", new.description)

    def test_copied_files_belong_to_the_new_ticket(self):
        file = self.env["ir.attachment"].create({"name": "b.txt", "raw": b"2"})
        said = self.write(self.whole, self.person, "Look", attachment_ids=file.ids)
        copy = self.split(said).message_ids.attachment_ids
        self.assertEqual(copy.res_model, "helpdesk.ticket")

    def test_wizard_shows_no_message_of_others(self):
        lead = self.env["crm.lead"].create({"name": "Secret"})
        secret = lead.message_post(body="Our price is 5")
        wizard = (
            self.env["kbs.ticket.split"]
            .with_user(self.agent)
            .create(
                {
                    "ticket_id": self.whole.id,
                    "name": "x",
                    "line_ids": [(0, 0, {"message_id": secret.id})],
                }
            )
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            wizard.line_ids.read(["preview"])
        line = self.env["kbs.ticket.split.line"].with_user(self.agent)
        with self.assertRaises(AccessError):  # as a form asks before it is saved
            line.onchange({"message_id": secret.id}, ["message_id"], {"preview": {}})

    def test_wizard_shows_who_answers_what_was_written(self):
        self.write(self.whole, self.person, "And the tax?")
        wizard = self.env["kbs.ticket.split"].with_user(self.agent)
        wizard = wizard.create({"ticket_id": self.whole.id, "name": "x"})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(wizard.line_ids.mapped("preview"), ["And the tax?"])

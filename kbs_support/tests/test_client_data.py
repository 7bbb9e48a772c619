import io
import json
import zipfile
from datetime import timedelta

import openpyxl
from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import KbsCase

NAME, EMAIL, PHONE = "Stefania Hrytsenko", "stefania@erase.example.com", "+380671239874"


@tagged("post_install", "-at_install")
class ClientDataCase(KbsCase):
    """A client of whom something is known in every part."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.env["res.partner"].create(
            {
                "name": NAME,
                "email": EMAIL,
                "phone": "067 123 98 74",
                "function": "Accountant",
                "parent_id": cls.client.id,
            }
        )
        cls.order = cls.sell_paid("optima_3")
        cls.support = cls.subscription(cls.order)
        cls.ticket = cls.env["helpdesk.ticket"].create(
            {
                "name": f"{NAME} asks",
                "description": f"<p>Call me, {NAME}, {PHONE}</p>",
                "partner_id": cls.person.id,
                "partner_name": NAME,
                "partner_email": EMAIL,
                "company_id": cls.company.id,
            }
        )
        cls.said = cls.ticket.message_post(
            body=f"Regards, {NAME}, {EMAIL.upper()}",
            author_id=cls.person.id,
            email_from=f"{NAME} <{EMAIL}>",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[("act.txt", b"what was sent")],
        )
        cls.note = cls.ticket.message_post(
            body=f"Internal: {NAME} is a difficult one",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            attachments=[("ours.txt", b"ours")],
        )

    def export(self, **values):
        return (
            self.env["kbs.client.export"]
            .with_user(self.manager)
            .create(
                {
                    "partner_id": self.client.id,
                    "company_id": self.company.id,
                    "reason": "Letter of 14 May",
                    **values,
                }
            )
        )

    def made(self):
        export = self.export()
        export.action_make()
        export.sudo()._job_make()
        return export

    def archive(self, export):
        content = self.env["ir.attachment"].search(
            [("res_model", "=", export._name), ("res_id", "=", export.id),
             ("res_field", "=", "file")]
        ).raw  # fmt: skip
        return zipfile.ZipFile(io.BytesIO(content))


@tagged("post_install", "-at_install")
class TestClientExport(ClientDataCase):
    """A client gets all that is known about him, and nobody else gets it."""

    def test_no_model_is_forgotten(self):
        data = self.env["kbs.client.data"]
        told, left_out = data._get_parts(), data._get_left_out()
        targets = {"res.partner", "kbs.subscription", "helpdesk.ticket"}
        referring = {
            name
            for name, model in self.env.registry.items()
            if not model._abstract and not model._transient and model._auto
            for field in model._fields.values()
            if field.type in ("many2one", "many2many")
            and field.store
            and field.comodel_name in targets
            # What a test module leaves in the registry is none of ours.
            and not name.startswith(("test.", "base.", "mail.test"))
        }
        forgotten = referring - told.keys() - left_out.keys()
        self.assertFalse(
            forgotten,
            "These models refer to a client. Say in models/kbs_client_data.py what of "
            "them is told, or why nothing is",
        )
        self.assertFalse(told.keys() & left_out.keys())
        self.assertTrue(all(left_out.values()))

    def test_what_is_told_exists(self):
        for model, part in self.env["kbs.client.data"]._get_parts().items():
            for name in part.fields:
                with self.subTest(model=model, field=name):
                    self.assertIn(name, self.env[model]._fields)

    def test_all_about_the_client_is_in_the_file(self):
        archive = self.archive(self.made())
        rows = json.loads(archive.read("data.json"))
        self.assertEqual(
            {x["name"] for x in rows["res.partner"]}, {self.client.name, NAME}
        )
        self.assertEqual(rows["kbs.subscription"][0]["name"], self.support.name)
        self.assertEqual(len(rows["kbs.subscription.period"]), 1)
        self.assertEqual(rows["account.move"][0]["amount_total"],
                         self.order.amount_total)  # fmt: skip
        self.assertEqual(len(rows["kbs.hour.entry"]), 3)
        self.assertEqual(rows["helpdesk.ticket"][0]["partner_email"], EMAIL)
        self.assertIn("Regards", str(rows["mail.message"]))
        self.assertIn("sale.order", rows)
        files = [x for x in archive.namelist() if x.startswith("files/")]
        self.assertTrue(any(x.endswith("act.txt") for x in files), files)
        book = openpyxl.load_workbook(io.BytesIO(archive.read("data.xlsx")))
        self.assertEqual(set(book.sheetnames), {x[:31] for x in rows})

    def test_notes_among_us_stay_among_us(self):
        archive = self.archive(self.made())
        self.assertNotIn("difficult", archive.read("data.json").decode())
        self.assertFalse([x for x in archive.namelist() if "ours.txt" in x])

    def test_other_clients_and_companies_stay_out(self):
        other = self._create_client("Museum")
        self.sell_paid("prof_3", client=other)
        archive = self.archive(self.made())
        text = archive.read("data.json").decode()
        self.assertNotIn("Museum", text)
        data, company = self.env["kbs.client.data"], self._create_company("Another")
        found = data._collect_sudo(data._get_people_sudo(self.client), company)
        self.assertFalse(found["kbs.subscription"])
        self.assertFalse(found["account.move"])

    def test_text_never_becomes_a_formula(self):
        self.ticket.name = "=HYPERLINK(1)"
        archive = self.archive(self.made())
        book = openpyxl.load_workbook(io.BytesIO(archive.read("data.xlsx")))
        sheet = book["helpdesk.ticket"]
        found = [
            x for row in sheet.iter_rows() for x in row if x.value == "=HYPERLINK(1)"
        ]
        self.assertEqual([x.data_type for x in found], ["s"])

    def test_client_page_says_who_asked_and_the_second_click_is_none(self):
        export = self.export()
        export.action_make()
        export.action_make()
        notes = self.client.message_ids.filtered(lambda x: "Letter of 14 May" in x.body)
        self.assertEqual(len(notes), 1)
        self.assertIn(self.manager.name, notes.body)
        jobs = self.env["queue.job"].search(
            [("identity_key", "=", f"kbs.client.export-{export.id}")]
        )
        self.assertEqual(len(jobs), 1)

    def test_only_managers_and_only_for_some_days(self):
        export = self.made()
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", export._name), ("res_id", "=", export.id),
             ("res_field", "=", "file")]
        )  # fmt: skip
        self.assertFalse(attachment.public)
        for user in (self.agent, self.lead, self.accountant, self.salesman):
            with self.subTest(user=user.login):
                self.assertFalse(export.with_user(user).has_access("read"))
                with self.assertRaises(AccessError):
                    attachment.with_user(user).read(["raw"])
        self.assertTrue(export.with_user(self.manager).file)
        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            self.env["kbs.client.export"]._gc_files()
        self.assertEqual(export.state, "deleted")
        self.assertFalse(attachment.exists())


@tagged("post_install", "-at_install")
class TestPersonErase(ClientDataCase):
    """No trace of an erased person is left; what was done for the company is."""

    def erase(self, person=None, user=None, **values):
        wizard = (
            self.env["kbs.person.erase"]
            .with_user(user or self.manager)
            .create(
                {
                    "partner_id": (person or self.person).id,
                    "reason": "Letter of 14 May",
                    "is_sure": True,
                    **values,
                }
            )
        )
        wizard.action_erase()

    def leave_traces(self):
        """Let the person be named wherever people can be named."""
        user = self._create_portal_user(EMAIL, self.person, name=NAME, email=EMAIL)
        self.ticket.message_subscribe(self.person.ids)
        env = self.env
        env["kbs.call"].create(
            {
                "ticket_id": self.ticket.id,
                "phone": PHONE,
                "result": "talked",
                "note": f"{NAME} called",
            }
        )
        env["kbs.feedback"].create(
            {
                "title": f"Wish of {NAME}",
                "text": f"Write to {EMAIL}",
                "partner_id": self.person.id,
                "company_id": self.company.id,
            }
        )
        env["crm.lead"].create(
            {
                "name": f"Question of {NAME}",
                "partner_id": self.person.id,
                "contact_name": NAME,
                "email_from": EMAIL,
                "phone": PHONE,
            }
        )
        env["mail.mail"].create(
            {
                "body_html": f"<p>Dear {NAME}</p>",
                "email_to": EMAIL,
                "recipient_ids": [Command.set(self.person.ids)],
            }
        )
        env["kbs.client.import"].create(
            {
                "file_name": "a.xlsx",
                "company_id": self.company.id,
                "fault_ids": [
                    Command.create(
                        {"text": f"“{EMAIL}” is wrong", "company_id": self.company.id}
                    )
                ],
                "line_ids": [
                    Command.create(
                        {
                            "sheet": "person",
                            "number": 3,
                            "verdict": "create",
                            "values": {"name": NAME, "phone": PHONE},
                            "company_id": self.company.id,
                        }
                    )
                ],
            }
        )
        self.env.flush_all()
        return user

    def find_traces(self):
        """Return ``[table.column]`` of all text that names the person."""
        env = self.env
        env.flush_all()
        tables = {
            model._table
            for name, model in env.registry.items()
            if not model._abstract
            and not model._transient
            and model._auto
            and (
                name.startswith(("kbs.", "mail.", "helpdesk.", "res.", "crm."))
                or name in ("sale.order", "event.registration", "rating.rating")
            )
        }
        env.cr.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name IN %s"
            " AND data_type IN ('character varying', 'text', 'jsonb')",
            [tuple(tables)],
        )
        traces = []
        for table, column in env.cr.fetchall():
            env.cr.execute(
                f'SELECT count(*) FROM "{table}"'  # pylint: disable=sql-injection
                f' WHERE "{column}"::text ~* %s',
                [r"stefania|hrytsenko|671239874|123 98 74"],
            )
            if env.cr.fetchone()[0]:
                traces.append(f"{table}.{column}")
        return sorted(traces)

    def test_no_trace_is_left(self):
        self.leave_traces()
        before = self.find_traces()
        for place in (
            "res_partner.name",
            "res_users.login",
            "mail_message.body",
            "mail_message.email_from",
            "helpdesk_ticket.partner_email",
            "kbs_call.phone",
            "kbs_feedback.text",
            "kbs_client_import_fault.text",
            "kbs_client_import_line.values",
        ):
            self.assertIn(place, before)
        self.erase()
        self.assertEqual(self.find_traces(), [])

    def test_history_of_the_company_stays(self):
        self.leave_traces()
        messages = len(self.ticket.message_ids)
        self.erase()
        self.assertEqual(self.ticket.commercial_partner_id, self.client)
        self.assertEqual(self.ticket.partner_id, self.person)
        self.assertEqual(len(self.ticket.message_ids), messages)
        self.assertIn("Call me", self.ticket.description)
        self.assertEqual(self.said.author_id, self.person)
        self.assertEqual(self.support.state, "active")
        self.assertEqual(self.person.name, f"Erased person {self.person.id}")
        self.assertEqual(self.person.kbs_erased_on, self.company._kbs_today())
        note = self.client.message_ids[0].body
        self.assertIn("Letter of 14 May", note)
        self.assertIn(self.manager.name, note)

    def test_account_is_closed_and_no_letter_goes_out(self):
        user = self.leave_traces()
        self.erase()
        self.assertFalse(user.active)
        self.assertEqual(user.login, f"erased-{user.id}")
        self.assertFalse(self.person.active or self.person.email)
        self.assertTrue(self.person.kbs_is_news_refused)
        self.assertNotIn(self.person, self.ticket.message_partner_ids)

    def test_letters_to_others_of_the_client_still_go(self):
        mails = self.env["mail.mail"]
        other, own = mails.create(
            [
                {
                    "mail_message_id": self.said.id,
                    "email_to": "head@erase.example.com",
                    "body_html": f"<p>{NAME} asks</p>",
                },
                {"email_to": EMAIL, "body_html": "<p>Hello</p>"},
            ]
        )
        self.erase()
        self.assertFalse(own.exists())
        self.assertEqual(other.state, "outgoing")
        self.assertNotIn(NAME, other.body_html)

    def test_what_is_the_companys_own_stays(self):
        self.client.write({"email": EMAIL, "phone": PHONE})
        self.erase()
        self.assertEqual((self.client.email, self.client.phone), (EMAIL, PHONE))
        self.assertIn(PHONE, self.ticket.description)
        self.assertNotIn("Stefania", self.ticket.description)

    def test_other_clients_texts_stay(self):
        other = self.env["helpdesk.ticket"].create(
            {
                "name": f"Another {NAME}",
                "description": "x",
                "partner_id": self._create_client("Museum").id,
                "company_id": self.company.id,
            }
        )
        self.erase()
        self.assertEqual(other.name, f"Another {NAME}")

    def test_files_with_the_person_are_thrown_away(self):
        export = self.made()
        self.erase()
        self.assertEqual((export.state, export.file), ("deleted", False))

    def test_our_own_people_companies_and_clients_are_not_erased(self):
        private = self.env["res.partner"].create({"name": "Private client"})
        self.sell_paid("prof_3", client=private)
        employee = self.env["hr.employee"].create({"name": "Somebody"})
        for person, words in (
            (self.agent.partner_id, "our own people"),
            (employee.work_contact_id, "our own people"),
            (self.env.ref("base.public_partner"), "our own people"),
            (self.client, "a company"),
            (private, "a client himself"),
        ):
            with (
                self.subTest(words=words, name=person.name),
                self.assertRaisesRegex(UserError, words),
            ):
                self.erase(person)

    def test_manager_confirms_and_once(self):
        with self.assertRaisesRegex(UserError, "cannot be undone"):
            self.erase(is_sure=False)
        self.assertEqual(self.person.name, NAME)
        with self.assertRaises(AccessError):
            self.erase(user=self.lead)
        with self.assertRaises(AccessError):
            self.person.with_user(self.lead)._kbs_erase_sudo("x")
        self.erase()
        with self.assertRaisesRegex(UserError, "already"):
            self.erase()

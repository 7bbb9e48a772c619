from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .test_client_data import EMAIL, NAME, PHONE, ClientDataCase


class PersonEraseCase(ClientDataCase):
    def person_with(self, **values):
        return self.env["res.partner"].create({"parent_id": self.client.id, **values})

    def tell(self, text):
        """A ticket of the client that says ``text``."""
        return self.env["helpdesk.ticket"].create(
            {
                "name": "Question",
                "description": f"<p>{text}</p>",
                "partner_id": self.client.id,
                "company_id": self.company.id,
            }
        )

    def erase(self, person=None):
        (person or self.person).with_user(self.manager)._kbs_erase_sudo("Letter")
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestErasedWords(PersonEraseCase):
    """Only what is this person's is replaced, however it is written."""

    def test_a_longer_address_is_somebody_elses(self):
        anna = self.person_with(name="Anna Lis", email="anna@two.example.com")
        joanna = self.person_with(name="Joanna Lisova", email="joanna@two.example.com")
        ticket = self.tell(
            "Anna Lis &lt;ANNA@two.example.com&gt;, Joanna Lisova, "
            "joanna@two.example.com, anna@two.example.com.ua"
        )
        self.erase(anna)
        self.assertEqual(joanna.email, "joanna@two.example.com")
        self.assertEqual(joanna.name, "Joanna Lisova")
        self.assertIn("Joanna Lisova, joanna@two.example.com", ticket.description)
        self.assertIn("anna@two.example.com.ua", ticket.description)
        self.assertNotIn("ANNA", ticket.description)

    def test_an_extension_is_no_word_of_documents(self):
        person = self.person_with(name="Petro Ivchenko", phone="101")
        invoice = self.order.invoice_ids
        invoice.name = "INV/2026/101"
        self.env.flush_all()
        self.erase(person)
        self.assertEqual(invoice.name, "INV/2026/101")
        self.assertFalse(person.phone)

    def test_a_number_is_found_however_it_is_written(self):
        ticket = self.tell(
            "(067) 123-98-74, 38 067 1239874, 067.123.98.74; another: 067 123 98 75"
        )
        self.erase()
        self.assertNotIn("74", ticket.description)
        self.assertIn("067 123 98 75", ticket.description)

    def test_apostrophes_and_quotes_hide_no_name(self):
        name = "Мар'яна \"Мар\" О'Ніл"
        person = self.person_with(name=name)
        ticket = self.tell("x")
        mail = ticket.env["mail.mail"].create(
            {
                "body_html": "<p>Мар&#39;яна &#34;Мар&#34; О&#39;Ніл</p>",
                "email_to": "school@erase.example.com",
                "model": ticket._name,
                "res_id": ticket.id,
            }
        )
        line = (
            self.env["kbs.client.import"]
            .create(
                {
                    "file_name": "a.xlsx",
                    "company_id": self.company.id,
                    "line_ids": [
                        Command.create(
                            {
                                "sheet": "person",
                                "number": 3,
                                "verdict": "create",
                                "values": {"name": name},
                                "company_id": self.company.id,
                            }
                        )
                    ],
                }
            )
            .line_ids
        )
        self.erase(person)
        self.assertNotIn("яна", mail.body_html)
        self.assertEqual(line["values"], {"name": person.name})

    def test_one_word_is_replaced_where_nothing_else_is_said(self):
        """ "Director" is what many contacts are called."""
        person = self.person_with(name="Director")
        ticket = self.tell("Our director and Director Koval agree")
        ticket.partner_name = "Director"
        self.erase(person)
        self.assertIn("Our director and Director Koval agree", ticket.description)
        self.assertEqual(ticket.partner_name, person.name)

    def test_namesake_and_shared_address_of_a_colleague_stay(self):
        son = self.person_with(name=NAME)
        user = self._create_portal_user("son@erase.example.com", son)
        son.write({"name": NAME, "email": EMAIL, "phone": PHONE})
        self.erase()
        self.assertEqual((son.name, son.email, son.phone), (NAME, EMAIL, PHONE))
        self.assertEqual(user.name, NAME)
        self.assertIn(PHONE, self.ticket.description)
        self.assertNotEqual(self.person.name, NAME)


@tagged("post_install", "-at_install")
class TestErasedPlaces(PersonEraseCase):
    """Places that name a person and belong to no client by themselves."""

    def test_tickets_and_prospects_without_a_contact(self):
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "x", "description": "x", "company_id": self.company.id}
        )
        ticket.write({"partner_name": "Stefa", "partner_email": EMAIL.upper()})
        ticket.partner_id = False
        lead = self.env["crm.lead"].create(
            {
                "name": "Call: Stefa",
                "contact_name": "Stefa",
                "email_from": EMAIL,
                "phone": "+380671239874",
            }
        )
        lead.partner_id = False
        other = self.env["crm.lead"].create(
            {
                "name": "Call: Stefa",
                "contact_name": "Stefa",
                "email_from": f"not.{EMAIL}",
            }
        )
        other.write({"partner_id": False, "contact_name": "Stefa"})
        self.erase()
        self.assertNotIn("@", ticket.partner_email or "")
        self.assertEqual(ticket.partner_name, self.person.name)
        self.assertEqual(lead.contact_name, self.person.name)
        self.assertFalse(lead.email_from or lead.phone)
        self.assertEqual(other.contact_name, "Stefa")

    def test_plans_lists_and_names_of_files(self):
        activity = self.client.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=self.manager.id,
            summary=f"{NAME} cannot be invited: {EMAIL}",
        )
        file = self.env["ir.attachment"].create(
            {
                "name": f"Letter of {NAME}.txt",
                "raw": f"From {EMAIL}".encode(),
                "mimetype": "text/plain",
                "res_model": "helpdesk.ticket",
                "res_id": self.ticket.id,
            }
        )
        meeting = self.env["calendar.event"].create(
            {
                "name": "Talk",
                "start": "2026-05-14 10:00:00",
                "stop": "2026-05-14 11:00:00",
                "partner_ids": [Command.set(self.person.ids)],
            }
        )
        block = self.env["mail.blacklist"].create({"email": EMAIL})
        change = self.env["kbs.feedback"].create(
            {
                "title": "Wish",
                "text": "x",
                "partner_id": self.person.id,
                "company_id": self.company.id,
            }
        )
        self.env.flush_all()
        self.erase()
        self.assertNotIn("tefania", activity.summary)
        self.assertNotIn("tefania", file.name)
        self.assertNotIn("tefania", str(file.index_content))
        self.assertNotIn(NAME, meeting.attendee_ids.mapped("common_name"))
        self.assertFalse(block.exists())
        self.assertTrue(change.exists())

    def test_two_of_one_event(self):
        """Whoever had a benefit is still one person, and not the same as another."""
        event = self.env["event.event"].create(
            {
                "name": "Reporting",
                "company_id": self.company.id,
                "date_begin": "2026-05-20 07:00:00",
                "date_end": "2026-05-20 12:00:00",
                "event_ticket_ids": [Command.create({"name": "Seat", "price": 100})],
            }
        )
        other = self.person_with(name="Petro Ivchenko", email="petro@erase.example.com")
        seats = self.env["event.registration"].create(
            [
                {
                    "event_id": event.id,
                    "event_ticket_id": event.event_ticket_ids.id,
                    "partner_id": self.client.id,
                    "name": x.name,
                    "email": x.email,
                }
                for x in self.person | other
            ]
        )
        self.assertEqual(set(seats.mapped("kbs_benefit")), {"free"})
        self.erase()
        self.erase(other)
        self.assertEqual(len(set(seats.mapped("kbs_person"))), 2)
        self.assertNotIn("@", "".join(seats.mapped("kbs_person")))

    def test_an_import_that_named_him_is_forgotten_whole(self):
        done = self.env["kbs.client.import"].create(
            {
                "file": "eA==",
                "file_name": "a.xlsx",
                "company_id": self.company.id,
                "state": "done",
                "fault_ids": [
                    Command.create(
                        {"text": "“Olena” is wrong", "company_id": self.company.id}
                    )
                ],
            }
        )
        self.erase()
        self.assertFalse(done.file)
        self.assertFalse(done.fault_ids)

    def test_only_by_managers_of_the_clients_company(self):
        self.client.company_id = self._create_company("Another")
        self.assertEqual(self.person.company_id, self.client.company_id)
        with self.assertRaises(AccessError):
            self.erase()
        self.assertEqual(self.person.sudo().name, NAME)

from odoo import Command, http

from .support_portal_common import SupportPortalCase


class PeopleCase(SupportPortalCase):
    """The hospital has an administrator, a colleague, and one who sees no invoices.

    To be used with ``HttpCase``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls._create_person("pe_boss", cls.hospital)
        cls.blind = cls._create_person("pe_blind", cls.hospital)
        for name in ("boss", "blind", "owner", "colleague", "stranger"):
            cls._name(getattr(cls, name), name)
        cls.boss.partner_id.kbs_is_administrator = True
        # Letters stay, to be counted.
        letter = cls.env.ref("auth_signup.portal_set_password_email")
        letter.auto_delete = False
        cls.invoice = cls.support.period_ids.order_id.invoice_ids

    @classmethod
    def _name(cls, user, name):
        user.partner_id.write(
            {"name": f"Olena {name.title()}", "email": f"{name}@h.example.com"}
        )

    @classmethod
    def limit(cls):
        """Invoices are for named people: the boss, and the colleague."""
        cls.hospital.kbs_are_invoices_limited = True
        cls.colleague.partner_id.kbs_sees_invoices = True

    def look(self, user, query=""):
        """The page "Colleagues", as ``user`` reads it."""
        self.become(user)
        return self.words(self.url_open(f"/my/colleagues{query}"))

    def do(self, deed, user=None, csrf=True, **data):
        """Press a button of the page."""
        self.become(user or self.boss)
        token = {"csrf_token": http.Request.csrf_token(self)} if csrf else {}
        answer = self.url_open(
            f"/my/colleagues/{deed}", data={**data, **token}, method="POST"
        )
        self.env.invalidate_all()
        return answer

    def do_to(self, person, deed, **kwargs):
        return self.do(f"{person.partner_id.id}/{deed}", **kwargs)

    def invite(self, email="new@h.example.com", name="Nina New", **kwargs):
        return self.do("invite", name=name, email=email, **kwargs)

    def person(self, email="new@h.example.com"):
        return self.env["res.partner"].search([("email", "=", email)])

    def letters(self, email="new@h.example.com"):
        """Letters to this address."""
        self.env.flush_all()
        return self.env["mail.mail"].search(
            [
                "|",
                ("email_to", "ilike", email),
                ("recipient_ids.email_normalized", "=", email),
            ]
        )

    def notes(self):
        """What the chatter of the hospital says, newest first, with who signed it."""
        self.env.invalidate_all()
        return [
            (x.author_id, x.preview or "")
            for x in self.hospital.message_ids.sorted("id", reverse=True)
        ]

    def assert_noted(self, words, user):
        found = [author for author, text in self.notes() if words in text]
        self.assertEqual(found[:1], [user.partner_id], (words, self.notes()))

    @classmethod
    def _create_bill(cls, partner):
        """A posted invoice of something else to ``partner``."""
        bill = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "invoice_date": "2026-05-14",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Training",
                            "quantity": 1,
                            "price_unit": 100,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        bill.action_post()
        return bill

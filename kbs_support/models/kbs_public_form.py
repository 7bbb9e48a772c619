from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize, hmac, plaintext2html

from ..tools.form_stamp import judge_stamp, make_stamp
from ..tools.phone import normalize_phone

LIMIT, LIMIT_MINUTES = 5, 60
KEEP_DAYS = 2
LOCK_CLASS = 1_801_613_933  # our advisory locks for senders
MAX_NAME, MAX_TEXT = 100, 5000
FIELDS = ("name", "email", "phone", "organization", "text")


class FormRefused(UserError):
    """A public form is not taken in; the words say why, and what to do."""


class KbsPublicForm(models.Model):
    """A form that came from the website: only who sent how many, to stop floods.

    The sender is kept as a hash that nobody can turn back. What the form says is a
    prospect of CRM (docs/decisions/0042).
    """

    _name = "kbs.public.form"
    _description = "Form from the Website"
    _order = "id desc"
    _rec_name = "name"

    name = fields.Char(required=True, readonly=True)
    sender = fields.Char(required=True, readonly=True)
    moment = fields.Datetime(
        required=True, readonly=True, default=lambda self: fields.Datetime.now()
    )

    _sender_index = models.Index("(sender, moment)")

    # === STAMPS === #

    @api.model
    def _make_stamp_sudo(self, name):
        """Return the stamp that goes into the form ``name``."""
        return make_stamp(self._get_secret_sudo(), name, self._get_second())

    @api.model
    def _get_secret_sudo(self):
        return hmac(self.env(su=True), "kbs-public-form", "stamp")

    @api.model
    def _get_second(self):
        return int(fields.Datetime.now().timestamp())

    # === TAKING IN === #

    @api.model
    def _take_sudo(self, name, typed, stamp, address, company):
        """Take a form in as a prospect.

        Sudo: a stranger has no rights; what he may say is checked here.

        :param str name: ``question`` or ``call``
        :param dict typed: text by :data:`FIELDS`
        :param str address: IP address of the sender
        :return: ``crm.lead``, or the ``helpdesk.ticket`` of a client, with sudo
        :raise FormRefused: with words for the sender
        """
        self._check_stamp_sudo(name, stamp)
        values = self._read(name, typed)
        self.sudo()._count(name, address)
        tickets = self.sudo().env["helpdesk.ticket"].with_company(company)
        # Who is a client already is not a prospect: his question is a ticket.
        if name == "question" and not tickets._kbs_is_stranger(
            values["email"], company
        ):
            return self._make_ticket(tickets, values, company)
        return self.sudo()._make_lead(name, values, company)

    @api.model
    def _make_ticket(self, tickets, values, company):
        return tickets.create(
            {
                "name": self.env._("Question from the website"),
                "description": plaintext2html(values["text"]),
                "partner_name": values["name"],
                "partner_email": values["email"],
                "company_id": company.id,
            }
        )

    @api.model
    def _check_stamp_sudo(self, name, stamp):
        verdict = judge_stamp(self._get_secret_sudo(), name, stamp, self._get_second())
        if verdict == "fast":
            raise FormRefused(
                self.env._("That was very fast. Look through it and send it again.")
            )
        if verdict != "ok":
            raise FormRefused(
                self.env._("The page was open for too long. Please send it again.")
            )

    @api.model
    def _read(self, name, typed):
        """Return what was typed as it is stored; all faults in one error."""
        values = {key: (typed.get(key) or "")[:MAX_TEXT] for key in FIELDS}
        faults = []
        if not values["name"]:
            faults.append(self.env._("Write your name."))
        if name == "question" and not values["text"]:
            faults.append(self.env._("Write your question."))
        if values["email"]:
            values["email"] = email_normalize(values["email"]) or ""
            if not values["email"]:
                faults.append(self.env._("This is no e-mail address."))
        elif name == "question":
            faults.append(self.env._("Write the e-mail address to answer to."))
        if values["phone"] or name == "call":
            try:
                values["phone"] = normalize_phone(values["phone"])
            except ValueError:
                faults.append(self.env._("Write the phone number with its code."))
        if faults:
            raise FormRefused(" ".join(faults))
        return {
            key: text[:MAX_NAME] if key != "text" else text
            for key, text in values.items()
        }

    def _count(self, name, address):
        """Count this form; of many from one sender the later ones are refused.

        Two at once come one after the other, so none slips through.
        """
        sender = hmac(self.env, "kbs-public-form", address or "")
        self.env.cr.execute(
            SQL("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", LOCK_CLASS, sender)
        )
        since = fields.Datetime.now() - timedelta(minutes=LIMIT_MINUTES)
        sent = self.search_count([("sender", "=", sender), ("moment", ">", since)])
        if sent >= LIMIT:
            raise FormRefused(
                self.env._(
                    "You have sent %(count)s forms within an hour. Please call us, or "
                    "write later.",
                    count=LIMIT,
                )
            )
        self.create({"name": name, "sender": sender})

    def _make_lead(self, name, values, company):
        leads = self.env["crm.lead"].with_company(company)
        texts = {
            "question": self.env._("Question: %(name)s", name=values["name"]),
            "call": self.env._("Call: %(name)s", name=values["name"]),
        }
        return leads.create(
            {
                "name": texts[name],
                "type": "lead" if name == "question" else "opportunity",
                "contact_name": values["name"],
                "partner_name": values["organization"],
                "email_from": values["email"] or False,
                "phone": values["phone"] or False,
                "description": plaintext2html(values["text"]),
                "company_id": company.id,
                "user_id": False,
                "medium_id": self.env.ref("utm.utm_medium_website", False).id,
            }
        )

    @api.autovacuum
    def _gc_forms(self):
        """Forget who sent forms some days ago."""
        old = fields.Datetime.now() - timedelta(days=KEEP_DAYS)
        self.sudo().search([("moment", "<", old)], limit=10_000).unlink()

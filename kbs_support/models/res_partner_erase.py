from html import escape

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..tools.phone import normalize_phone

# What a contact says of a person.
CLEARED = {
    "email": False,
    "phone": False,
    "function": False,
    "street": False,
    "street2": False,
    "comment": False,
    "website": False,
    "ref": False,
    "image_1920": False,
    "kbs_role": False,
    "kbs_is_news_refused": True,
}


class ResPartner(models.Model):
    """Erasing a person at his wish: what was done for his company stays.

    Names, addresses and numbers are replaced in all that belongs to the client
    (``kbs.client.data``); nothing is kept by which it could be undone.
    """

    _inherit = "res.partner"

    kbs_erased_on = fields.Date(
        string="Data Erased on",
        readonly=True,
        copy=False,
        help="Name and addresses of this person were erased on this day, for ever.",
    )

    def action_kbs_erase(self):
        """Ask for the reason, and whether it is meant (wizard)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Erase the Data of a Person"),
            "res_model": "kbs.person.erase",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_id": self.id},
        }

    def _kbs_get_erase_refusal_sudo(self):
        """Say why this is nobody whose data may be erased, or None."""
        person = self.sudo().with_context(active_test=False)
        if person.kbs_erased_on:
            return self.env._("The data of this person were erased already.")
        users = person.user_ids
        employees = person.env["hr.employee"].search_count(
            [("work_contact_id", "=", person.id)], limit=1
        )
        if employees or users.filtered(lambda x: not x.share or x._is_public()):
            return self.env._("This is one of our own people.")
        if person.is_company or person.child_ids:
            return self.env._("This is a company. Only data of persons are erased.")
        if person == person.commercial_partner_id and (
            person.kbs_subscription_ids
            or person.env["account.move"].search_count(
                [("partner_id", "=", person.id)], limit=1
            )
        ):
            return self.env._(
                "This person is a client himself. His name stands on documents that "
                "the law wants to be kept."
            )
        return None

    def _kbs_erase_sudo(self, reason):
        """Erase who this person is. It cannot be undone.

        Sudo: a manager decides about it, and it reaches into every part.

        :raise AccessError: the user is no manager of support
        :raise UserError: it is one of ours, a company, or a client himself
        """
        self.ensure_one()
        if not self.env.user.has_group("kbs_support.group_kbs_manager"):
            raise AccessError(
                self.env._("Only a support manager may erase the data of a person.")
            )
        if refusal := self._kbs_get_erase_refusal_sudo():
            raise UserError(refusal)
        person = self.sudo().with_context(active_test=False, tracking_disable=True)
        needles = person._kbs_get_needles()
        client = person.commercial_partner_id
        person._kbs_close_account()
        # Odoo writes a letter about a closed account: it is found with the others.
        found = person._kbs_collect()
        person._kbs_clear()
        person._kbs_replace(found, needles)
        if client != person:
            client.message_post(
                body=self.env._(
                    "%(name)s has erased the data of a contact, now called "
                    "“%(person)s”. %(reason)s",
                    name=self.env.user.name,
                    person=person.name,
                    reason=reason,
                )
            )

    def _kbs_get_needles(self):
        """Return ``[(text to be found, what stands in its place)]``, longest first.

        What the company itself has (a number of the office) is not this person's.
        """
        company = self.commercial_partner_id - self
        needles = {}
        if (self.name or "").strip():
            needles[self.name.strip()] = self._kbs_get_erased_name()
            needles[escape(self.name.strip())] = self._kbs_get_erased_name()
        if email := self._kbs_get_own_email():
            needles[email] = ""
        for user in self.user_ids:
            if "@" in user.login and user.login != company.email_normalized:
                needles[user.login] = ""
        for phone in self._kbs_get_phones() - company._kbs_get_phones():
            needles[phone] = ""
        return sorted(needles.items(), key=lambda x: -len(x[0]))

    def _kbs_get_own_email(self):
        """Return the address of the person, unless it is that of the company."""
        company = self.commercial_partner_id - self
        email = self.email_normalized
        return email if email and email != company.email_normalized else False

    def _kbs_get_phones(self):
        """Return the number as it is written, and as one word of digits."""
        phones = set()
        for partner in self.filtered("phone"):
            phones |= {partner.phone.strip(), partner.phone_sanitized or ""}
            try:
                phones.add(normalize_phone(partner.phone))
            except ValueError:
                continue
        return phones - {""}

    def _kbs_get_erased_name(self):
        return self.env._("Erased person %(number)s", number=self.id)

    def _kbs_collect(self):
        """Return ``{model: records}`` in which the person may be named."""
        data = self.env["kbs.client.data"]
        people = data._get_people_sudo(self)
        found = {}
        for company in self.env["res.company"].search([]):  # pylint: disable=no-search-all
            for model, records in data._collect_sudo(people, company).items():
                found[model] = found.get(model, records) | records
        self._kbs_collect_letters(found)
        for model in ("kbs.client.import.line", "kbs.client.import.fault"):
            # A few weeks of them, and any may name him.
            found[model] = self.env[model].search([])  # pylint: disable=no-search-all
        return found

    def _kbs_collect_letters(self, found):
        """Add to ``found`` messages and letters about it, and all letters to him."""
        messages = found["mail.message"]
        for model, records in found.items():
            messages |= messages.search(
                [("model", "=", model), ("res_id", "in", records.ids)]
            )
        domain = Domain("mail_message_id", "in", messages.ids)
        domain |= Domain("recipient_ids", "in", self.ids)
        email = self._kbs_get_own_email()
        if email:
            domain |= Domain("email_to", "ilike", email)
        letters = self.env["mail.mail"].search(domain)
        messages |= letters.mail_message_id
        unsent = letters.filtered(
            lambda x: (
                x.state == "outgoing"
                and x.recipient_ids <= self
                and (x.recipient_ids or email_normalize(x.email_to or "") == email)
            )
        )
        letters -= unsent
        unsent.unlink()
        messages = messages.exists()
        found["mail.mail"], found["mail.message"] = letters, messages
        found["mail.tracking.value"] = self.env["mail.tracking.value"].search(
            [("mail_message_id", "in", messages.ids)]
        )

    def _kbs_close_account(self):
        """Nobody enters in this person's name any more, and no letter goes to him."""
        for user in self.user_ids:
            user.write({"active": False, "login": f"erased-{user.id}", "password": ""})
        self.env["res.users.apikeys"].search(
            [("user_id", "in", self.user_ids.ids)]
        ).unlink()
        self.env["mail.followers"].search([("partner_id", "in", self.ids)]).unlink()
        self.env["website.visitor"].search([("partner_id", "in", self.ids)]).unlink()
        # The files of imports name whoever was in them.
        imports = self.env["kbs.client.import"].search([("file", "!=", False)])
        imports.filtered(lambda x: x.state == "done").write({"file": False})
        exports = self.env["kbs.client.export"].search(
            [("partner_id", "child_of", self.commercial_partner_id.id)]
        )
        exports.write({"file": False, "state": "deleted"})

    def _kbs_clear(self):
        company = self.env.company
        values = {x: y for x, y in CLEARED.items() if x in self._fields}
        # Odoo looks for users of who is archived; theirs are archived already.
        self.with_context(active_test=True).write(
            {
                **values,
                "name": self._kbs_get_erased_name(),
                "active": False,
                "kbs_erased_on": company._kbs_today(),
            }
        )
        tickets = self.env["helpdesk.ticket"].search([("partner_id", "=", self.id)])
        tickets.write({"partner_name": self.name, "partner_email": False})
        messages = self.env["mail.message"].search([("author_id", "=", self.id)])
        messages.write({"email_from": False})

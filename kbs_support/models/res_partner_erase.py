from odoo import fields, models
from odoo.exceptions import AccessError, UserError

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

        :raise AccessError: the user is no manager of support, or of another company
        :raise UserError: it is one of ours, a company, or a client himself
        """
        self.ensure_one()
        if not self.env.user.has_group("kbs_support.group_kbs_manager"):
            raise AccessError(
                self.env._("Only a support manager may erase the data of a person.")
            )
        self.check_access("read")
        if refusal := self._kbs_get_erase_refusal_sudo():
            raise UserError(refusal)
        person = self.sudo().with_context(active_test=False, tracking_disable=True)
        emails = person._kbs_get_own_emails()
        needles = person._kbs_get_needles(emails)
        client = person.commercial_partner_id
        person._kbs_close_account()
        # Odoo writes a letter about a closed account: it is found with the others.
        found = person._kbs_collect(emails)
        person._kbs_clear(found, emails)
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
        imports.filtered(lambda x: x.state == "done")._forget_people()
        exports = self.env["kbs.client.export"].search(
            [("partner_id", "child_of", self.commercial_partner_id.id)]
        )
        exports.write({"file": False, "state": "deleted"})

    def _kbs_clear(self, found, emails):
        """Clear the contact, and what says who he is in ``found``."""
        company, name = self.env.company, self._kbs_get_erased_name()
        values = {x: y for x, y in CLEARED.items() if x in self._fields}
        # Odoo looks for users of who is archived; theirs are archived already.
        self.with_context(active_test=True).write(
            {
                **values,
                "name": name,
                "active": False,
                "kbs_erased_on": company._kbs_today(),
            }
        )
        self._kbs_filter_unowned(found["helpdesk.ticket"], emails).write(
            {"partner_name": name, "partner_email": False}
        )
        self._kbs_filter_unowned(found["crm.lead"], emails).write(
            {"contact_name": name, "email_from": False, "phone": False}
        )
        # By this he had a benefit once, and it is unique among the seats of an event.
        found["event.registration"].filtered(
            lambda x: x.kbs_person in emails
        ).kbs_person = f"erased-{self.id}"
        messages = self.env["mail.message"].search([("author_id", "=", self.id)])
        messages.write({"email_from": False})
        self.env["mail.blacklist"].search([("email", "in", emails)]).unlink()

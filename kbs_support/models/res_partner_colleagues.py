from odoo import SUPERUSER_ID, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..tools.locking import take_turn

MAX_NAME, MAX_EMAIL = 100, 254  # characters


class ResPartner(models.Model):
    """What a portal administrator does with the people of his institution.

    Methods are of the person whom it is about, or of nobody in particular. Each waits
    for its turn at the client, asks anew whether ``user`` is an administrator, and is
    signed by him.
    """

    _inherit = "res.partner"

    # === INVITING === #

    def _kbs_invite_colleague_sudo(self, user, name, email):
        """Invite somebody to the portal of the institution of ``user``.

        A contact of this institution with the address is taken; those of others are
        never looked at. The answer is the same where the address is somebody's login.

        :return: the person, with sudo
        :raise AccessError: ``user`` is no administrator
        :raise UserError: the name or the address is none, or there were too many
        """
        client = self._kbs_begin_managing_sudo(user)
        address = email_normalize(email)
        if not address or len(address) > MAX_EMAIL:
            raise UserError(self.env._("This is no e-mail address."))
        person = client._kbs_find_colleague(address)
        if not person and not name:
            raise UserError(self.env._("Write the name."))
        client.env["kbs.invitation"]._check_limits_sudo(client, person)
        person = person or client.create(
            client._kbs_prepare_colleague(name[:MAX_NAME], address)
        )
        person.active = True
        person._kbs_send_invitation(client, user, address)
        return person

    def _kbs_invite_again_sudo(self, user):
        """Send the invitation once more, to who has not come yet."""
        client = self._kbs_begin_managing_sudo(user)
        person = self._kbs_as_colleague_of(client)
        held = client.env["kbs.invitation"]._get_held_sudo(person)
        address = person.email_normalized or (held and held[self.sudo(False)].email)
        if not address:
            raise UserError(
                self.env._("No e-mail address is known. Invite with the address.")
            )
        client.env["kbs.invitation"]._check_limits_sudo(client, person)
        person._kbs_send_invitation(client, user, address)

    def _kbs_find_colleague(self, address):
        """Return who of this client has the address: first who has an account."""
        found = self.with_context(active_test=False).search(
            self._kbs_get_people_domain() & Domain("email_normalized", "=", address),
            order="id",
        )
        held = self.env["kbs.invitation"].search(
            [
                ("client_id", "=", self.id),
                ("email", "=", address),
                ("is_held", "=", True),
            ],
            limit=1,
        )
        ranked = found.sorted(lambda x: (not x.user_ids, not x.active))
        return (ranked[:1] or held.partner_id).with_env(self.env)

    def _kbs_prepare_colleague(self, name, address):
        """Values of a new contact of this client; without what is another's login."""
        is_taken = self._kbs_is_login(address)
        return {
            "name": name,
            "email": False if is_taken else address,
            "parent_id": self.id,
            "company_id": self.company_id.id,
            "lang": self.lang or self.env.user.lang,
            "type": "contact",
        }

    def _kbs_is_login(self, address):
        users = self.env["res.users"].with_context(active_test=False)
        return bool(users.search_count([("login", "=", address)], limit=1))

    def _kbs_send_invitation(self, client, user, address):
        """Give access and send Odoo's letter, or tell the manager why not."""
        account = self._kbs_get_access(user.company_id)
        account.email = address
        is_held = account.email_state == "exist"
        self.env["kbs.invitation"].search(
            [("partner_id", "=", self.id), ("is_held", "=", True)]
        ).is_held = False
        self.env["kbs.invitation"].create(
            {
                "client_id": client.id,
                "partner_id": self.id,
                "email": address,
                "user_id": user.id,
                "is_held": is_held,
            }
        )
        if is_held:
            client._kbs_ask_about_address(self, address, user.company_id)
        elif account.is_internal or self._kbs_get_login_dates().get(self.id):
            raise UserError(
                self.env._("%(name)s has access already.", name=self.display_name)
            )
        elif account.is_portal:
            account.action_invite_again()
        else:
            account.action_grant_access()
        client._message_log(
            body=self.env._(
                "Invited to the portal: %(name)s, %(email)s.",
                name=self.name,
                email=address,
            )
        )

    def _kbs_ask_about_address(self, person, address, company):
        """Let the manager decide about who has an account elsewhere."""
        sold = self.kbs_subscription_ids.filtered(lambda x: x.company_id == company)
        manager = sold[:1]._get_working_manager() if sold else self.user_id
        manager = manager or company.kbs_renewal_user_id
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=(manager or self.env.ref("base.user_admin")).id,
            summary=self.env._(
                "%(name)s cannot be invited: %(email)s is the login of another account",
                name=person.name,
                email=address,
            ),
        )

    # === REMOVING === #

    def _kbs_remove_colleague_sudo(self, user):
        """Take access to the portal away; the contact and what he wrote stay."""
        client = self._kbs_begin_managing_sudo(user)
        person = self._kbs_as_colleague_of(client)
        if person == user.sudo().partner_id:
            raise UserError(
                self.env._("Nobody removes himself. Another administrator can.")
            )
        person.write({"kbs_is_administrator": False, "kbs_sees_invoices": False})
        self.env["kbs.invitation"].sudo().search(
            [("partner_id", "=", person.id), ("is_held", "=", True)]
        ).is_held = False
        account = person._kbs_get_access(user.company_id)
        if account.is_portal:
            account.action_revoke_access()
        client._message_log(
            body=self.env._(
                "Access to the portal taken away: %(name)s.", name=person.name
            )
        )

    # === RIGHTS === #

    def _kbs_make_administrator_sudo(self, user, is_on):
        """Make somebody with access an administrator, or take it back."""
        client = self._kbs_begin_managing_sudo(user)
        person = self._kbs_as_colleague_of(client)
        others = client._kbs_get_administrators_sudo() - person
        if not is_on and not others:
            raise UserError(
                self.env._(
                    "You are the only administrator. Name another one first: somebody "
                    "has to look after the people of your institution."
                )
            )
        if is_on and not person.user_ids.filtered("share"):
            raise UserError(
                self.env._("Invite first: an administrator needs access to the portal.")
            )
        person.kbs_is_administrator = is_on

    def _kbs_let_see_invoices_sudo(self, user, is_on):
        """Show invoices and orders to somebody, or no longer."""
        client = self._kbs_begin_managing_sudo(user)
        self._kbs_as_colleague_of(client).kbs_sees_invoices = is_on

    def _kbs_limit_invoices_sudo(self, user, is_on):
        """Show invoices to named people only, or to everybody."""
        client = self._kbs_begin_managing_sudo(user)
        client.kbs_are_invoices_limited = is_on

    # === WHO MAY, AND ABOUT WHOM === #

    def _kbs_begin_managing_sudo(self, user):
        """Wait for the turn; return the client of ``user``, signed by him, with sudo.

        :raise AccessError: he is no administrator, or not any more
        """
        partner = user.sudo().partner_id
        client = partner.commercial_partner_id
        take_turn(client)
        partner.invalidate_recordset(["kbs_is_administrator"])
        if not user._is_portal() or not partner.kbs_is_administrator:
            raise AccessError(
                self.env._("Only an administrator of your institution may do that.")
            )
        return client.with_user(user).with_company(user.company_id).sudo()

    def _kbs_as_colleague_of(self, client):
        """Return this person with the rights of ``client``.

        :raise UserError: he does not work there
        """
        self.ensure_one()
        found = client.search(
            client._kbs_get_people_domain() & Domain("id", "=", self.id)
        )
        if not found:
            raise UserError(self.env._("There is no such person in your institution."))
        return found

    def _kbs_get_access(self, company):
        """Return Odoo's wizard line that gives this person access, and takes it.

        Made by the system, as the wizard asks for rights of an employee.
        """
        wizard = (
            self.env["portal.wizard"]
            .with_user(SUPERUSER_ID)
            .with_company(company)
            .create({"partner_ids": [(6, 0, self.ids)]})
        )
        return wizard.user_ids

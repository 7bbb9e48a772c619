from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

ACCOUNT_MARKS = {"access": "success", "invited": "warning", "none": "secondary"}


class ResPartner(models.Model):
    """The page "Colleagues" of the portal, as plain values.

    Everybody of the institution reads names, roles and who has access: they work
    together. E-mail addresses, who sees the money, and the buttons are for its
    administrators.
    """

    _inherit = "res.partner"

    def _kbs_get_people_domain(self):
        """Domain of the people of this client: contacts, and whoever has an account."""
        self.ensure_one()
        is_person = (
            Domain("is_company", "=", False)
            & Domain("type", "=", "contact")
            & Domain("id", "!=", self.id)
        )
        return Domain("commercial_partner_id", "=", self.id) & (
            is_person | Domain("user_ids", "!=", False)
        )

    @api.model
    def _kbs_find_colleague_sudo(self, user, person_id):
        """Return somebody of the institution of ``user``, with sudo, or nobody."""
        client = user.sudo().partner_id.commercial_partner_id
        return client.search(
            client._kbs_get_people_domain() & Domain("id", "=", person_id)
        )

    @api.model
    def _kbs_count_colleagues_sudo(self, user):
        client = user.sudo().partner_id.commercial_partner_id
        return client.search_count(client._kbs_get_people_domain())

    @api.model
    def _kbs_prepare_colleagues_sudo(self, user, limit=None, offset=0):
        """Return the page of ``user``.

        :return: dict of ``client``, ``is_administrator``, ``is_limited`` (invoices for
            named people only), ``administrators`` (names), ``people`` (see
            :meth:`_kbs_prepare_colleague_row`)
        """
        me = user.sudo().partner_id
        client = me.commercial_partner_id
        people = client.search(
            client._kbs_get_people_domain(),
            order="name, id",
            limit=limit,
            offset=offset,
        )
        managing = client._kbs_get_administrators_sudo()
        page = {
            "client": client.display_name,
            "is_administrator": me in managing,
            "is_limited": client.kbs_are_invoices_limited,
            "administrators": [x.name for x in managing],
        }
        accounts = people._kbs_prepare_accounts()
        return page | {
            "people": [
                x._kbs_prepare_colleague_row(me, accounts[x.id], page) for x in people
            ],
        }

    def _kbs_prepare_colleague_row(self, me, account, page):
        """Return one person as plain values.

        :return: dict of ``id``, ``name``, ``role``, ``is_me``, ``is_administrator``,
            ``state`` (``access``, ``invited``, ``none``), ``words``, ``mark``; for
            administrators also ``email`` and ``sees_invoices``
        """
        self.ensure_one()
        roles = dict(self._fields["kbs_role"]._description_selection(self.env))
        row = {
            "id": self.id,
            "name": self.name or self.display_name,
            "role": self.function or roles.get(self.kbs_role) or "",
            "is_me": self == me,
            "is_administrator": self.kbs_is_administrator,
            "mark": ACCOUNT_MARKS[account["state"]],
            "state": account["state"],
            "words": account["words"],
        }
        if page["is_administrator"]:
            row |= {
                "email": self.email or account["email"],
                "sees_invoices": self._kbs_may_see_invoices(),
            }
        return row

    def _kbs_prepare_accounts(self):
        """Return ``{id: dict of state, words and email}``: who can come, or was asked.

        Where the manager decides about an address, it is "invited" for the client.
        """
        users = self.env["res.users"].search_fetch(
            [("partner_id", "in", self.ids)], ["partner_id"]
        )
        came = self._kbs_get_login_dates(users)
        held = self.env["kbs.invitation"]._get_held_sudo(self)
        sent = dict(
            self.env["kbs.invitation"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["moment:max"]
            )
        )
        known = users.partner_id
        found = {}
        for person in self:
            invitation = held.get(person.sudo(False))
            state = "none"
            if came.get(person.id):
                state = "access"
            elif person in known or invitation:
                state = "invited"
            found[person.id] = {
                "state": state,
                "words": self._kbs_tell_account(state, sent.get(person)),
                "email": invitation.email if invitation else "",
            }
        return found

    def _kbs_tell_account(self, state, moment):
        if state == "access":
            return self.env._("has access")
        if state == "none":
            return self.env._("no access")
        if not moment:
            return self.env._("invited, has not logged in yet")
        return self.env._(
            "invited on %(date)s, has not logged in yet",
            date=format_date(self.env, moment.date()),
        )

    def _kbs_get_login_dates(self, users=None):
        """Return ``{partner id: last login}`` of those who came, of all their users."""
        if users is None:
            users = self.env["res.users"].search([("partner_id", "in", self.ids)])
        logs = self.env["res.users.log"]._read_group(
            [("create_uid", "in", users.ids)], ["create_uid"], ["create_date:max"]
        )
        return {user.partner_id.id: moment for user, moment in logs}

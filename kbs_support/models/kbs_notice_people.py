from odoo import fields, models

# Who of a client is told first, when the campaign asks for no role.
ROLES = ("updates", "accounting", False, "head")


class KbsNotice(models.Model):
    """Who of a client is told, by language and role, and through which channels."""

    _inherit = "kbs.notice"

    def _prepare_rows(self, clients, supports):
        """Return values of the rows of ``clients``, one for each channel."""
        rows = []
        people = self._get_people(clients)
        with_account = self._get_ids_with_account(clients)
        for client in clients:
            support = supports.get(client.id) or self.env["kbs.subscription"]
            base = {
                "notice_id": self.id,
                "commercial_partner_id": client.id,
                "subscription_id": support.id,
                "plan_id": support.plan_id.id,
                "user_id": (support.manager_id or support.specialist_id).id
                or self.user_id.id,
            }
            rows += [
                {**base, **row}
                for row in self._prepare_channels(
                    people.get(client.id, []),
                    support.plan_id,
                    client.id in with_account,
                )
            ]
        return rows

    def _prepare_channels(self, people, plan, has_account):
        """Return what differs from channel to channel, of one client.

        :param people: ``res.partner`` of the client, who is told first stands first
        """
        people = [x for x in people if self._speaks(x)]
        if not people:
            return []
        rows = []
        if self.with_email and (plan.is_notified_email or self._is_for_all()):
            rows.append(self._prepare_letter_row(people))
        if self.call_mode != "never" and plan.is_notified_phone:
            rows.append(self._prepare_call_row(people))
        if self.with_web and plan.is_notified_web and has_account:
            rows.append({"channel": "web", "partner_id": people[0].id})
        return rows

    def _is_for_all(self):
        """Whether it is told to everybody, whatever his plan promises."""
        return self.is_mandatory or self.kind == "withdrawal" or self.is_urgent

    def _speaks(self, person):
        return not self.lang_ids or person.lang in self.lang_ids.mapped("code")

    def _prepare_letter_row(self, people):
        reachable = [x for x in people if x.email_normalized]
        willing = [x for x in reachable if self._takes_letters(x)]
        person = (willing or reachable or people)[0]
        state = "waiting" if willing else "refused" if reachable else "no_address"
        return {
            "channel": "email",
            "partner_id": person.id,
            "email": person.email_normalized,
            "state": state,
            "done_at": fields.Datetime.now() if state != "waiting" else False,
        }

    def _takes_letters(self, person):
        """What has a legal deadline, or was withdrawn, is told to everybody."""
        is_due = self.is_mandatory or self.kind == "withdrawal"
        return is_due or not (person.kbs_is_news_refused or person.is_blacklisted)

    def _prepare_call_row(self, people):
        reachable = [x for x in people if x.phone]
        person = (reachable or people)[0]
        return {
            "channel": "phone",
            "partner_id": person.id,
            "phone": person.phone,
            "state": "waiting" if reachable else "no_address",
        }

    def _get_people(self, clients):
        """Return ``{client id: [people]}``; who is told first stands first."""
        people = self.env["res.partner"].search_fetch(
            [
                ("commercial_partner_id", "in", clients.ids),
                ("type", "in", ("contact", "invoice", "other", False)),
            ],
            [
                "commercial_partner_id",
                "email_normalized",
                "phone",
                "lang",
                "kbs_role",
                "kbs_is_news_refused",
                "parent_id",
            ],
            order="id",
        )
        roles = sorted(ROLES, key=lambda x: x != self.role) if self.role else ROLES

        def rank(person):
            # The institution itself stands before its people without a role.
            is_person = person != person.commercial_partner_id
            return roles.index(person.kbs_role or False), is_person, person.id

        return {
            client.id: found.sorted(rank)
            for client, found in people.grouped("commercial_partner_id").items()
        }

    def _get_ids_with_account(self, clients):
        """Return ids of the clients of whom somebody comes to the portal."""
        users = self.env["res.users"].search_fetch(
            [("partner_id.commercial_partner_id", "in", clients.ids)], ["partner_id"]
        )
        return set(users.partner_id.commercial_partner_id.ids)

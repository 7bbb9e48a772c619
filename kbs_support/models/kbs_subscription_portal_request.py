from odoo import models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty, plaintext2html

MAX_REASON = 5000  # characters


class KbsSubscription(models.Model):
    """What a client asks for in the portal, and a person decides.

    A request is a ticket: the client follows it as any other. The manager is told by
    a planned activity on the subscription.
    """

    _inherit = "kbs.subscription"

    def _get_portal_request_kinds(self, user):
        """Return ``{key: title}`` of what ``user`` may ask for now. To be extended.

        Who may order hours himself does not ask for them.
        """
        self.ensure_one()
        if not self._is_portal_served():
            return {}
        kinds = {
            "plan": self.env._("Another plan"),
            "hours": self.env._("More hours of a specialist"),
            "pause": self.env._("A pause"),
            "leave": self.env._("The end of support"),
            "other": self.env._("Something else"),
        }
        if self._may_order_portal(user, self.company_id):
            kinds["plan"] = self.env._("Another plan from the renewal on")
            del kinds["hours"]
        return kinds

    def _prepare_portal_requests(self, user):
        """Return the page of requests.

        :return: dict of ``kinds`` (see :meth:`_get_portal_request_kinds`), ``plans``
            and ``hours`` (what the two would cost, see :meth:`_prepare_portal_change`
            and :meth:`_prepare_portal_hour_prices`; nothing where he orders himself,
            and no plans for who sees no invoices)
        """
        self.ensure_one()
        kinds = self._get_portal_request_kinds(user)
        is_asked = "hours" in kinds
        # What the days left have paid tells what the client's support has cost.
        sees_prices = user.sudo().partner_id._kbs_may_see_invoices()
        changes = self._get_portal_changes() if is_asked and sees_prices else []
        return {
            "kinds": kinds,
            "plans": [self._prepare_portal_change(x) for x in changes],
            "hours": self._prepare_portal_hour_prices() if is_asked else [],
        }

    def _request_from_portal_sudo(self, user, kind, reason):
        """Take in what ``user`` asks for; the same twice is one.

        :param str kind: a key of :meth:`_get_portal_request_kinds`
        :param str reason: plain text
        :return: ``helpdesk.ticket`` with sudo
        :raise UserError: it is nothing to ask for, or there is no reason
        """
        self.ensure_one()
        subscription = self.sudo().with_company(self.company_id)
        title = subscription._get_portal_request_kinds(user).get(kind)
        if not title:
            raise UserError(self.env._("Choose what you ask for."))
        if is_html_empty(plaintext2html(reason)):
            raise UserError(self.env._("Write why: your manager decides by it."))
        if len(reason) > MAX_REASON:
            raise UserError(
                self.env._(
                    "The text is longer than %(count)s characters.", count=MAX_REASON
                )
            )
        values = {
            "name": f"{title}: {self.name}",
            "description": plaintext2html(reason),
            "partner_id": user.sudo().partner_id.id,
            "company_id": self.company_id.id,
            "category_id": False,
        }
        tickets = subscription.env["helpdesk.ticket"]
        if same := tickets._kbs_find_same_sudo(user, values):
            return same
        ticket = tickets.create(values)
        subscription._tell_manager_of_request(ticket, title)
        return ticket

    def _tell_manager_of_request(self, ticket, title):
        """Plan it for the manager, else for who calls the clients without one."""
        manager = self._get_working_manager() or self.company_id.kbs_renewal_user_id
        if not manager:
            return
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            user_id=manager.id,
            summary=self.env._(
                "The client asks: %(what)s, ticket %(number)s",
                what=title,
                number=ticket.number,
            ),
        )

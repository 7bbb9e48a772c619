from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date, is_html_empty, plaintext2html

MAX_REASON = 5000  # characters
# What the client may ask for while his support is in one of these states.
SERVED = ("active", "paused", "upcoming")


class KbsSubscription(models.Model):
    """What a client asks for in the portal, and a person decides.

    A request is a ticket: the client follows it as any other. The manager is told by
    a planned activity on the subscription.
    """

    _inherit = "kbs.subscription"

    def _get_portal_request_kinds(self):
        """Return ``{key: title}`` of what may be asked for now. To be extended."""
        self.ensure_one()
        if self.closed_on or self.leaving_since or self.state not in SERVED:
            return {}
        return {
            "plan": self.env._("Another plan"),
            "hours": self.env._("More hours of a specialist"),
            "pause": self.env._("A pause"),
            "leave": self.env._("The end of support"),
        }

    def _prepare_portal_requests(self):
        """Return the page of requests.

        :return: dict of ``kinds`` (see :meth:`_get_portal_request_kinds`), ``plans``
            (dicts of ``words`` and ``difference``: what a bigger plan costs to the end
            of the running period) and ``hours`` (``name``, ``price``)
        """
        self.ensure_one()
        return {
            "kinds": self._get_portal_request_kinds(),
            "plans": self._prepare_portal_plan_changes(),
            "hours": self._prepare_portal_hour_prices(),
        }

    def _prepare_portal_plan_changes(self):
        period, day = self._get_running_period(), self._get_first_change_day()
        if not period or not day or self._get_staying_refusal():
            return []
        plans = self.env["kbs.plan"].search([("id", "!=", period.plan_id.id)])
        found = []
        for plan in plans:
            try:
                change = self._quote_change(plan, day, period)
            except UserError:
                continue  # a cheaper one waits for the renewal
            found.append(
                {
                    "words": self.env._(
                        "%(plan)s from %(first)s until %(last)s, to pay:",
                        plan=plan.name,
                        first=format_date(self.env, change.day),
                        last=format_date(self.env, period.sold_until),
                    ),
                    "difference": format_amount(
                        self.env, change.difference, period.currency_id
                    ),
                }
            )
        return found

    def _prepare_portal_hour_prices(self):
        lists = self.env["product.pricelist"]._kbs_get_support_lists(self.company_id)
        products = self.env["product.product"].union(
            *(
                self.env.ref(f"kbs_support.product_product_kbs_{name}", False) or []
                for name in ("hour", "hour_pack_5")
            )
        )
        regular = lists[:1]
        prices = regular._get_products_price(products, 1.0) if regular else {}
        return [
            {
                "name": x.name,
                "price": format_amount(self.env, prices[x.id], regular.currency_id),
            }
            for x in products
            if prices.get(x.id)
        ]

    def _request_from_portal_sudo(self, user, kind, reason):
        """Take in what ``user`` asks for; the same twice is one.

        :param str kind: a key of :meth:`_get_portal_request_kinds`
        :param str reason: plain text
        :return: ``helpdesk.ticket`` with sudo
        :raise UserError: it is nothing to ask for, or there is no reason
        """
        self.ensure_one()
        subscription = self.sudo().with_company(self.company_id)
        title = subscription._get_portal_request_kinds().get(kind)
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

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_amount, format_datetime

from ..tools.locking import wait_for_others

MAX_HOME = 3
MARKS = {
    "draft": "warning",
    "open": "success",
    "done": "info",
    "cancel": "secondary",
}


class EventRegistration(models.Model):
    """What a client sees of his company's seats at events.

    Clients have no rights on registrations: all goes through these methods.
    """

    _inherit = "event.registration"

    @api.model
    def _kbs_get_portal_domain(self, user):
        """Domain of the seats of the company of ``user``, asked anew each time."""
        client = user.sudo().partner_id.commercial_partner_id
        return Domain("kbs_client_id", "=", client.id) & Domain(
            "company_id", "in", [*user.company_ids.ids, False]
        )

    @api.model
    def _kbs_find_portal_sudo(self, user, registration_id):
        """Return the seat with sudo if it is of the company of ``user``, else none."""
        domain = self._kbs_get_portal_domain(user) & Domain("id", "=", registration_id)
        return self.sudo().search(domain)

    @api.model
    def _kbs_get_portal_parts(self, user, words=""):
        """Return the domains of the seats to come, and of those that are over.

        :param str words: of the name of the event or of the person
        """
        mine = self._kbs_get_portal_domain(user)
        if words:
            mine &= Domain("event_id.name", "ilike", words) | Domain(
                "name", "ilike", words
            )
        now = fields.Datetime.now()
        over = Domain("event_id.date_end", "<", now)
        return mine & Domain("event_id.date_end", ">=", now), mine & over

    @api.model
    def _kbs_count_portal_sudo(self, user, words=""):
        """Return how many seats there are to come, and how many are over."""
        seats = self.sudo()
        coming, past = self._kbs_get_portal_parts(user, words)
        return seats.search_count(coming), seats.search_count(past)

    @api.model
    def _kbs_prepare_portal_sudo(self, user, words="", offset=0, limit=None):
        """Return seats of the client as plain values: ``coming`` and ``past``.

        The nearest stands first; what is over comes after all that is to come.

        :param int limit: how many of both together; None means all
        """
        seats = self.sudo()
        coming_domain, past_domain = self._kbs_get_portal_parts(user, words)
        before = seats.search_count(coming_domain) if offset else 0
        # Events are sorted by their beginning.
        coming = seats.search(
            coming_domain, order="event_id, id", offset=offset, limit=limit
        )
        past = seats.browse()
        if limit is None or len(coming) < limit:
            past = seats.search(
                past_domain,
                order="event_id desc, id desc",
                offset=max(offset - before, 0),
                limit=limit and limit - len(coming),
            )
        return {
            "coming": [x._kbs_prepare_portal_row() for x in coming],
            "past": [x._kbs_prepare_portal_row() for x in past],
        }

    def _kbs_prepare_portal_row(self):
        self.ensure_one()
        event = self.event_id
        company = event._kbs_get_company()
        invoice = self.sale_order_id.invoice_ids.filtered(
            lambda x: x.state == "posted" and x._kbs_is_open()
        )[:1]
        return {
            "id": self.id,
            "event": event.name,
            "url": event.website_published and event.website_url,
            "when": format_datetime(
                self.env, self.event_begin_date, company.kbs_tz, "d MMMM y, HH:mm"
            ),
            "organiser": event.organizer_id.name,
            "person": self.name or self.email,
            "state": self._kbs_tell_portal_state(),
            "mark": MARKS[self.state],
            "words": self.kbs_benefit_reason,
            "is_lost": bool(self.kbs_lost_on),
            "price": self.kbs_price
            and format_amount(self.env, self.kbs_price, company.currency_id),
            "pay_url": invoice and f"/my/support/pay/{invoice.id}",
            "may_cancel": not self._kbs_get_portal_cancel_fault(),
            "certificate_url": self._kbs_has_certificate()
            and f"/my/events/{self.id}/certificate",
        }

    def _kbs_tell_portal_state(self):
        # Odoo's word for it has a gender in Ukrainian; half of our readers are women.
        if self.state == "done":
            return self.env._("Took part")
        states = self._fields["state"]._description_selection(self.env)
        return dict(states)[self.state]

    def _kbs_get_portal_cancel_fault(self):
        """Return why the client cannot give this seat back himself, or None."""
        self.ensure_one()
        if self.state not in ("draft", "open"):
            return self.env._("This registration is over already.")
        if self.event_begin_date <= fields.Datetime.now():
            return self.env._("The event has begun. Call us, please.")
        if self.sale_order_id and self.kbs_price:
            return self.env._("There is an invoice for this seat. Call us, please.")
        return None

    def _kbs_cancel_from_portal_sudo(self, user):
        """Give the seat back, as ``user`` of the client wishes; twice is once.

        :raise UserError: it is too late, or there is an invoice
        """
        self.ensure_one()
        seat = self.sudo()
        wait_for_others(seat)
        seat.invalidate_recordset(["state"])
        if seat.state == "cancel":
            return
        if fault := seat._kbs_get_portal_cancel_fault():
            raise UserError(fault)
        seat.action_cancel()
        seat.message_post(
            body=self.env._("Cancelled in the portal"),
            author_id=user.sudo().partner_id.id,
            subtype_xmlid="mail.mt_note",
        )

    @api.model
    def _kbs_prepare_portal_home_sudo(self, user):
        """Return what the home of support says: own seats, and what can be joined.

        :return: dict of ``mine`` (rows) and ``coming`` (dicts of ``name``, ``when``,
            ``url`` and ``organiser``)
        """
        now = fields.Datetime.now()
        seats = self.sudo().search(
            self._kbs_get_portal_domain(user)
            & Domain("event_id.date_begin", ">", now)
            & Domain("state", "in", ("draft", "open"))
        )
        mine = seats.sorted(lambda x: (x.event_begin_date, x.id))[:MAX_HOME]
        # By the rights of the reader: what is published for him.
        events = (
            self.env["event.event"]
            .with_user(user)
            .search(
                [
                    ("date_begin", ">", now),
                    ("website_published", "=", True),
                    ("id", "not in", seats.event_id.ids),
                ],
                order="date_begin, id",
                limit=MAX_HOME,
            )
        )
        return {
            "mine": [x._kbs_prepare_portal_row() for x in mine],
            "coming": [
                {
                    "name": x.name,
                    "when": format_datetime(
                        self.env,
                        x.date_begin,
                        x._kbs_get_company().kbs_tz,
                        "d MMMM y, HH:mm",
                    ),
                    "url": x.website_url,
                    "organiser": x.organizer_id.name,
                }
                for x in events.sudo()
            ],
        }


class KbsSubscription(models.Model):
    _inherit = "kbs.subscription"

    @api.model
    def _prepare_portal_home_sudo(self, user):
        # EXTENDS the home: a block of its own.
        home = super()._prepare_portal_home_sudo(user)
        Registration = self.env["event.registration"]
        return home | {"events": Registration._kbs_prepare_portal_home_sudo(user)}

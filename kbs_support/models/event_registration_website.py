from collections import Counter

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, format_amount

from ..tools.locking import take_turn
from ..tools.training import get_person
from .event_registration_benefit import Ask


def _tell_apart(name, email):
    """Return by what two attendees of one client are told apart."""
    return get_person("", name), email_normalize(email or "") or ""


class EventRegistration(models.Model):
    """Registering on the website: at the price that was read there, or not at all."""

    _inherit = "event.registration"

    @api.model
    def _kbs_prepare_website_sudo(self, event, user, rows, shown):
        """Complete what was typed on the website by benefits, and order what costs.

        Sudo: visitors have no rights on registrations, orders and periods.

        :param list rows: values of registrations, as Odoo's controller has read them
        :param float shown: what the visitor has read as the sum
        :return: ``(values of registrations, order or an empty record)``
        :raise UserError: it costs more than he has read, or is not to be had
        """
        asks = [self._kbs_read_ask(event, user, row) for row in rows]
        self._kbs_check_not_booked_sudo(event, asks[0].client, rows)
        answers = self._kbs_judge_sudo(asks, is_final=True)
        self._kbs_check_shown(event, rows, answers, shown)
        is_client = user.has_group("base.group_portal")
        partner = user.sudo().partner_id if not user._is_public() else user.browse()
        order, lines = self.env["sale.order"], {}
        keys = [
            (row.get("event_ticket_id"), row.get("event_slot_id") or False, answer)
            for row, answer in zip(rows, answers, strict=True)
        ]
        paid = Counter(key for key in keys if key[2].price)
        if paid and is_client:
            client = partner.commercial_partner_id
            order, lines = self._kbs_make_order_sudo(event, client, paid)
            self._kbs_check_total(order, shown)
        values = []
        for row, ask, key in zip(rows, asks, keys, strict=True):
            more = self._kbs_prepare_benefit(key[2], ask.person)
            if partner:
                more["partner_id"] = partner.id
            if line := lines.get(key):
                more |= {"sale_order_id": order.id, "sale_order_line_id": line.id}
            elif key[2].price:
                # Nobody to send the invoice to yet: a person looks at it.
                more["state"] = "draft"
            values.append({**row, **more})
        return values, order

    @api.model
    def _kbs_read_ask(self, event, user, row):
        """Return the seat that ``row`` asks for; only who is logged in is a client.

        :raise UserError: the ticket is not sold, or not of this event
        """
        ticket = event.sudo().event_ticket_ids.filtered(
            lambda x: x.id == row.get("event_ticket_id")
        )
        if not ticket.sale_available or not event.sudo().event_registrations_open:
            raise UserError(
                self.env._("This ticket is not available. Choose another one.")
            )
        client = self.env["res.partner"]
        if not user._is_public():
            client = user.sudo().partner_id.commercial_partner_id
        return Ask(
            ticket=ticket,
            client=client,
            slot=self.env["event.slot"].sudo().browse(row.get("event_slot_id") or []),
            person=get_person(email_normalize(row.get("email") or ""), row.get("name")),
        )

    @api.model
    def _kbs_check_not_booked_sudo(self, event, client, rows):
        """A form that is sent twice takes and bills its seats once.

        Colleagues may share an address, so the name counts too. Sudo: clients read no
        registrations, these are of their own company.

        :param client: ``res.partner``; of who is not logged in nothing is looked up
        :raise UserError: one of them has the same seat already
        """
        if not client:
            return
        take_turn(client)
        booked = self.sudo().search(
            [
                ("event_id", "=", event.id),
                ("kbs_client_id", "=", client.id),
                ("state", "!=", "cancel"),
            ]
        )
        known = {
            (x.event_ticket_id.id, x.event_slot_id.id, *_tell_apart(x.name, x.email))
            for x in booked
        }
        for row in rows:
            seat = (row.get("event_ticket_id"), row.get("event_slot_id") or False)
            if (*seat, *_tell_apart(row.get("name"), row.get("email"))) in known:
                raise UserError(
                    self.env._(
                        "%(person)s is registered already. See “Training events” in "
                        "your portal.",
                        person=row.get("name") or row.get("email") or "—",
                    )
                )

    @api.model
    def _kbs_check_shown(self, event, rows, answers, shown):
        """Nobody pays more than he has read.

        :raise UserError: says what it costs now, and who has no benefit for what reason
        """
        currency = event.sudo()._kbs_get_company().currency_id
        total = sum(answer.price for answer in answers)
        if currency.compare_amounts(total, shown) <= 0:
            return
        reasons = [
            f"{row.get('name') or row.get('email') or '—'}: {answer.reason}"
            for row, answer in zip(rows, answers, strict=True)
            if answer.price
        ]
        raise UserError(
            self.env._(
                "Nothing is booked: the price is %(price)s, not %(shown)s. %(reasons)s",
                price=format_amount(self.env, total, currency),
                shown=format_amount(self.env, shown, currency),
                reasons=" ".join(reasons),
            )
        )

    @api.model
    def _kbs_check_total(self, order, shown):
        """The order says what was shown, whatever price lists and taxes do.

        :raise UserError: it is more
        """
        if order.currency_id.compare_amounts(order.amount_total, shown) > 0:
            raise UserError(
                self.env._(
                    "Nothing is booked: the price is %(price)s, not %(shown)s. "
                    "%(reasons)s",
                    price=order._kbs_write_amount(order.amount_total),
                    shown=order._kbs_write_amount(shown),
                    reasons="",
                )
            )

    def _kbs_prepare_receipt(self):
        """Return what the page after the registration says of money, with sudo.

        :return: dict of ``rows`` (``name``, ``words``, ``price``), ``total``,
            ``pay_url`` and ``is_waiting`` (somebody of ours has to send the invoice)
        """
        company = self.event_id[:1]._kbs_get_company()
        price = sum(self.mapped("kbs_price"))
        # Sudo is what this was called with; the link checks the right once more.
        invoice = self.sale_order_id.invoice_ids.filtered(
            lambda x: x.state == "posted" and x.move_type == "out_invoice"
        )[:1]
        return {
            "rows": [
                {
                    "name": x.name,
                    "words": x.kbs_client_id and x.kbs_benefit_reason,
                    "price": x.kbs_price
                    and format_amount(self.env, x.kbs_price, company.currency_id),
                }
                for x in self
            ],
            "total": price and format_amount(self.env, price, company.currency_id),
            "pay_url": invoice and f"/my/support/pay/{invoice.id}",
            "is_waiting": bool(price and not invoice),
        }


class EventEvent(models.Model):
    _inherit = "event.event"

    def _kbs_prepare_public_sudo(self, user):
        """Return what the page of an event says of the visitor's own prices.

        Sudo: visitors read no plans and periods.

        :return: dict of ``tickets`` (``{id: {"price", "own", "words", "kind"}}``) and
            ``is_hinted`` (who logs in may have a benefit)
        """
        self.ensure_one()
        tickets = self.sudo().event_ticket_ids
        answers = self._kbs_judge_for(user, [(x, False) for x in tickets])
        rules = {}
        if user._is_public():
            # Three or four plans, and each of them may give something.
            plans = self.env["kbs.plan"].sudo().search([])  # pylint: disable=no-search-all
            rules = tickets._kbs_get_rules_sudo(plans)
        return {
            "is_hinted": any(x.price for x in tickets)
            and any(x.get_percent() for x in rules.values()),
            "tickets": {
                ticket.id: self._kbs_prepare_ticket(ticket, answer, user)
                for ticket, answer in zip(tickets, answers, strict=True)
            },
        }

    def _kbs_prepare_ticket(self, ticket, answer, user):
        currency = self.sudo()._kbs_get_company().currency_id
        return {
            "kind": answer.kind,
            "price": ticket.price and format_amount(self.env, ticket.price, currency),
            "own": answer.price and format_amount(self.env, answer.price, currency),
            "words": not user._is_public() and answer.reason,
        }

    def _kbs_prepare_bill_sudo(self, user, tickets, slot_id=False):
        """Return what the chosen tickets cost ``user``, before names are known.

        :param tickets: list of dicts with ``id`` and ``quantity``
        :return: dict of ``amount`` (a text to send back), ``total`` (for people, False
            where it is free) and ``words`` (sentences, each once)
        """
        self.ensure_one()
        by_id = {x.id: x for x in self.sudo().event_ticket_ids}
        slot = int(slot_id) if slot_id else False
        wanted = [
            (by_id[x["id"]], slot)
            for x in tickets
            if x["id"] in by_id
            for _n in range(x["quantity"])
        ]
        answers = self._kbs_judge_for(user, wanted)
        total = sum(x.price for x in answers)
        currency = self.sudo()._kbs_get_company().currency_id
        return {
            "amount": f"{total:.2f}",
            "total": total and format_amount(self.env, total, currency),
            "words": []
            if user._is_public()
            else list(dict.fromkeys(x.reason for x in answers)),
        }

    def _kbs_judge_for(self, user, wanted):
        """Return an answer for each ``(ticket, slot id)``, without taking seats."""
        client = self.env["res.partner"]
        if not user._is_public():
            # Sudo: portal users may not read all of their own company.
            client = user.sudo().partner_id.commercial_partner_id
        Slot = self.env["event.slot"].sudo()
        return self.env["event.registration"]._kbs_judge_sudo(
            [Ask(ticket, client, Slot.browse(slot or [])) for ticket, slot in wanted]
        )

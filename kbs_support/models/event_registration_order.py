from odoo import Command, api, models
from odoo.exceptions import UserError


class EventRegistration(models.Model):
    """Seats that are to be paid become an order: a client pays by a transfer."""

    _inherit = "event.registration"

    @api.model
    def _kbs_make_order_sudo(self, event, client, groups):
        """Make the quotation of seats, and return it with its lines by group.

        Sudo: a client who registers has no rights on orders.

        :param client: who pays, ``res.partner``
        :param dict groups: ``{(ticket id, slot id, Answer): number of seats}``
        :return: ``(order, {key of groups: order line})``
        """
        company = event.sudo()._kbs_get_company()
        order = (
            self.env["sale.order"]
            .sudo()
            .with_company(company)
            .with_context(lang=client.sudo().lang or self.env.lang)
            .create(
                {
                    "partner_id": client.id,
                    "company_id": company.id,
                    "user_id": event.sudo().user_id.id,
                    "order_line": [
                        Command.create(self._kbs_prepare_line(event, *key, count))
                        for key, count in groups.items()
                    ],
                }
            )
        )
        return order, dict(zip(groups, order.order_line, strict=True))

    @api.model
    def _kbs_prepare_line(self, event, ticket_id, slot_id, answer, count):
        ticket = event.sudo().event_ticket_ids.browse(ticket_id)
        return {
            "product_id": ticket.product_id.id,
            "event_id": event.id,
            "event_ticket_id": ticket_id,
            "event_slot_id": slot_id,
            "product_uom_qty": count,
            "kbs_event_benefit": answer.kind,
            "kbs_event_percent": answer.percent,
            "kbs_event_reason": answer.reason,
            "kbs_event_period_id": answer.period.id,
        }

    def action_kbs_order(self):
        """Make the quotation of these seats, for the client to pay."""
        self.check_access("write")
        self.env["sale.order"].check_access("create")
        if fault := self._kbs_get_order_fault():
            raise UserError(fault)
        seats = self.filtered(lambda x: x.kbs_price and x.state != "cancel")
        asks = [x._kbs_get_ask() for x in seats]
        answers = self._kbs_judge_sudo(asks, ignored=seats, is_final=True)
        groups = {}
        for seat, answer in zip(seats, answers, strict=True):
            key = (seat.event_ticket_id.id, seat.event_slot_id.id, answer)
            groups[key] = groups.get(key, seat.browse()) | seat
        counts = {key: len(group) for key, group in groups.items()}
        order, lines = self._kbs_make_order_sudo(
            self.event_id, self.kbs_client_id, counts
        )
        for key, group in groups.items():
            # Sudo: a salesperson may make the order, and not write the benefit.
            group.sudo().write(
                {"sale_order_id": order.id, "sale_order_line_id": lines[key].id}
            )
            group.sudo()._kbs_follow_line(lines[key], is_named=True)
        return order.with_env(self.env)._get_records_action()

    def _kbs_get_order_fault(self):
        if self.sale_order_id:
            return self.env._("There is an order for these seats already.")
        if not self.filtered("kbs_price"):
            return self.env._("There is nothing to pay for these seats.")
        if len(self.event_id) != 1 or len(self.kbs_client_id) != 1:
            return self.env._("One order is for one client and one event.")
        if any(not x.kbs_client_id for x in self):
            return self.env._("Choose the client who pays (“Booked by”) first.")
        return None

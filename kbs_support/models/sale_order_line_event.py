from odoo import api, fields, models

from .event_registration_benefit import Ask
from .kbs_event_benefit import KINDS


class SaleOrderLine(models.Model):
    """Seats of a training event in a quotation, at the price of the client's plan.

    The website knows who comes and judges each; here seats have no names. So it says
    itself what its lines have, and the fields can be written. A confirmation asks
    once more, whoever has written them.
    """

    _inherit = "sale.order.line"

    kbs_event_benefit = fields.Selection(
        selection=KINDS,
        string="Benefit at the Event",
        compute="_compute_kbs_event_benefit",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
    )
    kbs_event_percent = fields.Float(
        string="Benefit, %",
        digits=(5, 2),
        compute="_compute_kbs_event_benefit",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
    )
    kbs_event_reason = fields.Char(
        string="Why This Benefit",
        compute="_compute_kbs_event_benefit",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
    )
    kbs_event_period_id = fields.Many2one(
        comodel_name="kbs.subscription.period",
        string="Benefit of the Period",
        compute="_compute_kbs_event_benefit",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "event_ticket_id", "event_slot_id", "product_uom_qty", "order_id.partner_id"
    )
    def _compute_kbs_event_benefit(self):
        """Judge the seats of each line together: all of them, or none."""
        judged = self.filtered(lambda x: x.event_ticket_id and not x._kbs_is_sold())
        for line in self - judged:
            line.kbs_event_benefit = line.event_ticket_id and line.kbs_event_benefit
            line.kbs_event_percent = line.kbs_event_percent
            line.kbs_event_reason = line.event_ticket_id and line.kbs_event_reason
            line.kbs_event_period_id = line.kbs_event_period_id
        for line, answer in judged._kbs_judge_events_sudo().items():
            line.kbs_event_benefit = answer.kind
            line.kbs_event_percent = answer.percent
            line.kbs_event_reason = answer.reason
            line.kbs_event_period_id = answer.period.id

    @api.depends("kbs_event_percent", "event_ticket_id")
    def _compute_discount(self):
        # EXTENDS sale
        result = super()._compute_discount()
        for line in self.filtered(lambda x: x.event_ticket_id and not x._kbs_is_sold()):
            line.discount = line.kbs_event_percent
        return result

    # === BUSINESS METHODS === #

    def _kbs_judge_events_sudo(self, is_final=False):
        """Return ``{line: Answer}`` for lines of events.

        Seats have no names here. A line has one price: where the plan has fewer seats
        left than it asks for, none of them has the benefit, and the reason says so.
        """
        Registration = self.env["event.registration"]
        asks, counts = [], []
        for line in self:
            count = max(int(line.product_uom_qty), 1)
            client = line.order_id.partner_id.commercial_partner_id._origin
            ask = Ask(line.event_ticket_id._origin, client, line.event_slot_id._origin)
            asks += [ask] * count
            counts.append(count)
        answers = iter(
            Registration._kbs_judge_sudo(
                asks, self._origin.sudo().registration_ids, is_final
            )
        )
        judged = {}
        for line, count in zip(self, counts, strict=True):
            # The last one is the one for whom a seat may be missing.
            *_others, judged[line] = [next(answers) for _x in range(count)]
        return judged

    def _kbs_prepare_event_benefit(self):
        """Values of the registrations that this line pays."""
        self.ensure_one()
        quantity = self.product_uom_qty or 1
        return {
            "kbs_benefit": self.kbs_event_benefit or "none",
            "kbs_discount": self.kbs_event_percent,
            "kbs_benefit_reason": self.kbs_event_reason,
            "kbs_period_id": self.kbs_event_period_id.id,
            "kbs_price": self.price_total / quantity,
        }

    def _prepare_base_line_for_taxes_computation(self, **kwargs):
        # EXTENDS sale: the price of a ticket is what the client pays in total (P1).
        if self.event_ticket_id:
            kwargs.setdefault("special_mode", "total_included")
        return super()._prepare_base_line_for_taxes_computation(**kwargs)

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.training import Rule

KINDS = [
    ("none", "No benefit"),
    ("discount", "Discount"),
    ("free", "Free of charge"),
]


class KbsEventBenefit(models.Model):
    """What one plan gives for one ticket, where it differs from the plan's own (E9)."""

    _name = "kbs.event.benefit"
    _description = "Benefit of a Plan for a Training Event"
    _order = "ticket_id, plan_id"

    ticket_id = fields.Many2one(
        comodel_name="event.event.ticket",
        required=True,
        ondelete="cascade",
        domain="[('event_id', '=', event_id)]",
    )
    event_id = fields.Many2one(related="ticket_id.event_id", store=True, index=True)
    plan_id = fields.Many2one(
        comodel_name="kbs.plan", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        selection=KINDS, string="Benefit", required=True, default="discount"
    )
    discount = fields.Float(string="Discount, %", digits=(5, 2))
    seats = fields.Integer(
        string="Seats in a Term",
        help="With this benefit, of one client, in one paid term, at all events "
        "together. 0 is without limit.",
    )

    _one_for_a_plan = models.UniqueIndex(
        "(ticket_id, plan_id)", "This ticket already has a benefit of this plan."
    )
    _amounts_make_sense = models.Constraint(
        "CHECK (discount >= 0 AND discount <= 100 AND seats >= 0)",
        "A discount is between 0 and 100 %, and seats are not negative.",
    )

    @api.constrains("kind", "discount")
    def _check_discount(self):
        if self.filtered(lambda x: x.kind == "discount" and not x.discount):
            raise ValidationError(
                self.env._("Say how much the discount is, or choose “No benefit”.")
            )

    def _get_rule(self):
        self.ensure_one()
        return Rule(self.kind, self.discount, self.seats)

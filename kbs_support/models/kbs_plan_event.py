from odoo import fields, models

from ..tools.training import Rule


class KbsPlan(models.Model):
    """What a plan gives for training events that say nothing of their own (E9)."""

    _inherit = "kbs.plan"

    event_discount = fields.Float(
        string="Discount at Events, %",
        digits=(5, 2),
        default=0.0,
        help="For tickets that have no benefit of their own for this plan.",
    )
    event_seats = fields.Integer(
        string="Seats in a Term",
        help="With the benefit, of one client, in one paid term, at all events "
        "together. 0 is without limit.",
    )

    _events_make_sense = models.Constraint(
        "CHECK (event_discount >= 0 AND event_discount <= 100 AND event_seats >= 0)",
        "A discount is between 0 and 100 %, and seats are not negative.",
    )

    def _get_event_rule(self):
        self.ensure_one()
        return Rule(self.event_benefit, self.event_discount, self.event_seats)

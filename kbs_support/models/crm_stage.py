from odoo import fields, models


class CrmStage(models.Model):
    """Where the opportunity of a renewal goes by itself."""

    _inherit = "crm.stage"

    kbs_step = fields.Selection(
        selection=[
            ("to_offer", "No offer, or not sent yet"),
            ("offered", "The offer is sent"),
            ("promised", "Ordered, waits for payment"),
        ],
        string="Renewals Come Here When",
        help="The opportunity of a renewal moves to this stage by itself. Paid ones "
        "move to the stage that is marked as won.",
    )
    kbs_probability = fields.Float(
        string="Probability of Renewal, %",
        help="What a renewal in this stage is given; 0 leaves it as it is.",
    )

    _kbs_probability_is_percent = models.Constraint(
        "CHECK (kbs_probability BETWEEN 0 AND 100)",
        "A probability lies between 0 and 100 %.",
    )

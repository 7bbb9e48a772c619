from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    kbs_ask_rating = fields.Boolean(
        string="Ask for a Rating",
        default=True,
        help="After a ticket is closed its client is asked, once, how it went.",
    )
    kbs_rating_delay = fields.Integer(
        string="Ask after",
        default=2,
        help="Hours after closing, so that a ticket closed by mistake asks nobody.",
    )

    _kbs_rating_delay_not_negative = models.Constraint(
        "CHECK (kbs_rating_delay >= 0)",
        "The rating cannot be asked for before the ticket is closed.",
    )

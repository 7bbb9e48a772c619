from odoo import fields, models

FREQUENCIES = [
    ("month", "Every month"),
    ("quarter", "Every quarter"),
    ("period", "One for a period"),
]


class ResCompany(models.Model):
    """When acts are made, and how the company reminds of them."""

    _inherit = "res.company"

    kbs_act_frequency = fields.Selection(
        selection=FREQUENCIES,
        string="Acts Are Made",
        default="month",
        required=True,
        help="For the clients with whom nothing else was agreed.",
    )
    kbs_act_since = fields.Date(
        string="Acts since",
        required=True,
        default=lambda self: fields.Date.today().replace(day=1),
        help="Days before this one were settled elsewhere: no act is made for them.",
    )
    kbs_act_issue = fields.Boolean(
        string="Issue Acts at Once",
        help="The monthly job gives numbers to the acts that it makes. Otherwise an "
        "accountant looks at the drafts and issues them.",
    )
    kbs_act_reminder = fields.Selection(
        selection=[
            ("none", "Nobody"),
            ("activity", "Our manager, by an activity"),
            ("mail", "The client, by a letter"),
            ("both", "Both"),
        ],
        string="Of an Unsigned Act Is Reminded",
        default="activity",
        required=True,
    )
    kbs_act_reminder_days = fields.Integer(
        string="Reminder of an Unsigned Act",
        default=14,
        help="Days after the issue.",
    )

    _kbs_act_reminder_positive = models.Constraint(
        "CHECK (kbs_act_reminder_days > 0)",
        "A reminder of an unsigned act comes at least a day after its issue.",
    )

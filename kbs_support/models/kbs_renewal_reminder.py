from odoo import api, fields, models


class KbsRenewalReminder(models.Model):
    """One reminder of one renewal, by e-mail, by phone or both. Each is given once.

    Made in the transaction that queues the letter: there is never one without the
    other.
    """

    _name = "kbs.renewal.reminder"
    _description = "Renewal Reminder"
    _order = "date desc, id desc"
    _rec_name = "days"

    renewal_id = fields.Many2one(
        comodel_name="kbs.renewal", required=True, readonly=True, ondelete="cascade"
    )
    subscription_id = fields.Many2one(
        related="renewal_id.subscription_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="renewal_id.company_id", store=True, index=True
    )
    days = fields.Integer(
        string="Day",
        required=True,
        readonly=True,
        help="Days before (−) and after (+) the end of coverage.",
    )
    date = fields.Date(string="Given on", required=True, readonly=True)
    email = fields.Char(
        string="Sent to",
        readonly=True,
        help="Empty where no letter was written: the client has no address, or the "
        "template of the letter was deleted.",
    )
    is_call_planned = fields.Boolean(string="Call", readonly=True)
    mail_id = fields.Many2one(
        comodel_name="mail.mail",
        string="Queued Letter",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="base.group_system",
        help="Goes away when it is sent.",
    )
    email_state = fields.Selection(
        selection=[
            ("none", "No letter"),
            ("queued", "Being sent"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("cancelled", "Withdrawn"),
        ],
        string="E-mail",
        compute="_compute_email_state",
        compute_sudo=True,
    )

    _once = models.Constraint(
        "UNIQUE (renewal_id, days)", "The client was reminded of this day already."
    )

    @api.depends("email", "mail_id.state")
    def _compute_email_state(self):
        states = {
            "outgoing": "queued",
            "exception": "failed",
            "cancel": "cancelled",
        }
        for reminder in self:
            if reminder.email:
                state = states.get(reminder.mail_id.state, "sent")
            else:
                state = "none"
            reminder.email_state = state

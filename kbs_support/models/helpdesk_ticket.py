from odoo import api, fields, models


class HelpdeskTicket(models.Model):
    """A client's request to the consultation line.

    Intake (whose client, covered or not, who answers) is in ``helpdesk_ticket_intake``,
    the clocks are in ``helpdesk_ticket_clock``.
    """

    _inherit = "helpdesk.ticket"

    kbs_received_at = fields.Datetime(
        string="Taken in",
        default=fields.Datetime.now,
        required=True,
        readonly=True,
        copy=False,
        help="The moment (UTC) from which the clocks of the promise run.",
    )
    kbs_subscription_id = fields.Many2one(
        comodel_name="kbs.subscription",
        string="Support",
        index="btree_not_null",
        tracking=True,
        copy=False,
        ondelete="restrict",
        help="The subscription that covers this ticket.",
    )
    kbs_plan_id = fields.Many2one(related="kbs_subscription_id.plan_id", string="Plan")
    kbs_coverage = fields.Selection(
        selection=[
            ("covered", "Covered"),
            ("over_plan", "Over the plan"),
            ("not_covered", "Not covered"),
        ],
        string="Coverage",
        default="not_covered",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    kbs_coverage_reason = fields.Char(
        string="Coverage, because",
        readonly=True,
        copy=False,
        help="In one sentence: covered by what until when, or why not.",
    )

    @api.depends("number")
    def _compute_display_name(self):
        """EXTENDS helpdesk_mgmt: a ticket that is not saved yet has no number."""
        fresh = self.filtered(lambda x: not x.id)
        fresh.display_name = False
        return super(HelpdeskTicket, self - fresh)._compute_display_name()

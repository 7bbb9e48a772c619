from odoo import api, fields, models

from ..tools.wording import format_count, format_signed_minutes


class KbsActLine(models.Model):
    """One service of an act: days of a plan, or work over the plan of these days.

    Lines are written with their act and never by hand. Those of a correction have the
    difference, so all lines of a period together are what acts say about it.
    """

    _name = "kbs.act.line"
    _description = "Service of an Act"
    _order = "act_id, date_start, id"

    act_id = fields.Many2one(
        comodel_name="kbs.act", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="act_id.company_id", store=True, index=True)
    kind = fields.Selection(
        selection=[("support", "Support"), ("work", "Work over the plan")],
        required=True,
        default="support",
    )
    period_id = fields.Many2one(
        comodel_name="kbs.subscription.period",
        index="btree_not_null",
        ondelete="restrict",
    )
    invoice_line_id = fields.Many2one(
        comodel_name="account.move.line",
        string="Line of the Invoice",
        index="btree_not_null",
        ondelete="set null",
        help="The invoice of work over the plan.",
    )
    over_ids = fields.One2many(
        comodel_name="kbs.over.plan", inverse_name="act_line_id", string="Work"
    )
    name = fields.Char(string="Service", required=True)
    date_start = fields.Date(string="From", required=True)
    date_end = fields.Date(string="Until", required=True)
    days = fields.Integer(help="Days of service; paused ones are not counted.")
    minutes = fields.Integer(string="Billed Minutes")
    quantity = fields.Char(compute="_compute_quantity")
    currency_id = fields.Many2one(related="act_id.currency_id")
    amount = fields.Monetary(help="With tax.")
    amount_tax = fields.Monetary(string="Tax Included")

    _kind_has_source = models.Constraint(
        "CHECK (kind != 'support' OR period_id IS NOT NULL)",
        "Support on an act belongs to a period.",
    )

    @api.depends("kind", "days", "minutes")
    @api.depends_context("lang")
    def _compute_quantity(self):
        for line in self:
            if line.kind == "work":
                line.quantity = format_signed_minutes(line.env, line.minutes)
            else:
                days = format_count(line.env, "day", abs(line.days))
                line.quantity = f"−{days}" if line.days < 0 else days


class KbsOverPlan(models.Model):
    _inherit = "kbs.over.plan"

    act_line_id = fields.Many2one(
        comodel_name="kbs.act.line",
        string="Line of the Act",
        index="btree_not_null",
        readonly=True,
        copy=False,
        ondelete="set null",
    )

    _no_act_index = models.Index(
        "(subscription_id) WHERE act_line_id IS NULL AND invoice_line_id IS NOT NULL"
    )

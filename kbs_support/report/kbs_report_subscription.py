from odoo import fields, models

CAUSES = [
    ("new", "New client"),
    ("added", "One more support"),
    ("won_back", "Won back"),
    ("taken_over", "Taken over"),
    ("upgrade", "Dearer plan"),
    ("downgrade", "Cheaper plan"),
    ("term", "Other term"),
    ("price", "Other price"),
    ("renewed", "Renewed, same price"),
    ("pause", "Paused"),
    ("resumed", "Resumed"),
    ("grace", "Ended, may still renew"),
    ("lost", "Lost"),
    ("same", "No change"),
]


class KbsReportSubscription(models.Model):
    """One subscription at the end of a month, and what changed since the one before.

    A row for each month at whose end it was covered, and for the first one at whose end
    it was not. The running month is counted until today. See docs/decisions/0046.
    """

    _name = "kbs.report.subscription"
    _description = "Subscriptions by Month"
    _inherit = ["kbs.report.counted"]
    _auto = False

    _counted_key = ("subscription_id", "month")
    _counted_indexes = (("subscription_id",), ("cohort_month",))
    _counted_stocks = ("active_count", "paused_count", "mrr")

    subscription_id = fields.Many2one(comodel_name="kbs.subscription", readonly=True)
    period_id = fields.Many2one(
        comodel_name="kbs.subscription.period",
        readonly=True,
        help="The period that covers the last day of the month; of a subscription that "
        "ended, the last one.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    plan_id = fields.Many2one(comodel_name="kbs.plan", readonly=True)
    term_id = fields.Many2one(comodel_name="kbs.term", readonly=True)
    price_kind = fields.Selection(
        selection=lambda self: (
            self.env["kbs.subscription.period"]
            ._fields["price_kind"]
            ._description_selection(self.env)
        ),
        string="Price",
        readonly=True,
    )
    manager_id = fields.Many2one(comodel_name="res.users", readonly=True)
    cause = fields.Selection(
        selection=CAUSES,
        string="What Happened",
        readonly=True,
        help="Why the monthly price is another one than at the end of the month "
        "before. One reason for each subscription and month.",
    )

    # === COUNTS === #
    active_count = fields.Integer(
        string="Active at the End",
        readonly=True,
        help="Subscriptions that are covered on the last day of the month and not "
        "paused; in the running month, today. Over several months: the average of the "
        "months.",
    )
    paused_count = fields.Integer(
        string="Paused at the End",
        readonly=True,
        help="Covered, and paused on the last day of the month. Over several months: "
        "the average of the months.",
    )
    new_count = fields.Integer(
        string="New",
        readonly=True,
        help="First month of a client whom no subscription covered before.",
    )
    added_count = fields.Integer(
        string="One More",
        readonly=True,
        help="First month of one more subscription of a client who was covered at the "
        "end of the month before.",
    )
    won_back_count = fields.Integer(
        string="Won Back",
        readonly=True,
        help="Covered again after at least one month without coverage at its end.",
    )
    renewed_count = fields.Integer(
        string="Renewed",
        readonly=True,
        help="Periods that began in the month on the day after another one ended. A "
        "change of plan is no renewal. It counts in the month of its first day, "
        "whenever it was paid.",
    )
    lost_count = fields.Integer(
        string="Lost",
        readonly=True,
        help="Covered at the end of the month before, and not at the end of this one. "
        "Who can still renew without a gap is not lost yet.",
    )
    kept_count = fields.Integer(
        string="Kept",
        readonly=True,
        help="Subscriptions that are covered at the end, paused ones included: for the "
        "table of first months. Do not add up several months.",
    )

    # === MONEY === #
    mrr = fields.Monetary(
        string="Monthly Price",
        readonly=True,
        help="Price of the covering period ÷ its length in months; 0 while paused. The "
        "length is the months of the term × days sold ÷ days of the whole term. With "
        "tax. Over several months: the average of the months.",
    )
    mrr_change = fields.Monetary(
        string="Change of the Monthly Price",
        readonly=True,
        help="Monthly price at the end of the month less that at the end of the month "
        "before. By plan, term or price, the whole change stands with the new one.",
    )

    # === LOYALTY === #
    loyalty_share = fields.Float(
        string="Share of Loyalty, %",
        readonly=True,
        aggregator="avg",
        help="Of the active subscriptions, how many have the loyalty price.",
    )
    tenure_months = fields.Integer(
        string="Tenure, Months",
        readonly=True,
        aggregator="avg",
        help="Full months of coverage without a gap up to the last day of the month, "
        "without paused days. Average of the active subscriptions.",
    )
    cohort_month = fields.Date(
        string="First Month",
        readonly=True,
        help="Month at whose end the subscription was covered for the first time.",
    )
    cohort_age = fields.Integer(
        string="Months since the First One", readonly=True, aggregator=False
    )

    def _get_subject(self):
        return self.subscription_id

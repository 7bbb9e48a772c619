from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.coverage import default_budget_year

COLLECT_BATCH = 1000


class KbsRenewalRun(models.Model):
    """Quotations for all who end soon: collected, reviewed, made, and then sent.

    Making and sending are separate steps. What takes longer than a click goes on in
    the background; a line that fails says why and stops no other.
    """

    _name = "kbs.renewal.run"
    _description = "Renewal Run"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self._default_name())
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        help="In whose name and with whose rights the quotations are made.",
    )

    # === WHO IS ASKED === #
    kind = fields.Selection(
        selection=[
            ("window", "Coverage ends soon"),
            ("budget_year", "Budget year"),
            ("chosen", "Chosen clients"),
        ],
        string="Whom to Renew",
        required=True,
        default="window",
    )
    date_until = fields.Date(
        string="Ends until",
        compute="_compute_date_until",
        precompute=True,
        store=True,
        readonly=False,
        required=True,
        help="Clients whose coverage ends on this day or earlier.",
    )
    plan_ids = fields.Many2many(comodel_name="kbs.plan", string="Only Plans")
    manager_ids = fields.Many2many(comodel_name="res.users", string="Only Managers")
    line_ids = fields.One2many(
        comodel_name="kbs.renewal.run.line", inverse_name="run_id", string="Clients"
    )

    # === HOW FAR IT IS === #
    line_count = fields.Integer(compute="_compute_counts", string="Clients in the Run")
    review_count = fields.Integer(compute="_compute_counts", string="For Review")
    working_count = fields.Integer(compute="_compute_counts", string="In Work")
    made_count = fields.Integer(compute="_compute_counts", string="Quotations Made")
    sent_count = fields.Integer(compute="_compute_counts", string="Quotations Sent")
    failed_count = fields.Integer(compute="_compute_counts", string="With Errors")

    @api.model
    def _default_name(self):
        today = self.env.company._kbs_today()
        return self.env._("Renewal run of %(date)s", date=format_date(self.env, today))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        runs = super().create(vals_list)
        runs._check_responsible()
        return runs

    def write(self, vals):
        res = super().write(vals)
        if "user_id" in vals:
            self._check_responsible()
        return res

    def _check_responsible(self):
        """Quotations are made with the rights of who is responsible.

        :raise AccessError: the user puts himself into somebody else's place
        """
        others = self.user_id - self.env.user
        if not others or self.env.su:
            return
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(
                self.env._("Only a sales manager may make somebody else responsible.")
            )

    # === COMPUTE METHODS === #

    @api.depends("kind", "company_id")
    def _compute_date_until(self):
        for run in self:
            today = run.company_id._kbs_today()
            if run.kind == "budget_year":
                run.date_until = date(default_budget_year(today) - 1, 12, 31)
            else:
                window = timedelta(days=run.company_id.kbs_renewal_days)
                run.date_until = today + window

    @api.depends("line_ids.state")
    def _compute_counts(self):
        groups = self.env["kbs.renewal.run.line"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        )
        counts = {(run.id, state): count for run, state, count in groups}
        for run in self:

            def count(*states, run=run):
                return sum(counts.get((run.id, state), 0) for state in states)

            run.review_count = count("review")
            run.working_count = count("queued", "to_send")
            run.made_count = count("made", "to_send", "sent")
            run.sent_count = count("sent")
            run.failed_count = count("failed")
            run.line_count = count(
                "review", "queued", "made", "to_send", "sent", "failed"
            )

    # === ACTIONS === #

    def action_collect(self):
        """Add to the review all who fit and are not in the run yet."""
        self.ensure_one()
        Subscription = self.env["kbs.subscription"]
        domain = self._get_candidates_domain()
        known = self.line_ids.subscription_id.ids
        last_id, added = 0, 0
        while found := Subscription.search(
            domain & Domain("id", ">", last_id), limit=COLLECT_BATCH, order="id"
        ):
            last_id = found[-1].id
            fresh = found.filtered(lambda x: x.id not in known and self._fits(x))
            self._add(fresh)
            added += len(fresh)
        if not added:
            raise UserError(
                self.env._(
                    "No other client fits: nobody else ends until %(date)s without an "
                    "offer.",
                    date=format_date(self.env, self.date_until),
                )
            )

    def action_make(self):
        """Make the quotations of all lines under review."""
        self._queue("review", "queued")

    def action_send(self):
        """Send the quotations that were made, by e-mail."""
        self._queue("made", "to_send")

    def action_retry(self):
        """Try the failed lines again."""
        self.line_ids.filtered(lambda x: x.state == "failed").action_retry()

    def action_view_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.sale_order_action_kbs"
        )
        action["domain"] = [("id", "in", self.line_ids.order_id.ids)]
        action["context"] = {"create": False}
        return action

    # === BUSINESS METHODS === #

    def _queue(self, state, next_state):
        self.ensure_one()
        lines = self.line_ids.filtered(lambda x: x.state == state)
        if not lines:
            raise UserError(self.env._("There is nothing to do in this run."))
        self.check_access("write")
        lines.sudo().state = next_state  # steps are not typed in
        lines._work_now()

    def _get_candidates_domain(self):
        """Domain of the subscriptions that end in time and have no offer yet."""
        today = self.company_id._kbs_today()
        grace = timedelta(days=self.company_id.kbs_grace_days)
        domain = Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "in", ("active", "grace")),
                ("date_end", "<=", self.date_until),
                ("date_end", ">=", today - grace),
                ("offer_state", "in", (False, "none")),
            ]
        )
        if self.plan_ids:
            domain &= Domain("plan_id", "in", self.plan_ids.ids)
        if self.manager_ids:
            domain &= Domain("manager_id", "in", self.manager_ids.ids)
        return domain

    def _fits(self, subscription):
        """Say whether a found subscription belongs into this run."""
        period = subscription._get_renewed_period()
        renewal = subscription.renewal_ids.filtered(lambda x: x.period_id == period)
        if not period or renewal.state == "lost" or subscription._get_unpaid_period():
            return False
        if self.kind != "budget_year":
            return True
        return subscription._get_last_period().term_id.is_budget_year

    def _add(self, subscriptions):
        """Put subscriptions under review: same plan and same term."""
        self.env["kbs.renewal.run.line"].create(
            [
                {
                    "run_id": self.id,
                    "subscription_id": x.id,
                    "plan_id": x._get_renewal_plan().id,
                    "term_id": x._get_last_period().term_id.id,
                }
                for x in subscriptions
            ]
        )

from odoo import api, fields, models
from odoo.exceptions import ValidationError

METRICS = [
    ("first_response", "First answer"),
    ("next_response", "Next answer"),
    ("resolution", "Solution"),
]
UNITS = [
    ("day", "Working days"),
    ("hour", "Working hours"),
    ("minute", "Working minutes"),
    ("clock_hour", "Hours around the clock"),
]
MINUTES = {"hour": 60, "minute": 1, "clock_hour": 60}


class KbsSlaPolicy(models.Model):
    """How soon a kind of ticket is answered or solved (L3).

    The most specific policy wins. Where none says when to answer, the reaction time
    of the plan does.
    """

    _name = "kbs.sla.policy"
    _description = "Term of Answer or Solution"
    _order = "metric, sequence, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company", index=True, help="Empty: for all companies."
    )
    metric = fields.Selection(
        selection=METRICS, string="Promise", required=True, default="first_response"
    )
    plan_id = fields.Many2one(
        comodel_name="kbs.plan",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: for every plan.",
    )
    category_id = fields.Many2one(
        comodel_name="helpdesk.ticket.category",
        index="btree_not_null",
        ondelete="cascade",
        help="With the categories below it. Empty: for all.",
    )
    priority = fields.Selection(
        selection=lambda self: self._get_priorities(), help="Empty: for all."
    )
    amount = fields.Integer(string="Within", required=True, default=1)
    unit = fields.Selection(selection=UNITS, required=True, default="day")
    calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Counted by",
        check_company=True,
        help="Working hours by which it is counted. Empty: those of the plan's "
        "reaction time, else the company's.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The term must be more than zero."
    )
    _one_for_each = models.UniqueIndex(
        "(metric, COALESCE(company_id, 0), COALESCE(plan_id, 0),"
        " COALESCE(category_id, 0), COALESCE(priority, '')) WHERE active",
        "There is already such a term: change it instead.",
    )

    @api.model
    def _get_priorities(self):
        return self.env["helpdesk.ticket"]._fields["priority"].selection

    # === COMPUTE METHODS === #

    @api.depends("metric", "plan_id", "category_id", "priority")
    @api.depends_context("lang")
    def _compute_name(self):
        metrics = dict(self._fields["metric"]._description_selection(self.env))
        priorities = dict(self._fields["priority"]._description_selection(self.env))
        for policy in self:
            parts = [
                metrics.get(policy.metric),
                policy.plan_id.name,
                policy.category_id.complete_name,
                priorities.get(policy.priority),
            ]
            policy.name = " · ".join(part for part in parts if part)

    # === CONSTRAINS METHODS === #

    @api.constrains("calendar_id", "unit")
    def _check_calendar(self):
        for policy in self:
            if policy.calendar_id and not policy.calendar_id.attendance_ids:
                raise ValidationError(
                    self.env._(
                        "Nobody works by the calendar %(calendar)s: a term counted by "
                        "it would never end.",
                        calendar=policy.calendar_id.name,
                    )
                )

    # === CRUD METHODS === #

    def write(self, vals):
        """A policy that is switched off takes its open clocks with it.

        Other changes count for new tickets only: the promise was copied (L3).
        """
        res = super().write(vals)
        if "active" in vals and not vals["active"]:
            self.env["kbs.sla.target"].sudo()._drop_of_policies(self)
        return res

    # === BUSINESS METHODS === #

    @api.model
    def _get_deciding_fields(self):
        """Names of the fields that choose and make a promise."""
        return [
            "metric",
            "company_id",
            "plan_id",
            "category_id",
            "priority",
            "sequence",
            "amount",
            "unit",
            "calendar_id",
        ]

    def _get_rank(self, ticket):
        """Return how closely this policy fits ``ticket``: more is closer.

        :return: a tuple to compare, or None where it does not fit
        """
        self.ensure_one()
        category = self.category_id
        path = (ticket.category_id.parent_path or "").strip("/").split("/")
        fits = (
            (not self.company_id or self.company_id == ticket.company_id)
            and (not self.plan_id or self.plan_id == ticket._kbs_get_clock_plan())
            and (not category or str(category.id) in path)
            and (not self.priority or self.priority == ticket.priority)
        )
        if not fits:
            return None
        depth = path.index(str(category.id)) + 1 if category else 0
        conditions = bool(self.plan_id) + bool(category) + bool(self.priority)
        return (
            conditions,
            bool(self.plan_id),
            depth,
            bool(self.company_id),
            -self.sequence,
            -self.id,
        )

    def _prepare_promise(self, ticket):
        """Return what a clock of ``ticket`` keeps of this policy."""
        self.ensure_one()
        return {
            "policy_id": self.id,
            **self._prepare_term(
                self.amount, self.unit, ticket._kbs_get_calendar(self.calendar_id)
            ),
        }

    @api.model
    def _prepare_term(self, amount, unit, calendar):
        """Return a term as values of a clock: amount, unit, calendar and minutes.

        One working day is as many hours as the calendar says (L1).
        """
        if unit == "clock_hour":
            calendar = calendar.browse()
        day = round((calendar.hours_per_day or 8) * 60)
        return {
            "amount": amount,
            "unit": unit,
            "calendar_id": calendar.id,
            "promise_minutes": amount * (day if unit == "day" else MINUTES[unit]),
        }

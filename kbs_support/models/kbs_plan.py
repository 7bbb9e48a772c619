from odoo import Command, api, fields, models


class KbsPlan(models.Model):
    """A tariff: what a client is promised while support is paid.

    Each plan is sold by one product with a variant for every term.
    """

    _name = "kbs.plan"
    _description = "Support Plan"
    _inherit = ["mail.thread"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(
        required=True, copy=False, help="Short name for integrations, for example prof."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    note = fields.Html(string="Description for Clients", translate=True)
    product_tmpl_id = fields.Many2one(
        comodel_name="product.template",
        string="Product",
        required=True,
        copy=False,
        ondelete="restrict",
        index=True,
        help="Sells this plan: one variant for each term.",
    )
    subscription_count = fields.Integer(compute="_compute_subscription_count")

    # === CONSULTATION LINE === #
    line_calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Line Hours",
        required=True,
        default=lambda self: self._default_line_calendar(),
        help="When the consultation line answers by phone and e-mail.",
    )
    is_line_remote = fields.Boolean(
        string="Line with Remote Connection",
        default=True,
        help="The consultation line may connect to the client's computer.",
    )
    reaction_time = fields.Integer(default=2, required=True, tracking=True)
    reaction_unit = fields.Selection(
        selection=[("day", "Working days"), ("hour", "Working hours")],
        string="Reaction Time Unit",
        default="day",
        required=True,
    )
    reaction_calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Reaction Counted by",
        required=True,
        default=lambda self: self._default_line_calendar(),
        help="Working hours by which the reaction time is counted.",
    )

    # === WORK === #
    included_minutes = fields.Integer(
        default=0,
        tracking=True,
        help="Minutes of a specialist's work in each service month.",
    )
    included_hours = fields.Float(
        compute="_compute_included_hours", inverse="_inverse_included_hours"
    )
    is_remote_unlimited = fields.Boolean(string="Remote Sessions without Limit")
    remote_session_limit = fields.Integer(
        string="Remote Sessions",
        default=0,
        tracking=True,
        help="Remote sessions in each service month; has no meaning without a limit.",
    )
    is_programmer_included = fields.Boolean(
        string="Programmer's Work",
        help="Administration and changes of the program are done within the included "
        "hours; otherwise they are billed.",
    )
    has_specialist = fields.Boolean(string="Dedicated Specialist")
    has_manager = fields.Boolean(string="Personal Manager")

    # === NOTICES AND OTHER PROMISES === #
    is_notified_web = fields.Boolean(string="News on the Website", default=True)
    is_notified_email = fields.Boolean(string="E-mail", default=True)
    is_notified_phone = fields.Boolean(string="Phone Call")
    has_loyalty = fields.Boolean(
        string="Loyalty Programme",
        default=True,
        help="A renewal without a gap is sold at the loyalty price.",
    )
    event_benefit = fields.Selection(
        selection=[
            ("none", "No benefit"),
            ("discount", "Free or discounted, as the event says"),
            ("free", "Free of charge"),
        ],
        string="Training Events",
        default="discount",
        required=True,
    )

    _code_unique = models.Constraint(
        "UNIQUE (code)", "Another plan already has this code."
    )
    _product_unique = models.Constraint(
        "UNIQUE (product_tmpl_id)", "This product already sells another plan."
    )
    _amounts_not_negative = models.Constraint(
        "CHECK (included_minutes >= 0 AND remote_session_limit >= 0"
        " AND reaction_time > 0)",
        "Hours and sessions of a plan cannot be negative, and the reaction time must "
        "be more than zero.",
    )

    @api.model
    def _default_line_calendar(self):
        return self.env.ref(
            "kbs_support.resource_calendar_kbs_office", raise_if_not_found=False
        )

    # === COMPUTE METHODS === #

    @api.depends("included_minutes")
    def _compute_included_hours(self):
        for plan in self:
            plan.included_hours = plan.included_minutes / 60

    def _inverse_included_hours(self):
        for plan in self:
            plan.included_minutes = round(plan.included_hours * 60)

    def _compute_subscription_count(self):
        subscriptions, counts = self.env["kbs.subscription"], {}
        # Every employee reads plans.
        if subscriptions.has_access("read"):
            counts = dict(
                subscriptions._read_group(
                    [("plan_id", "in", self.ids), ("state", "=", "active")],
                    ["plan_id"],
                    ["__count"],
                )
            )
        for plan in self:
            plan.subscription_count = counts.get(plan, 0)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        """A plan without a product gets one, with a variant for every term."""
        to_complete = [x for x in vals_list if not x.get("product_tmpl_id")]
        products = self.env["product.template"].create(
            [self._prepare_product_values(vals) for vals in to_complete]
        )
        # Odoo adds the default taxes of the companies that we are not in.
        products.sudo().taxes_id = False
        for vals, product in zip(to_complete, products, strict=True):
            vals["product_tmpl_id"] = product.id
        return super().create(vals_list)

    def write(self, vals):
        """A plan is archived together with the product that sells it."""
        if "active" in vals:
            self.with_context(active_test=False).product_tmpl_id.active = vals["active"]
        return super().write(vals)

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for plan, vals in zip(self, vals_list, strict=True):
            vals.setdefault("code", f"{plan.code}-copy")
            if not (default or {}).get("name"):
                vals["name"] = self.env._("%(plan)s (copy)", plan=plan.name)
        return vals_list

    @api.model
    def _prepare_product_values(self, vals):
        """Values of the product that sells the plan described by ``vals``."""
        # A dozen terms, and each of them is needed.
        terms = self.env["kbs.term"].search([])  # pylint: disable=no-search-all
        return {
            "name": self.env._("Support %(plan)s", plan=vals.get("name", "")),
            "type": "service",
            "invoice_policy": "order",
            "list_price": 0.0,
            "purchase_ok": False,
            "taxes_id": [Command.clear()],
            "supplier_taxes_id": [Command.clear()],
            "categ_id": self.env.ref("kbs_support.product_category_kbs_support").id,
            "attribute_line_ids": [
                Command.create(
                    {
                        "attribute_id": terms._get_attribute().id,
                        "value_ids": [Command.set(terms.attribute_value_id.ids)],
                    }
                )
            ],
        }

    def _get_product(self, term):
        """Return the variant that sells this plan for ``term``, if there is one."""
        self.ensure_one()
        variants = self.product_tmpl_id.product_variant_ids
        return variants.filtered(lambda x: x.kbs_term_id == term)[:1]

    # === ACTIONS === #

    def action_view_subscriptions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_subscription_action"
        )
        action["domain"] = [("plan_id", "=", self.id)]
        action["context"] = {"search_default_active_now": 1}
        return action

    # === PRICE TABLE === #

    @api.model
    def get_price_table(self, date=None):
        """Return the prices of all plans and terms on one day, for the price screen.

        Every number comes from the price list API (P2).

        :param str date: local date as YYYY-MM-DD, today by default
        :return: ``{"date", "currency_id", "plans": [{"id", "name"}], "lists": [{"id",
            "name", "kind"}], "terms": [{"id", "name", "months", "is_budget_year",
            "prices": {"<plan id>-<list id>": {"price", "month", "saving",
            "rule_id"}}}], "hours": [{"id", "name", "minutes", "price",
            "rule_id"}]}``; money is in the currency of the lists, tax included
        """
        return self.env["kbs.price.table"]._get_table(date)

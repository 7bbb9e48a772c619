from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools.price_revision import get_percent, raise_by_amount, raise_by_percent


class KbsPriceRevisionLine(models.Model):
    """One price of one list: what it was, what it becomes, and who pays it."""

    _name = "kbs.price.revision.line"
    _description = "Price of a Revision"
    _order = "id"

    revision_id = fields.Many2one(
        comodel_name="kbs.price.revision",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="revision_id.company_id", store=True)
    product_id = fields.Many2one(
        comodel_name="product.product",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    plan_id = fields.Many2one(related="product_id.kbs_plan_id")
    term_id = fields.Many2one(related="product_id.kbs_term_id")
    pricelist_id = fields.Many2one(
        comodel_name="product.pricelist",
        string="Price List",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    currency_id = fields.Many2one(related="pricelist_id.currency_id", store=True)
    payers = fields.Selection(
        selection=[
            ("all", "All"),
            ("loyal", "With loyalty"),
            ("other", "Without loyalty"),
        ],
        string="Renewals",
        readonly=True,
        help="Which renewals are sold by this price.",
    )

    # === PRICE === #
    old_price = fields.Monetary(readonly=True)
    new_price = fields.Monetary(
        compute="_compute_new_price",
        store=True,
        readonly=False,
        precompute=True,
    )
    difference = fields.Monetary(compute="_compute_difference")
    percent = fields.Float(
        string="Difference, %", compute="_compute_difference", digits=(16, 2)
    )
    date_end = fields.Datetime(
        string="Ends",
        readonly=True,
        help="The old price had an end already; the new one ends then as well.",
    )
    old_item_id = fields.Many2one(
        comodel_name="product.pricelist.item",
        string="Old Version",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    new_item_id = fields.Many2one(
        comodel_name="product.pricelist.item",
        string="New Version",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )

    # === EFFECT ON REVENUE, ONE RENEWAL OF EACH CLIENT === #
    client_count = fields.Integer(string="Clients", compute="_compute_client_count")
    old_revenue = fields.Monetary(string="Revenue Now", compute="_compute_revenue")
    new_revenue = fields.Monetary(string="Revenue Then", compute="_compute_revenue")
    revenue_difference = fields.Monetary(compute="_compute_revenue")
    year_difference = fields.Monetary(
        string="Difference a Year", compute="_compute_revenue"
    )

    _one_line_a_price = models.UniqueIndex(
        "(revision_id, pricelist_id, product_id)",
        "This price is in the revision already.",
    )
    _new_price_not_negative = models.Constraint(
        "CHECK (new_price >= 0)", "A price cannot be less than zero."
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "old_price",
        "revision_id.mode",
        "revision_id.percent",
        "revision_id.amount",
        "revision_id.rounding",
    )
    def _compute_new_price(self):
        for line in self:
            revision = line.revision_id
            price, step = line.old_price, revision.rounding or "0.01"
            if revision.mode == "percent":
                price = raise_by_percent(price, revision.percent, step)
            elif revision.mode == "amount":
                price = raise_by_amount(price, revision.amount, step)
            else:
                price = line.new_price or price
            line.new_price = float(price)

    @api.depends("old_price", "new_price")
    def _compute_difference(self):
        for line in self:
            line.difference = line.currency_id.round(line.new_price - line.old_price)
            line.percent = float(get_percent(line.old_price, line.new_price))

    @api.depends("revision_id.date_from", "product_id", "payers")
    def _compute_client_count(self):
        counts = dict(
            self.env["kbs.price.revision.client"]._read_group(
                [("line_id", "in", self.ids)], ["line_id"], ["__count"]
            )
        )
        for line in self:
            line.client_count = counts.get(line._origin, 0)

    @api.depends("client_count", "old_price", "new_price", "term_id.months")
    def _compute_revenue(self):
        for line in self:
            difference = line.client_count * line.difference
            line.old_revenue = line.client_count * line.old_price
            line.new_revenue = line.client_count * line.new_price
            line.revenue_difference = difference
            line.year_difference = difference * 12 / (line.term_id.months or 12)

    # === CRUD METHODS === #

    def write(self, vals):
        """People change new prices of a draft; the rest is calculated.

        :raise AccessError: something else is typed in
        :raise UserError: the revision is applied or undone
        """
        if not self.env.su:
            if set(vals) - {"new_price"}:
                raise AccessError(
                    self.env._("Only the new price of a revision is typed in.")
                )
            self.revision_id._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        if not self.env.su:
            self.revision_id._check_draft()

    # === BUSINESS METHODS === #

    def _get_changed(self):
        """Prices that become another one; the rest stays as it is."""
        return self.filtered(
            lambda x: x.currency_id.compare_amounts(x.new_price, x.old_price)
        )

    def _get_label(self):
        """Name the price in a message: product and list."""
        return self.env._(
            "%(product)s, list “%(pricelist)s”",
            product=self.product_id.display_name,
            pricelist=self.pricelist_id.name,
        )

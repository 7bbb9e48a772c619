from datetime import time

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import format_date

from ..tools.price_revision import get_percent


class KbsPriceRevision(models.Model):
    """New prices for many plans and terms from a day on, seen before they are made.

    Made as a draft, calculated, looked at, applied; it stays as the record of who
    changed which prices and when (P4).
    """

    _name = "kbs.price.revision"
    _description = "Price Revision"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        copy=False,
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    state = fields.Selection(
        selection=[("draft", "Draft"), ("applied", "Applied"), ("undone", "Undone")],
        default="draft",
        required=True,
        copy=False,
        tracking=True,
    )
    date_from = fields.Date(
        string="New Prices from",
        required=True,
        default=lambda self: self._default_date_from(),
        tracking=True,
        help="First day of the new prices. Quotations made before keep the old ones.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Applied by", readonly=True, copy=False
    )
    applied_on = fields.Datetime(readonly=True, copy=False)

    # === WHICH PRICES === #
    pricelist_ids = fields.Many2many(
        comodel_name="product.pricelist",
        string="Price Lists",
        required=True,
        check_company=True,
        default=lambda self: self._default_pricelists(),
        domain="[('kbs_kind', '!=', False), ('company_id', 'in', [False, company_id])]",
    )
    plan_ids = fields.Many2many(
        comodel_name="kbs.plan", string="Plans", help="Empty: all plans."
    )
    term_ids = fields.Many2many(
        comodel_name="kbs.term", string="Terms", help="Empty: all terms."
    )
    with_hours = fields.Boolean(
        string="Hours as Well", help="Also the hour and the packs of hours."
    )

    # === HOW THEY CHANGE === #
    mode = fields.Selection(
        selection=[
            ("percent", "Raise by per cent"),
            ("amount", "Raise by an amount"),
            ("manual", "Set by hand"),
        ],
        default="percent",
        required=True,
        tracking=True,
    )
    percent = fields.Float(
        string="Per Cent",
        default=10.0,
        digits=(16, 2),
        tracking=True,
        help="Less than zero lowers the prices.",
    )
    amount = fields.Monetary(
        tracking=True, help="For each price; less than zero lowers the prices."
    )
    rounding = fields.Selection(
        selection=[
            ("0.01", "Hundredths"),
            ("1", "Whole units"),
            ("10", "Whole tens"),
            ("100", "Whole hundreds"),
        ],
        string="Round to",
        default="10",
        required=True,
        tracking=True,
        help="Of the currency of the price list; a half is rounded up.",
    )
    currency_id = fields.Many2one(
        comodel_name="res.currency", compute="_compute_currency_id"
    )
    line_ids = fields.One2many(
        comodel_name="kbs.price.revision.line",
        inverse_name="revision_id",
        string="Prices",
    )

    # === EFFECT ON REVENUE === #
    effect_line_ids = fields.One2many(
        comodel_name="kbs.price.revision.line",
        string="Effect",
        compute="_compute_effect_line_ids",
        help="Prices that somebody's renewal has.",
    )
    changed_count = fields.Integer(
        string="Prices That Change", compute="_compute_totals"
    )
    client_count = fields.Integer(string="Clients", compute="_compute_totals")
    old_revenue = fields.Monetary(string="Revenue Now", compute="_compute_totals")
    new_revenue = fields.Monetary(string="Revenue Then", compute="_compute_totals")
    revenue_difference = fields.Monetary(string="Difference", compute="_compute_totals")
    revenue_percent = fields.Float(
        string="Difference, %", compute="_compute_totals", digits=(16, 2)
    )
    year_difference = fields.Monetary(
        string="Difference a Year",
        compute="_compute_totals",
        help="If each client renewed the same term over and over for a year.",
    )

    @api.model
    def _default_date_from(self):
        today = self.env.company._kbs_today()
        return today + relativedelta(months=1, day=1)

    @api.model
    def _default_pricelists(self):
        lists = self.env["product.pricelist"]._kbs_get_support_lists(self.env.company)
        return lists.filtered(lambda x: x.currency_id == lists[0].currency_id)

    # === COMPUTE METHODS === #

    @api.depends("date_from")
    def _compute_name(self):
        for revision in self:
            revision.name = self.env._(
                "Prices from %(date)s",
                date=format_date(self.env, revision.date_from) or "…",
            )

    @api.depends("pricelist_ids")
    def _compute_currency_id(self):
        for revision in self:
            revision.currency_id = (
                revision.pricelist_ids[:1].currency_id
                or revision.company_id.currency_id
            )

    @api.depends("line_ids.client_count")
    def _compute_effect_line_ids(self):
        for revision in self:
            revision.effect_line_ids = revision.line_ids.filtered("client_count")

    @api.depends("line_ids.new_price", "line_ids.client_count")
    def _compute_totals(self):
        """Sum up what the lines say; one renewal of each client."""
        for revision in self:
            lines = revision.line_ids
            old = sum(lines.mapped("old_revenue"))
            new = sum(lines.mapped("new_revenue"))
            revision.changed_count = len(lines.filtered("difference"))
            revision.client_count = sum(lines.mapped("client_count"))
            revision.old_revenue = old
            revision.new_revenue = new
            revision.revenue_difference = new - old
            revision.revenue_percent = float(get_percent(old, new))
            revision.year_difference = sum(lines.mapped("year_difference"))

    @api.constrains("pricelist_ids")
    def _check_one_currency(self):
        for revision in self:
            if len(revision.pricelist_ids.currency_id) > 1:
                raise ValidationError(
                    self.env._(
                        "The lists of one revision have one currency. Make a revision "
                        "for each currency."
                    )
                )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        self._check_not_derived({name for vals in vals_list for name in vals})
        return super().create(vals_list)

    def write(self, vals):
        """Keep the record of an applied revision; forget what another scope had.

        :raise AccessError: somebody types in what only applying and undoing say
        :raise UserError: the revision is applied or undone
        """
        self._check_not_derived(set(vals))
        if self._get_draft_fields() & set(vals):
            self._check_draft()
        # Prices by hand come last: the mode is calculated before them.
        lines = {"line_ids": vals["line_ids"]} if "line_ids" in vals else {}
        res = super().write({x: vals[x] for x in vals if x not in lines})
        if self._get_scope_fields() & set(vals):
            self.sudo().line_ids.unlink()
        elif lines:
            super().write(lines)
        return res

    @api.model
    def _get_scope_fields(self):
        """What decides which prices are revised: calculated prices hang on it."""
        which = {"pricelist_ids", "plan_ids", "term_ids", "with_hours"}
        return {"date_from", "company_id"} | which

    @api.model
    def _get_draft_fields(self):
        """What only a draft may still change."""
        how = {"name", "mode", "percent", "amount", "rounding"}
        return how | self._get_scope_fields() | {"line_ids"}

    def _check_not_derived(self, names):
        if not self.env.su and {"state", "user_id", "applied_on"} & names:
            raise AccessError(
                self.env._("Apply or undo the revision: its state is not typed in.")
            )

    def _check_draft(self):
        if kept := self.filtered(lambda x: x.state != "draft"):
            raise UserError(
                self.env._(
                    "“%(revision)s” was applied and stays for the record. Undo it, or "
                    "make another revision.",
                    revision=kept[0].name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_applied(self):
        self._check_draft()

    # === ACTIONS === #

    def action_calculate(self):
        """Fill in the prices that are valid on the first day, and the new ones.

        Prices that were set by hand before are calculated anew.
        """
        self.check_access("write")
        self._check_draft()
        for revision in self:
            revision._check_future()
            revision.sudo().line_ids.unlink()
            lines = revision.line_ids.sudo().create(revision._prepare_line_values())
            if not lines:
                raise UserError(
                    self.env._(
                        "The price lists have no fixed price for these plans and terms "
                        "on %(date)s.",
                        date=format_date(self.env, revision.date_from),
                    )
                )
        # PostgreSQL takes a revision that it does not know yet for a single price, and
        # would go through all clients for each of its prices.
        self.env.cr.execute("ANALYZE kbs_price_revision_line")
        return True

    def action_view_clients(self):
        """Open the clients whose renewal has one of these prices."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "kbs_support.kbs_price_revision_client_action"
        )
        action["domain"] = [("revision_id", "=", self.id)]
        return action

    # === BUSINESS METHODS === #

    def _get_moment(self):
        """Return the first moment of the new prices, in UTC (T8)."""
        self.ensure_one()
        return self.company_id._kbs_to_utc(self.date_from, time.min)

    def _check_future(self):
        """Refuse a day whose quotations may have been made already.

        :raise UserError: the day is today or past
        """
        if self.date_from <= self.company_id._kbs_today():
            raise UserError(
                self.env._(
                    "New prices begin tomorrow at the earliest: today's quotations are "
                    "made by the old ones. Choose a later day than %(date)s.",
                    date=format_date(self.env, self.date_from),
                )
            )

    def _get_products(self):
        """Return the products whose prices are revised, plan by plan."""
        self.ensure_one()
        Product = self.env["product.product"]
        domain = [("kbs_plan_id", "in", self.plan_ids.ids or self._get_all_plan_ids())]
        domain += [("kbs_term_id", "in", self.term_ids.ids)] if self.term_ids else []
        products = Product.search(domain).sorted(
            lambda x: (
                x.kbs_plan_id.sequence,
                x.kbs_plan_id.id,
                x.kbs_term_id.is_budget_year,
                x.kbs_term_id.months,
            )
        )
        if self.with_hours:
            products |= Product.search(
                [("kbs_minutes", ">", 0)], order="kbs_minutes, id"
            )
        return products

    @api.model
    def _get_all_plan_ids(self):
        return self.env["kbs.plan"].search([]).ids  # pylint: disable=no-search-all

    def _prepare_line_values(self):
        """Return values of a line for each fixed price of the lists on that day."""
        products, moment = self._get_products(), self._get_moment()
        payers = self._get_payers(products, moment)
        return [
            {
                "revision_id": self.id,
                "product_id": product.id,
                "pricelist_id": pricelist.id,
                "old_item_id": rule.id,
                "old_price": rule.fixed_price,
                "date_end": rule.date_end,
                "payers": payers.get((pricelist, product), False),
            }
            for pricelist in self._get_lists()
            for product, rule in pricelist._kbs_get_fixed_rules(
                products, moment
            ).items()
            if rule._kbs_is_version()
        ]

    def _get_lists(self):
        return self.pricelist_ids.sorted(lambda x: (x.kbs_kind != "regular", x.id))

    def _get_payers(self, products, moment):
        """Say whose renewal is sold by which list on that day (P2, P3).

        :return: dict ``{(list, plan product): "all", "loyal" or "other"}``; a price
            that no renewal has is not in it
        """
        lists = self.env["product.pricelist"]._kbs_get_support_lists(self.company_id)
        regular = lists.filtered(lambda x: x.kbs_kind == "regular")[:1]
        loyalty = lists.filtered(lambda x: x.kbs_kind == "loyalty")[:1]
        plans = products.filtered("kbs_plan_id")
        rules = loyalty._kbs_get_rules(plans, moment) if loyalty else {}
        payers = {}
        for product in plans:
            rule = rules.get(product)
            if rule and rule.compute_price == "fixed":
                payers[loyalty, product] = "loyal"
            falls_back = not rule or (
                rule._kbs_changes_nothing() and rule.base_pricelist_id == regular
            )
            payers[regular, product] = "all" if falls_back else "other"
        return payers

from odoo import api, fields, models
from odoo.tools import SQL

# The id of a row is the id of its price line (21 bits, all that JavaScript can count)
# and that of its subscription (32 bits).
SUBSCRIPTIONS = 2**32


class KbsPriceRevisionClient(models.Model):
    """What the next renewal of a client costs before and after a price revision.

    Owns no data: a query over the prices of revisions and the last booked periods,
    one row for each. Renewed is the same plan for the same term. Counted are clients
    with paid coverage that can still be continued without a gap when the new prices
    begin (T3).
    """

    _name = "kbs.price.revision.client"
    _description = "Client in a Price Revision"
    _auto = False
    _order = "date_end, id"
    _rec_name = "partner_id"
    _depends = {
        "kbs.price.revision": ["date_from"],
        "kbs.price.revision.line": [
            "revision_id", "company_id", "product_id", "pricelist_id", "currency_id",
            "payers", "old_price", "new_price",
        ],
        "kbs.subscription": [
            "company_id", "partner_id", "manager_id", "state", "booked_until",
            "date_end", "tenure_start",
        ],
        "kbs.subscription.period": [
            "subscription_id", "plan_id", "term_id", "date_start", "date_end",
            "is_cancelled",
        ],
        "kbs.plan": ["has_loyalty"],
        "kbs.term": ["months", "is_budget_year"],
        "product.pricelist": ["kbs_kind"],
        "product.product": ["product_tmpl_id", "kbs_term_id"],
        "product.template": ["kbs_plan_id"],
        "res.company": ["kbs_grace_days", "kbs_loyalty_min_months"],
    }  # fmt: skip

    revision_id = fields.Many2one(comodel_name="kbs.price.revision", readonly=True)
    line_id = fields.Many2one(comodel_name="kbs.price.revision.line", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(comodel_name="res.currency", readonly=True)
    subscription_id = fields.Many2one(comodel_name="kbs.subscription", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    manager_id = fields.Many2one(comodel_name="res.users", readonly=True)
    plan_id = fields.Many2one(comodel_name="kbs.plan", readonly=True)
    term_id = fields.Many2one(comodel_name="kbs.term", readonly=True)
    date_end = fields.Date(
        string="Covered until",
        readonly=True,
        help="Last day of the last period, paid or not.",
    )
    price_kind = fields.Selection(
        selection=[
            ("regular", "Regular"),
            ("loyalty", "Loyalty"),
            ("budget_year", "Budget year"),
        ],
        string="Price",
        readonly=True,
    )
    old_price = fields.Monetary(readonly=True)
    new_price = fields.Monetary(readonly=True)
    difference = fields.Monetary(readonly=True)

    @property
    def _table_query(self):
        return SQL(
            "WITH renewal AS MATERIALIZED (%s) %s %s %s",
            self._renewals(),
            self._select(),
            self._from(),
            self._where(),
        )

    def _renewals(self):
        """What every subscription renews: its last booked period, paid or not.

        Materialized, because PostgreSQL cannot guess that nearly each subscription
        has one. A gap before that period starts the tenure anew. A change of plan
        that is not paid changes nothing yet; who leaves renews nothing.
        """
        return SQL(
            """
            SELECT subscription.id,
                subscription.company_id,
                subscription.partner_id,
                subscription.manager_id,
                subscription.booked_until,
                period.plan_id,
                period.term_id,
                CASE WHEN period.date_start > subscription.date_end + 1
                    THEN period.date_start
                    ELSE subscription.tenure_start END AS tenure_start
            FROM kbs_subscription subscription
            JOIN kbs_subscription_period period
                ON period.subscription_id = subscription.id
                AND period.date_end = subscription.booked_until
                AND period.is_cancelled IS NOT TRUE
                AND (period.replaced_period_id IS NULL OR period.is_effective IS TRUE)
            WHERE subscription.state IN ('active', 'upcoming', 'paused', 'grace')
                AND subscription.leaving_since IS NULL
            """
        )

    def _select(self):
        return SQL(
            """
            SELECT line.id * %s + renewal.id AS id,
                line.id AS line_id,
                line.revision_id,
                line.currency_id,
                line.company_id,
                renewal.id AS subscription_id,
                renewal.partner_id,
                renewal.manager_id,
                renewal.plan_id,
                renewal.term_id,
                renewal.booked_until AS date_end,
                CASE WHEN pricelist.kbs_kind = 'loyalty' THEN 'loyalty'
                    WHEN term.is_budget_year THEN 'budget_year'
                    ELSE 'regular' END AS price_kind,
                line.old_price,
                line.new_price,
                line.new_price - line.old_price AS difference
            """,
            SUBSCRIPTIONS,
        )

    def _from(self):
        return SQL(
            """
            FROM kbs_price_revision_line line
            JOIN kbs_price_revision revision ON revision.id = line.revision_id
            JOIN res_company company ON company.id = line.company_id
            JOIN product_pricelist pricelist ON pricelist.id = line.pricelist_id
            JOIN product_product product ON product.id = line.product_id
            JOIN product_template template ON template.id = product.product_tmpl_id
            JOIN kbs_plan plan ON plan.id = template.kbs_plan_id
            JOIN kbs_term term ON term.id = product.kbs_term_id
            JOIN renewal ON renewal.plan_id = plan.id
                AND renewal.term_id = term.id
                AND renewal.company_id = line.company_id
            """
        )

    def _where(self):
        return SQL(
            """
            WHERE renewal.booked_until
                    >= revision.date_from - COALESCE(company.kbs_grace_days, 0)
                AND (line.payers = 'all' OR line.payers = CASE WHEN %s
                    THEN 'loyal' ELSE 'other' END)
            """,
            self._is_loyal(),
        )

    def _is_loyal(self):
        """Condition of the loyalty price (P3) for the renewal of the same plan.

        The tenure counts up to the end of the last booked period, in full months as
        ``months_between`` says.
        """
        return SQL(
            """
            (plan.has_loyalty IS TRUE AND renewal.booked_until >= renewal.tenure_start
                + make_interval(months => COALESCE(company.kbs_loyalty_min_months, 0))
                - interval '1 day')
            """
        )

    @api.model
    @api.private
    @api.readonly
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        # OVERRIDE: the record rule asks for the company of each row, and to read that
        # afterwards by id would be a query over all revisions.
        if field_names is not None:
            field_names = {*field_names, "company_id"}
        return super().search_fetch(domain, field_names, offset, limit, order)

    def action_open(self):
        """Open the client's subscription, without asking for all rows again."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "kbs.subscription",
            "res_id": self.id % SUBSCRIPTIONS,
            "view_mode": "form",
            "views": [(False, "form")],
        }

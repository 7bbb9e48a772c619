from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools.plain_text import to_lines
from ..tools.slugs import make_slug

KINDS = [
    ("news", "News"),
    ("comment", "Commentary"),
    ("consultation", "Consultation"),
    ("tax", "Tax recommendation"),
    ("guide", "Step-by-step guide"),
    ("report", "Reporting instruction"),
]
VISIBILITIES = [
    ("public", "Everybody"),
    ("covered", "Clients with support"),
    ("plan", "Clients from a plan on"),
]
STATES = [
    ("draft", "Draft"),
    ("review", "Under review"),
    ("published", "Published"),
    ("archived", "Archived"),
]


class KbsArticle(models.Model):
    """An article of the library, for clients and for everybody.

    Who may read it is answered by ``kbs_article_reader``, its way to readers is
    ``kbs_article_state``, its words are found by ``kbs_article_search``. Articles
    belong to no company: the law and the programs are the same for all.
    """

    _name = "kbs.article"
    _description = "Library Article"
    _inherit = ["kbs.state.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "published_at desc, id desc"

    name = fields.Char(string="Title", required=True, size=250, tracking=True)
    kind = fields.Selection(
        selection=KINDS,
        string="Kind of Article",
        required=True,
        default="news",
        index=True,
        tracking=True,
    )
    summary = fields.Text(
        string="In a Few Sentences",
        help="For lists and search engines. Everybody reads it, also who may not read "
        "the article itself.",
    )
    body = fields.Html(string="Text", sanitize_overridable=False)
    body_text = fields.Text(
        string="Text without Markup", compute="_compute_body_text", store=True
    )
    category_id = fields.Many2one(
        comodel_name="kbs.article.category",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    tag_ids = fields.Many2many(comodel_name="kbs.article.tag", string="Tags")
    software_ids = fields.Many2many(
        comodel_name="kbs.software",
        string="Programs",
        help="Of which programs it speaks; empty: of none in particular.",
    )
    related_ids = fields.Many2many(
        comodel_name="kbs.article",
        relation="kbs_article_related_rel",
        column1="article_id",
        column2="related_id",
        string="Related Articles",
        domain="[('id', '!=', id)]",
        copy=False,
    )

    # === WHO READS IT === #
    visibility = fields.Selection(
        selection=VISIBILITIES,
        string="Readers",
        required=True,
        default="covered",
        tracking=True,
    )
    plan_from_id = fields.Many2one(
        comodel_name="kbs.plan",
        string="From Plan",
        compute="_compute_plan_from_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Clients with this plan, or one that comes after it in the list of "
        "plans, may read the article.",
    )

    # === WHEN IT HOLDS === #
    valid_from = fields.Date(tracking=True)
    valid_until = fields.Date(
        tracking=True,
        help="The last day on which it holds. After it readers see that it is "
        "outdated.",
    )
    is_outdated = fields.Boolean(
        string="Outdated",
        compute="_compute_is_outdated",
        search="_search_is_outdated",
    )

    _dates_in_order = models.Constraint(
        "CHECK (valid_until >= valid_from)",
        "An article cannot end before it begins to hold.",
    )
    _plan_needed = models.Constraint(
        "CHECK (visibility != 'plan' OR plan_from_id IS NOT NULL)",
        "Choose the plan from which on the article is read.",
    )
    _published_index = models.Index(
        "(published_at DESC, id DESC) WHERE state = 'published'"
    )

    # === COMPUTE METHODS === #

    @api.depends("body")
    def _compute_body_text(self):
        for article in self:
            article.body_text = "\n".join(to_lines(article.body))

    @api.depends("visibility")
    def _compute_plan_from_id(self):
        """A plan that nobody asks for is forgotten."""
        for article in self:
            if article.visibility != "plan":
                article.plan_from_id = False

    @api.depends("valid_until")
    @api.depends_context("allowed_company_ids")
    def _compute_is_outdated(self):
        today = self.env.company._kbs_today()
        for article in self:
            until = article.valid_until
            article.is_outdated = bool(until) and until < today

    @api.model
    def _search_is_outdated(self, operator, value):
        if operator != "in":
            return NotImplemented
        outdated = Domain("valid_until", "<", self.env.company._kbs_today())
        found = Domain.FALSE
        if True in value:
            found |= outdated
        if False in value:
            found |= ~outdated
        return found

    # === CONSTRAINT METHODS === #

    @api.constrains("related_ids")
    def _check_related(self):
        for article in self:
            if article in article.related_ids:
                raise ValidationError(
                    self.env._("An article cannot be related to itself.")
                )

    # === CRUD METHODS === #

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for article, vals in zip(self, vals_list, strict=True):
            if not (default or {}).get("name"):
                name = self.env._("%(name)s (copy)", name=article.name)
                vals["name"] = name[:250]
        return vals_list

    # === BUSINESS METHODS === #

    def _get_url(self):
        """Return the one address of the article, without language and host."""
        self.ensure_one()
        slug = make_slug(self.name)
        return f"/library/{slug}-{self.id}" if slug else f"/library/{self.id}"

    def action_open_page(self):
        """Show the article as its readers see it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": self._get_url(),
            "target": "new",
        }

from odoo import fields, models


class KbsArticleCategory(models.Model):
    """A shelf of the library, as "Taxes" or "Payroll"."""

    _name = "kbs.article.category"
    _description = "Library Category"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    article_count = fields.Integer(string="Articles", compute="_compute_article_count")

    def _compute_article_count(self):
        counts = dict(
            self.env["kbs.article"]._read_group(
                [("category_id", "in", self.ids)], ["category_id"], ["__count"]
            )
        )
        for category in self:
            category.article_count = counts.get(category, 0)


class KbsArticleTag(models.Model):
    """A word by which articles are gathered across categories."""

    _name = "kbs.article.tag"
    _description = "Library Tag"
    _order = "name, id"

    name = fields.Char(required=True)
    color = fields.Integer()
    active = fields.Boolean(default=True)

    _name_unique = models.Constraint(
        "UNIQUE (name)", "There is already a tag of this name."
    )

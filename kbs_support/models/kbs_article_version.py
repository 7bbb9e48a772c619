from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools.locking import wait_for_others
from ..tools.text_changes import describe_changes

# What readers read, and what a version keeps.
TEXTS = ("name", "summary", "body")


class KbsArticleVersion(models.Model):
    """How an article read from some moment on, and who made it so. Never changed."""

    _name = "kbs.article.version"
    _description = "Version of an Article"
    _order = "article_id, number desc"
    _rec_name = "number"

    article_id = fields.Many2one(
        comodel_name="kbs.article", required=True, readonly=True, ondelete="cascade"
    )
    number = fields.Integer(required=True, readonly=True, aggregator=None)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Changed by",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    changed_at = fields.Datetime(
        required=True, readonly=True, default=lambda self: fields.Datetime.now()
    )
    name = fields.Char(string="Title", readonly=True)
    summary = fields.Text(string="In a Few Sentences", readonly=True)
    body = fields.Html(string="Text", readonly=True, sanitize_overridable=False)
    changed_names = fields.Char(
        string="What Was Changed", compute="_compute_changes", compute_sudo=True
    )
    changes = fields.Html(compute="_compute_changes", compute_sudo=True)
    is_latest = fields.Boolean(compute="_compute_changes", compute_sudo=True)

    # Two leads at once number one after the other.
    _number_unique = models.UniqueIndex(
        "(article_id, number)", "This version is there already."
    )

    @api.depends("name", "summary", "body")
    @api.depends_context("lang")
    def _compute_changes(self):
        """Compare each version with the one before it."""
        labels = {x: self._fields[x]._description_string(self.env) for x in TEXTS}
        history = self.search_fetch(
            [("article_id", "in", self.article_id.ids)],
            ["article_id", "number", *TEXTS],
            order="article_id, number",
        ).grouped("article_id")
        for version in self:
            versions = history.get(version.article_id, version)
            earlier = versions.filtered(
                lambda x, number=version.number: x.number < number
            )[-1:]
            changed = [x for x in TEXTS if version[x] != earlier[x]]
            version.is_latest = version == versions[-1:]
            version.changed_names = ", ".join(labels[x] for x in changed)
            if not earlier:
                version.changed_names = self.env._("First publication")
            elif not changed:
                version.changed_names = self.env._("Published again")
            version.changes = describe_changes(
                [earlier[x] for x in TEXTS], [version[x] for x in TEXTS]
            )

    def write(self, vals):
        """History is not changed, by nobody.

        :raise AccessError: somebody tries
        """
        if vals:
            raise AccessError(self.env._("A version of an article is never changed."))
        return super().write(vals)

    def action_restore(self):
        """Let readers read this version again; that is one more version."""
        self.ensure_one()
        self.article_id.check_access("write")
        self.article_id._check_lead()
        self.article_id.write({x: self[x] for x in TEXTS})


class KbsArticle(models.Model):
    """What readers have read before, and who changed it."""

    _inherit = "kbs.article"

    version_ids = fields.One2many(
        comodel_name="kbs.article.version",
        inverse_name="article_id",
        string="Versions",
        readonly=True,
    )
    changed_at = fields.Datetime(
        readonly=True, copy=False, help="When readers got another text the last time."
    )

    def write(self, vals):
        """Whatever readers read from now on is one more version."""
        touched = self.filtered(lambda x: x.state == "published")
        touched = touched if set(TEXTS) & set(vals) else self.browse()
        wait_for_others(touched)
        before = {x: [x[name] for name in TEXTS] for x in touched}
        result = super().write(vals)
        changed = touched.filtered(lambda x: [x[n] for n in TEXTS] != before[x])
        changed._add_versions_sudo()
        return result

    def _add_versions_sudo(self):
        """Keep how the articles read now.

        Sudo: nobody writes the history by hand. The rows of the articles are locked
        and written, so of two leads the second is repeated by Odoo.
        """
        if not self:
            return
        Version = self.env["kbs.article.version"].sudo()
        last = dict(
            Version._read_group(
                [("article_id", "in", self.ids)], ["article_id"], ["number:max"]
            )
        )
        Version.create(
            [
                {
                    "article_id": article.id,
                    "number": last.get(article, 0) + 1,
                    "user_id": self.env.uid,
                    **{name: article[name] for name in TEXTS},
                }
                for article in self.sudo()
            ]
        )
        self.sudo().changed_at = fields.Datetime.now()
        self.invalidate_recordset(["version_ids"])  # the newest comes first

import logging

from psycopg2 import OperationalError

from odoo import api, fields, models

from ..tools.batches import run_isolated
from ..tools.locking import wait_for_others

_logger = logging.getLogger(__name__)


class KbsRelease(models.Model):
    """The news on the website: a post of the blog for each published version.

    It is made from the notes in every language, without files, and follows them. It
    never keeps a version from being published.
    """

    _inherit = "kbs.release"

    blog_post_id = fields.Many2one(
        comodel_name="blog.post",
        string="News on the Website",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    # === CRUD METHODS === #

    def write(self, vals):
        res = super().write(vals)
        if self._get_news_fields() & set(vals):
            self._update_news_sudo()
        return res

    @api.model
    def _get_news_fields(self):
        """Names of the fields that the post tells and that may be corrected later."""
        return {"summary", "kind", "mandatory_by"}

    # === ACTIONS === #

    def action_view_news(self):
        """Open the post on the website."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": self.sudo().blog_post_id.website_url,  # a public page
            "target": "new",
        }

    # === BUSINESS METHODS === #

    def _after_publish(self):
        res = super()._after_publish()
        if self.env.company.kbs_release_news:
            self._run_news(lambda x: x._create_news())
        return res

    def _after_withdraw(self):
        res = super()._after_withdraw()
        self._update_news_sudo()
        return res

    def _update_news_sudo(self):
        """Let the posts say what the notes say now.

        Sudo: who corrects the notes need not be an editor of the website.
        """
        self.sudo().filtered("blog_post_id")._run_news(lambda x: x._write_news())

    def _run_news(self, work):
        """Do ``work`` for each version. The website is no reason to fail: what goes
        wrong there is logged.

        :raise OperationalError: another worker was first; Odoo repeats us
        """
        for release in self:
            error = run_isolated(release, work)
            if isinstance(error, OperationalError):
                raise error
            if error is not None:
                _logger.error("No news about %s", release, exc_info=error)

    def _create_news(self):
        blog = self.env.ref("kbs_support.blog_blog_kbs_releases", False)
        # A company that deletes or archives the blog wants no such news.
        if not blog or not blog.active or self.blog_post_id:
            return
        source = self.with_context(lang="en_US")
        self.blog_post_id = source.env["blog.post"].create(
            {
                **source._prepare_news_values(),
                "blog_id": blog.id,
                "author_id": self.env.company.partner_id.id,
                "published_date": self.published_at,
                "is_published": True,
            }
        )
        self._translate_news()

    def _write_news(self):
        source = self.with_context(lang="en_US")
        source.blog_post_id.write(source._prepare_news_values())
        self._translate_news()

    def _prepare_news_values(self):
        """Return the values of the post in the language of the environment."""
        title = self.display_name
        if self.state == "withdrawn":
            title = self.env._("Withdrawn: %(release)s", release=self.display_name)
        return {
            "name": title,
            "subtitle": self.summary,
            "teaser_manual": self.summary,
            "tag_ids": self._get_news_tags().ids,
            "content": self._render_news(),
        }

    def _render_news(self):
        """Return the content, from the notes."""
        return self.env["ir.qweb"]._render(
            "kbs_support.kbs_release_news",
            {"release": self, "sections": self._get_sections()},
        )

    def _translate_news(self):
        """Say the same in the other languages of the database.

        The content is translated term by term: both renderings come from one template
        and have the same terms in the same places.
        """
        post, field = self.blog_post_id, self.blog_post_id._fields["content"]
        terms = field.get_trans_terms(post.with_context(lang="en_US").content)
        translations = {}
        for lang, _name in self.env["res.lang"].get_installed():
            if lang == "en_US":
                continue
            spoken = self.with_context(lang=lang)
            values = spoken._prepare_news_values()
            translated = field.get_trans_terms(values.pop("content"))
            spoken.blog_post_id.write(values)
            if len(terms) == len(translated):
                translations[lang] = dict(zip(terms, translated, strict=True))
        post._update_field_translations("content", translations)

    def _get_news_tags(self):
        """Return the tags of the program and of the kind."""
        kind = self.env.ref(f"kbs_support.blog_tag_kbs_{self.kind}", False)
        return self.software_id._get_or_create_blog_tag() | (
            kind or self.env["blog.tag"]
        )


class KbsReleaseNote(models.Model):
    """Corrected words reach the website too."""

    _inherit = "kbs.release.note"

    @api.model_create_multi
    def create(self, vals_list):
        notes = super().create(vals_list)
        notes.release_id._update_news_sudo()
        return notes

    def write(self, vals):
        releases = self.release_id
        res = super().write(vals)
        (releases | self.release_id)._update_news_sudo()
        return res

    def unlink(self):
        releases = self.release_id
        res = super().unlink()
        releases._update_news_sudo()
        return res


class KbsSoftware(models.Model):
    """A program has a tag on the website."""

    _inherit = "kbs.software"

    blog_tag_id = fields.Many2one(
        comodel_name="blog.tag",
        string="Tag on the Website",
        copy=False,
        ondelete="set null",
        help="The news about its versions bear it.",
    )

    def _get_or_create_blog_tag(self):
        """Return the tag of the program, in all languages.

        The row is locked and changed: of two versions that are published at once the
        second finds the tag of the first.
        """
        self.ensure_one()
        if self.blog_tag_id:
            return self.blog_tag_id
        wait_for_others(self)
        Tag = self.env["blog.tag"].with_context(lang="en_US")
        name = self.with_context(lang="en_US").name
        tag = Tag.search([("name", "=", name)], limit=1) or Tag.create({"name": name})
        for lang, _name in self.env["res.lang"].get_installed():
            tag.with_context(lang=lang).name = self.with_context(lang=lang).name
        self.blog_tag_id = tag
        return tag

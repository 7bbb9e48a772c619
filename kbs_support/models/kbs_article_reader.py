from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.highlights import cut, mark
from ..tools.lemmas import read_query
from .kbs_article_search import HEAD, MAX_RANKED

MAX_SUGGESTED = 10
MAX_RELATED = 6
MAX_DESCRIPTION = 300  # characters for search engines


class KbsArticle(models.Model):
    """Who may read an article (rule E10), and what he reads.

    Readers have no rights on the model: all goes through these methods, which return
    plain values. Everybody may know of a published article: its title and summary.
    The text, its files and votes are for whom ``_get_visible_domain`` lets in, and
    the words of a text are found by nobody else.
    """

    _inherit = "kbs.article"

    @api.model
    def _for_reader_sudo(self, user):
        """Return the model as it answers ``user``: with sudo, in all his companies.

        Sudo: readers have no rights on it, and clients none on subscriptions.
        """
        companies = user.sudo().company_id | user.sudo().company_ids
        return self.sudo().with_context(allowed_company_ids=companies.ids)

    # === WHO MAY === #

    @api.model
    def _get_listed_domain(self):
        """Domain of the articles of which everybody may know."""
        return Domain("state", "=", "published")

    @api.model
    def _get_visible_domain(self, user):
        """Domain of the articles that ``user`` may read: the one answer for all."""
        listed = self._get_listed_domain()
        if user._is_internal():
            return listed
        readers = Domain("visibility", "=", "public")
        plan = self._for_reader_sudo(user)._get_plan_sudo(user)
        if plan:
            readers |= Domain("visibility", "=", "covered")
            readers |= Domain("visibility", "=", "plan") & Domain(
                "plan_from_id.sequence", "<=", plan.sequence
            )
        return listed & readers

    @api.model
    def _get_plan_sudo(self, user):
        """Return the highest plan that covers the company of ``user`` today.

        Sudo: who may read nothing of subscriptions needs the answer.
        """
        if user._is_public():
            return self.env["kbs.plan"]
        client = user.sudo().partner_id.commercial_partner_id
        domain = self.env["kbs.subscription"]._get_active_domain(
            client, self.env.company._kbs_today()
        )
        periods = self.env["kbs.subscription.period"].sudo().search(domain)
        return periods.plan_id.sorted("sequence")[-1:]

    @api.model
    def _find_readable_sudo(self, user, article_id):
        """Return the article with sudo if ``user`` may read it, else an empty one."""
        domain = self._get_visible_domain(user) & Domain("id", "=", article_id)
        return self._for_reader_sudo(user).search(domain)

    @api.model
    def _find_listed_sudo(self, user, article_id):
        """Return the article with sudo if anybody may know of it, else an empty one."""
        domain = self._get_listed_domain() & Domain("id", "=", article_id)
        return self._for_reader_sudo(user).search(domain)

    # === LISTS === #

    @api.model
    def _search_text(self, query, user, domain=None, limit=20, offset=0):
        """Find articles for a reader, the best first.

        :param str query: words; all have to be there, the last may be half typed.
            Empty: all articles, the newest first
        :param domain: what else they have to be
        :return: ``(number of all, rows of this page)``, rows as plain values whose
            ``title`` and ``text`` are Markup with the words marked
        """
        Article = self._for_reader_sudo(user)
        visible = self._get_visible_domain(user)
        found = Article._get_listed_domain() & Domain(domain or Domain.TRUE)
        terms = read_query(query or "")
        if (query or "").strip():
            found &= (visible & Article._get_words_domain(terms)) | (
                ~visible & Article._get_words_domain(terms, HEAD)
            )
        total = Article.search_count(found)
        if not total:
            return 0, []
        in_text = visible if total <= MAX_RANKED else None
        rank = Article._get_rank(terms, in_text) if terms else None
        articles = Article._rank(found, rank, limit=limit, offset=offset)
        readable = Article.search(visible & Domain("id", "in", articles.ids))
        return total, [x._prepare_row(x in readable, terms) for x in articles]

    @api.model
    def _suggest(self, text, user, limit=3):
        """Return the articles that may answer what somebody is about to ask.

        Only what he may read; one word in the title or the summary is enough.

        :return: list of ``{"title", "summary", "url"}``, the best first
        """
        terms = [x._replace(prefix="") for x in read_query(text or "")]
        if not terms:
            return []
        Article = self._for_reader_sudo(user)
        visible = self._get_visible_domain(user)
        articles = Article._rank(
            visible & Article._get_words_domain(terms, HEAD, any_word=True),
            Article._get_rank(terms, any_word=True),
            limit=min(limit, MAX_SUGGESTED),
        )
        return [
            {"title": x.name, "summary": x.summary or "", "url": x._get_url()}
            for x in articles
        ]

    # === WHAT IS SHOWN === #

    def _prepare_row(self, is_readable, terms=()):
        """Return what lists and pages say of an article to anybody."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        text = self.body_text if terms and is_readable else ""
        piece = cut(self.summary or "", terms)
        if "<mark>" not in piece and text:
            in_text = cut(text, terms)
            piece = in_text if "<mark>" in in_text else piece
        return {
            "id": self.id,
            "url": self._get_url(),
            "name": self.name,
            "title": mark(self.name, terms),
            "text": piece,
            "kind": kinds[self.kind],
            "kind_key": self.kind,
            "category": self.category_id.name,
            "date": self.published_at and format_date(self.env, self.published_at),
            "is_outdated": self.is_outdated,
            "is_readable": is_readable,
            "lock": not is_readable and self._tell_readers(),
        }

    def _tell_readers(self):
        """Return for whom a closed article is, as a sentence."""
        if self.visibility == "plan":
            return self.env._(
                "For clients with the plan %(plan)s or a higher one",
                plan=self.plan_from_id.name,
            )
        return self.env._("For clients with support")

    def _prepare_page(self, user):
        """Return the page of one published article as plain values.

        Who may not read it gets its title and summary.
        """
        self.ensure_one()
        is_readable = bool(self._find_readable_sudo(user, self.id))
        row = self._prepare_row(is_readable)
        if not is_readable:
            return {**row, "summary": self.summary}
        today = self.env.company._kbs_today()
        return {
            **row,
            "summary": self.summary,
            "body": self._get_body_for_readers(),
            "description": (self.summary or "")[:MAX_DESCRIPTION],
            "tags": [{"id": x.id, "name": x.name} for x in self.tag_ids],
            "programs": self.software_ids.mapped("name"),
            "category_id": self.category_id.id,
            "valid_until": self.valid_until and format_date(self.env, self.valid_until),
            "valid_from": self.valid_from
            and self.valid_from > today
            and format_date(self.env, self.valid_from),
            "changed": self.changed_at and format_date(self.env, self.changed_at),
            "is_public": self.visibility == "public",
            "published_at": self.published_at,
            "changed_at": self.changed_at,
            "files": self._prepare_files(),
            "related": self._prepare_related(user),
        }

    def _prepare_related(self, user):
        """Return the rows of related articles, closed ones as such."""
        listed = self.related_ids.filtered_domain(self._get_listed_domain())
        listed = listed[:MAX_RELATED]
        if not listed:
            return []
        visible = self._get_visible_domain(user)
        readable = self.search(visible & Domain("id", "in", listed.ids))
        return [x._prepare_row(x in readable) for x in listed]

    @api.model
    def _get_sitemap(self):
        """Return ``[(address, day of the last change)]`` of what everybody reads."""
        public = self.env.ref("base.public_user")
        articles = self._for_reader_sudo(public).search_fetch(
            self._get_visible_domain(public), ["name", "changed_at"]
        )
        return [(x._get_url(), x.changed_at) for x in articles]

from odoo import api, fields, models
from odoo.fields import Domain

MAX_QUESTIONS = 20


class KbsArticleCategory(models.Model):
    """Shelves of questions that people ask before they buy."""

    _inherit = "kbs.article.category"

    is_faq = fields.Boolean(
        string="On the Page of Tariffs",
        help="Public articles of this category stand on the page of tariffs: the title "
        "is the question, the text is the answer.",
    )


class KbsArticle(models.Model):
    """Questions and answers on the page of tariffs."""

    _inherit = "kbs.article"

    @api.model
    def _prepare_faq_sudo(self, user):
        """Return the questions that everybody may read, in the order they were made.

        :return: list of dicts of ``question``, ``answer`` (Markup), ``text`` (the
            answer without markup) and ``url``
        """
        found = self._for_reader_sudo(user).search(
            self._get_listed_domain()
            & Domain("visibility", "=", "public")
            & Domain("is_outdated", "=", False)
            & Domain("category_id.is_faq", "=", True),
            order="id",
            limit=MAX_QUESTIONS,
        )
        return [
            {
                "question": x.name,
                "answer": x.body,
                "text": x.body_text,
                "url": x._get_url(),
            }
            for x in found
        ]

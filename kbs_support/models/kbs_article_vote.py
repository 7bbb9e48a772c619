import hashlib
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

MAX_VISITORS, MAX_VISITORS_HOURS = 100, 1  # strangers' votes for one article


def hash_visitor(token):
    return hashlib.sha256(token.encode()).hexdigest()


class KbsArticleVote(models.Model):
    """Whether an article has helped one person, or one visitor without an account."""

    _name = "kbs.article.vote"
    _description = "Vote on an Article"
    _order = "id"

    article_id = fields.Many2one(
        comodel_name="kbs.article", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Person",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    visitor = fields.Char(
        size=64, readonly=True, help="SHA-256 of a random word in the browser."
    )
    is_helpful = fields.Boolean(readonly=True)

    _person_once = models.UniqueIndex(
        "(article_id, partner_id) WHERE partner_id IS NOT NULL",
        "This person has voted already.",
    )
    _visitor_once = models.UniqueIndex(
        "(article_id, visitor) WHERE visitor IS NOT NULL",
        "This visitor has voted already.",
    )
    _one_voter = models.Constraint(
        "CHECK ((partner_id IS NULL) != (visitor IS NULL))",
        "A vote is of a person or of a visitor.",
    )
    _pace_index = models.Index("(article_id, create_date) WHERE visitor IS NOT NULL")


class KbsArticle(models.Model):
    """How many readers the article has helped."""

    _inherit = "kbs.article"

    helpful_count = fields.Integer(
        string="Helped", compute="_compute_votes", compute_sudo=True
    )
    unhelpful_count = fields.Integer(
        string="Did Not Help", compute="_compute_votes", compute_sudo=True
    )

    def _compute_votes(self):
        counts = {
            (article.id, is_helpful): count
            for article, is_helpful, count in self.env["kbs.article.vote"]._read_group(
                [("article_id", "in", self.ids)],
                ["article_id", "is_helpful"],
                ["__count"],
            )
        }
        for article in self:
            article.helpful_count = counts.get((article.id, True), 0)
            article.unhelpful_count = counts.get((article.id, False), 0)

    def _vote_sudo(self, is_helpful, partner=None, visitor=None):
        """Keep whether the article helped; who votes again has changed his mind.

        Sudo: readers have no right on votes. One statement of PostgreSQL, so two
        clicks at once are one vote.

        :param partner: who votes; otherwise ``visitor``
        :param str visitor: random word of a browser without an account
        :return: whether it was kept: strangers may not fill the table
        """
        self.ensure_one()
        if not partner and self._has_too_many_visitors():
            return False
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO kbs_article_vote (article_id, partner_id, visitor,
                    is_helpful, create_uid, create_date, write_uid, write_date)
                VALUES (%(article)s, %(partner)s, %(visitor)s, %(is_helpful)s,
                    %(uid)s, %(now)s, %(uid)s, %(now)s)
                ON CONFLICT (article_id, %(key)s) WHERE %(key)s IS NOT NULL
                DO UPDATE SET is_helpful = EXCLUDED.is_helpful,
                    write_date = EXCLUDED.write_date
                """,
                article=self.id,
                partner=partner.id if partner else None,
                visitor=None if partner else hash_visitor(visitor),
                is_helpful=bool(is_helpful),
                uid=self.env.uid,
                now=fields.Datetime.now(),
                key=SQL.identifier("partner_id" if partner else "visitor"),
            )
        )
        self.env["kbs.article.vote"].invalidate_model()
        self.invalidate_recordset(["helpful_count", "unhelpful_count"])
        return True

    def _has_too_many_visitors(self):
        since = fields.Datetime.now() - timedelta(hours=MAX_VISITORS_HOURS)
        votes = self.env["kbs.article.vote"].sudo()  # a number
        return (
            votes.search_count(
                [
                    ("article_id", "=", self.id),
                    ("visitor", "!=", False),
                    ("create_date", ">", since),
                ],
                limit=MAX_VISITORS,
            )
            >= MAX_VISITORS
        )

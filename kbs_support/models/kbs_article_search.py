from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column, create_index

from ..tools.lemmas import make_query, make_vector, read_query

INDEXED = {"name", "summary", "body"}
# The words of all, and of title and summary only, which everybody reads.
ALL, HEAD = "search_vector", "head_vector"
# Of body, summary and title; PostgreSQL counts D, C, B, A.
WEIGHTS = "{0, 0.1, 0.4, 1}"
MAX_RANKED = 2_000  # articles; of more the texts do not count for the order


class KbsArticle(models.Model):
    """Words of articles, found in all their forms (``tools/lemmas``).

    The columns ``search_vector`` and ``head_vector`` belong to PostgreSQL: the ORM has
    no such type. The second one is small, so it is read fast where thousands are found.
    """

    _inherit = "kbs.article"

    search_text = fields.Char(
        string="Words",
        store=False,
        search="_search_search_text",
        help="Finds all forms of the words: in the title, the summary and the text.",
    )

    def init(self):
        """Make the columns and their indexes."""
        cr = self.env.cr
        for name in (ALL, HEAD):
            if not column_exists(cr, self._table, name):
                create_column(cr, self._table, name, "tsvector")
            index = f"kbs_article_{name}_index"
            create_index(cr, index, self._table, [name], method="gin")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        articles = super().create(vals_list)
        articles._index_words()
        return articles

    def write(self, vals):
        result = super().write(vals)
        if INDEXED & set(vals):
            self._index_words()
        return result

    def _index_words(self):
        """Write the words of the articles into their columns, in one statement."""
        if not self:
            return
        self.flush_recordset(["name", "summary", "body_text"])
        rows = [
            SQL(
                "(%s, %s, %s)",
                x.id,
                make_vector(x.name, x.summary, x.body_text),
                make_vector(x.name, x.summary),
            )
            for x in self
        ]
        self.env.cr.execute(
            SQL(
                "UPDATE kbs_article SET search_vector = words.all_of_it::tsvector,"
                " head_vector = words.head::tsvector"
                " FROM (VALUES %s) AS words (id, all_of_it, head)"
                " WHERE kbs_article.id = words.id",
                SQL(", ").join(rows),
            )
        )

    # === SEARCH METHODS === #

    @api.model
    def _search_search_text(self, operator, value):
        if operator not in ("ilike", "like", "=", "=ilike", "=like"):
            return NotImplemented
        return self._get_words_domain(read_query(value or ""))

    @api.model
    def _get_words_domain(self, terms, column=ALL, any_word=False):
        """Domain of the articles that have the words of a query.

        :param terms: of :func:`~..tools.lemmas.read_query`; none finds nothing
        :param column: where to look for them
        """
        if not terms:
            return Domain.FALSE
        query = make_query(terms, any_word)

        def to_sql(model, alias, _query):
            return SQL("%s @@ %s::tsquery", SQL.identifier(alias, column), query)

        return Domain.custom(to_sql=to_sql)

    @api.model
    def _rank(self, domain, rank, *, limit, offset=0):
        """Return the articles of ``domain``, the best first, then the newest.

        :param SQL rank: of :meth:`_get_rank`; None: the newest come first
        """
        query = self._search(domain, limit=limit, offset=offset, order=self._order)
        if rank:
            query.order = SQL("%s DESC, %s", rank, query.order)
        return self.browse(query)

    @api.model
    def _get_rank(self, terms, readable=None, any_word=False):
        """Return how well an article fits the words of a query, as SQL.

        Words of a text count for whoever may read it only: the order of a list tells
        nothing of what is closed.

        :param terms: of :func:`~..tools.lemmas.read_query`
        :param Domain readable: of the articles whose text counts too; without it only
            titles and summaries do
        """
        vector = head = SQL.identifier(self._table, HEAD)
        if readable is not None:
            vector = SQL(
                "CASE WHEN %(id)s IN %(readable)s THEN %(all)s ELSE %(head)s END",
                id=SQL.identifier(self._table, "id"),
                readable=self._search(readable).subselect(),
                all=SQL.identifier(self._table, ALL),
                head=head,
            )
        query = make_query(terms, any_word)
        return SQL("ts_rank(%s, %s, %s::tsquery)", WEIGHTS, vector, query)

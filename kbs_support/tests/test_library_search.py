from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import kbs_article_reader
from ..tools.lemmas import read_query
from .library_common import LibraryCase
from .scale_common import ScaleMixin


@tagged("post_install", "-at_install")
class TestLibrarySearch(ScaleMixin, LibraryCase):
    """What is found, by whom, in which order, and at what cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wages = cls.make(
            "Нарахування заробітної плати",
            summary="Для закладів освіти",
            body="<p>Заповніть <b>табель</b> &amp; підпишіть звіти керівника.</p>",
        )
        cls.closed = cls.make(
            "Звіт за формою № 4-1мз",
            summary="Хто подає, і коли",
            body="<p>Таємний рядок про заробітну плату</p>",
            visibility="covered",
        )

    # === WORDS === #

    def test_found_in_all_forms_of_its_words(self):
        for query in (
            "заробітна плата",
            "заробітними платами",
            "ПЛАТОЮ",
            "закладу освіти",
            "табелями",
        ):
            with self.subTest(query=query):
                self.assertIn(self.wages.name, self.find(query))
        for query in ("звітами за формою", "4-1мз", "форма 4–1мз", "№4-1МЗ"):
            with self.subTest(query=query):
                self.assertEqual(self.find(query), [self.closed.name])

    def test_all_words_have_to_be_there(self):
        self.assertEqual(self.find("заробітна відпустка"), [])

    def test_found_as_it_reads_now(self):
        self.wages.with_user(self.lead).body = "<p>Про лікарняні</p>"
        self.assertEqual(self.find("табель"), [])
        self.assertEqual(self.find("лікарняних"), [self.wages.name])
        self.wages.with_user(self.lead).summary = "Декрет"
        self.assertEqual(self.find("декретом"), [self.wages.name])

    def test_title_comes_before_summary_and_text(self):
        places = {
            "Казначейство": {},
            "Друге": {"summary": "Казначейства"},
            "Третє": {"body": "<p>Казначейством</p>"},
        }
        for name, values in reversed(places.items()):
            self.make(name, **values)
        self.assertEqual(self.find("казначейство"), list(places))
        self.assertEqual(
            self.find("казначейство", limit=1, offset=1), list(places)[1:2]
        )

    def test_without_words_the_newest_come_first(self):
        newest = self.make("Newest")
        self.assertEqual(self.find("")[0], newest.name)
        self.assertEqual(self.find("  ")[0], newest.name)

    def test_odd_queries_find_nothing_and_break_nothing(self):
        for query in (
            "'",
            "a' | 'b",
            "\\",
            "!(&|:*<->)",
            "'; DROP TABLE kbs_article; --",
            "<script>alert(1)</script>",
            "😀",
            "\x00",
            "\ud800",
            "%",
            "заробітна " * 500 + "'",
            "я" * 10_000,
            "ʼ’'`",
            "№",
        ):
            with self.subTest(query=query[:20]), mute_logger("odoo.sql_db"):
                found = set(self.find(query))
                self.assertLessEqual(found, {self.wages.name, self.closed.name})
                if not read_query(query):
                    self.assertFalse(found)

    # === WHO FINDS WHAT === #

    def test_words_of_a_closed_text_are_found_by_nobody_else(self):
        for user in (self.anonymous, self.stranger):
            with self.subTest(user=user.login):
                self.assertEqual(self.find("таємний", user), [])
                _total, rows = self.articles._search_text("форма", user)
                (row,) = rows
                self.assertIn("with support", row["lock"])
                self.assertNotIn("Таємний", str(row))
        for user in (self.covered, self.agent):
            with self.subTest(user=user.login):
                self.assertEqual(self.find("таємний", user), [self.closed.name])

    def test_order_tells_nothing_of_a_closed_text(self):
        """A word in a closed text does not lift its article."""
        older = self.make("Субвенція", visibility="covered", body="<p>Субвенція</p>")
        newer = self.make("Субвенція громаді", visibility="covered")
        older.sudo().published_at = "2026-05-01 09:00:00"
        names = [older.name, newer.name]
        self.assertEqual(self.find("субвенція", self.covered), names)
        self.assertEqual(self.find("субвенція", self.stranger), names[::-1])

    def test_of_thousands_found_titles_still_come_first(self):
        body = "<p>Казначейство, казначейство, казначейство</p>"
        self.make("Казначейство")
        self.make("Друге", body=body)
        with patch.object(kbs_article_reader, "MAX_RANKED", 1):
            names = self.find("казначейство", self.anonymous)
        self.assertEqual(names, ["Казначейство", "Друге"])

    def test_drafts_and_archived_are_not_found(self):
        self.draft("Чернетка")
        gone = self.make("Архівна")
        gone.with_user(self.lead).action_archive_article()
        for query in ("чернетка", "архівна"):
            for user in (self.anonymous, self.covered, self.agent):
                self.assertEqual(self.find(query, user), [])

    def test_readers_by_plan_and_day(self):
        self.for_plan("prof", "Prof")
        self.for_plan("optima", "Optima")
        self.for_plan("premium", "Premium")
        visible = self.articles._get_visible_domain
        cases = {
            self.anonymous: set(),
            self.stranger: set(),
            self.covered: {"Prof", "Optima"},
            self.agent: {"Prof", "Optima", "Premium"},
        }
        for user, names in cases.items():
            with self.subTest(user=user.login):
                found = self.articles.search(visible(user)).mapped("name")
                self.assertEqual({"Prof", "Optima", "Premium"} & set(found), names)
        for moment, is_readable in (
            ("2026-08-13 20:59:00", True),  # the last minute in Kyiv
            ("2026-08-13 21:01:00", False),
        ):
            with freeze_time(moment):
                found = self.articles.search(visible(self.covered)).mapped("name")
                self.assertEqual("Prof" in found, is_readable)

    def test_highest_of_two_plans_decides(self):
        self.sell_paid("premium_1", client=self.hospital)
        article = self.for_plan("premium")
        self.assertTrue(self.articles._find_readable_sudo(self.covered, article.id))

    def test_sitemap_has_what_everybody_reads(self):
        addresses = [x[0] for x in self.articles._get_sitemap()]
        self.assertIn(self.wages._get_url(), addresses)
        self.assertNotIn(self.closed._get_url(), addresses)

    # === WHAT IS SHOWN === #

    def test_words_are_marked_and_the_rest_is_escaped(self):
        _total, (row,) = self.articles._search_text("звітом", self.covered, limit=1)
        self.assertIn("<mark>Звіт</mark> за формою", row["title"])
        article = self.make("<img src=x onerror=1> довідка", summary="<b>x</b>")
        _total, (row,) = self.articles._search_text("довідками", self.covered)
        self.assertEqual(
            row["title"], "&lt;img src=x onerror=1&gt; <mark>довідка</mark>"
        )
        self.assertEqual(row["text"], "&lt;b&gt;x&lt;/b&gt;")
        self.assertEqual(article.id, row["id"])

    def test_piece_of_the_text_shows_why_it_was_found(self):
        _total, (row,) = self.articles._search_text("табель", self.covered)
        self.assertIn("<mark>табель</mark> &amp; підпишіть", row["text"])

    def test_suggested_is_only_what_he_may_read(self):
        def suggest(text, user):
            return [x["title"] for x in self.articles._suggest(text, user)]

        text = "Не друкується звіт за формою 4-1мз, що робити?"
        self.assertEqual(suggest(text, self.covered), [self.closed.name])
        self.assertEqual(suggest(text, self.stranger), [])
        self.assertEqual(suggest("", self.covered), [])
        for number in range(4):
            self.make(f"Звіт {number}")
        self.assertEqual(len(suggest(text, self.covered)), 3)
        self.assertEqual(suggest(text, self.covered)[0], self.closed.name)

    def test_back_office_finds_words_too(self):
        for operator in ("ilike", "="):
            found = self.articles.with_user(self.agent).search(
                [("search_text", operator, "таємними рядками")]
            )
            self.assertEqual(found, self.closed)

    # === COST === #

    def many(self, count):
        return self.articles.create(
            [
                {
                    "name": f"Ціна запиту {x}",
                    "summary": "S",
                    "body": "<p>B</p>",
                    "visibility": "plan",
                    "plan_from_id": self.plan("premium").id,
                }
                for x in range(count)
            ]
        )

    def test_fifty_rows_cost_as_much_as_one(self):
        articles = self.many(50)
        articles.action_review()
        articles.action_publish()

        def show(limit):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.articles._search_text("запит", self.covered, limit=limit)
            return self.env.cr.sql_log_count - before

        show(1)
        one, fifty = show(1), show(50)
        self.assertEqual(one, fifty)
        self.assertLessEqual(fifty, 12)

    def test_publishing_fifty_costs_little_more(self):
        def publish(articles):
            articles.action_review()
            articles.action_publish()

        batches = (self.many(1), self.many(50))
        self.compare("publish articles", batches, publish, 0.5)

    def test_words_of_fifty_are_one_statement(self):
        self.compare(
            "index articles",
            (self.many(1), self.many(50)),
            lambda x: x._index_words(),
            0.1,
        )

from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..tools import lemmas
from ..tools.highlights import cut, mark
from ..tools.lemmas import make_query, make_vector, read_query, split
from ..tools.plain_text import to_lines
from ..tools.slugs import make_slug, read_id
from ..tools.text_changes import describe_changes


@tagged("post_install", "-at_install")
class TestLemmas(BaseCase):
    """Words of Ukrainian texts, without a database."""

    def lexemes(self, text):
        return set().union(*(x.lexemes.union(*x.parts) for x in split(text)))

    def test_forms_of_a_word_meet_in_their_lemma(self):
        for one, other in (
            ("заробітної плати", "заробітна плата"),
            ("звітами", "звіт"),
            ("об’єктів", "обʼєкт"),
            ("відпусток", "відпустку"),
            ("рахунки", "рахунком"),
        ):
            with self.subTest(one=one):
                texts = [{x.lexemes for x in split(text)} for text in (one, other)]
                for mine in texts[0]:
                    self.assertTrue(any(mine & theirs for theirs in texts[1]))

    def test_names_of_forms_and_standards_are_one_word(self):
        self.assertIn("41мз", self.lexemes("форма № 4-1мз"))
        self.assertIn("41мз", self.lexemes("форма 4–1мз"))
        self.assertIn("нпсбодс", self.lexemes("НП(С)БОДС 121"))
        self.assertIn("розрахунок", self.lexemes("заява-розрахунок"))

    def test_latin_letters_in_a_ukrainian_word_do_not_hide_it(self):
        self.assertIn("зарплата", self.lexemes("зaрплaта"))

    def test_empty_words_are_not_asked_for(self):
        query = make_query(read_query("звіт про заборгованість за квартал"))
        self.assertNotIn("'про'", query)
        self.assertNotIn("'за'", query)
        self.assertIn("'заборгованість'", query)
        self.assertIn("'про'", make_query(read_query("про")))

    def test_last_word_may_be_half_typed(self):
        self.assertTrue(make_query(read_query("звіт нарах")).endswith("'нарах':*)"))
        self.assertNotIn(":*", make_query(read_query("нарах звіту на")))

    def test_nothing_to_look_for_is_no_query(self):
        for text in ("", " ", "😀", "'\"\\&|!():*<>", "\x00", "\ud800", None):
            with self.subTest(text=text):
                self.assertEqual(read_query(text), [])

    def test_words_are_kept_until_postgresql_has_no_place(self):
        many = " ".join(f"слово{n}" for n in range(1000))
        with patch.object(lemmas, "MAX_VECTOR", 5000):
            vector = make_vector("Назва", "", many)
        self.assertIn("'назва'", vector)
        self.assertIn("'слово0'", vector)
        self.assertLess(len(vector.encode()), 10_000)

    def test_marked_text_is_escaped(self):
        piece = mark("<b>Звіти</b> & інше", read_query("звіт"))
        self.assertEqual(piece, "&lt;b&gt;<mark>Звіти</mark>&lt;/b&gt; &amp; інше")
        self.assertEqual(cut("<i>", []), "&lt;i&gt;")

    def test_piece_is_cut_where_the_words_are(self):
        text = "початок " * 100 + "звітність установи " + "кінець " * 100
        piece = cut(text, read_query("установа звітність"))
        self.assertIn("<mark>звітність</mark> <mark>установи</mark>", piece)
        self.assertTrue(piece.startswith("…") and piece.endswith("…"))
        self.assertLess(len(piece), 320)

    def test_address_is_ukrainian_in_latin_letters(self):
        for text, slug in (
            ("Як подати форму № 4-1мз", "yak-podaty-formu-4-1mz"),
            ("Об’єкт у Згурівці", "obiekt-u-zghurivtsi"),
            ("😀", ""),
            ("слово " * 40, "-".join(["slovo"] * 13)),
        ):
            with self.subTest(text=text):
                self.assertEqual(make_slug(text), slug)

    def test_number_at_the_end_of_an_address_is_read(self):
        for slug, number in (
            ("a-b-12", 12),
            ("12", 12),
            ("x12", 0),
            ("a-0", 0),
            ("a-9999999999", 0),
            ("9" * 5000, 0),
            ("a-١٢", 0),
        ):
            with self.subTest(slug=slug[:20]):
                self.assertEqual(read_id(slug), number)

    def test_plain_text_ends_words_where_paragraphs_end(self):
        text = "<p>one<b>two</b></p><ul><li>three<li>four &lt;b&gt;</ul><!-- x -->"
        self.assertEqual(to_lines(text), ["onetwo", "three", "four <b>"])
        for nothing in ("", None, "  ", "<!-- x -->", "<p></p>"):
            self.assertEqual(to_lines(nothing), [])

    def test_changes_show_what_went_and_what_came(self):
        changes = describe_changes(["one\ntwo <b>"], ["one\nthree"])
        self.assertEqual(
            changes,
            "<div><del>two &lt;b&gt;</del></div><div><ins>three</ins></div>",
        )
        self.assertFalse(describe_changes(["one"], ["one"]))

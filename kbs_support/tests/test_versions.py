import doctest

from hypothesis import given
from hypothesis import strategies as st

from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, tagged
from odoo.tools import SQL

from ..tools import versions
from ..tools.versions import MAX_PARTS, WIDTH, VersionError, clean_version, version_key
from .updates_common import UpdatesCase

numbers = st.lists(st.integers(0, 10**WIDTH - 1), min_size=1, max_size=MAX_PARTS)


def to_text(parts):
    return ".".join(map(str, parts))


def strip_zeros(parts):
    """The version without what it does not say: 8.10.0 is 8.10."""
    kept = list(parts)
    while len(kept) > 1 and not kept[-1]:
        kept.pop()
    return tuple(kept)


@tagged("post_install", "-at_install")
class TestVersionNumbers(BaseCase):
    """Versions are numbers: 8.9 stands before 8.10."""

    def test_doctests(self):
        self.assertEqual(doctest.testmod(versions).failed, 0)

    def test_what_people_type(self):
        for typed, expected in (
            ("8.10.2", "8.10.2"),
            (" 8.10.2 ", "8.10.2"),
            ("8,10,2", "8.10.2"),
            ("8. 10", "8.10"),
            ("v8.10", "8.10"),
            ("V. 8.10", "8.10"),
            ("ver 8.10", "8.10"),
            ("ver. 8.10", "8.10"),
            ("version 8.10", "8.10"),
            ("версія 8.10", "8.10"),
            ("Вер.8.10", "8.10"),
            ("в 8.10", "8.10"),
            ("08.010", "8.10"),
            ("0", "0"),
            ("7.7.027", "7.7.27"),
        ):
            with self.subTest(typed=typed):
                self.assertEqual(clean_version(typed), expected)

    def test_what_is_no_version(self):
        for typed in (
            None, "", " ", "v", "версія", "8.", ".8", "8..1", "8.x", "8.10 beta",
            "8-10", "-8", "1.2.3.4.5.6.7", "1234567", "8.10.2; DROP TABLE", "²",
        ):  # fmt: skip
            with self.subTest(typed=typed), self.assertRaises(VersionError):
                clean_version(typed)

    def test_order(self):
        ordered = ["0", "0.1", "7.99", "8", "8.0.1", "8.1", "8.9", "8.10", "8.10.1",
                   "8.11", "10", "10.0.0.0.0.1"]  # fmt: skip
        self.assertEqual(sorted(reversed(ordered), key=version_key), ordered)
        self.assertEqual(version_key("8.10"), version_key("8.10.0.0"))

    @given(numbers, numbers)
    def test_keys_sort_as_the_numbers_do(self, one, other):
        keys = [version_key(to_text(x)) for x in (one, other)]
        parts = [strip_zeros(x) for x in (one, other)]
        self.assertEqual(keys[0] < keys[1], parts[0] < parts[1])
        self.assertEqual(keys[0] == keys[1], parts[0] == parts[1])

    @given(numbers)
    def test_clean_twice_is_clean_once(self, parts):
        once = clean_version(f" версія {to_text(parts)} ")
        self.assertEqual(clean_version(once), once)
        self.assertEqual(version_key(once), version_key(to_text(parts)))


@tagged("post_install", "-at_install")
class TestVersionFields(UpdatesCase):
    """What is typed into a version field, and how PostgreSQL sorts it."""

    def test_bad_number_is_refused_in_plain_words(self):
        said = "“8.x” is not a version number"
        with self.assertRaisesRegex(ValidationError, said):
            self.release("8.x", state="draft")
        release = self.release("8.9", state="draft")
        with self.assertRaisesRegex(ValidationError, said):
            release.version = "8.x"
        copy = self.copy("1")
        with self.assertRaisesRegex(ValidationError, said):
            copy.version = " 8.x "
        with self.assertRaisesRegex(ValidationError, said):
            copy._tell_version_sudo("8.x")
        self.assertEqual(release.version, "8.9")

    def test_number_is_stored_clean(self):
        release = self.release(" v. 8,10.02", state="draft")
        self.assertEqual(release.version, "8.10.2")
        self.assertEqual(release.version_key, version_key("8.10.2"))
        copy = self.copy("1", version="версія 8.9")
        self.assertEqual(copy.version, "8.9")
        copy.version = False
        self.assertFalse(copy.version_key)

    def test_postgresql_sorts_as_python_does(self):
        typed = ["10", "8.10", "8.9", "8.10.1", "8", "0.1", "8.0.1", "9.99.999999"]
        releases = self.env["kbs.release"].union(
            *[self.release(x, state="draft") for x in typed]
        )
        expected = sorted(typed, key=version_key)
        found = releases.search([("id", "in", releases.ids)], order="version_key")
        self.assertEqual(found.mapped("version"), expected)
        # Whatever the collation of the database is.
        for (name,) in self.env.execute_query(
            SQL(
                "SELECT collname FROM pg_collation WHERE collname IN %s",
                ("C", "uk-x-icu", "en-x-icu", "uk_UA.utf8"),
            )
        ):
            rows = self.env.execute_query(
                SQL(
                    "SELECT version FROM kbs_release WHERE id IN %s"
                    " ORDER BY version_key COLLATE %s",
                    tuple(releases.ids),
                    SQL.identifier(name),
                )
            )
            with self.subTest(collation=name):
                self.assertEqual([x for (x,) in rows], expected)

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .routes_common import ACTORS, CALL, GET, POST, SECRET, RoutesCase
from .routes_table import OTHERS, ROUTES

# What Odoo itself warns of when somebody sends what we send here.
WARNINGS = (
    "odoo.http",
    "odoo.addons.base.models.ir_http",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.website.models.ir_http",
    "odoo.sql_db",
    "werkzeug",
)
# Numbers that nobody has; the last one is no number of a database at all.
MISSING = (-1, 2**31 - 1, 10**25)
HUGE = "ї" * 300_000
NASTY = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "signs": "'; DROP TABLE x; -- \U0001f9fe \u202e\ufeff\ud7ff %s %(a)s {0} a\x00b",
}


@tagged("post_install", "-at_install")
class TestRoutes(RoutesCase, HttpCase):
    """Every route as everybody, and with whatever may be sent to it."""

    def setUp(self):
        super().setUp()
        # A failure names its row; the whole page would say no more.
        self.longMessage = True

    def test_every_route_has_a_row(self):
        """Who adds a route says here who gets what."""
        known = {(x.url, x.verb) for x in ROUTES}
        self.assertEqual(self.get_map() - known, set(), "write rows for these")
        self.assertEqual(known - self.get_map(), set(), "these rows have no route")

    def test_who_gets_what(self):
        for actor in ACTORS:
            self.become(getattr(self, actor))
            for route in (*ROUTES, *OTHERS):
                expected = self.expect(route, actor)
                with self.subTest(actor=actor, verb=route.verb, path=route.path):
                    answer, changed = self.try_out(route)
                    self.assertEqual(self.tell(answer), expected)
                    if actor == "nobody" and expected == "login":
                        self.assertFalse(changed)
                    if actor != "stranger":
                        self.assertFalse(SECRET in answer.text, "a stranger's")

    def test_numbers_of_strangers_and_of_nobody(self):
        """For a number that is not his the own client is a stranger."""
        self.become(self.own)
        for route in (*ROUTES, *OTHERS):
            for name in self.get_numbers(route):
                if name in self.foreign:
                    expected = route.missing or self.expect(route, "stranger")
                    values = (self.foreign[name], *MISSING)
                else:
                    expected, values = route.missing or "404", MISSING
                for value in values:
                    with self.subTest(verb=route.verb, path=route.path, value=value):
                        answer, changed = self.try_out(route, ids={name: value})
                        self.assertFalse(SECRET in answer.text, "a stranger's")
                        self.assertEqual(self.tell(answer), expected)
                        self.assertFalse(changed)

    def test_numbers_of_strangers_in_a_form(self):
        self.become(self.own)
        for route in self.get_forms():
            for name, foreign in self.foreign.items():
                if f"{{{name}}}" not in str(route.data):
                    continue
                for value in (foreign, *MISSING):
                    with self.subTest(path=route.path, name=name, value=value):
                        answer, changed = self.try_out(route, ids={name: value})
                        self.assertLess(answer.status_code, 500)
                        self.assertFalse(SECRET in answer.text, "a stranger's")
                        self.assertFalse(changed)

    def test_neighbours_are_not_shown(self):
        """One number up and down: whatever it is, it is not a stranger's."""
        self.become(self.own)
        for route in (*ROUTES, *OTHERS):
            for name in self.foreign:
                if route.verb != GET or f"{{{name}}}" not in route.path:
                    continue
                for step in (-1, 1):
                    with self.subTest(path=route.path, step=step):
                        ids = {name: self.ids[name] + step}
                        answer, _changed = self.try_out(route, ids=ids)
                        self.assertLess(answer.status_code, 500)
                        self.assertFalse(SECRET in answer.text, "a stranger's")

    # === WHATEVER IS SENT === #

    def test_without_a_token_nothing_changes(self):
        self.become(self.own)
        for route in self.get_forms():
            if route.csrf:
                with self.subTest(path=route.path):
                    answer, changed = self.try_out(route, csrf=False)
                    self.assertEqual(answer.status_code, 400)
                    self.assertFalse(changed)

    def test_reading_in_the_place_of_writing_changes_nothing(self):
        """A page that others can make a client open does nothing by itself."""
        self.become(self.own)
        for route in self.get_forms():
            with self.subTest(path=route.path):
                answer, changed = self.try_out(route, verb=GET)
                self.assertLess(answer.status_code, 500)
                self.assertFalse(changed)

    def test_writing_in_the_place_of_reading_changes_nothing(self):
        self.become(self.own)
        posts = {x.url for x in self.get_forms()}
        for route in ROUTES:
            if route.verb == GET and route.url not in posts:
                with self.subTest(path=route.path):
                    answer, changed = self.try_out(route, verb=POST, data={"x": "1"})
                    self.assertLess(answer.status_code, 500)
                    self.assertFalse(changed)

    def test_empty_forms_are_refused(self):
        self.become(self.own)
        for route in self.get_forms():
            asked = set(route.data or ()) - set(HARMLESS)
            if route.csrf and asked:
                with self.subTest(path=route.path):
                    self.assert_harmless(route, dict.fromkeys(route.data, ""))

    def test_huge_texts_are_refused(self):
        self.become(self.own)
        for route, name, data in self.get_fields():
            with self.subTest(path=route.path, name=name):
                self.assert_harmless(route, {**data, name: HUGE}, name)

    def test_files_in_the_place_of_words_are_refused(self):
        self.become(self.own)
        for route, name, data in self.get_fields():
            with self.subTest(path=route.path, name=name):
                left = {key: value for key, value in data.items() if key != name}
                self.assert_harmless(route, left, name, files={name: self.file()})

    def test_lists_in_the_place_of_words_are_read_as_one(self):
        """The first of them is taken; what Odoo gives us is never a list."""
        self.become(self.own)
        for route, name, data in self.get_fields():
            with self.subTest(path=route.path, name=name):
                sent = {**data, name: ["one", "two", "three"]}
                answer, _changed = self.try_out(route, data=sent)
                self.assertLess(answer.status_code, 500)

    def test_code_and_signs_are_words(self):
        """They are kept where any words are right, shown as they are, or refused."""
        self.become(self.own)
        for route, name, data in self.get_fields():
            for kind, text in NASTY.items():
                with self.subTest(path=route.path, name=name, kind=kind):
                    answer = self.assert_harmless(route, {**data, name: text}, name)
                    self.assertFalse("<script>alert(1)" in answer.text, "not escaped")

    def test_calls_take_whatever_is_sent(self):
        self.become(self.own)
        for route in ROUTES:
            if route.verb != CALL:
                continue
            for name in route.data:
                for value in (None, 1, ["x"], {"x": 1}, HUGE, *NASTY.values()):
                    with self.subTest(path=route.path, value=str(value)[:20]):
                        answer, changed = self.try_out(route, data={name: value})
                        self.assertEqual(answer.status_code, 200)
                        self.assertFalse("error" in answer.json(), answer.text[:500])
                        self.assertFalse(changed)

    # === TOOLS === #

    def get_numbers(self, route):
        """Return the names of the numbers in the address of ``route``."""
        path = route.path.partition("?")[0]
        return [
            x for x, y in self.ids.items() if isinstance(y, int) and f"{{{x}}}" in path
        ]

    def get_forms(self):
        return [x for x in ROUTES if x.verb == POST]

    def get_fields(self):
        """Yield each field of each form, with the right values of all."""
        for route in self.get_forms():
            data = {
                key: value.format_map(self.ids)
                for key, value in (route.data or {}).items()
            }
            for name in data:
                yield route, name, data

    def try_out(self, route, **kwargs):
        with mute_logger(*WARNINGS):
            return self.ask(route, **kwargs)

    def assert_harmless(self, route, data, name=None, files=None):
        """No fault of ours; and where the words are wrong nothing is kept.

        :param name: of the field that was changed
        """
        answer, changed = self.try_out(route, data=data, files=files)
        self.assertLess(answer.status_code, 500)
        if name not in route.words and name not in HARMLESS:
            self.assertFalse(changed)
        return answer


# Fields without which, or with others in which, a form is right all the same.
HARMLESS = ("page", "note", "List-Unsubscribe", "access_token")

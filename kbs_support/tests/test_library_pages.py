import json

from lxml import html

from odoo import http
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .library_common import LibraryCase

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00"
    b"\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n"
    b"-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


@tagged("post_install", "-at_install")
class TestLibraryPages(LibraryCase, HttpCase):
    """The pages of the library, as strangers and clients open them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.public = cls.make("Open article", body="<p>Open words</p>")
        cls.closed = cls.make("Covered article", visibility="covered")
        cls.optima = cls.for_plan("optima", "Optima article")
        cls.premium = cls.for_plan("premium", "Premium article")
        cls.drafted = cls.draft("Drafted article")
        cls.all = cls.public + cls.closed + cls.optima + cls.premium + cls.drafted
        cls.files = {x: cls.attach(x) for x in cls.all}
        # Who may read what; drafts nobody here.
        cls.rights = {
            None: cls.public,
            cls.stranger: cls.public,
            cls.covered: cls.public + cls.closed + cls.optima,
            cls.agent: cls.public + cls.closed + cls.optima + cls.premium,
        }

    def become(self, user):
        self.authenticate(user and user.login, user and user.login)

    def words(self, answer):
        return " ".join(html.fromstring(answer.text).text_content().split())

    def vote(self, article, helpful="yes", csrf=True):
        token = {"csrf_token": http.Request.csrf_token(self)} if csrf else {}
        return self.url_open(
            f"/library/vote/{article.id}", data={"helpful": helpful, **token}
        )

    def votes(self, article):
        return self.env["kbs.article.vote"].search([("article_id", "=", article.id)])

    # === RIGHTS === #

    def test_text_is_for_whom_the_article_is(self):
        for user, readable in self.rights.items():
            self.become(user)
            for article in self.all - self.drafted:
                with self.subTest(user=user and user.login, article=article.name):
                    answer = self.url_open(article._get_url())
                    is_readable = article in readable
                    self.assertEqual(answer.status_code, 200 if is_readable else 403)
                    self.assertIn(f"Summary of {article.name}", answer.text)
                    text = "Open words" if article == self.public else "closed words"
                    self.assertEqual(text in answer.text, is_readable)
                    self.assertEqual("form.txt" in answer.text, is_readable)

    def test_files_are_for_whom_the_article_is(self):
        for user, readable in self.rights.items():
            self.become(user)
            for article, file in self.files.items():
                with self.subTest(user=user and user.login, article=article.name):
                    answer = self.url_open(f"/library/file/{article.id}/{file.id}")
                    if article in readable:
                        self.assertEqual(answer.content, b"secret")
                        self.assertIn("no-", answer.headers["Cache-Control"])
                    else:
                        self.assertEqual(answer.status_code, 404)
                        self.assertNotIn(b"secret", answer.content)

    def test_a_file_has_no_other_way_out(self):
        file = self.files[self.closed]
        for user in (None, self.stranger, self.covered):
            self.become(user)
            for path in (
                f"/web/content/{file.id}",
                f"/web/image/{file.id}",
                f"/library/file/{self.public.id}/{file.id}",
            ):
                with self.subTest(user=user and user.login, path=path):
                    self.assertNotIn(b"secret", self.url_open(path).content)

    def test_votes_are_for_whom_the_article_is(self):
        for user, readable in self.rights.items():
            self.become(user)
            for article in self.all:
                with self.subTest(user=user and user.login, article=article.name):
                    before = self.votes(article)
                    answer = self.vote(article)
                    count = len(self.votes(article) - before)
                    self.assertEqual(count, article in readable)
                    status = 200 if article in readable else 404
                    self.assertEqual(answer.status_code, status)

    def test_drafts_and_numbers_beside_are_not_there(self):
        self.become(self.agent)
        for path in (
            self.drafted._get_url(),
            f"/library/{self.drafted.id}",
            f"/library/{self.drafted.id + 1000}",
            "/library/0",
            "/library/99999999999999999999",
            "/library/x",
            "/library/%F0%9F%98%80",
            "/library/file/1/99999999999999999999",
            f"/library/file/{self.public.id}/{self.files[self.public].id + 1}",
        ):
            with self.subTest(path=path):
                answer = self.url_open(path)
                self.assertEqual(answer.status_code, 404)
                self.assertNotIn("Summary of Drafted", answer.text)

    # === THE LIST === #

    def test_everybody_knows_of_what_is_published(self):
        for user in (None, self.covered):
            self.become(user)
            page = self.words(self.url_open("/library"))
            for article in self.all - self.drafted:
                self.assertIn(article.name, page)
            self.assertNotIn("Drafted article", page)
            self.assertNotIn("closed words", page)
            self.assertEqual("For clients with support" in page, not user)
            self.assertIn("the plan PREMIUM or a higher one", page)
            self.assertEqual("the plan OPTIMA" in page, not user)

    def test_narrowed_by_what_is_chosen(self):
        category = self.env["kbs.article.category"].create({"name": "Taxes"})
        program = self.env["kbs.software"].create({"name": "P", "code": "lib"})
        tag = self.env["kbs.article.tag"].create({"name": "esv"})
        self.public.write(
            {
                "category_id": category.id,
                "software_ids": [(4, program.id)],
                "tag_ids": [(4, tag.id)],
                "kind": "guide",
            }
        )
        self.become(None)
        for query in (
            f"category={category.id}",
            f"program={program.id}",
            f"tag={tag.id}",
            "kind=guide",
            "search=open+word",
            f"search=open&category={category.id}&tag={tag.id}&kind=guide",
        ):
            with self.subTest(query=query):
                page = self.words(self.url_open(f"/library?{query}"))
                self.assertIn("Open article", page)
                self.assertNotIn("Covered article", page)

    def test_odd_addresses_are_no_fault_of_the_server(self):
        self.become(None)
        for query in (
            "?search=%00",
            "?search=%27%3B+DROP+TABLE+kbs_article%3B--",
            "?search=%3Cscript%3Ealert(1)%3C/script%3E",
            "?search=%F0%9F%98%80",
            "?search=" + "a" * 5000,
            "?search=a&search=b",
            "?kind=x&category=x&program=-1&tag=%00",
            "?category=99999999999999999999&tag=" + "9" * 5000,
            "/page/0",
            "/page/99999999999999999999",
            "/page/2?search=open",
            "/%00",
        ):
            with self.subTest(query=query[:40]):
                answer = self.url_open(f"/library{query}")
                self.assertEqual(answer.status_code, 200)
                self.assertNotIn("<script>alert(1)", answer.text)

    def test_a_page_too_far_is_the_last_one(self):
        articles = self.articles.create(
            [
                {"name": f"Many {x}", "summary": "S", "body": "<p>B</p>"}
                for x in range(21)
            ]
        )
        articles.action_review()
        articles.action_publish()
        self.become(None)
        pages = [
            self.words(self.url_open(f"/library{path}?search=many"))
            for path in ("", "/page/2", "/page/9")
        ]
        self.assertEqual([x.count("Many") for x in pages], [20, 1, 1])
        self.assertEqual(pages[1], pages[2])
        self.assertIn("Found: 21", pages[0])

    # === THE PAGE === #

    def test_there_is_one_address(self):
        self.become(None)
        for slug in (str(self.public.id), f"wrong-{self.public.id}"):
            answer = self.url_open(f"/library/{slug}", allow_redirects=False)
            self.assertEqual(answer.status_code, 301)
            self.assertTrue(answer.headers["Location"].endswith(self.public._get_url()))
        tree = html.fromstring(self.url_open(self.public._get_url()).text)
        (canonical,) = tree.xpath("//link[@rel='canonical']/@href")
        self.assertTrue(canonical.endswith(self.public._get_url()))

    def test_search_engines_get_the_open_ones(self):
        self.become(None)
        tree = html.fromstring(self.url_open(self.public._get_url()).text)
        self.assertIn("Open article", tree.findtext(".//title"))
        description = tree.xpath("//meta[@name='description']/@content")
        self.assertEqual(description, ["Summary of Open article"])
        (data,) = tree.xpath("//script[@type='application/ld+json']/text()")
        self.assertEqual(json.loads(data)["headline"], "Open article")
        closed = self.url_open(self.closed._get_url())
        self.assertNotIn("ld+json", closed.text)
        for answer, robots in (
            (self.url_open(self.public._get_url()), None),
            (self.url_open("/library"), None),
            (self.url_open("/library?search=open"), "noindex"),
            (closed, "noindex"),
        ):
            self.assertEqual(answer.headers.get("X-Robots-Tag"), robots)

    def test_nothing_of_an_article_is_markup_but_its_text(self):
        self.public.with_user(self.lead).write(
            {
                "name": "</script><script>alert(1)</script>",
                "summary": "<img src=x onerror=alert(1)>",
                "body": "<p onclick='alert(1)'>Hi<script>alert(1)</script></p>",
            }
        )
        self.become(None)
        for path in (self.public._get_url(), "/library", "/library?search=script"):
            text = self.url_open(path).text
            for evil in (
                "<script>alert(1)",
                "<img src=x",
                "onclick='alert",
                'onclick="a',
            ):
                with self.subTest(path=path, evil=evil):
                    self.assertNotIn(evil, text)

    def test_outdated_is_said(self):
        self.public.valid_until = "2026-05-13"
        self.become(None)
        for path in ("/library", self.public._get_url()):
            self.assertIn("outdated", self.words(self.url_open(path)))
        self.public.valid_until = "2026-05-14"
        self.assertNotIn("outdated", self.words(self.url_open(self.public._get_url())))

    def test_closed_related_articles_are_told_as_such(self):
        self.public.related_ids = self.closed + self.drafted
        self.become(None)
        page = self.words(self.url_open(self.public._get_url()))
        self.assertIn("Covered article For clients with support", page)
        self.assertNotIn("Drafted article", page)
        self.become(self.covered)
        page = self.words(self.url_open(self.public._get_url()))
        self.assertNotIn("For clients with support", page)

    def test_pictures_are_shown_and_other_files_saved(self):
        picture = self.env["ir.attachment"].create(
            {"name": "p.png", "raw": PNG, "res_model": "kbs.article"}
        )
        self.public.with_user(
            self.lead
        ).sudo().body = f'<p>Open<img src="/web/image/{picture.id}"></p>'
        evil = self.attach(self.public, "x.html", b"<script>alert(1)</script>")
        self.become(None)
        (source,) = html.fromstring(self.url_open(self.public._get_url()).text).xpath(
            "//article//img/@src"
        )
        answer = self.url_open(source)
        self.assertEqual(answer.content, PNG)
        self.assertNotIn("attachment", answer.headers["Content-Disposition"])
        answer = self.url_open(f"/library/file/{self.public.id}/{evil.id}")
        self.assertIn("attachment", answer.headers["Content-Disposition"])

    # === VOTES, SUGGESTIONS, WAYS IN === #

    def test_a_browser_votes_once(self):
        self.become(None)
        self.assertIn("Thank you", self.vote(self.public).text)
        self.vote(self.public, "no")
        self.assertEqual(self.votes(self.public).mapped("is_helpful"), [False])
        self.opener.cookies.clear()
        self.become(None)
        self.vote(self.public)
        self.assertEqual(len(self.votes(self.public)), 2)

    def test_a_vote_is_a_form_of_ours(self):
        self.become(self.covered)
        with mute_logger("odoo.http"):
            self.assertEqual(self.vote(self.public, csrf=False).status_code, 400)
        self.vote(self.public, "maybe")
        self.url_open(f"/library/vote/{self.public.id}?helpful=yes")
        self.assertFalse(self.votes(self.public))

    def suggest(self, text):
        answer = self.url_open(
            "/library/suggest",
            data=json.dumps({"params": {"text": text}}),
            headers={"Content-Type": "application/json"},
        ).json()
        return answer.get("result")

    def test_suggestions_are_for_who_is_logged_in(self):
        self.become(self.covered)
        titles = [x["title"] for x in self.suggest("covered article?")]
        self.assertIn("Covered article", titles)
        for text in ("", None, 5, ["a"], "\x00", "ї" * 100_000):
            with self.subTest(text=str(text)[:10]):
                self.assertEqual(self.suggest(text), [])
        self.become(None)
        with mute_logger("odoo.http"):
            self.assertIsNone(self.suggest("covered"))

    def test_reachable_from_the_first_pages(self):
        self.become(self.covered)
        # The footer has it on every page: look where it is looked for.
        for path, place in (("/my/home", "main"), ("/", "header")):
            page = html.fromstring(self.url_open(path).text)
            with self.subTest(path=path):
                self.assertTrue(page.xpath(f"//{place}//a[@href='/library']"))

    def test_map_of_the_site_has_the_open_ones(self):
        self.env["ir.attachment"].search([("url", "=like", "/sitemap%")]).unlink()
        self.become(None)
        text = self.url_open("/sitemap.xml").text
        self.assertIn(self.public._get_url(), text)
        for article in self.all - self.public:
            self.assertNotIn(article._get_url(), text)

from lxml import html

from odoo.tests import HttpCase, tagged

from .scale_common import ScaleMixin
from .support_portal_common import SupportPortalCase


@tagged("post_install", "-at_install")
class TestTicketList(ScaleMixin, SupportPortalCase, HttpCase):
    """The list of tickets; its bar and pager serve all lists of the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stages = cls.env["helpdesk.ticket.stage"]
        cls.waiting = stages.create({"name": "On you", "kbs_is_waiting": True})
        cls.done = stages.create({"name": "Over", "closed": True})
        cls.category = cls.env["helpdesk.ticket.category"].create({"name": "Payroll"})
        cls.first = cls.make("Report is empty", cls.owner)
        cls.second = cls.make("Salary is wrong", cls.colleague)
        cls.second.write({"stage_id": cls.waiting.id, "category_id": cls.category.id})
        cls.third = cls.make("Key is lost", cls.owner)
        cls.third.stage_id = cls.done
        cls.make("Foreign ticket", cls.stranger)

    @classmethod
    def make(cls, name, user):
        return cls.env["helpdesk.ticket"].create(
            {
                "name": name,
                "description": "x",
                "partner_id": user.partner_id.id,
                "company_id": cls.company.id,
            }
        )

    def read(self, query="", user=None):
        """Return the names in the list, and the page."""
        self.become(user or self.owner)
        answer = self.url_open(f"/my/tickets{query}")
        self.assertEqual(answer.status_code, 200)
        page = html.fromstring(answer.text)
        rows = page.xpath("//li[contains(@class, 'list-group-item')]//a")
        return [" ".join(x.text_content().split()[1:]) for x in rows], page

    def test_what_is_narrowed(self):
        names = {"Report is empty", "Salary is wrong", "Key is lost"}
        for query, expected in (
            ("", names),
            ("?filterby=open", {"Report is empty", "Salary is wrong"}),
            ("?filterby=waiting", {"Salary is wrong"}),
            ("?filterby=closed", {"Key is lost"}),
            ("?filterby=own", {"Report is empty", "Key is lost"}),
            ("?search=is+wrong", {"Salary is wrong"}),
            (f"?search={self.first.number}", {"Report is empty"}),
            ("?search=is&filterby=closed", {"Key is lost"}),
            ("?search=Foreign", set()),
            ("?filterby=nonsense&sortby=x&groupby=y", names),
        ):
            with self.subTest(query=query):
                self.assertEqual(set(self.read(query)[0]), expected)

    def test_bar_shows_what_is_asked(self):
        _names, page = self.read("?filterby=closed&sortby=name&groupby=stage&search=is")
        chosen = page.xpath("//form[@role='search']//option[@selected]/@value")
        self.assertEqual(chosen, ["closed", "name", "stage"])
        [typed] = page.xpath("//form[@role='search']//input[@name='search']/@value")
        self.assertEqual(typed, "is")

    def test_order_and_groups(self):
        for query, expected in (
            ("?sortby=name", ["Key is lost", "Report is empty", "Salary is wrong"]),
            (
                "?groupby=person&sortby=name",
                self.sorted_by_person(),
            ),
        ):
            with self.subTest(query=query):
                self.assertEqual(self.read(query)[0], expected)
        _names, page = self.read("?groupby=category")
        headings = [x.text_content() for x in page.xpath("//main//h2")]
        self.assertIn("Payroll", headings)
        self.assertIn("Not given", headings)

    def sorted_by_person(self):
        tickets = self.first + self.second + self.third
        tickets = tickets.sorted(lambda x: (x.partner_id.display_name, x.name))
        return tickets.mapped("name")

    def test_pages_keep_what_is_asked(self):
        for number in range(25):
            self.make(f"Many {number:02}", self.owner)
        names, page = self.read("?search=Many&sortby=name")
        self.assertEqual(names, [f"Many {x:02}" for x in range(20)])
        [following] = set(page.xpath("//a[span[@aria-label='Next']]/@href"))
        self.assertIn("search=Many", following)
        self.assertIn("sortby=name", following)
        names, _page = self.read(following.removeprefix("/my/tickets"))
        self.assertEqual(names, [f"Many {x:02}" for x in range(20, 25)])
        far, _page = self.read("/page/99?search=Many&sortby=name")
        self.assertEqual(far, names)

    def test_nothing_found_says_so(self):
        _names, page = self.read("?search=nowhere")
        self.assertIn("Nothing was found", page.text_content())
        (self.first + self.second + self.third).active = False
        _names, page = self.read()
        self.assertIn("You have not asked us anything yet", page.text_content())

    def test_list_is_flat(self):
        tickets = self.env["helpdesk.ticket"].union(
            *(self.make(f"T{x}", self.owner) for x in range(50))
        )
        own = tickets.with_user(self.owner)

        def read(some):
            some._kbs_prepare_portal_rows_sudo("category_id")

        read(own)
        self.compare("tickets", (own[:1], own), read, ceiling=0)


@tagged("post_install", "-at_install")
class TestOtherLists(SupportPortalCase, HttpCase):
    """Each list narrows, sorts and groups by the same bar."""

    def texts(self, url):
        self.become(self.owner)
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        return self.words(answer)

    def give(self, kind, title, **values):
        return self.env["kbs.feedback"].create(
            {
                "kind": kind,
                "title": title,
                "text": "x",
                "partner_id": self.owner.partner_id.id,
                "company_id": self.company.id,
                **values,
            }
        )

    def test_feedback(self):
        self.give("complaint", "Slow answer")
        self.give("proposal", "Bigger letters")
        page = self.texts("/my/feedback?kind=complaint")
        self.assertIn("Slow answer", page)
        self.assertNotIn("Bigger letters", page)
        page = self.texts("/my/feedback?search=bigger")
        self.assertNotIn("Slow answer", page)
        self.assertIn("Bigger letters", page)
        page = self.texts("/my/feedback?groupby=kind")
        self.assertLess(page.index("Slow answer"), page.index("Bigger letters"))

    def test_vote_comes_back_to_the_list_as_it_was_asked_for(self):
        author = self.stranger.partner_id
        proposal = self.give("proposal", "Bigger letters", partner_id=author.id)
        proposal.write({"public_title": "Letters", "public_text": "Bigger"})
        proposal.action_publish()
        self.become(self.owner)
        page = html.fromstring(self.url_open("/my/proposals?sortby=date").text)
        [form] = page.xpath(f"//form[contains(@action, '/{proposal.id}/vote')]")
        answer = self.url_open(
            form.get("action"), data=dict(form.form_values()), allow_redirects=False
        )
        self.assertIn("/my/proposals?sortby=date", answer.headers["Location"])
        self.assertEqual(proposal.vote_count, 2)

    def test_releases(self):
        for number, kind in (("8.1", "feature"), ("8.2", "law")):
            release = self.draft(number, kind=kind)
            self.upload(release)
            self.publish(release)
        for query, there, away in (
            ("?kind=law", "8.2", "8.1"),
            ("?search=8.1", "8.1", "8.2"),
        ):
            page = self.texts(f"/my/releases{query}")
            listed = page[page.index("Show") :]
            self.assertIn(f" {there} ", listed)
            self.assertNotIn(f" {away} ", listed)
        page = self.texts("/my/releases?sortby=old")
        listed = page[page.index("Show") :]
        self.assertLess(listed.index(" 8.1 "), listed.index(" 8.2 "))

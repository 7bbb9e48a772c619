from datetime import date
from urllib.parse import unquote

from freezegun import freeze_time
from lxml import html

from odoo.tests import HttpCase, tagged

from .hours_common import HoursCase


@tagged("post_install", "-at_install")
class TestHoursPortal(HoursCase, HttpCase):
    """The page "My hours": own clients and their colleagues, nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hospital.lang = "uk_UA"
        colleague = cls.env["res.partner"].create(
            {"name": "Colleague", "parent_id": cls.hospital.id}
        )
        stranger = cls.env["res.partner"].create(
            {"name": "Stranger", "parent_id": cls.client.id}
        )
        for login, partner in (
            ("hours_owner", cls.accountant),
            ("hours_colleague", colleague),
            ("hours_stranger", stranger),
        ):
            setattr(cls, login, cls._create_portal_user(login, partner))

    def setUp(self):
        super().setUp()
        self.work(50, name="Moved the base")

    def become(self, user):
        self.authenticate(user and user.login, user and user.login)

    def page(self, query="", user=None):
        self.become(user or self.hours_owner)
        answer = self.url_open(f"/my/hours{query}")
        self.assertEqual(answer.status_code, 200)
        return answer.text

    def words(self, page):
        return " ".join(html.fromstring(page).text_content().split())

    def test_what_is_left_stands_first(self):
        self.pay(self.sell_hours())
        page = self.words(self.page())
        self.assertLess(page.index("Left today"), page.index("Statement of hours"))
        self.assertIn("Left today 7 h 10 min", page)
        self.assertIn("Included in the plan 2 h 10 min lapses after 05/31/2026", page)
        self.assertIn("Bought 5 h lapses after 05/13/2027", page)
        self.assertIn("Service month: 05/01/2026–05/31/2026", page)
        # The statement of the service month up to today.
        self.assertIn("05/01/2026 Left before this day 0 min", page)
        self.assertIn("Moved the base 50 min", page)
        self.assertIn("05/14/2026 Left at the end of this day 7 h 10 min", page)

    def test_reachable_from_the_first_page(self):
        self.become(self.hours_owner)
        self.assertIn('href="/my/hours"', self.url_open("/my/home").text)

    def test_chosen_days(self):
        page = self.words(self.page("?date_from=2026-05-02&date_to=2026-06-02"))
        self.assertIn("05/02/2026 Left before this day 3 h", page)
        self.assertIn(
            "Hours lapsed: hours of the plan until 05/31/2026 2 h 10 min", page
        )
        self.assertIn("what will happen", page)

    def test_nothing_of_the_office_is_shown(self):
        self.env["kbs.hour.entry"]._correct(
            self.support, 60, "He shouted at us", date(2026, 5, 20)
        )
        page = self.page()
        self.assertIn("Correction", page)
        for words in ("He shouted", self.agent.name, self.lead.name):
            self.assertNotIn(words, page)
        pdf = self.pdf("?date_from=2026-05-01&date_to=2026-05-14")
        self.assertIn("Виправлення", pdf)
        self.assertNotIn("He shouted", pdf)

    def test_days_that_are_none(self):
        for query, words in (
            ("?date_from=2026-05-20&date_to=2026-05-10", "after the last one"),
            ("?date_from=yesterday&date_to=2026-05-10", "Enter the first and"),
            ("?date_from=2026-02-30&date_to=2026-05-10", "Enter the first and"),
            ("?date_from=2026-05-10", "Enter the first and"),
            ("?date_from=0001-01-01&date_to=9999-12-31", "between 2000 and 2100"),
            ("?date_from=%00&date_to=<b>", "Enter the first and"),
        ):
            with self.subTest(query=query):
                self.assertIn(words, self.page(query))
                answer = self.url_open(f"/my/hours/pdf{query}")
                self.assertIn(words, answer.text)
                self.assertIn("Left today", answer.text)

    def test_who_sees_it(self):
        number = self.support.name
        query = f"?subscription={self.support.id}"
        for user in (self.hours_owner, self.hours_colleague):
            self.assertIn("Moved the base", self.page(query, user))
        for path in ("", "/pdf"):
            for user in (self.hours_stranger, None):
                with self.subTest(user=user and user.login, path=path):
                    self.become(user)
                    page = self.url_open(f"/my/hours{path}{query}")
                    self.assertNotIn("Moved the base", page.text)
                    self.assertNotIn(number, page.text)
                    self.assertIn("text/html", page.headers["Content-Type"])
        self.become(None)
        self.assertIn("/web/login", self.url_open("/my/hours").url)
        stranger = self.page(user=self.hours_stranger)
        self.assertIn("has no support yet", stranger)

    def test_stranger_with_own_support_sees_his_own(self):
        self.sell_paid("prof_3")
        page = self.page(f"?subscription={self.support.id}", self.hours_stranger)
        self.assertNotIn("Moved the base", page)
        self.assertIn("Left today 0 min", self.words(page))

    def test_who_has_moved_leaves_it_behind(self):
        self.hours_colleague.partner_id.parent_id = self.client
        self.assertNotIn("Moved the base", self.page(user=self.hours_colleague))

    def test_other_company_is_not_shown(self):
        company = self._create_company("Other company")
        self.hours_owner.write(
            {"company_ids": [(6, 0, company.ids)], "company_id": company.id}
        )
        self.assertIn("has no support yet", self.page())

    def test_several_subscriptions(self):
        order = self.sell_paid("premium_3", client=self.hospital)
        other = self.subscription(order)
        self.assertNotEqual(other, self.support)
        for wanted, left in ((self.support, "2 h 10 min"), (other, "6 h")):
            page = self.words(self.page(f"?subscription={wanted.id}"))
            self.assertIn(f"Left today {left}", page)
            self.assertIn(self.support.name, page)
            self.assertIn(other.name, page)

    def test_support_that_is_over(self):
        with freeze_time("2027-07-10 09:00:00"):
            page = self.words(self.page())
        self.assertIn("Left today 0 min", page)
        self.assertIn("There is no coverage today", page)

    def pdf(self, query):
        """The words of the document: in tests Odoo gives the page that becomes one."""
        self.become(self.hours_owner)
        answer = self.url_open(f"/my/hours/pdf{query}")
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertEqual(answer.headers["Cache-Control"], "private, no-store")
        self.disposition = unquote(answer.headers["Content-Disposition"])
        return self.words(answer.text)

    def test_pdf_in_the_language_of_the_client(self):
        text = self.pdf("?date_from=2026-05-01&date_to=2026-05-14")
        for words in (
            "Виписка годин",
            "Hospital",
            self.support.name,
            "01.05.2026–14.05.2026",
            "2 год 10 хв",
        ):
            self.assertIn(words, text)
        name = f"Statement of hours {self.support.name} 05-01-2026–05-14-2026.pdf"
        self.assertIn(name, self.disposition)

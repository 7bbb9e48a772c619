import json
from unittest.mock import patch

from freezegun import freeze_time
from lxml import html

from odoo.tests import HttpCase, tagged

from .common import KbsCase


@tagged("post_install", "-at_install")
class TestTariffsPage(KbsCase, HttpCase):
    """The public page of tariffs: promises and prices as they are kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].search([], limit=1)
        cls.website.company_id = cls.company

    def page(self, query=""):
        answer = self.url_open(f"/tariffs{query}")
        self.assertEqual(answer.status_code, 200)
        return html.fromstring(answer.text)

    def words(self, page):
        text = " ".join(page.text_content().split())
        return text.replace("\N{NO-BREAK SPACE}", " ")

    def ask(self, plan="optima", term="6", **query):
        term_id = self.env.ref(f"kbs_support.kbs_term_{term}").id
        parts = {"plan": self.plan(plan).id, "term": term_id, **query}
        return self.words(
            self.page("?" + "&".join(f"{key}={value}" for key, value in parts.items()))
        )

    def price(self, name, pricelist=None):
        product = self.product(name)
        return (pricelist or self.regular)._get_product_price(product, 1.0)

    def show(self, amount):
        return f"{amount:,.2f}"

    def test_every_price_of_the_lists_is_on_the_page(self):
        page = self.words(self.page())
        for name in ("prof_1", "optima_6", "premium_12", "premium_budget_year"):
            self.assertIn(self.show(self.price(name)), page)
        self.assertIn(self.show(self.price("optima_6", self.loyalty)), page)
        self.assertIn(self.show(self.price("hour")), page)

    def test_the_line_is_told_without_the_mark_of_our_calendars(self):
        page = self.words(self.page())
        self.assertIn("Consultation line 09:00–18:00 (5/7)", page)
        self.assertNotIn("KBS 24/7", page)

    def test_questions_of_everybody_are_answered(self):
        shelf = self.env.ref("kbs_support.kbs_article_category_faq")
        other = self.env["kbs.article.category"].create({"name": "Taxes"})

        def publish(name, category=shelf, **values):
            article = self.env["kbs.article"].create(
                {
                    "name": name,
                    "summary": "In short",
                    "body": "<p>On the day of </script> payment.</p>",
                    "category_id": category.id,
                    "visibility": "public",
                    **values,
                }
            )
            article.action_review()
            article.with_user(self.lead).action_publish()

        self.assertNotIn("What others ask", self.words(self.page()))
        publish("When does it begin?")
        publish("For clients only?", visibility="covered")
        publish("About taxes?", category=other)
        publish("Of last year?", valid_until="2025-12-31")
        page = self.page()
        asked = [x.text_content() for x in page.xpath("//details/summary")]
        self.assertEqual(asked, ["When does it begin?"])
        texts = page.xpath("//script[@type='application/ld+json']/text()")
        [faq] = [x for x in map(json.loads, texts) if x["@type"] == "FAQPage"]
        [question] = faq["mainEntity"]
        self.assertEqual(question["name"], "When does it begin?")
        self.assertIn("On the day", question["acceptedAnswer"]["text"])

    def test_a_new_price_is_there_at_once(self):
        rule = self.env.ref("kbs_support.product_pricelist_item_kbs_regular_optima_6")
        rule.fixed_price = 31337
        self.assertIn("31,337.00", self.words(self.page()))

    def test_promises_are_those_of_the_plan(self):
        self.plan("prof").remote_session_limit = 7
        self.plan("prof").has_specialist = True
        rows = {
            " ".join(row.find("th").text_content().split()): [
                " ".join(cell.text_content().split()) for cell in row.findall("td")
            ]
            for row in self.page().xpath("//table[1]/tbody/tr")
        }
        self.assertEqual(rows["Remote sessions in a month"][0], "7")
        self.assertEqual(rows["Own specialist"][0], "yes")
        self.assertEqual(rows["Programmer's work within the hours"][0], "—no")

    def test_calculator_says_the_price_and_what_loyalty_makes_of_it(self):
        text = self.ask()
        self.assertIn(self.show(self.price("optima_6")), text)
        self.assertIn("Who renews the same plan without a gap pays", text)
        text = self.ask(since="2025-01")
        loyalty = self.show(self.price("optima_6", self.loyalty))
        self.assertRegex(text, rf"you pay [^,]*{loyalty}")

    def test_tenure_that_is_too_short(self):
        self.company.kbs_loyalty_min_months = 12
        self.assertIn("for clients of 12 months", self.ask(since="2026-01"))
        self.assertIn("you pay", self.ask(since="2025-05"))

    def test_a_term_without_a_loyalty_price(self):
        self.assertIn("no loyalty price for this term", self.ask(term="1"))

    def test_nonsense_is_answered_in_words(self):
        self.assertIn("Choose a month that has begun", self.ask(since="2031-01"))
        for since in ("x", "9999-99", "'; DROP TABLE", "😀" * 50):
            self.assertIn("Choose a month that has begun", self.ask(since=since))
        for query in ("?plan=0&term=0", "?plan=x&term=-1", "?plan=99999999999&term=1"):
            self.assertIn("not sold for this term", self.words(self.page(query)))

    def test_search_engines_find_the_offers(self):
        page = self.page()
        [script] = page.xpath("//script[@type='application/ld+json']")
        data = json.loads(script.text)
        prices = {x["name"]: x["price"] for x in data["offers"]}
        self.assertEqual(len(prices), 39)
        self.assertIn(f"{self.price('optima_6'):.2f}", prices.values())
        self.assertEqual(len(page.xpath("//h1")), 1)
        self.assertTrue(page.xpath("//meta[@name='description']/@content"))

    def test_sitemap_knows_the_page(self):
        self.env["ir.attachment"].search([("url", "like", "/sitemap%")]).unlink()
        self.assertIn("/tariffs", self.url_open("/sitemap.xml").text)


@tagged("post_install", "-at_install")
class TestPublicForms(KbsCase, HttpCase):
    """A question and a call from a stranger; programs are kept out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].search([], limit=1)
        cls.website.company_id = cls.company

    def form(self, kind="question"):
        page = html.fromstring(self.url_open(f"/support/{kind}").text)
        return {
            x.get("name"): x.get("value") or ""
            for x in page.xpath("//form[@method='post' and @data-captcha]//input")
        }

    def send(self, kind="question", seconds=10, hidden=None, **typed):
        """Fill the form as a person does, who takes some seconds."""
        fields = self.form(kind)
        fields |= {
            "name": "Olha",
            "email": "olha@stranger.example.com",
            "phone": "044 123 45 67",
            "text": "How much is it?",
            **typed,
        } | (hidden or {})
        with freeze_time(f"2026-05-14 09:00:{seconds:02d}"):
            return self.url_open(f"/support/{kind}", data=fields)

    def leads(self):
        return self.env["crm.lead"].search(
            [("email_from", "=", "olha@stranger.example.com")]
        )

    def words(self, answer):
        return " ".join(html.fromstring(answer.text).text_content().split())

    def test_a_question_of_a_stranger_is_a_lead(self):
        answer = self.send(organization="School", text="<b>How</b> much?")
        self.assertIn("We will answer by e-mail", self.words(answer))
        [lead] = self.leads()
        self.assertEqual((lead.type, lead.partner_name), ("lead", "School"))
        self.assertEqual(lead.company_id, self.company)
        self.assertIn("&lt;b&gt;How&lt;/b&gt; much?", lead.description)

    def test_a_question_of_a_client_is_a_ticket(self):
        self.client.email = "office@school.example.com"
        self.send(email="office@school.example.com")
        ticket = self.env["helpdesk.ticket"].search(
            [("partner_email", "=", "office@school.example.com")]
        )
        self.assertEqual(ticket.partner_id.commercial_partner_id, self.client)
        self.assertFalse(self.leads())

    def test_a_call_is_an_opportunity_with_a_number(self):
        answer = self.send("call", email="olha@stranger.example.com")
        self.assertIn("We will call you", self.words(answer))
        [lead] = self.leads()
        self.assertEqual((lead.type, lead.phone), ("opportunity", "+380441234567"))

    def test_faults_are_told_and_nothing_typed_is_lost(self):
        for typed, fault in (
            ({"name": ""}, "Write your name"),
            ({"text": " "}, "Write your question"),
            ({"email": "x"}, "no e-mail address"),
            ({"email": ""}, "to answer to"),
            ({"phone": "call me"}, "phone number"),
        ):
            with self.subTest(**typed):
                answer = self.send(**{"organization": "Liceum", **typed})
                self.assertIn(fault, self.words(answer))
                self.assertIn("Liceum", answer.text)
        self.assertFalse(self.leads())

    def test_a_program_that_fills_the_hidden_field_is_thanked(self):
        answer = self.send(hidden={"website": "https://spam.example.com"})
        self.assertIn("We will answer", self.words(answer))
        self.assertFalse(self.leads())

    def test_too_fast_and_too_late(self):
        self.assertIn("very fast", self.words(self.send(seconds=1)))
        fields = self.form()
        fields |= {"name": "O", "email": "olha@stranger.example.com", "text": "T"}
        with freeze_time("2026-05-15 09:00:00"):
            answer = self.url_open("/support/question", data=fields)
        self.assertIn("open for too long", self.words(answer))
        self.assertFalse(self.leads())

    def test_a_stamp_cannot_be_forged(self):
        for stamp in ("", "1778749200.abc", "x", "9" * 40, self.form("call")["stamp"]):
            with self.subTest(stamp=stamp):
                self.send(hidden={"stamp": stamp})
        self.assertFalse(self.leads())

    def test_a_flood_ends(self):
        with patch("odoo.addons.kbs_support.models.kbs_public_form.LIMIT", 2):
            for _form in range(2):
                self.send()
            answer = self.send()
        self.assertIn("You have sent 2 forms", self.words(answer))
        self.assertEqual(len(self.leads()), 2)

    def test_the_sender_is_not_kept(self):
        self.send()
        form = self.env["kbs.public.form"].search([], limit=1)
        self.assertNotIn("127.0.0.1", form.sender)
        with freeze_time("2026-05-20 09:00:00"):
            form._gc_forms()
        self.assertFalse(form.exists())

    def test_nonsense_is_no_error(self):
        for text in ("😀" * 6000, "\x00", "'; DROP TABLE crm_lead; --", "<script>"):
            with self.subTest(text=text[:10]):
                answer = self.send(text=text, name=text, organization=text)
                self.assertEqual(answer.status_code, 200)

    def test_clients_with_an_account_have_their_own_forms(self):
        person = self.env["res.partner"].create(
            {"name": "Olha", "parent_id": self.client.id}
        )
        self._create_portal_user("tariffs_olha", person)
        self.authenticate("tariffs_olha", "tariffs_olha")
        self.assertIn("/new/ticket", self.url_open("/support/question").url)
        self.assertIn("/my/callback", self.url_open("/support/call").url)

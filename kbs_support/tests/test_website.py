from lxml import html

from odoo.tests import HttpCase, tagged

from .common import KbsCase


@tagged("post_install", "-at_install")
class TestWebsite(KbsCase, HttpCase):
    """What Odoo's pages say to clients, where it does not fit."""

    def page(self, path, user=None):
        self.authenticate(user and user.login, user and user.login)
        return self.url_open(path)

    def parse(self, answer):
        return html.fromstring(answer.text)

    def test_nothing_leads_to_the_contacts_of_an_invented_company(self):
        for path, status in (("/tariffs", 200), ("/no-such-page", 404)):
            with self.subTest(path=path):
                answer = self.page(path)
                self.assertEqual(answer.status_code, status)
                page = self.parse(answer)
                self.assertFalse(page.xpath("//a[@href='/contactus']"))
                self.assertTrue(page.xpath("//a[@href='/support/question']"))

    def test_clients_are_not_offered_a_website(self):
        words = self.parse(self.page("/tariffs")).text_content()
        self.assertIn("Powered by", words)
        self.assertNotIn("free website", words)

    def test_a_client_is_asked_for_no_format_of_other_countries(self):
        user = self._create_portal_user("web_client", self.client)
        page = self.parse(self.page("/my/account", user))
        self.assertTrue(page.xpath("//input[@name='phone']"))
        for name in ("invoice_sending_method", "invoice_edi_format"):
            self.assertFalse(page.xpath(f"//select[@name='{name}']"), name)

    def test_an_order_offers_no_connection_of_programs(self):
        user = self._create_portal_user("web_buyer", self.client)
        order = self.sell("optima_3")
        answer = self.page(f"/my/orders/{order.id}", user)
        self.assertIn(order.name, answer.text)
        self.assertNotIn("portal_connect_software_modal_btn", answer.text)

from html.parser import HTMLParser

from lxml import html

from odoo import http

from .download_common import DownloadCase

PHONE, EDRPOU = "+380 44 000 00 00", "41234567"
IBAN = "UA213223130000026007233566001"


class SupportPortalCase(DownloadCase):
    """A hospital with paid support, its people, a stranger, and a way to pay.

    To be used with ``HttpCase``.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._create_person("sp_owner", cls.hospital)
        cls.colleague = cls._create_person("sp_colleague", cls.hospital)
        cls.stranger = cls._create_person("sp_stranger", cls.client)
        cls.company.write({"company_registry": EDRPOU, "phone": PHONE})
        cls.env["res.partner.bank"].create(
            {
                "acc_number": IBAN,
                "partner_id": cls.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        cls.manager.partner_id.write({"phone": "+380 67 111 22 33"})
        cls.support.write({"manager_id": cls.manager.id, "specialist_id": cls.agent.id})

    def become(self, user):
        self.authenticate(user and user.login, user and user.login)

    def get(self, path="", user=None):
        self.become(user or self.owner)
        return self.url_open(f"/my/support{path}")

    def words(self, answer):
        self.assertEqual(answer.status_code, 200)
        return " ".join(html.fromstring(answer.text).text_content().split())

    def assert_says(self, words, answer):
        """As ``assertIn``; a failure does not print the whole page."""
        page = self.words(answer)
        start = page.find("Home") if words not in page else 0
        self.assertTrue(
            words in page, f"{words!r} not in {page[start : start + 900]!r}"
        )

    def page(self, path="", user=None):
        return self.words(self.get(path, user))

    def post(self, path, data, user=None, csrf=True, **kwargs):
        self.become(user or self.owner)
        token = {"csrf_token": http.Request.csrf_token(self)} if csrf else {}
        return self.url_open(f"/my/support{path}", data={**data, **token}, **kwargs)

    def open_window(self):
        """The end comes near, so the support can be renewed."""
        self.company.kbs_renewal_days = 365

    def offer(self, term="12"):
        """What the form of this term sends."""
        term = self.env.ref(f"kbs_support.kbs_term_{term}")
        offers = self.support._get_portal_offers()[self.support]
        offer = next(x for x in offers if x.term == term)
        return {"term": term.id, "price": str(offer.price)}

    def choose(self, user=None, **values):
        return self.post(f"/{self.support.id}/renew", {**self.offer(), **values}, user)

    def confirm(self, quotation, user=None, **values):
        data = {"amount": str(quotation.amount_total), **values}
        return self.post(f"/order/{quotation.id}", data, user)

    def buy(self, user=None, name="optima_3", **values):
        """Choose a first support, as the form of its page does."""
        data = {**self.first(name), **values}
        return self.post("/buy", data, user or self.newcomer)

    def first(self, name="optima_3"):
        """What the form of the first purchase sends."""
        product = self.product(name)
        price = self.regular._get_product_price(product, 1.0)
        return {
            "plan": product.kbs_plan_id.id,
            "term": product.kbs_term_id.id,
            "price": str(price),
        }

    def hour(self, name="hour", quantity=1):
        """What the form of this kind of hours sends."""
        product = self.product(name)
        price = self.regular._get_product_price(product, 1.0)
        return {"product": product.id, "quantity": quantity, "price": str(price)}

    def order_hours(self, user=None, name="hour", quantity=1, **values):
        data = {**self.hour(name, quantity), **values}
        return self.post(f"/{self.support.id}/hours", data, user)

    def change(self, plan="premium"):
        """What the form of this bigger plan sends."""
        changes = self.support._get_portal_changes()
        change = next(x for x in changes if x.plan == self.plan(plan))
        return {"plan": change.plan.id, "price": str(change.difference)}

    def order_plan(self, user=None, **values):
        data = {**self.change(), **values}
        return self.post(f"/{self.support.id}/plan", data, user)

    @classmethod
    def _create_newcomers(cls):
        """An institution without support, and two of its people."""
        cls.academy = cls._create_client("Academy", company_registry="02123456")
        cls.newcomer = cls._create_person("sp_newcomer", cls.academy)
        cls.fellow = cls._create_person("sp_fellow", cls.academy)

    def orders_of(self, client):
        self.env.invalidate_all()
        return self.env["sale.order"].search([("partner_id", "=", client.id)])

    @property
    def orders(self):
        """All orders of the client beside the one that sold him the support."""
        self.env.invalidate_all()
        orders = self.env["sale.order"].search([("partner_id", "=", self.hospital.id)])
        return orders - self.support.period_ids.order_id.sorted("id")[:1]

    def assert_headings_in_order(self, answer):
        levels = _Headings()
        levels.feed(answer.text)
        found = levels.found
        self.assertEqual(found.count(1), 1, found)
        for before, after in zip(found, found[1:], strict=False):
            self.assertLessEqual(after - before, 1, found)


class _Headings(HTMLParser):
    """Collects the levels of headings of the page's own part."""

    def __init__(self):
        super().__init__()
        self.found, self.is_inside = [], False

    def handle_starttag(self, tag, attrs):
        self.is_inside |= tag == "main"
        if self.is_inside and len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.found.append(int(tag[1]))

    def handle_endtag(self, tag):
        self.is_inside &= tag != "main"

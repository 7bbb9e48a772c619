from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .document_common import EDRPOU, IBAN, DocumentCase

ACT = "kbs_support.kbs_act_report"
INVOICE = "account.account_invoices"
CONTRACT, OFFER = "kbs_support.kbs_contract_report", "kbs_support.kbs_offer_report"


@tagged("post_install", "-at_install")
class TestActDocument(DocumentCase):
    """The act on paper: who, for what, how much, by which contract."""

    def test_act(self):
        self.client.write({"kbs_kekv": "2240", "kbs_dk_021": "72250000-2"})
        self.sub.write({"contract_number": "17/26", "contract_date": "2026-01-12"})
        act = self.issue("2026-01-31")
        text = self.text(self.pdf(ACT, act))
        self.assert_says(
            text,
            act.name,
            "31 січня 2026 р.",
            "12 січня 2026 р.",
            "17/26",
            EDRPOU,
            IBAN,
            "40000116",
            "2240",
            "72250000-2",
            "17 днів",
            "Три тисячі двісті п’ятдесят дві гривні 82 копійки",
        )
        self.assertIn(f"{act.amount_total:.2f}"[1:].replace(".", ","), text)

    def test_numbers_and_dates_are_not_torn_apart(self):
        act = self.issue("2026-01-31").with_context(lang="uk_UA")
        document = act._prepare_document()
        self.assertEqual(" ".join(document["day"].split()), "31 січня 2026 р.")
        self.assertNotIn(" ", document["day"])
        money = self.env["kbs.document"].with_context(lang="uk_UA")
        self.assertEqual(money._write_money(1234567.5), "1\u00a0234\u00a0567,50")
        words = money._write_words(59, act.currency_id)
        self.assertEqual(words, "П’ятдесят дев’ять гривень 00 копійок")
        words = money._write_words(-59, act.currency_id)
        self.assertTrue(words.endswith(" п’ятдесят дев’ять гривень 00 копійок"), words)
        self.assertEqual(money._write_money(-1), "−1,00")

    def test_correction_says_what_it_corrects(self):
        act = self.issue("2026-01-31")
        correction = act._correct_sudo({}, "Letter No. 5", is_whole=True)
        text = self.text(self.pdf(ACT, correction))
        self.assert_says(text, act.name, correction.name, "Letter No. 5", "−17 днів")

    def test_issued_act_is_printed_as_it_was(self):
        act = self.issue("2026-01-31")
        first = self.pdf(ACT, act)
        self.client.name = "Renamed"
        self.assertEqual(self.pdf(ACT, act), first)
        draft = self.make("2026-02-28")
        self.assert_says(self.text(self.pdf(ACT, draft)), "Renamed")
        self.client.name = "Again"
        self.assert_says(self.text(self.pdf(ACT, draft)), "Again")

    def test_who_prints(self):
        act = self.issue("2026-01-31")
        for user in (self.agent, self.accountant, self.reader):
            with self.subTest(user=user.login):
                self.assertTrue(self.pdf(ACT, act, user))
        portal = self._create_portal_user("doc_portal", self.client)
        with self.assertRaises(AccessError):
            act.with_user(portal)._prepare_document()


@tagged("post_install", "-at_install")
class TestInvoiceDocument(DocumentCase):
    """The invoice: where to pay, how much in words, and the National Bank's code."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        client = cls._create_client("Council", lang="uk_UA", company_registry="4000013")
        cls.invoice = cls.sell("optima_3", client=client).invoice_ids

    def test_invoice(self):
        text = self.text(self.pdf(INVOICE, self.invoice))
        total = self.invoice.amount_total
        self.assert_says(
            text,
            self.invoice.name,
            "14 травня 2026 р.",
            EDRPOU,
            IBAN,
            self.env["kbs.document"]
            .with_context(lang="uk_UA")
            ._write_words(total, self.env.ref("base.UAH")),
            self.invoice._kbs_get_purpose(),
        )

    def test_code_is_read_from_the_page(self):
        for form, lines in (("003", 17), ("002", 13)):
            with self.subTest(form=form):
                self.company.kbs_qr_format = form
                codes = self.codes(self.pdf(INVOICE, self.invoice))
                self.assertEqual(len(codes), 1)
                payment = self.payment(codes[0])
                self.assertEqual(len(payment), lines)
                self.assertEqual(payment[1], form)
                self.assertEqual(payment[6], IBAN)
                self.assertEqual(payment[7], f"UAH{self.invoice.amount_total:.0f}")
                self.assertEqual(payment[8], EDRPOU)
                self.assertIn(self.invoice.name, payment[11])

    def test_paid_invoice_has_no_code(self):
        self.pay(self.invoice.line_ids.sale_line_ids.order_id)
        self.assertFalse(self.codes(self.pdf(INVOICE, self.invoice)))

    def test_other_countries_keep_their_document(self):
        self.assertEqual(
            self.invoice._get_name_invoice_report(),
            "kbs_support.report_kbs_invoice_document",
        )
        refund = self.credit(self.invoice)
        self.assertEqual(
            refund._get_name_invoice_report(), "account.report_invoice_document"
        )
        self.company.country_id = self.env.ref("base.pl")
        self.assertEqual(
            self.invoice._get_name_invoice_report(), "account.report_invoice_document"
        )

    def test_odoo_offers_the_code(self):
        bank = self.company.partner_id.bank_ids
        hryvnia, client = self.env.ref("base.UAH"), self.client

        def build(amount=6900, currency=hryvnia, **kwargs):
            return bank.build_qr_code_base64(
                amount, "For support", "INV/1", currency, client, "kbs_nbu", **kwargs
            )

        methods = dict(bank.get_available_qr_methods_in_sequence())
        self.assertIn("kbs_nbu", methods)
        self.assertTrue(build().startswith("data:image/png"))
        lines = self.payment(
            bank._get_qr_vals("kbs_nbu", 10, hryvnia, client, "A", "B")
        )
        self.assertEqual((lines[7], lines[11]), ("UAH10", "A"))
        self.assertFalse(build(0))
        self.assertFalse(build(currency=self.env.ref("base.EUR")))
        self.company.company_registry = "12"
        self.assertFalse(build())


@tagged("post_install", "-at_install")
class TestPapers(DocumentCase):
    """The contract with what the plan promises, and the offer of a renewal."""

    def test_contract(self):
        self.client.write({"kbs_prozorro": "UA-2026-05-14-000123-a"})
        text = self.text(self.pdf(CONTRACT, self.sub))
        total = self.period.price_total
        self.assert_says(
            text,
            self.sub.name,
            "15 січня 2026 р.",
            "14 січня 2027 р.",
            EDRPOU,
            IBAN,
            "UA-2026-05-14-000123-a",
            self.env["kbs.document"]
            .with_context(lang="uk_UA")
            ._write_words(total, self.period.currency_id),
        )

    def test_annex_has_all_promises_of_the_plan(self):
        self.sub.plan_id.has_specialist = False
        annex = self.sub._prepare_contract_annex()
        rows = dict(map(tuple, annex["rows"]))
        promises = self.env["kbs.price.table"]._prepare_promises(self.sub.plan_id)
        self.assertEqual(list(rows), [x["label"] for x in promises])
        self.assertEqual(rows["Work included in a month"], "3 hours")
        self.assertEqual(rows["Own specialist"], "no")

    def test_contract_says_how_acts_are_accepted(self):
        def third():
            sections = self.sub._prepare_contract_document()["sections"]
            return " ".join(sections[2][1])

        self.assertNotIn("days", third().replace("days of service", ""))
        self.client.write({"kbs_act_silence_days": 7, "kbs_act_frequency": "quarter"})
        self.assertIn("within 7 days", third())
        self.assertIn("once a quarter", third())

    def test_offer_has_the_prices_of_today(self):
        self.company.kbs_renewal_days = 365
        cheapest = {}
        for offer in self.sub._get_offers()[self.sub]:
            known = cheapest.get(offer.term, offer.price)
            cheapest[offer.term] = min(known, offer.price)
        document = self.sub._prepare_offer_document()
        money = self.env["kbs.document"]._write_money
        self.assertEqual(
            [(row[0], row[4]) for row in document["rows"]],
            [(term.name, money(price)) for term, price in cheapest.items()],
        )
        self.assert_says(self.text(self.pdf(OFFER, self.sub)), self.sub.name)

    def test_strangers_get_neither(self):
        portal = self._create_portal_user("papers_portal", self.client)
        for prepare in ("_prepare_contract_document", "_prepare_offer_document"):
            with self.assertRaises(AccessError):
                getattr(self.sub.with_user(portal), prepare)()

    def test_day_of_the_contract_is_that_of_the_first_order(self):
        self.assertEqual(self.sub._get_contract(), (self.sub.name, date(2026, 5, 14)))

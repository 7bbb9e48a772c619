from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..tools.nbu_qr import (
    LIMITS,
    PREFIXES,
    QrError,
    QrPayment,
    build_lines,
    build_link,
    format_kopecks,
)

PAYMENT = QrPayment(
    receiver="ТОВ «СОФТКОМ»",
    iban="UA21 3223 1300 0002 6007 2335 6600 1",
    code="41234567",
    amount=690000,
    purpose="Оплата рахунку № INV/2026/00001 від 14.05.2026, без ПДВ",
    created=datetime(2026, 5, 14, 12, 30, 5),
    reference="INV/2026/00001",
)


def decode(link, form):
    """Return the lines that the application of a bank reads out of the link."""
    prefix = PREFIXES[form]
    assert link.startswith(prefix), link
    data = link.removeprefix(prefix)
    assert "=" not in data, link
    return urlsafe_b64decode(data + "=" * (-len(data) % 4)).decode().split("\n")


@tagged("post_install", "-at_install")
class TestNbuQr(BaseCase):
    """The payment QR of the National Bank, line by line."""

    def test_format_003(self):
        self.assertEqual(
            decode(build_link(PAYMENT), "003"),
            [
                "BCD",
                "003",
                "1",
                "UCT",
                "",
                "ТОВ «СОФТКОМ»",
                "UA213223130000026007233566001",
                "UAH6900",
                "41234567",
                "SUPP/SUPP",
                "INV/2026/00001",
                "Оплата рахунку № INV/2026/00001 від 14.05.2026, без ПДВ",
                "",
                "FFFF",
                "270514123005",
                "260514123005",
                "",
            ],
        )

    def test_format_002(self):
        self.assertEqual(
            decode(build_link(PAYMENT, "002"), "002"),
            [
                "BCD",
                "002",
                "1",
                "UCT",
                "",
                "ТОВ «СОФТКОМ»",
                "UA213223130000026007233566001",
                "UAH6900",
                "41234567",
                "",
                "",
                "Оплата рахунку № INV/2026/00001 від 14.05.2026, без ПДВ",
                "",
            ],
        )

    def test_fraction_only_where_there_is_one(self):
        for amount, text in (
            (1, "UAH0.01"),
            (100, "UAH1"),
            (690050, "UAH6900.50"),
            (690005, "UAH6900.05"),
        ):
            self.assertEqual(format_kopecks(amount), text)

    def test_what_a_bank_would_refuse(self):
        for values in (
            {"iban": "DE89370400440532013000"},
            {"iban": "UA2132231300000260072335660"},
            {"iban": ""},
            {"code": "123"},
            {"code": ""},
            {"code": "4123456x"},
            {"amount": 0},
            {"amount": -100},
            {"receiver": "  "},
            {"purpose": ""},
        ):
            for form in PREFIXES:
                with self.subTest(values=values, form=form):
                    with self.assertRaises(QrError):
                        build_link(replace(PAYMENT, **values), form)

    def test_a_line_feed_makes_no_new_line(self):
        payment = replace(PAYMENT, receiver="A\nUCT", purpose="B\r\n\nC")
        lines = build_lines(payment)
        self.assertEqual(len("\n".join(lines).split("\n")), 17)
        self.assertEqual((lines[5], lines[11]), ("A UCT", "B C"))

    def test_long_texts_fit(self):
        words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
        # Long ones come often only when they are made of short ones.
        text = st.builds(lambda x, times: x * times, words, st.integers(0, 60))

        @given(text, text, text, st.sampled_from(sorted(PREFIXES)))
        def check(receiver, purpose, reference, form):
            payment = replace(
                PAYMENT,
                receiver="Р" + receiver,
                purpose="П" + purpose,
                reference=reference,
            )
            try:
                lines = build_lines(payment, form)
            except QrError:
                return  # a name so long that nothing is left of the purpose
            receiver_length, purpose_length, size = LIMITS[form]
            self.assertEqual(len(lines), 13 if form == "002" else 17)
            self.assertLessEqual(len(lines[5]), receiver_length)
            self.assertLessEqual(len(lines[11]), purpose_length)
            self.assertTrue(lines[11])
            self.assertLessEqual(len("\n".join(lines).encode()), size)

        check()

    def test_a_long_purpose_keeps_its_beginning(self):
        lines = build_lines(replace(PAYMENT, purpose="Оплата " + "ї" * 500), "002")
        self.assertTrue(lines[11].startswith("Оплата їїї"))
        self.assertIn(len("\n".join(lines).encode()), (330, 331))

"""The payment QR of the National Bank of Ukraine, formats 002 and 003.

Source: resolution No. 97 of the board of the NBU of 19 August 2025. Pure functions:
no database, no clock.
"""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

PREFIXES = {"002": "https://bank.gov.ua/qr/", "003": "https://qr.bank.gov.ua/"}
# Characters of the receiver and of the purpose, and bytes of everything.
LIMITS = {"002": (70, 140, 331), "003": (140, 420, 507)}
REFERENCE_LENGTH = 35
UTF_8, CREDIT_TRANSFER, SUPPLIER_PAYMENT = "1", "UCT", "SUPP/SUPP"
NOTHING_CHANGES = "FFFF"  # every field is locked for the payer
VALID_DAYS = 365  # a bill is paid late more often than never
MOMENT = "%y%m%d%H%M%S"
IBAN = re.compile(r"UA\d{27}")
CODE = re.compile(r"\d{8}|\d{10}")


class QrError(ValueError):
    """Something that a bank's application would refuse."""


@dataclass(frozen=True)
class QrPayment:
    """What is to be paid to whom.

    ``amount`` is a whole number of kopecks. ``code`` is the receiver's code: 8 digits
    of an organization (ЄДРПОУ) or 10 of a person. ``created`` is local time.
    """

    receiver: str
    iban: str
    code: str
    amount: int
    purpose: str
    created: datetime
    reference: str = ""


def build_link(payment, form="003"):
    """Return the link that a payment QR holds.

    :param payment: :class:`QrPayment`
    :param str form: ``002`` or ``003``
    :raise QrError: the account, the code or the amount is none, or nothing is left of
        the purpose
    """
    payload = "\n".join(build_lines(payment, form)).encode()
    return PREFIXES[form] + urlsafe_b64encode(payload).rstrip(b"=").decode()


def build_lines(payment, form="003"):
    """Return the lines of the payload, with texts no longer than the format allows.

    >>> when = datetime(2026, 5, 14, 12)
    >>> iban = "UA21 3223 1300 0002 6007 2335 6600 1"
    >>> lines = build_lines(QrPayment("A", iban, "41234567", 6900_50, "B", when), "002")
    >>> lines[5:9]
    ['A', 'UA213223130000026007233566001', 'UAH6900.50', '41234567']
    """
    receiver_length, purpose_length, size = LIMITS[form]
    payment = replace(
        payment,
        receiver=_cut(payment.receiver, receiver_length),
        iban="".join(payment.iban.split()).upper(),
        code=payment.code.strip(),
        purpose=_cut(payment.purpose, purpose_length),
        reference=_cut(payment.reference, REFERENCE_LENGTH),
    )
    _check(payment)
    write = _write_002 if form == "002" else _write_003
    excess = len("\n".join(write(payment)).encode()) - size
    if excess > 0:
        payment = replace(payment, purpose=_cut_bytes(payment.purpose, excess))
    return write(payment)


def format_kopecks(amount):
    """Return kopecks as the code writes them: a fraction only where there is one.

    >>> format_kopecks(690000), format_kopecks(690005)
    ('UAH6900', 'UAH6900.05')
    """
    whole, rest = divmod(amount, 100)
    return f"UAH{whole}.{rest:02}" if rest else f"UAH{whole}"


def _write_common(payment, form):
    return [
        "BCD",
        form,
        UTF_8,
        CREDIT_TRANSFER,
        "",
        payment.receiver,
        payment.iban,
        format_kopecks(payment.amount),
        payment.code,
    ]


def _write_002(payment):
    return [*_write_common(payment, "002"), "", "", payment.purpose, ""]


def _write_003(payment):
    valid_until = payment.created + timedelta(days=VALID_DAYS)
    return [
        *_write_common(payment, "003"),
        SUPPLIER_PAYMENT,
        payment.reference,
        payment.purpose,
        "",
        NOTHING_CHANGES,
        valid_until.strftime(MOMENT),
        payment.created.strftime(MOMENT),
        "",
    ]


def _check(payment):
    if not IBAN.fullmatch(payment.iban):
        raise QrError("iban")
    if not CODE.fullmatch(payment.code):
        raise QrError("code")
    if payment.amount <= 0:
        raise QrError("amount")
    if not payment.receiver or not payment.purpose:
        raise QrError("text")


def _cut(text, length):
    """Return ``text`` on one line, of at most ``length`` characters."""
    return " ".join(text.split())[:length].rstrip()


def _cut_bytes(text, excess):
    """Return ``text`` without its last ``excess`` bytes, and without half a letter."""
    data = text.encode()
    if excess >= len(data):
        raise QrError("text")
    return data[: len(data) - excess].decode(errors="ignore").rstrip()

"""Codes that budget institutions want to see on documents.

Pure functions: each says whether a text is such a code. The classifications themselves
change by orders of ministries, so only the form of a code is checked here.
"""

import re
from datetime import datetime

# Economic classification of budget expenditure (КЕКВ): four digits.
KEKV = re.compile(r"[1-9]\d{3}")
# National classifier ДК 021:2015: eight digits and a check digit.
DK_021 = re.compile(r"\d{8}-\d")
# A procurement, or a contract of it (the ending): UA-2026-05-14-000123-a-c1.
PROZORRO = re.compile(r"UA-(\d{4}-\d{2}-\d{2})-\d{6}(-[a-z](-?[a-z]\d+)?)?")
IBAN = re.compile(r"UA\d{27}")


def is_kekv(text):
    """Say whether ``text`` is a КЕКВ code.

    >>> is_kekv("2240"), is_kekv("224")
    (True, False)
    """
    return bool(KEKV.fullmatch(text))


def is_dk_021(text):
    """Say whether ``text`` is a code of ДК 021:2015.

    >>> is_dk_021("72250000-2"), is_dk_021("72250000")
    (True, False)
    """
    return bool(DK_021.fullmatch(text))


def is_prozorro(text):
    """Say whether ``text`` is the number of a procurement, or of its contract.

    >>> is_prozorro("UA-2026-05-14-000123-a"), is_prozorro("UA-2026-15-14-000123-a")
    (True, False)
    """
    found = PROZORRO.fullmatch(text)
    if not found:
        return False
    try:
        datetime.strptime(found[1], "%Y-%m-%d")
    except ValueError:
        return False
    return True


def is_ukrainian_iban(text):
    """Say whether ``text`` is an account in Ukraine, with the right check digits.

    >>> is_ukrainian_iban("UA21 3223 1300 0002 6007 2335 6600 1")
    True
    >>> is_ukrainian_iban("UA22 3223 1300 0002 6007 2335 6600 1")
    False
    """
    number = "".join(text.split()).upper()
    if not IBAN.fullmatch(number):
        return False
    # ISO 13616: the country and the check digits go last, letters count from 10 on.
    moved = number[4:] + number[:4]
    return int("".join(str(int(x, 36)) for x in moved)) % 97 == 1

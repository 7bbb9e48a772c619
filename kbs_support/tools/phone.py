"""Phone numbers as people write them, made one form."""

import re

COUNTRY = "380"  # a number without a country is Ukrainian
LENGTHS = range(9, 16)  # digits of an international number, E.164


def normalize_phone(text):
    """Return ``text`` as "+380441234567".

    >>> normalize_phone("(044) 123-45-67")
    '+380441234567'
    >>> normalize_phone("380 44 123 45 67")
    '+380441234567'
    >>> normalize_phone("+48 22 123 45 67")
    '+48221234567'

    :raise ValueError: this is no phone number
    """
    text = (text or "").strip()
    if not re.fullmatch(r"\+?[\d\s().\-\u2010-\u2015\u00a0]+", text):
        raise ValueError(text)
    digits = re.sub(r"[^0-9]", "", text)
    if text.startswith("+"):
        pass
    elif digits.startswith("00"):
        digits = digits[2:]
    elif digits.startswith(COUNTRY) and len(digits) == 12:
        pass
    elif digits.startswith("80") and len(digits) == 11:
        digits = "3" + digits
    elif digits.startswith("0") and len(digits) == 10:
        digits = COUNTRY + digits[1:]
    else:
        raise ValueError(text)
    is_own = digits.startswith(COUNTRY)
    # No country has a code that begins with 0.
    is_wrong = digits.startswith("0") or (is_own and len(digits) != 12)
    if is_wrong or len(digits) not in LENGTHS:
        raise ValueError(text)
    return f"+{digits}"

"""How a person is written in texts, as regular expressions of PostgreSQL.

What only looks like him stays: a longer address, a longer number, a word within a word.
"""

import json
import re
from html import escape

from markupsafe import escape as markup_escape

from .phone import normalize_phone

GAP = r"[[:space:]().-]{0,3}"  # between the digits of a number
BEFORE, AFTER = "(?<![[:alnum:]])", "(?![[:alnum:]])"
MIN_DIGITS = 7  # less is an extension, and may be anything
OWN = 10  # digits of a Ukrainian number, without the country


def get_name_pattern(name):
    """Return the pattern of a name, or None where there is none.

    A single word ("Director") is nobody's alone: it counts only where it is all that a
    value, or a value in JSON, says.
    """
    words = (name or "").split()
    if not words:
        return None
    spellings = "|".join(
        sorted(
            {
                "[[:space:]]+".join(re.escape(write(x)) for x in words)
                for write in (
                    str,
                    escape,
                    lambda x: escape(x, quote=False),
                    lambda x: str(markup_escape(x)),
                    lambda x: json.dumps(x, ensure_ascii=False)[1:-1],
                )
            },
            key=lambda x: -len(x),
        )
    )
    if len(words) == 1:
        return rf"(?:^[[:space:]]*|(?<=\": \"))(?:{spellings})(?=[[:space:]]*$|\")"
    return f"{BEFORE}(?:{spellings}){AFTER}"


def get_email_pattern(email):
    """Return the pattern of an address that is no part of another one."""
    return rf"(?<![[:alnum:]._+-]){re.escape(email)}(?![[:alnum:]-]|\.[[:alnum:]])"


def get_phone_pattern(phone):
    """Return the pattern of a number in any of its spellings, or None.

    None is for what is too short to be one person's.
    """
    try:
        number = normalize_phone(phone)
    except ValueError:
        number = phone or ""
    digits = re.sub(r"\D", "", number)
    if len(digits) < MIN_DIGITS:
        return None
    prefix = r"\+?"
    if number.startswith("+380"):
        prefix, digits = rf"(?:\+?3?8{GAP})?\(?", digits[-OWN:]
    return f"{BEFORE}{prefix}{GAP.join(digits)}{AFTER}"

"""Addresses that people can read: Ukrainian in Latin letters."""

import re

MAX_SLUG = 80  # characters

# Cabinet of Ministers, resolution No. 55 of 27.01.2010.
LETTERS = str.maketrans(
    dict(
        zip(
            "абвгґдеєжзиіїйклмнопрстуфхцчшщюя",
            "a b v h g d e ie zh z y i i i k l m n o p r s t u f kh ts ch sh shch "
            "iu ia".split(),
            strict=True,
        )
    )
    | {"ь": ""}
)
FIRST = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}


def make_slug(text):
    """Return ``text`` as a part of an address: small Latin letters, digits, hyphens."""
    text = (text or "").lower().replace("зг", "zgh")
    text = re.sub("['’ʼ]", "", text)
    text = re.sub(r"\b[єїйюя]", lambda match: FIRST[match.group()], text)
    slug = re.sub(r"[^a-z0-9]+", "-", text.translate(LETTERS)).strip("-")
    if len(slug) > MAX_SLUG:
        slug = slug[: MAX_SLUG + 1].rpartition("-")[0] or slug[:MAX_SLUG]
    return slug


def read_id(slug):
    """Return the id at the end of an address, or 0."""
    match = re.search(r"(?:^|-)([1-9][0-9]{0,9})$", slug, re.ASCII)
    number = int(match.group(1)) if match else 0
    return number if number < 2**31 else 0

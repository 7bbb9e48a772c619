"""Words of a text as PostgreSQL searches for them: Ukrainian word forms as lemmas.

The dictionary is pymorphy3's Ukrainian one (VESUM). A form that belongs to several
words ("плати": of "плата" and of "плат") stands for all of them, in texts and in
queries, so nothing is lost by a wrong guess. The forms themselves are kept too: the
last word of a query may be half typed.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

import pymorphy3

# "4-1мз", "об'єкт" and "НП(С)БОДС" are one word each.
WORD = re.compile(r"[^\W_]+(?:(?:['-]|\([^\W_]{1,3}\))[^\W_]+)*")
PART = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
CYRILLIC = re.compile("[а-яґєії]")
# What people type for the apostrophe, and hyphens of text editors.
SAME = str.maketrans(dict.fromkeys("’ʼ`´‘", "'") | dict.fromkeys("‐‑‒–−", "-"))
# Latin letters that a Ukrainian word has caught from another keyboard.
LOOKALIKE = str.maketrans("aceiopxykhmtb", "асеіорхукнмтв")
# Words that mean nothing alone: prepositions, conjunctions, particles, pronouns.
EMPTY = {"PREP", "CONJ", "PRCL", "NPRO", "INTJ"}

MAX_EMPTY = 3  # letters: "за" is also a noun, and nobody looks for it
MAX_LETTERS = 60  # of a word
MAX_TEXT = 200_000  # characters of a text that are searched in
MAX_QUERY = 200  # characters
MAX_WORDS = 8  # of a query
MIN_PREFIX = 3  # letters of a half typed word
MAX_FORMS = 20_000  # that are remembered, about 10 MB
WEIGHTS = "ABC"  # of title, summary and body, in this order
MAX_POSITION = 16_383  # PostgreSQL counts no further
MAX_VECTOR = 500_000  # bytes; PostgreSQL takes a million


class Word(NamedTuple):
    """A word of a text: where it stands, and what it is found by."""

    start: int
    end: int
    lexemes: frozenset
    parts: tuple  # lexemes of each part of "звіт-розрахунок"; empty for a plain word
    form: str
    is_empty: bool


class Term(NamedTuple):
    """A word of a query."""

    lexemes: frozenset
    parts: tuple
    prefix: str


@cache
def _get_analyzer():
    """Return pymorphy3, which takes a fifth of a second and 30 MB to load."""
    return pymorphy3.MorphAnalyzer(lang="uk")


@lru_cache(maxsize=MAX_FORMS)
def _analyze(form):
    """Return ``(lexemes, is empty)`` of a form in small letters."""
    lexemes = {_strip(form)}
    if not CYRILLIC.search(form) or any(x.isdigit() for x in form):
        return frozenset(lexemes), False
    found = _get_analyzer().parse(form)
    lexemes |= {_strip(x.normal_form) for x in found}
    tags = {str(x.tag.POS) for x in found}
    is_short = len(form) <= MAX_EMPTY and tags & EMPTY
    return frozenset(lexemes - {""}), bool(tags <= EMPTY or is_short)


def _strip(form):
    """Return the word without apostrophes, hyphens and brackets."""
    return re.sub(r"[\W_]", "", form)[:MAX_LETTERS]


def _fold(form):
    form = form.lower()
    return form.translate(LOOKALIKE) if CYRILLIC.search(form) else form


def clean(text):
    """Return ``text`` with one kind of apostrophe and hyphen; no letter moves.

    It is composed (й is one character) only if that changes nothing else: whoever
    marks words in a text has composed it before.
    """
    return text.translate(SAME)


def compose(text):
    return unicodedata.normalize("NFC", text or "")


def split(text):
    """Yield the words of ``text``, which is composed, as :class:`Word`."""
    text = clean(text)
    for match in WORD.finditer(text):
        form = _fold(match.group())
        lexemes, is_empty = _analyze(form)
        pieces = PART.findall(form)
        parts = tuple(_analyze(x)[0] for x in pieces) if len(pieces) > 1 else ()
        yield Word(match.start(), match.end(), lexemes, parts, _strip(form), is_empty)


def make_vector(*texts):
    """Return the text of a ``tsvector``.

    :param texts: title, summary and body; the last ones may be left out
    """
    places, position, size = {}, 0, 0
    for weight, text in zip(WEIGHTS, texts, strict=False):
        for word in split(compose(text)[:MAX_TEXT]):
            position = min(position + 1, MAX_POSITION)
            if word.is_empty:
                continue
            for lexeme in word.lexemes.union(*word.parts):
                size += len(lexeme.encode()) + 8
                places.setdefault(lexeme, []).append(f"{position}{weight}")
            if size > MAX_VECTOR:
                break
    return " ".join(f"'{x}':{','.join(at)}" for x, at in places.items())


def read_query(text):
    """Return the :class:`Term` of each word of a query; the last may be half typed."""
    words = list(split(compose(text)[:MAX_QUERY]))[:MAX_WORDS]
    if not words:
        return []
    last = words[-1]
    full = [x for x in words if not x.is_empty] or [last]
    return [
        Term(
            x.lexemes,
            x.parts,
            x.form if x is last and len(x.form) >= MIN_PREFIX else "",
        )
        for x in full
    ]


def make_query(terms, any_word=False):
    """Return the text of a ``tsquery``.

    :param terms: of :func:`read_query`
    :param any_word: one of the words is enough
    """
    join = " | " if any_word else " & "
    return join.join(f"({_write(term)})" for term in terms)


def _write(term):
    def choose(lexemes):
        return " | ".join(f"'{x}'" for x in sorted(lexemes))

    ways = [choose(term.lexemes)]
    if term.parts:
        whole = " & ".join(f"({choose(x)})" for x in term.parts)
        ways.append(f"({whole})")
    if term.prefix:
        ways.append(f"'{term.prefix}':*")
    return " | ".join(ways)

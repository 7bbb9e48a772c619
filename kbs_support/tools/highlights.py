"""The piece of a text that a query has found, with its words marked."""

from markupsafe import Markup, escape

from .lemmas import compose, split

LENGTH = 240  # characters of a piece
LEAD = 60  # characters before its first word


def is_found(word, terms):
    """Whether ``word`` of a text is one that the query asks for."""
    own = word.lexemes.union(*word.parts)
    for term in terms:
        if own & term.lexemes.union(*term.parts):
            return True
        if term.prefix and any(x.startswith(term.prefix) for x in own):
            return True
    return False


def mark(text, terms):
    """Return ``text`` escaped, with ``<mark>`` around what the query asks for."""
    text = compose(text)
    return _mark(text, _find(text, terms), 0, len(text))


def cut(text, terms):
    """Return the piece of ``text`` that has most of the words, escaped and marked.

    :return: Markup; the beginning of the text when it has none of them
    """
    text = compose(text)
    found = _find(text, terms)
    start, end = _choose(text, found)
    piece = _mark(text, found, start, end)
    return Markup("%s%s%s") % (
        "…" if start else "",
        piece,
        "…" if end < len(text) else "",
    )


def _find(text, terms):
    if not terms:
        return []
    return [x for x in split(text) if is_found(x, terms)]


def _choose(text, found):
    """Return where the piece begins and ends: at spaces, with most of the words."""
    start = 0
    if found:
        best = max(found, key=lambda x: _count(found, x.start))
        start = max(best.start - LEAD, 0)
    end = min(start + LENGTH, len(text))
    if start:
        space = text.find(" ", start, start + LEAD)
        start = space + 1 if space >= 0 else start
    if end < len(text):
        space = text.rfind(" ", start + LEAD, end)
        end = space if space >= 0 else end
    return start, end


def _count(found, start):
    """Return how many different words stand in the piece that begins there."""
    inside = [x for x in found if start <= x.start <= start + LENGTH - LEAD]
    return len({x.lexemes for x in inside}), -start


def _mark(text, found, start, end):
    pieces, at = [], start
    for word in found:
        if start <= word.start and word.end <= end:
            pieces.append(escape(text[at : word.start]))
            pieces.append(Markup("<mark>%s</mark>") % text[word.start : word.end])
            at = word.end
    pieces.append(escape(text[at:end]))
    return Markup("").join(pieces)

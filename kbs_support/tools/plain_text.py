"""The words of an HTML text, without its markup."""

from lxml import etree, html

# Tags that stand inside of a word; all others end it.
INLINE = {"a", "abbr", "b", "em", "font", "i", "mark", "s", "small", "span", "strong"}
INLINE |= {"sub", "sup", "u"}


def to_lines(text):
    """Return the lines of ``text`` (HTML): paragraphs, items, cells."""
    if not text or not text.strip():
        return []
    try:
        tree = html.fragment_fromstring(text, create_parent="div")
    except (etree.ParserError, ValueError):  # nothing but a comment, or no XML at all
        return []
    for element in tree.iter(etree.Element):
        if element.tag not in INLINE:
            element.text = "\n" + (element.text or "")
            element.tail = "\n" + (element.tail or "")
    lines = (" ".join(x.split()) for x in tree.text_content().splitlines())
    return [x for x in lines if x]

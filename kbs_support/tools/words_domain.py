"""Searching a short list by words, without an index of its own."""

from odoo.fields import Domain

MAX_WORDS = 6  # more of them do not narrow a list any further


def get_words_domain(search, names):
    """Return the domain of what has each word of ``search`` in one of its fields.

    :param str search: words, in any order; none finds everything
    :param names: of the fields
    """
    return Domain.AND(
        Domain.OR(Domain(name, "ilike", word) for name in names)
        for word in search.split()[:MAX_WORDS]
    )

"""What was changed in a text, line by line, for people."""

import difflib

from markupsafe import Markup

from .plain_text import to_lines

LINE = {
    "-": Markup("<div><del>%s</del></div>"),
    "+": Markup("<div><ins>%s</ins></div>"),
}
MAX_LINES = 400  # of each text; what is longer is compared up to there


def describe_changes(before, after):
    """Return what ``after`` has more and less than ``before``, as HTML.

    :param before, after: lists of texts, or of HTML as Markup; the same parts in both
    :return: Markup of ``<del>`` and ``<ins>`` lines; empty when nothing differs
    """
    old, new = _to_lines(before), _to_lines(after)
    lines = []
    # The first two lines are its heading.
    for line in list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]:
        if line[0] in LINE:
            lines.append(LINE[line[0]] % line[1:])
    return Markup("").join(lines)


def _to_lines(texts):
    lines = []
    for text in texts:
        is_html = isinstance(text, Markup)
        lines += to_lines(text) if is_html else (text or "").splitlines()
    return lines[:MAX_LINES]

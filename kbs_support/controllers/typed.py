"""What a client has typed into a form of the portal."""

MAX_DIGITS = 18  # of an id; more are none


def read_typed(post, names):
    """Return ``{name: text}`` of what was typed, as it can be stored and counted.

    A file in the place of words is none. PostgreSQL keeps no NUL. A line ends with
    one character, as in the browser that has counted them.
    """
    return {name: _clean(post.get(name)) for name in names}


def read_line(post, name):
    """Return what was typed as one line: a heading, or the subject of a letter."""
    return " ".join(_clean(post.get(name)).split())


def to_id(text):
    """Return the id that ``text`` says, or 0, which no record has.

    A file in the place of the text says none, and neither do more digits than an id
    may have.
    """
    if not isinstance(text, str) or len(text) > MAX_DIGITS:
        return 0
    return int(text) if text.isascii() and text.isdecimal() else 0


def _clean(value):
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").replace("\r\n", "\n").strip()


def read_files(sent, size=-1):
    """Return uploaded files as ``[(name, bytes)]``, of each at most ``size`` bytes.

    From the beginning: a request that is repeated has read them before.
    """
    files = []
    for file in sent:
        file.seek(0)
        files.append((file.filename, file.read(size)))
    return files

"""Version numbers of programs: reading, writing down, and their order.

Pure functions over text: no database. A version is one to six whole numbers with dots
between them, as 8.10.2; 8.10 and 8.10.0 are the same version.
"""

import re

MAX_PARTS = 6
WIDTH = 6  # digits of one part in a sort key
_VERSION = re.compile(rf"\d{{1,{WIDTH}}}(\.\d{{1,{WIDTH}}}){{0,{MAX_PARTS - 1}}}")
# What people write before the number; the longest first, or "ver" would be read as "v".
_PREFIX = re.compile(r"(version|ver|v|версія|вер|в)\.?", re.IGNORECASE)


class VersionError(ValueError):
    """The text is no version number."""


def clean_version(text):
    """Return the version number that somebody has typed, as it is stored.

    >>> clean_version(" v. 8,10.02 ")
    '8.10.2'

    :raise VersionError: there is no number in it, or something else besides
    """
    text = "".join((text or "").split()).replace(",", ".")
    if prefix := _PREFIX.match(text):
        text = text[prefix.end() :]
    if not _VERSION.fullmatch(text):
        raise VersionError(text)
    return ".".join(str(int(part)) for part in text.split("."))


def version_key(version):
    """Return text that sorts as the version does, in Python and in PostgreSQL.

    Every part has the same width, so no collation can change the order.

    >>> version_key("8.9") < version_key("8.10") == version_key("8.10.0")
    True

    :raise VersionError: ``version`` is no version number
    """
    parts = [int(part) for part in clean_version(version).split(".")]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return ".".join(str(part).zfill(WIDTH) for part in parts)

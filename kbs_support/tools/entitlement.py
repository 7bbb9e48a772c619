"""Which versions of a program a client may have (rule E7).

Pure functions over dates: no database, no clock. All dates are the company's local
dates, ends are inclusive.
"""

from dataclasses import dataclass
from datetime import date

STRATEGIES = ("maintain", "restrict", "revoke")


@dataclass(frozen=True)
class Reach:
    """How far the paid support of one client reaches, seen from one day.

    ``until`` is the last day whose versions belong to the client: the end of the last
    paid stretch that has begun, or the day before a pause that stands now. None when
    nothing was paid for.
    """

    until: date | None = None
    is_covered: bool = False
    is_paused: bool = False


@dataclass(frozen=True)
class Answer:
    """Whether a client may have a version, and why.

    ``reason`` is one of ``covered``, ``previous``, ``bug_fix`` (may have it),
    ``never``, ``after_end``, ``paused``, ``revoked``, ``other_program``,
    ``not_published`` and ``withdrawn`` (may not). ``day`` is the last day of support,
    when the reason has one.
    """

    is_allowed: bool
    reason: str
    day: date | None = None


def get_answer(reach, strategy, dated, is_fix_of_last=False):
    """Say whether a client may have a published version.

    :param Reach reach: of this client for this program
    :param str strategy: what the program allows after the end: ``maintain`` keeps what
        was released before it and its bug fixes, ``restrict`` keeps it without later
        bug fixes, ``revoke`` keeps nothing
    :param date dated: day of the version; never today, lest who has paid for last
        year lose what was made for it (craftcms#6311)
    :param bool is_fix_of_last: it corrects the last version that the client may have
    :return: :class:`Answer`
    """
    until = reach.until
    if until is None:
        return Answer(False, "never")
    if strategy == "revoke" and not reach.is_covered:
        return Answer(False, "paused" if reach.is_paused else "revoked", until)
    if dated <= until:
        return Answer(True, "covered" if reach.is_covered else "previous", until)
    if strategy == "maintain" and is_fix_of_last:
        return Answer(True, "bug_fix", until)
    return Answer(False, "paused" if reach.is_paused else "after_end", until)


def get_last_own(versions, until):
    """Return the key of the newest version dated on or before ``until``, or None.

    :param versions: list of ``(key, dated, root)``: sort key, day, and the key of the
        version that it corrects in the end (its own, if it corrects none)
    """
    own = [key for key, dated, _root in versions if until and dated <= until]
    return max(own, default=None)


def is_fix_of_last(root, versions, until):
    """Say whether a correction of ``root`` belongs to the client's last version.

    The last version may itself be a correction: then later ones of the same root count.
    """
    last = get_last_own(versions, until)
    roots = {key: found for key, _dated, found in versions}
    return last is not None and roots[last] == root

"""When a form of a public page was given out: a stamp that nobody can forge.

Pure functions: no database, no clock. A program fills a form in no time, and sends the
same one again for days; a person does neither.
"""

import hashlib
import hmac

MIN_SECONDS = 3
MAX_SECONDS = 12 * 3600


def make_stamp(secret, name, moment):
    """Return the stamp of the form ``name``, given out at ``moment``.

    :param str secret: known to the server only
    :param int moment: seconds since 1970
    """
    return f"{moment}.{_sign(secret, name, moment)}"


def judge_stamp(secret, name, stamp, now):
    """Return ``ok``, ``fast``, ``old`` or ``wrong`` for a form that comes back ``now``.

    >>> stamp = make_stamp("secret", "question", 1000)
    >>> [judge_stamp("secret", "question", stamp, now) for now in (1001, 1003, 99999)]
    ['fast', 'ok', 'old']
    >>> judge_stamp("secret", "call", stamp, 1003)
    'wrong'
    """
    moment, _dot, signature = str(stamp or "").partition(".")
    if not (moment.isascii() and moment.isdigit() and len(moment) < 13):
        return "wrong"
    if not hmac.compare_digest(signature, _sign(secret, name, int(moment))):
        return "wrong"
    age = now - int(moment)
    if age < MIN_SECONDS:
        return "fast"
    return "ok" if age <= MAX_SECONDS else "old"


def _sign(secret, name, moment):
    text = f"{name}:{moment}".encode()
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()[:32]

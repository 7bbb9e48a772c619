"""What the headers of a letter say about who, or what, has written it."""

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

REPLY = "reply"
MACHINE = "machine"

# Vacation responders that set no header say it in the subject.
AUTO_SUBJECTS = (
    "automatic reply",
    "auto reply",
    "autoreply",
    "auto:",
    "out of office",
    "автоматична відповідь",
    "автовідповідь",
    "автоматический ответ",
    "автоответ",
)
NUMBER = re.compile(r"\[([^\[\]\s]{3,32})\]")


def get_automation(message: Message) -> str | None:
    """Tell letters of machines from those of people (RFC 3834).

    :return: ``REPLY`` for an automatic answer to a letter of ours (a vacation
        responder), ``MACHINE`` for another letter of a program or of a mailing list,
        None for one that a person may have written

    >>> letter = Message()
    >>> get_automation(letter)
    >>> letter["Precedence"] = "bulk"
    >>> get_automation(letter)
    'machine'
    >>> letter["Auto-Submitted"] = "auto-replied (vacation)"
    >>> get_automation(letter)
    'reply'
    """

    def header(name):
        return str(message.get(name) or "").strip().lower()

    submitted = re.split(r"[\s;(]", header("Auto-Submitted"), maxsplit=1)[0]
    precedence = header("Precedence")
    if (
        submitted == "auto-replied"
        or precedence == "auto_reply"
        or header("X-Autoreply") not in ("", "no")
        or header("X-Autorespond") not in ("", "no")
        or header("Return-Path") == "<>"
        or header("Subject").startswith(AUTO_SUBJECTS)
    ):
        return REPLY
    is_machine = (
        submitted not in ("", "no")
        or precedence in ("bulk", "junk", "list")
        or header("X-Auto-Response-Suppress") not in ("", "none")
        or header("List-Id")
    )
    if not is_machine:
        return None
    # A program that answers is a responder, whatever it calls itself.
    return REPLY if header("In-Reply-To") and not header("List-Id") else MACHINE


def read_header(message: Message, name: str) -> str:
    """Return a header of a letter that was not parsed, on one line.

    >>> letter = Message()
    >>> letter["Subject"] = "=?utf-8?b?0JfQstGW0YI=?="
    >>> read_header(letter, "Subject")
    'Звіт'
    >>> read_header(letter, "To")
    ''
    """
    return decode(str(message.get(name) or ""))


def decode(raw: str) -> str:
    """Return encoded words of a header as people read them.

    >>> decode("=?x-unknown?b?w4Q=?= of nobody")  # what cannot be read stays
    '=?x-unknown?b?w4Q=?= of nobody'
    """
    raw = " ".join(raw.split())
    try:
        return str(make_header(decode_header(raw)))
    except (LookupError, ValueError, HeaderParseError):
        return raw


def get_numbers(subject: str) -> list[str]:
    """Return what stands in square brackets in a subject, at most five of them.

    >>> get_numbers("Re: [HT00012] Звіт не формується [терміново]")
    ['HT00012', 'терміново']
    """
    return NUMBER.findall(subject or "")[:5]

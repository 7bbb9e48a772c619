"""Reading the connection report of a program for remote access (CSV).

Pure functions over the bytes of a file: no database. Moments in the report are told in
one time zone, TeamViewer exports UTC; here they become naive UTC.
"""

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from pytz import timezone, utc

# What the columns are called, in small letters. The first name is how TeamViewer's
# interface calls it; others are those of its API and of what people make by hand.
COLUMNS = {
    "key": ("session id", "connection id", "session code", "id"),
    "start": ("start", "start date", "start time", "start_date", "початок"),
    "end": ("end", "end date", "end time", "end_date", "кінець", "завершення"),
    "duration": ("duration", "тривалість"),
    "user": ("user", "username", "user name", "expert", "користувач", "спеціаліст"),
    "device_id": (
        "teamviewer id",
        "device id",
        "deviceid",
        "remote id",
        "partner id",
        "ідентифікатор",
    ),
    "device": ("computer", "device", "device name", "devicename", "name", "комп'ютер"),
    "group": ("group", "group name", "groupname", "група"),
    "note": ("notes", "note", "comment", "comments", "примітки", "коментар"),
}
# Nobody means a year outside of these, or a connection of more than a week.
FIRST_YEAR, LAST_YEAR = 2000, 2100
MAX_MINUTES = 7 * 24 * 60
NEEDED = ("start", "user", "device_id")
FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
)


class ReportError(Exception):
    """The file is no report of connections.

    :param str reason: ``empty``, ``encoding`` or ``columns``
    :param list missing: names of the columns that are needed, where they lack
    """

    def __init__(self, reason, missing=()):
        super().__init__(reason)
        self.reason = reason
        self.missing = list(missing)


@dataclass(frozen=True)
class Connection:
    """One row of the report; moments in naive UTC.

    ``fault`` says why the row cannot be used: ``start`` or ``end``, the moment that is
    not understood, or ``order`` where it ends before it begins.
    """

    number: int  # of the line in the file, from 1 on
    key: str
    start: datetime | None
    end: datetime | None
    user: str
    device_id: str
    device: str
    group: str
    note: str
    fault: str = ""


def read_report(content, zone_name="UTC"):
    """Return the connections of a file, in its order.

    :param bytes content: CSV with commas, semicolons or tabs
    :param str zone_name: time zone that the moments of the file are told in
    :return: list of :class:`Connection`
    :raise ReportError: this is no such file
    """
    text = _decode(content)
    rows = [row for row in _read_rows(text) if any(x.strip() for _n, x in row[1])]
    if not rows:
        raise ReportError("empty")
    places = _find_columns([cell for _place, cell in rows[0][1]])
    missing = [x for x in NEEDED if x not in places]
    if "end" not in places and "duration" not in places:
        missing.append("end")
    if missing:
        raise ReportError("columns", [COLUMNS[x][0] for x in missing])
    zone = timezone(zone_name)
    return [_make(number, dict(row), places, zone) for number, row in rows[1:]]


def get_digits(number):
    """Return the digits of a connection number: "123 456 789" is "123456789"."""
    return re.sub(r"\D", "", number or "")


def _decode(content):
    for encoding in ("utf-8-sig", "utf-16", "cp1251"):
        if encoding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ReportError("encoding")


def _read_rows(text):
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            yield reader.line_num, list(enumerate(row))
    except csv.Error as error:
        raise ReportError("encoding") from error


def _find_columns(header):
    names = [x.strip().lower().replace("’", "'") for x in header]
    places = {}
    for column, known in COLUMNS.items():
        found = next((x for x in known if x in names), None)
        if found:
            places[column] = names.index(found)
    # "ID" alone is the number of the computer, where no other column tells it.
    if "device_id" not in places and "id" in names:
        places["device_id"] = names.index("id")
    if places.get("key") == places.get("device_id"):
        places.pop("key", None)
    return places


def _make(number, row, places, zone):
    values = {x: row.get(place, "").strip() for x, place in places.items()}
    start = _read_moment(values["start"], zone)
    end = _read_moment(values.get("end", ""), zone)
    if not end and start:
        minutes = _read_minutes(values.get("duration", ""))
        end = None if minutes is None else start + timedelta(minutes=minutes)
    fault = ""
    if not start or not end:
        fault = "end" if start else "start"
    elif end < start:
        fault = "order"
    device_id = get_digits(values["device_id"]) or values["device_id"]
    key = values.get("key") or f"{device_id}/{values['user']}/{values['start']}"
    return Connection(
        number=number,
        key=key,
        start=start,
        end=end,
        user=values["user"],
        device_id=device_id,
        device=values.get("device", ""),
        group=values.get("group", ""),
        note=values.get("note", ""),
        fault=fault,
    )


def _read_moment(text, zone):
    """Return a moment in naive UTC, or None where it is not understood."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _read_format(text)
    if moment and not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    if moment and not moment.tzinfo:
        moment = zone.localize(moment)
    return moment and moment.astimezone(utc).replace(tzinfo=None, microsecond=0)


def _read_format(text):
    for form in FORMATS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _read_minutes(text):
    """Return minutes of "1:05:00", "1:05", "65" or "65 min", else None."""
    if match := re.fullmatch(r"(\d+):(\d\d)(?::(\d\d))?", text):
        minutes = int(match[1]) * 60 + int(match[2]) + (int(match[3] or 0) >= 30)
        return minutes if minutes <= MAX_MINUTES else None
    match = re.fullmatch(r"(\d+)(?:\s*\D*)?", text)
    minutes = int(match[1]) if match else None
    return minutes if minutes is not None and minutes <= MAX_MINUTES else None

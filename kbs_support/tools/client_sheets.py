"""What the workbook of clients consists of, and how its cells are read.

No Odoo here: which plan or person a word means is found later. Each cell is read by
the kind of its column; what cannot be read becomes a :class:`Fault`, never a guess.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from openpyxl.utils import get_column_letter
from stdnum.exceptions import ValidationError as NumberError
from stdnum.ua import edrpou, rntrc

from .phone import normalize_phone
from .spreadsheets import BookError, get_merged, open_book

EXAMPLE = "00000000"  # the client of the rows that only show how to fill the sheet in
MAX_ROWS = 50_000  # of a sheet
MAX_COLUMNS = 60
MAX_TEXT = 300
MAX_PRICE = Decimal(10_000_000)
MAX_MINUTES = 100_000
YEARS = range(1990, 2101)
EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")
TAX_NUMBER = re.compile(r"\d{10}|\d{12}")


class Column(NamedTuple):
    """One column; ``kind`` names the function that reads its cells."""

    key: str
    kind: str = "text"
    is_required: bool = False
    width: int = 18


SHEETS = {
    "client": [
        Column("code", "code", True, 12),
        Column("name", "text", True, 46),
        Column("vat", "tax_number", False, 16),
        Column("state", "choice", False, 22),
        Column("city"),
        Column("street", "text", False, 30),
        Column("zip", "text", False, 10),
        Column("email", "email", False, 28),
        Column("phone", "phone"),
        Column("manager", "choice"),
    ],
    "person": [
        Column("code", "code", True, 12),
        Column("name", "text", True, 34),
        Column("email", "email", False, 28),
        Column("phone", "phone"),
        Column("job", "text", False, 24),
        Column("role", "choice", False, 24),
    ],
    "copy": [
        Column("code", "code", True, 12),
        Column("program", "choice", True, 16),
        Column("number", "text", True),
        Column("edition", "choice"),
        Column("version"),
        Column("place"),
    ],
    "support": [
        Column("code", "code", True, 12),
        Column("number"),
        Column("plan", "choice", True, 14),
        Column("term", "choice", True),
        Column("chain_start", "date", True, 15),
        Column("date_start", "date", True, 15),
        Column("date_end", "date", True, 15),
        Column("price", "money", True, 14),
        Column("price_kind", "choice", True),
        Column("tenure_start", "date", False, 15),
        Column("specialist", "choice"),
        Column("manager", "choice"),
    ],
    "hours": [
        Column("code", "code", True, 12),
        Column("support"),
        Column("hours_kind", "choice", True, 24),
        Column("minutes", "minutes", True, 14),
        Column("valid_to", "date", False, 15),
        Column("number"),
    ],
}


class Fault(NamedTuple):
    """What is wrong with a cell, a row (no column) or a sheet (no row)."""

    sheet: str
    row: int
    column: str  # key of the column
    reason: str
    typed: str = ""
    is_warning: bool = False


class Row(NamedTuple):
    """One row as it was read: ``values`` by key of the column, empty cells left out."""

    sheet: str
    number: int
    values: dict


@dataclass
class Book:
    """What was read of a workbook."""

    rows: list = field(default_factory=list)
    faults: list = field(default_factory=list)
    letters: dict = field(default_factory=dict)  # {(sheet, key of column): letter}
    titles: dict = field(default_factory=dict)  # {sheet: its name in the file}


class CellError(ValueError):
    """A cell cannot be read; the message is the reason."""


def read_book(content, sheet_names, headers):
    """Read the workbook in ``content``.

    :param sheet_names: ``{sheet: names it may have}``, in small letters
    :param headers: ``{(sheet, key of column): titles it may have}``, in small letters
    :return: :class:`Book`
    :raise BookError: no workbook, or none with any of the sheets (``sheets``), or one
        without a row (``empty``)
    """
    workbook = open_book(content)
    book = Book()
    try:
        _read_sheets(workbook, book, sheet_names, headers, get_merged(content))
    except BookError:
        raise
    except Exception as error:  # a part of the file is broken
        raise BookError("broken") from error
    finally:
        workbook.close()
    if not book.titles:
        raise BookError("sheets")
    if not book.rows and not any(not x.is_warning for x in book.faults):
        raise BookError("empty")
    return book


def _read_sheets(workbook, book, sheet_names, headers, merged):
    by_name = {name: sheet for sheet, names in sheet_names.items() for name in names}
    for worksheet in workbook.worksheets:
        sheet = by_name.get(worksheet.title.strip().lower())
        if not sheet or sheet in book.titles:
            continue
        book.titles[sheet] = worksheet.title
        path = getattr(worksheet, "_worksheet_path", "").lstrip("/")
        merged_rows = set()
        for row, cells in merged.get(path, ()):
            merged_rows.add(row)
            book.faults.append(Fault(sheet, row, "", "merged", cells))
        _read_sheet(worksheet, sheet, book, headers)
    for sheet in SHEETS.keys() - book.titles.keys() if book.titles else ():
        book.faults.append(Fault(sheet, 0, "", "no_sheet", "", True))


def _read_sheet(worksheet, sheet, book, headers):
    worksheet.reset_dimensions()  # what the file says of its size need not be true
    lines = worksheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS)
    places = _read_header(next(lines, ()), sheet, book, headers)
    missing = [x for x in SHEETS[sheet] if x.is_required and x.key not in places]
    for column in missing:
        book.faults.append(Fault(sheet, 1, column.key, "no_column"))
    if missing:
        return
    for number, cells in enumerate(lines, start=2):
        if number > MAX_ROWS + 1:
            book.faults.append(Fault(sheet, number, "", "too_many", str(MAX_ROWS)))
            return
        _read_row(cells, sheet, number, book, places)


def _read_header(cells, sheet, book, headers):
    """Return ``{key of column: its place}``; note titles that nobody knows."""
    known = {
        title: column.key
        for column in SHEETS[sheet]
        for title in headers[sheet, column.key]
    }
    places = {}
    for place, cell in enumerate(cells):
        title = " ".join(str(cell.value or "").split()).rstrip("* ").lower()
        key = known.get(title)
        if key and key not in places:
            places[key] = place
            book.letters[sheet, key] = get_column_letter(place + 1)
        elif title:
            typed = f"{get_column_letter(place + 1)}: {str(cell.value)[:60]}"
            reason = "column_twice" if key else "strange_column"
            book.faults.append(Fault(sheet, 1, "", reason, typed, not key))
    return places


def _read_row(cells, sheet, number, book, places):
    values, faults = {}, []
    for column in SHEETS[sheet]:
        place = places.get(column.key)
        cell = cells[place] if place is not None and place < len(cells) else None
        try:
            value = read_cell(cell, column.kind)
        except CellError as error:
            typed = str(cell.value)[:60]
            faults.append(Fault(sheet, number, column.key, str(error), typed))
            continue
        if value is not None:
            values[column.key] = value
        elif column.is_required:
            faults.append(Fault(sheet, number, column.key, "required"))
    is_blank = not values and all(x.reason == "required" for x in faults)
    if is_blank or values.get("code") == EXAMPLE:
        return
    book.faults += faults
    book.rows.append(Row(sheet, number, values))


def read_cell(cell, kind):
    """Return the value of a cell by the ``kind`` of its column, None when it is empty.

    :raise CellError: the reason as its message
    """
    value = getattr(cell, "value", None)
    if value is None:
        return None
    if cell.data_type == "f":
        raise CellError("formula")
    if cell.data_type == "e":
        raise CellError("error_value")
    if isinstance(value, str):
        # No-break spaces and line ends come with what was copied from a page.
        value = " ".join(value.replace("\u200b", "").split())
        if not value:
            return None
        if any(ord(x) < 32 for x in value):
            raise CellError("characters")
    return READERS[kind](value)


# === ONE CELL, by kind === #


def _read_text(value):
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise CellError("text")
    if len(str(value)) > MAX_TEXT:
        raise CellError("long")
    return str(value)


def _read_code(value):
    """ЄДРПОУ, or the number of a person who is a client; zeros may have got lost."""
    text = _read_text(value).replace(" ", "")
    if not text.isascii() or not text.isdigit():
        raise CellError("code")
    text = text.zfill(10 if len(text) > 8 else 8)
    if text == EXAMPLE:
        return text
    try:
        return (rntrc if len(text) == 10 else edrpou).validate(text)
    except NumberError as error:
        raise CellError("code") from error


def _read_tax_number(value):
    text = _read_text(value).replace(" ", "")
    if not text.isascii() or not TAX_NUMBER.fullmatch(text):
        raise CellError("tax_number")
    return text


def _read_email(value):
    text = _read_text(value)
    if not EMAIL.fullmatch(text):
        raise CellError("email")
    return text


def _read_phone(value):
    text = _read_text(value)
    try:
        return normalize_phone(text)
    except ValueError as error:
        raise CellError("phone") from error


def _read_date(value):
    """Return the ISO date; a text must say its day, month and year in a clear order."""
    if isinstance(value, datetime):
        value = value.date()
    elif isinstance(value, str):
        value = _parse_date(value)
    if not isinstance(value, date) or value.year not in YEARS:
        raise CellError("date")
    return value.isoformat()


def _parse_date(text):
    for form in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise CellError("date")


def _read_number(value, reason):
    if isinstance(value, str):
        value = value.replace(" ", "").replace(",", ".")
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise CellError(reason)
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise CellError(reason) from error
    if not number.is_finite():
        raise CellError(reason)
    return number


def _read_money(value):
    number = _read_number(value, "money")
    if not 0 <= number <= MAX_PRICE:
        raise CellError("money")
    return float(round(number, 2))


def _read_minutes(value):
    """Return minutes of "2:30", of 2.5 hours, or of a time as spreadsheets have it."""
    if isinstance(value, time):
        return value.hour * 60 + value.minute
    if isinstance(value, datetime):
        raise CellError("minutes")
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
    elif isinstance(value, str) and ":" in value:
        match = re.fullmatch(r"(\d{1,4}):([0-5]\d)(?::00)?", value)
        if not match:
            raise CellError("minutes")
        minutes = int(match[1]) * 60 + int(match[2])
    else:
        minutes = round(_read_number(value, "minutes") * 60)
    if not 0 <= minutes <= MAX_MINUTES:
        raise CellError("minutes")
    return minutes


READERS = {
    "text": _read_text,
    "choice": _read_text,
    "code": _read_code,
    "tax_number": _read_tax_number,
    "email": _read_email,
    "phone": _read_phone,
    "date": _read_date,
    "money": _read_money,
    "minutes": _read_minutes,
}

"""Spreadsheets that strangers have made, opened without trusting them.

An XLSX file is a ZIP of XML. It may be no such file at all, unpack to a thousand times
its size, or declare entities that grow without end. All of that is refused before
anything is read into memory.
"""

import io
import re
import zipfile
from warnings import catch_warnings, simplefilter

import openpyxl

MAX_BYTES = 20 * 2**20  # of the file
MAX_UNPACKED = 200 * 2**20  # of all its parts
MAX_PARTS = 500
CHUNK = 2**20
OLE = b"\xd0\xcf\x11\xe0"  # old .xls, and .xlsx behind a password
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
# Spreadsheet programs write neither of these.
DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
UTF16 = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")


class BookError(ValueError):
    """The file cannot be read at all; ``reason`` says why.

    One of ``size``, ``locked``, ``format``, ``bomb``, ``broken``.
    """

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def open_book(content, is_read_only=True):
    """Return the workbook in the bytes ``content``.

    :raise BookError: it is no spreadsheet, or a dangerous one
    """
    check_book(content)
    try:
        with catch_warnings():
            simplefilter("ignore")  # of openpyxl, about what it does not keep
            return openpyxl.load_workbook(
                io.BytesIO(content), read_only=is_read_only, keep_links=False
            )
    except Exception as error:  # whatever openpyxl stumbles over in a broken file
        raise BookError("broken") from error


def check_book(content):
    """Refuse what is no XLSX file, or should not be opened.

    :raise BookError: with the reason
    """
    if len(content) > MAX_BYTES:
        raise BookError("size")
    if content.startswith(OLE):
        raise BookError("locked")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_parts(archive)
    except BookError:
        raise
    except (zipfile.BadZipFile, zipfile.LargeZipFile) as error:
        raise BookError("format") from error
    except Exception as error:  # zlib errors, unknown compression, passwords
        raise BookError("broken") from error


def _check_parts(archive):
    parts = archive.infolist()
    if "xl/workbook.xml" not in archive.namelist():
        raise BookError("format")
    if len(parts) > MAX_PARTS or sum(x.file_size for x in parts) > MAX_UNPACKED:
        raise BookError("bomb")
    for part in parts:
        # A sheet may bear any name, the workbook says which.
        _check_xml(archive, part)


def _check_xml(archive, part):
    """Refuse entities, and encodings in which we would not see them."""
    with archive.open(part) as stream:
        tail = b""
        while chunk := stream.read(CHUNK):
            if not tail and chunk.startswith(UTF16):
                raise BookError("bomb")
            if DECLARES.search(tail + chunk):
                raise BookError("bomb")
            tail = chunk[-16:]


def get_merged(content):
    """Return ``{path of the sheet in the file: [(first row, "A2:C2")]}``.

    openpyxl does not say it of a workbook that is only read.
    """
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                ranges = MERGED.findall(archive.read(name))
                found[name] = [
                    (int(row), f"{left}{row}:{right}{last}")
                    for left, row, right, last in (
                        tuple(x.decode() for x in parts) for parts in ranges
                    )
                ]
    return found

"""Spreadsheets as LibreOffice shows them: all formulas calculated anew by it."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl import load_workbook

PROGRAMS = ("soffice", "libreoffice")
FILTER = "xlsx:Calc MS Excel 2007 XML"
SECONDS = 120
# Calculate when a file is opened, always; otherwise it believes the values in it.
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""


def recalculate(files, always=True):
    """Open ``files`` in LibreOffice, all at once; return what it saves.

    Its settings and files lie in a folder of their own, which is gone afterwards.

    :param files: ``{name: bytes}``
    :param always: False for its settings as they come: values in the file are believed
    :return: ``{name: openpyxl workbook with values}``
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not program:
        raise AssertionError("LibreOffice is missing: run make setup")
    with TemporaryDirectory(prefix="kbs_office_") as folder:
        user, out = Path(folder, "profile", "user"), Path(folder, "out")
        user.mkdir(parents=True)
        if always:
            (user / "registrymodifications.xcu").write_text(ALWAYS)
        for name, content in files.items():
            Path(folder, f"{name}.xlsx").write_bytes(content)
        done = subprocess.run(
            [program, f"-env:UserInstallation={user.parent.as_uri()}", "--headless",
             "--convert-to", FILTER, "--outdir", out,
             *sorted(Path(folder).glob("*.xlsx"))],
            capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        missing = [x for x in files if not (out / f"{x}.xlsx").exists()]
        if missing:
            raise AssertionError(f"LibreOffice did not open {missing}: {done.stderr}")
        return {x: load_workbook(out / f"{x}.xlsx", data_only=True) for x in files}


def get_errors(book):
    """Return what cannot be calculated, as ``["Sheet!A1: #REF!"]``."""
    return [
        f"{sheet.title}!{cell.coordinate}: {cell.value}"
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "e" or str(cell.value).startswith(("#", "Err:"))
    ]

"""Files that clients send with a form."""

from io import BytesIO
from typing import NamedTuple

from PIL import Image

# What runs by itself when it is opened. Archives may bring it: somebody unpacks them.
PROGRAMS = frozenset(
    "apk app bat chm cmd com cpl dll exe hta jar js jse lnk msc msi msp ps1 reg scr sh"
    " vb vbe vbs wsf wsh".split()
)


PDF_TAIL = 2048  # bytes in which a PDF ends


class FileLimits(NamedTuple):
    """What one form takes: number of files, and bytes of each."""

    count: int
    size: int

    @property
    def megabytes(self):
        return self.size // 2**20


def get_files_fault(env, files, limits):
    """Return in one sentence why these files are not taken, or None.

    :param files: list of ``(name, number of bytes)``
    """
    if len(files) > limits.count:
        return env._(
            "No more than %(count)s files at once; send the others afterwards.",
            count=limits.count,
        )
    if large := [name for name, size in files if size > limits.size]:
        return env._(
            "Larger than %(size)s MB: %(names)s. Choose smaller files.",
            size=limits.megabytes,
            names=", ".join(large),
        )
    if programs := [name for name, _size in files if is_program(name)]:
        return env._(
            "Programs are not taken: %(names)s. Put them into an archive (zip).",
            names=", ".join(programs),
        )
    return None


def is_program(name):
    """Say whether a file of this name runs when it is opened."""
    return name.rpartition(".")[2].strip().lower() in PROGRAMS


def get_scan_kind(content):
    """Return the ending of a scanned paper by what is in it: pdf, jpg, png; or None.

    The name that a client gives decides nothing.
    """
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-PDF_TAIL:]:
        return "pdf"
    kinds = {"JPEG": "jpg", "PNG": "png"}
    try:
        with Image.open(BytesIO(content), formats=list(kinds)) as picture:
            picture.verify()
            return kinds[picture.format]
    # A broken picture may raise whatever its reader stumbles over.
    except Exception:  # pylint: disable=broad-except
        return None


def keep_files(record, files):
    """Attach ``files`` to ``record``, each once, however often they are sent.

    :param files: list of ``(name, bytes)``
    :return: ``ir.attachment``: those that were not there yet
    """
    attachments = record.env["ir.attachment"]
    found = attachments.search(
        [("res_model", "=", record._name), ("res_id", "=", record.id)]
    )
    there = {(x.name, x.checksum) for x in found}
    return attachments.create(
        [
            {
                "name": name,
                "raw": content,
                "res_model": record._name,
                "res_id": record.id,
            }
            for name, content in files
            if (name, attachments._compute_checksum(content)) not in there
        ]
    )

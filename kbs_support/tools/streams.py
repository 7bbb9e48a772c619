"""Large files, read piece by piece: none is ever held in memory."""

import hashlib
import os
from dataclasses import dataclass

CHUNK = 2**20  # bytes in memory at a time


@dataclass(frozen=True)
class Digest:
    """What was counted over a stream; ``size`` in bytes, the rest in hex."""

    size: int
    sha1: str
    sha256: str


def read_chunks(stream):
    """Yield the bytes of ``stream`` from its beginning."""
    stream.seek(0)
    while chunk := stream.read(CHUNK):
        yield chunk


def get_digest(stream):
    """Read ``stream`` once; return its :class:`Digest`."""
    size, sha1, sha256 = 0, hashlib.sha1(), hashlib.sha256()  # noqa: S324 (a name)
    for chunk in read_chunks(stream):
        size += len(chunk)
        sha1.update(chunk)
        sha256.update(chunk)
    return Digest(size, sha1.hexdigest(), sha256.hexdigest())


def copy_to(stream, path):
    """Write ``stream`` to ``path``; it is on the disk when this returns."""
    with open(path, "wb") as file:
        for chunk in read_chunks(stream):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def is_same(stream, path):
    """Say whether the file at ``path`` holds exactly what ``stream`` gives."""
    with open(path, "rb") as file:
        if any(chunk != file.read(len(chunk)) for chunk in read_chunks(stream)):
            return False
        return not file.read(1)

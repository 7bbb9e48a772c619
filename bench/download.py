"""Measures files of releases: bench/download.py DATABASE [ANYTHING].

Run by `make bench`. A file of 300 MB goes to a real server and comes back, once as a
whole and once cut in the middle and gone on with. What arrives has to be the same, and
the memory of the server must not grow by a tenth of the file.
"""

import hashlib
import os
import sys
import tempfile
import time

import requests
from lib import make_people, run
from lib.server import Server

from odoo import Command

SIZE = 300  # MB
ALLOWED = SIZE / 10  # MB of growth, for whatever a request needs
CHUNK = 2**20


def make_draft(env):
    program = env["kbs.software"].create({"name": "Program", "code": "bench"})
    return env["kbs.release"].create(
        {
            "software_id": program.id,
            "version": "8.10",
            "summary": "Summary",
            "note_ids": [Command.create({"text": "What is new"})],
        }
    )


def make_file():
    """A file of chance, and its sum."""
    file, digest = tempfile.TemporaryFile(), hashlib.sha256()
    for _number in range(SIZE):
        chunk = os.urandom(CHUNK)
        file.write(chunk)
        digest.update(chunk)
    file.seek(0)
    return file, digest.hexdigest()


class Form:
    """A form with one file, sent piece by piece; requests would read it as a whole."""

    EDGE = "bench-edge"

    def __init__(self, token, file):
        head = "".join(
            f'--{self.EDGE}\r\nContent-Disposition: form-data; name="{name}"{rest}'
            for name, rest in (
                ("csrf_token", f"\r\n\r\n{token}\r\n"),
                ("file", '; filename="setup.exe"\r\n\r\n'),
            )
        )
        self.head, self.tail = head.encode(), f"\r\n--{self.EDGE}--\r\n".encode()
        self.file = file
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={self.EDGE}",
            "Content-Length": str(SIZE * CHUNK + len(self.head) + len(self.tail)),
        }

    def __iter__(self):
        yield self.head
        while chunk := self.file.read(CHUNK):
            yield chunk
        yield self.tail


def step(server, name, do):
    """Run ``do()``; tell its seconds, and what the server keeps and kept at most."""
    before, start = server.get_memory(), time.monotonic()
    peak = [before]
    result = do(lambda: peak.append(server.get_memory()))
    seconds = time.monotonic() - start
    peak.append(server.get_memory())
    sys.stdout.write(
        f"{name:<28} {SIZE} MB in {seconds:5.1f} s = {SIZE / seconds:6.1f} MB/s, "
        f"memory {before:.0f} MB, at most {max(peak):.0f} MB, "
        f"afterwards {peak[-1]:.0f} MB\n"
    )
    if max(peak) - before > ALLOWED:
        sys.exit(f"{name}: the memory of the server grows with the file.")
    return result


def upload(server, release, file):
    session, token = server.log_in("bench_lead")
    form = Form(token, file)

    def watched(look):
        for number, chunk in enumerate(form):
            if not number % 20:
                look()
            yield chunk

    def do(look):
        url = f"{server.url}/kbs/release/{release.id}/upload"
        # With its length said, it is sent as a browser does: not in chunks.
        request = session.prepare_request(
            requests.Request("POST", url, data=watched(look))
        )
        request.headers.pop("Transfer-Encoding", None)
        request.headers.update(form.headers)
        return session.send(request, timeout=600)

    return step(server, "upload", do).json()["file"]


def get_link(server, session, token, release):
    address = f"{server.url}/my/releases/{release.id}/file/{release.file_ids.id}"
    answer = session.post(
        address, data={"csrf_token": token}, allow_redirects=False, timeout=60
    )
    return server.url + answer.headers["Location"].removeprefix(server.url)


def fetch(session, link, digest, look, stop=None, **headers):
    """Read ``link`` into ``digest``, at most ``stop`` bytes; return bytes, ETag."""
    read = 0
    with session.get(link, stream=True, headers=headers, timeout=60) as answer:
        answer.raise_for_status()
        for number, chunk in enumerate(answer.iter_content(CHUNK)):
            chunk = chunk[: stop - read] if stop else chunk
            digest.update(chunk)
            read += len(chunk)
            if not number % 20:
                look()
            if stop and read >= stop:
                break  # the connection is cut
        return read, answer.headers["ETag"], answer.status_code


def download(server, release, sha256):
    session, token = server.log_in("bench_client")
    link = get_link(server, session, token, release)

    def whole(look):
        digest = hashlib.sha256()
        fetch(session, link, digest, look)
        return digest.hexdigest()

    def cut(look):
        digest, middle = hashlib.sha256(), SIZE * CHUNK // 2 + 12_345
        read, etag, _status = fetch(session, link, digest, look, middle)
        headers = {"Range": f"bytes={read}-", "If-Range": etag}
        _read, _etag, status = fetch(session, link, digest, look, **headers)
        if status != 206:
            sys.exit("The server does not go on where it was cut.")
        return digest.hexdigest()

    for name, do in (("download", whole), ("download, cut and resumed", cut)):
        if step(server, name, do) != sha256:
            sys.exit(f"{name}: what has arrived is not what was sent.")


def measure(env, _count):
    env = make_people(env, "bench")
    release = make_draft(env)
    env.cr.commit()
    file, sha256 = make_file()
    with file, Server(env.cr.dbname) as server:
        server.log_in("bench_client")[0].get(f"{server.url}/my/releases", timeout=60)
        if upload(server, release, file)["sha256"] != sha256:
            sys.exit("What was kept is not what was sent.")
        env.cr.rollback()
        env.invalidate_all()
        release.action_review()
        release.action_publish()
        env.cr.commit()
        download(server, release, sha256)


if __name__ == "__main__":
    run(measure, sys.argv, 1)

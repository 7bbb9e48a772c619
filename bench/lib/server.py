"""A real server process of its own, and a browser of sorts that talks to it."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

START = 120  # seconds until a server that does not answer is given up


class Server:
    """Odoo in a process of its own, with threads, on a free port of this machine."""

    def __init__(self, database):
        self.database, self.port = database, _get_free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        # Its cron stands still: what is measured is what was asked for.
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "odoo", "-d", self.database),
                f"--http-port={self.port}",
                f"--gevent-port={_get_free_port()}",
                "--http-interface=127.0.0.1",
                "--max-cron-threads=0",
                "--workers=0",
                "--log-level=warn",
            ],
            env=os.environ,
        )
        end = time.monotonic() + START
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if requests.get(f"{self.url}/web/health", timeout=5).ok:
                    return self
            except requests.RequestException:  # not there yet, or busy loading
                time.sleep(0.5)
        self.__exit__()
        sys.exit("The server does not answer.")

    def __exit__(self, *exc):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def get_memory(self):
        """Return the memory of the process that is its own, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) / 1024

    def log_in(self, login):
        """Return the session of ``login`` and its token; the password is the same."""
        session = requests.Session()
        page = session.get(f"{self.url}/web/login", timeout=60).text
        values = {"login": login, "password": login, "csrf_token": get_token(page)}
        answer = session.post(f"{self.url}/web/login", data=values, timeout=60)
        return session, get_token(answer.text)


def get_token(page):
    return re.search(r'csrf_token: "(\w+)"', page)[1]


def _get_free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]

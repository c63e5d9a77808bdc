"""The pages as a process of their own, as an organiser serves them, and clients that only speak HTTP."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.rsvp_link import LinkSigner
from tests.builders import KEYS


@dataclass
class Served:
    """A running `invite serve`."""

    process: subprocess.Popen[str]
    workspace: Workspace
    base_url: str = ""
    log: list[str] = field(default_factory=list)

    def token(self, number: int) -> str:
        """The token of the invitation that the builders gave this number."""
        return LinkSigner(KEYS, self.workspace.campaign.id).token(f"C0DE{number:06}", 1)

    def connection(self) -> http.client.HTTPConnection:
        """A connection of its own; the caller closes it."""
        parts = urlsplit(self.base_url)
        return http.client.HTTPConnection(str(parts.hostname), int(parts.port or 0), timeout=60)

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        connection = self.connection()
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def nonce(self, number: int) -> str:
        """Open the form, as whoever answers does first."""
        found = re.search(r'name="nonce" value="([^"]+)"', self.get(f"/r/{self.token(number)}/antwort")[1])
        assert found
        return found[1]

    def answer(self, number: int, nonce: str, **fields: str) -> int:
        """Send the form; gives the status, 303 where the answer is recorded."""
        connection = self.connection()
        body = urlencode({"nonce": nonce, "answer": "yes", "persons": "1", **fields})
        headers = {"content-type": "application/x-www-form-urlencoded"}
        try:
            connection.request("POST", f"/r/{self.token(number)}/antwort", body, headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def half_a_post(self, number: int, nonce: str) -> tuple[socket.socket, bytes]:
        """A post whose body is on its way: the socket, and what is still to be sent."""
        parts = urlsplit(self.base_url)
        body = urlencode({"nonce": nonce, "answer": "no"}).encode()
        head = (
            f"POST /r/{self.token(number)}/antwort HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        sending = socket.create_connection((str(parts.hostname), int(parts.port or 0)), timeout=60)
        sending.sendall(head.encode() + body[:5])
        return sending, body[5:]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End the process and wait for it."""
        self.process.send_signal(number)
        return self.process.wait(60)


@contextmanager
def served(workspace: Workspace, folder: Path, *options: str, **environ: str) -> Iterator[Served]:
    """Serve the workspace's campaign from its own process (or several) while the block lasts."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("INVITE_")}
    settings = {
        "INVITE_STORE_URL": workspace.store_url,
        "INVITE_SECRET_KEYS": KEYS[0],
        "INVITE_NOW": workspace.now().isoformat(),
        **environ,
    }
    command = [sys.executable, "-m", "invite_pipeline", "-C", str(folder), "serve", "--port", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=plain | settings) as process:
        found = Served(process, workspace)
        reader = threading.Thread(target=_read, args=(found,), daemon=True)
        try:
            assert process.stderr
            first = process.stderr.readline()
            found.log.append(first)
            found.base_url = first.split("pages on ")[1].split()[0]
            reader.start()
            yield found
        finally:
            process.kill()
            process.wait()
            reader.join(10)


def _read(found: Served) -> None:
    assert found.process.stderr
    found.log.extend(found.process.stderr)

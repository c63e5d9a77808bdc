"""The demo's own mail server: a real SMTP server on the loopback that puts every mail into a Maildir.

Runs in a process of its own: `python -m invite_pipeline.run.demo.mail_server MAILDIR [REFUSED…]` prints its port and
ends when its standard input is closed, so that it never outlives the demo.
"""

from __future__ import annotations

import asyncio
import mailbox
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class _Post:
    """Takes mail for everybody but the refused."""

    def __init__(self, folder: Path, refused: frozenset[str]) -> None:
        self._box = mailbox.Maildir(folder)
        self._refused = refused

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.lower() in self._refused:
            return "550 5.1.1 Empfaenger unbekannt"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        data = content if isinstance(content, bytes) else str(content).encode()
        # As any server that delivers for good: the envelope's sender stands on top (RFC 5321, 4.4).
        self._box.add(f"Return-Path: <{envelope.mail_from}>\r\n".encode() + data)
        return "250 2.0.0 angenommen"


async def _serve(folder: Path, refused: frozenset[str]) -> None:
    loop = asyncio.get_running_loop()
    post = _Post(folder, refused)
    server = await loop.create_server(lambda: SMTP(post, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


@contextmanager
def mail_server(folder: Path, refused: Sequence[str] = ()) -> Iterator[str]:
    """Run the server in a process of its own; gives its `smtp://` address while the block lasts."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", __name__, str(folder), *refused]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    try:
        port = process.stdout.readline().strip()
        yield f"smtp://127.0.0.1:{port}"
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(timeout=20)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), frozenset(address.lower() for address in sys.argv[2:])))

"""The dialogue over a connection that is open and logged in: commands written together, answers read in their order.

aiosmtplib opens, secures and logs in; what follows is ours, for it neither pipelines (RFC 2920) nor tells a connection
that was lost before a mail was handed over from one that was lost after.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import cast

_LONGEST_LINE, _MOST_OCTETS = 8192, 65536
"""More than any server has to say (RFC 5321 allows lines of 512)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's answer: its code, and its words, several lines joined by line breaks."""

    code: int
    words: str

    def __str__(self) -> str:
        return f"{self.code} {self.words}"


class Dialogue(asyncio.Protocol):
    """Takes over a connection's transport."""

    def __init__(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._loop = asyncio.get_running_loop()
        self._buffer, self._lines = b"", list[str]()
        self._answers: list[Answer] = []
        self._wanted = 0
        self._waiter: asyncio.Future[None] | None = None
        self.trouble = ""
        """Why no more answers come; empty while they may."""
        self.garbled = False
        """Whether that is because what came was no answer."""
        transport.set_protocol(self)

    @property
    def open(self) -> bool:
        """Whether something can be said."""
        return not self.trouble and not self._transport.is_closing()

    async def ask(self, commands: bytes, answers: int, seconds: float) -> list[Answer]:
        """Say something and wait for so many answers; gives fewer where no more come: `trouble` says why."""
        self._answers, self._wanted = [], answers
        self._waiter = self._loop.create_future()
        timer = self._loop.call_later(seconds, self._end, "Timed out waiting for server response")
        self._transport.write(commands)
        if self.trouble:
            self._wake()
        try:
            await self._waiter
        finally:
            timer.cancel()
            self._waiter, self._wanted = None, 0
        return self._answers

    def close(self) -> None:
        """Hang up."""
        self.trouble = self.trouble or "Connection lost"
        self._transport.close()

    # --- asyncio's side ---

    def data_received(self, data: bytes) -> None:
        """Take the server's octets."""
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            if not self.trouble:
                self._line(line)
        if len(self._buffer) > _LONGEST_LINE or len(self._lines) > _MOST_OCTETS // 64:
            self._end("Response too long", garbled=True)

    def eof_received(self) -> None:
        """The server hangs up; None lets asyncio close our side."""
        self._end("Unexpected EOF received")

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._end(str(exc) if exc else "Connection lost")

    def _line(self, line: bytes) -> None:
        code = line[:3]
        if not (code.isdigit() and len(code) == 3 and line[3:4] in (b"", b" ", b"-", b"\r")):
            self._end(f"Malformed SMTP response line: {line[:200].decode('utf-8', 'replace').strip()}", garbled=True)
            return
        self._lines.append(line[4:].strip().decode("utf-8", "replace"))
        if line[3:4] == b"-":
            return
        answer, self._lines = Answer(int(code), "\n".join(self._lines)), []
        if len(self._answers) >= self._wanted:
            # Nobody asked: most often a "421 timeout" before the server hangs up. Taken as the answer to the next
            # command, it would put every later answer beside the wrong mail.
            self._end(f"{answer}")
            return
        self._answers.append(answer)
        if len(self._answers) == self._wanted:
            self._wake()

    def _end(self, trouble: str, *, garbled: bool = False) -> None:
        if not self.trouble:
            self.trouble, self.garbled = trouble, garbled
            # Not `close`, which would first send what still waits: nothing may go after somebody has given up.
            self._transport.abort()
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

"""A real SMTP server on the loopback, in a thread of the test: keeps every mail, and fails where it is told to."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Literal, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

FaultKind = Literal["at_rcpt", "after_data", "drop_before_data", "drop_after_data"]


@dataclass(frozen=True)
class Delivery:
    """One mail that the server took: its envelope, and its bytes as they came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.content, policy=policy.default)


@dataclass
class Fault:
    """What goes wrong for a recipient, `times` times (None: always)."""

    kind: FaultKind
    answer: str = ""
    times: int | None = None


@dataclass
class SmtpServer:
    """A running server and what it took; give it its faults before mailing."""

    port: int = 0
    deliveries: list[Delivery] = field(default_factory=list)
    connections: int = 0
    faults: dict[str, Fault] = field(default_factory=dict)
    delivered: threading.Event = field(default_factory=threading.Event)
    """Set as soon as a mail has been taken."""
    pipelining: bool = False
    """Whether it offers to take several commands at once (RFC 2920)."""

    @property
    def url(self) -> str:
        """The address as a campaign's settings give it."""
        return f"smtp://127.0.0.1:{self.port}"

    def refuse(self, address: str, answer: str, *, times: int | None = None) -> None:
        """Answer RCPT TO of `address` with for example "550 5.1.1 No such user"; a 421 also hangs up."""
        self.faults[address] = Fault("at_rcpt", answer, times)

    def refuse_content(self, address: str, answer: str, *, times: int | None = None) -> None:
        """Take the whole mail to `address`, then answer with for example "554 5.7.1 Looks like spam"."""
        self.faults[address] = Fault("after_data", answer, times)

    def refuse_everyone(self, answer: str, *, times: int | None = None) -> None:
        """Answer every RCPT TO without a fault of its own with `answer`."""
        self.refuse("*", answer, times=times)

    def drop(self, address: str, when: Literal["before_data", "after_data"], *, times: int | None = 1) -> None:
        """Cut the connection at RCPT TO, or after the mail was kept and before that is said."""
        self.faults[address] = Fault("drop_before_data" if when == "before_data" else "drop_after_data", "", times)

    def mails_per_recipient(self) -> Counter[str]:
        """How many mails each address was sent."""
        return Counter(address for delivery in self.deliveries for address in delivery.recipients)

    # --- aiosmtpd's hooks ---

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]] if self.pipelining else responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self._strike(address, "at_rcpt", "drop_before_data")
        if fault is None:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
            return "250 2.1.5 OK"
        return _hang_up(server) if fault.kind == "drop_before_data" else _answer(server, fault)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        faults = [self._strike(address, "after_data", "drop_after_data") for address in envelope.rcpt_tos]
        fault = next((found for found in faults if found), None)
        if fault is not None and fault.kind == "after_data":
            return _answer(server, fault)
        content = cast(bytes, envelope.original_content)
        self.deliveries.append(Delivery(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        self.delivered.set()
        return _hang_up(server) if fault else f"250 2.0.0 OK: queued as {len(self.deliveries)}"

    def _strike(self, address: str, *kinds: FaultKind) -> Fault | None:
        fault = self.faults.get(address) or self.faults.get("*")
        if fault is None or fault.kind not in kinds or fault.times == 0:
            return None
        if fault.times is not None:
            fault.times -= 1
        return fault


def _answer(server: SMTP, fault: Fault) -> str:
    if fault.answer.startswith("421"):
        # After the answer has gone out, for this runs before the loop's next turn.
        asyncio.get_running_loop().call_soon(_transport(server).close)
    return fault.answer


def _hang_up(server: SMTP) -> str:
    _transport(server).abort()
    return "421 4.3.0 never heard"


def _transport(server: SMTP) -> asyncio.WriteTransport:
    return cast(asyncio.WriteTransport, server.transport)


@contextmanager
def running_smtp_server() -> Iterator[SmtpServer]:
    """Start a server on a free port of the loopback and stop it at the end."""
    smtp = SmtpServer()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def protocol() -> SMTP:
        smtp.connections += 1
        return SMTP(smtp, hostname="mail.example", loop=loop, enable_SMTPUTF8=True)

    async def start() -> asyncio.Server:
        return await loop.create_server(protocol, "127.0.0.1", 0)

    async def stop(listener: asyncio.Server) -> None:
        listener.close()
        tasks = asyncio.all_tasks() - {cast("asyncio.Task[object]", asyncio.current_task())}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    listener = asyncio.run_coroutine_threadsafe(start(), loop).result()
    smtp.port = listener.sockets[0].getsockname()[1]
    try:
        yield smtp
    finally:
        asyncio.run_coroutine_threadsafe(stop(listener), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

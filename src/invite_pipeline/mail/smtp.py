"""The mail server: its address, connections that are used again, and a pace that all of them keep together."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import aiosmtplib

from invite_pipeline.errors import InviteError, MailServerUnusable
from invite_pipeline.mail.letter_mail import Outgoing

_MESSAGES_PER_CONNECTION = 100
_TIMEOUT = 60.0
"""Seconds until a silent server counts as gone."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails are handed over; without TLS only on this machine."""

    host: str
    port: int
    implicit_tls: bool
    user: str = ""
    password: str = ""

    @property
    def loopback(self) -> bool:
        """Whether the server runs on this machine."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def __str__(self) -> str:
        """The address without user and password, as it may be shown."""
        return f"{'smtps' if self.implicit_tls else 'smtp'}://{self.host}:{self.port}"


def read_server(url: str) -> Server:
    """The server of `smtp://user:password@host:port` or `smtps://…`. Raises InviteError for anything else."""
    fix = "Set INVITE_SMTP_URL=smtp://user:password@mail.stadt.example:587 (or smtps://…:465)."
    if not url:
        raise InviteError("No mail server is set.", fix)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InviteError("INVITE_SMTP_URL is not an address of a mail server.", fix) from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise InviteError("INVITE_SMTP_URL is not an address of a mail server.", fix)
    implicit = parts.scheme == "smtps"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.hostname, port or (465 if implicit else 587), implicit, user, password)


class NotTaken(Exception):
    """The server did not take a mail: `permanent` for good, else it may be tried again."""

    def __init__(self, code: int | None, answer: str, *, permanent: bool) -> None:
        super().__init__(answer)
        self.code, self.answer, self.permanent = code, answer, permanent

    @property
    def worth_another_try(self) -> bool:
        """Whether the same run may try again: not what is refused for good, or for what the sender is."""
        return not self.permanent and (self.code is None or self.code < 500)


class SenderRefused(NotTaken):
    """The server does not want our sender address: no mail of the run can go."""


class Ambiguous(Exception):
    """The connection broke after the mail was on its way: nobody knows whether the server took it."""


class Connection:
    """One connection, opened when it is needed and renewed now and then."""

    def __init__(self, server: Server, tls: ssl.SSLContext | None = None) -> None:
        self._server, self._tls = server, tls
        self._smtp: aiosmtplib.SMTP | None = None
        self._sent = 0

    async def open(self) -> None:
        """Connect, secure and log in. Raises MailServerUnusable with the mend."""
        if self._smtp is not None and self._smtp.is_connected and self._sent < _MESSAGES_PER_CONNECTION:
            return
        await self.close()
        server = self._server
        smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.implicit_tls,
            # On another machine a mail goes encrypted or not at all; on this one, where the server offers it.
            start_tls=False if server.implicit_tls else (None if server.loopback else True),
            tls_context=self._tls,
            timeout=_TIMEOUT,
        )
        try:
            await smtp.connect()
            if server.user:
                await smtp.login(server.user, server.password)
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            smtp.close()
            raise _unusable(server, error) from error
        self._smtp, self._sent = smtp, 0

    async def send(self, mail: Outgoing) -> str:
        """Hand one mail over and give the server's answer. Raises NotTaken, Ambiguous, MailServerUnusable."""
        await self.open()
        smtp = self._smtp
        assert smtp is not None
        try:
            await smtp.mail(mail.sender)
            await smtp.rcpt(mail.to)
        except aiosmtplib.SMTPSenderRefused as error:
            await self._reset(error.code)
            raise SenderRefused(error.code, f"{error.code} {error.message}", permanent=False) from error
        except aiosmtplib.SMTPResponseException as error:
            await self._reset(error.code)
            raise _not_taken(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            await self.close()
            raise NotTaken(None, f"connection lost: {error}", permanent=False) from error
        return await self._data(smtp, mail)

    async def _data(self, smtp: aiosmtplib.SMTP, mail: Outgoing) -> str:
        try:
            response = await smtp.data(mail.content)
        except aiosmtplib.SMTPResponseException as error:
            await self._reset(error.code)
            raise _not_taken(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            await self.close()
            raise Ambiguous(str(error)) from error
        self._sent += 1
        return f"{response.code} {response.message}"

    async def _reset(self, code: int) -> None:
        """Make the connection ready for the next mail; after a 421 the server hangs up by itself."""
        if code == aiosmtplib.SMTPStatus.domain_unavailable or self._smtp is None:
            await self.close()
            return
        try:
            await self._smtp.rset()
        except (aiosmtplib.SMTPException, OSError):
            await self.close()

    async def close(self) -> None:
        """Say goodbye, if anybody is there."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            if smtp.is_connected:
                await smtp.quit()
        except (aiosmtplib.SMTPException, OSError):
            pass
        finally:
            smtp.close()


def _not_taken(error: aiosmtplib.SMTPResponseException) -> NotTaken:
    code = int(error.code)
    # A policy refusal (5.7.x) is the sender's fault: the address is as good as before.
    policy = re.match(r"\s*5\.7\.", error.message) is not None
    return NotTaken(code, f"{code} {error.message}", permanent=code >= 500 and not policy)


def _unusable(server: Server, error: Exception) -> MailServerUnusable:
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return MailServerUnusable(
            f"{server} refuses the login: {error.message}", "Check user and password in INVITE_SMTP_URL."
        )
    if isinstance(error, aiosmtplib.SMTPNotSupported) or "STARTTLS" in str(error):
        return MailServerUnusable(
            f"{server} offers no encryption: {error}", "Use smtps://, or a server that offers STARTTLS."
        )
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return MailServerUnusable(
            f"The certificate of {server} cannot be trusted: {error}", "Check the host's name in INVITE_SMTP_URL."
        )
    return MailServerUnusable(f"{server} cannot be reached: {error}", "Check host and port in INVITE_SMTP_URL.")


_RATE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*/\s*(s|min|h)\s*$")
_SECONDS = {"s": 1, "min": 60, "h": 3600}


def read_rate(text: str) -> float | None:
    """Mails a second of "20/s", "300/min" or "1000/h"; None for an empty text. Raises InviteError."""
    if not text.strip():
        return None
    found = _RATE.match(text)
    if not found or float(found[1]) == 0:
        raise InviteError(f"“{text}” is not a pace.", "Write for example 20/s or 300/min.")
    return float(found[1]) / _SECONDS[found[2]]


class Pace:
    """Lets one mail go at a time, evenly: `rate` a second over all connections; None for no limit."""

    def __init__(self, rate: float | None) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._next = 0.0

    async def wait(self) -> None:
        """Wait for this mail's turn."""
        if not self._gap:
            return
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next)
        self._next = turn + self._gap
        await asyncio.sleep(turn - now)

"""One connection to the mail server, and what can become of a mail there: taken, not taken, or nobody knows."""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence

import aiosmtplib

from invite_pipeline.errors import MailServerUnusable
from invite_pipeline.mail.letter_mail import Outgoing
from invite_pipeline.mail.server import Server

MESSAGES_PER_CONNECTION = 100
_CONNECT_SECONDS = 60.0
# RFC 5321, 4.5.3.2: what a server may take its time for. Who gives up earlier on the last answer does not know whether
# the mail went.
_COMMAND_SECONDS = 300.0
_LAST_ANSWER_SECONDS = 600.0


class NotTaken(Exception):
    """The server did not take a mail; `code` is None where it said nothing, for the connection broke in time."""

    def __init__(self, code: int | None, answer: str) -> None:
        super().__init__(answer)
        self.code, self.answer = code, answer

    @property
    def permanent(self) -> bool:
        """Whether it is refused for good; a policy refusal (5.7.x) is the sender's fault, not the address's."""
        return self.code is not None and self.code >= 500 and not re.match(r"\d+[ -]5\.7\.", self.answer)

    @property
    def about_address(self) -> bool:
        """Whether the answer blames this address, so that it says nothing about the other mails (RFC 3463)."""
        return re.match(r"\d+[ -]5\.(1\.[1236]|1\.10|2\.\d|4\.4)\b", self.answer) is not None

    @property
    def worth_another_try(self) -> bool:
        """Whether the same run may try again."""
        return self.code is None or self.code < 500

    @property
    def hung_up(self) -> bool:
        """Whether the connection is gone: lost, or closed by the server with a 421."""
        return self.code in (None, 421)


class SenderRefused(NotTaken):
    """The server does not want our sender address: no mail of the run can go."""


class NeedsUtf8(NotTaken):
    """The address has letters like ü before the @, and the server lacks SMTPUTF8 (RFC 6531)."""

    worth_another_try = False
    hung_up = False
    about_address = True

    def __init__(self) -> None:
        super().__init__(None, "this mail server takes no address with letters like ü before the @")


class Ambiguous(Exception):
    """The connection broke after the mail was on its way: nobody knows whether the server took it."""


class Connection:
    """One connection, opened when it is needed and renewed now and then."""

    def __init__(
        self, server: Server, renew_after: int = MESSAGES_PER_CONNECTION, tls: ssl.SSLContext | None = None
    ) -> None:
        self._server, self._renew_after, self._tls = server, renew_after, tls
        self._smtp: aiosmtplib.SMTP | None = None
        self._sent = 0

    async def open(self) -> None:
        """Connect, secure and log in, where that is not done yet. Raises MailServerUnusable with the mend."""
        if self._smtp is not None and self._smtp.is_connected and self._sent < self._renew_after:
            return
        await self.close()
        server = self._server
        smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.implicit_tls,
            # To another machine a mail goes encrypted or not at all. On this one nobody listens, and its certificate
            # is most often one that nobody signed.
            start_tls=not server.implicit_tls and not server.loopback,
            tls_context=self._tls,
            timeout=_CONNECT_SECONDS,
        )
        try:
            await smtp.connect()
            await _greet(smtp)
            if server.user:
                await smtp.login(server.user, server.password)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            smtp.close()
            raise _unusable(server, error) from error
        smtp.timeout = _COMMAND_SECONDS
        self._smtp, self._sent = smtp, 0

    async def send(self, mail: Outgoing) -> str:
        """Hand one mail over and give the server's answer. Raises NotTaken, Ambiguous.

        Call `open` before; a connection that broke since raises NotTaken.
        """
        smtp = self._smtp
        if smtp is None or not smtp.is_connected:
            raise NotTaken(None, "connection lost")
        try:
            await self._envelope(smtp, mail)
            ready = await smtp.execute_command(b"DATA")
            if ready.code != aiosmtplib.SMTPStatus.start_input:
                raise aiosmtplib.SMTPDataError(ready.code, ready.message)
        except aiosmtplib.SMTPResponseException as error:
            raise await self._refused(error, sender=isinstance(error, aiosmtplib.SMTPSenderRefused)) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            await self.close()
            raise NotTaken(None, f"connection lost: {error}") from error
        return await self._content(smtp, mail.content)

    async def _envelope(self, smtp: aiosmtplib.SMTP, mail: Outgoing) -> None:
        of_sender, of_recipient, encoding = [], [], "ascii"
        if not mail.to.isascii():
            if not smtp.supports_extension("smtputf8"):
                raise NeedsUtf8
            of_sender, encoding = ["SMTPUTF8", "BODY=8BITMIME"], "utf-8"
        elif smtp.supports_extension("dsn"):
            # RFC 3461: bounces then come as reports that name the address, even through servers that forward.
            of_sender = ["RET=HDRS", f"ENVID={_xtext(mail.message_id.strip('<>'))}"]
            of_recipient = ["NOTIFY=FAILURE,DELAY", f"ORCPT=rfc822;{_xtext(mail.to)}"]
        # Not `smtp.mail` and `smtp.rcpt`: they take addresses apart that are checked already, which costs more than all
        # the rest of the command.
        await _ordered(smtp, f"MAIL FROM:<{mail.sender}>", of_sender, "ascii", aiosmtplib.SMTPSenderRefused)
        await _ordered(smtp, f"RCPT TO:<{mail.to}>", of_recipient, encoding, aiosmtplib.SMTPRecipientRefused)

    async def _content(self, smtp: aiosmtplib.SMTP, content: bytes) -> str:
        """The mail itself. Not `smtp.data`: it does not tell a connection lost before the mail from one lost after."""
        protocol = smtp.protocol
        if protocol is None:
            raise NotTaken(None, "connection lost")
        try:
            protocol.write(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        except aiosmtplib.SMTPServerDisconnected as error:
            await self.close()
            raise NotTaken(None, f"connection lost: {error}") from error
        try:
            answer = await protocol.read_response(timeout=_LAST_ANSWER_SECONDS)
        except (aiosmtplib.SMTPException, OSError) as error:
            await self.close()
            raise Ambiguous(str(error)) from error
        if answer.code >= 400:
            raise await self._refused(aiosmtplib.SMTPDataError(answer.code, answer.message))
        if answer.code < 200:
            await self.close()
            raise Ambiguous(f"{answer.code} {answer.message}")
        self._sent += 1
        return f"{answer.code} {answer.message}"

    async def _refused(self, error: aiosmtplib.SMTPResponseException, *, sender: bool = False) -> NotTaken:
        """Make the connection ready for the next mail, and say what was refused."""
        if error.code < 400:
            # Not what SMTP knows as an answer: whatever this is, the next answer may be wrong as well.
            await self.close()
            return NotTaken(None, f"the server spoke no SMTP: {error.message}")
        await self._reset(error.code)
        refused = SenderRefused if sender and error.code >= 500 else NotTaken
        return refused(int(error.code), f"{int(error.code)} {error.message}")

    async def _reset(self, code: int) -> None:
        if code == aiosmtplib.SMTPStatus.domain_unavailable or self._smtp is None:
            # After a 421 the server hangs up by itself.
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
                smtp.timeout = 5
                await smtp.quit()
        except (aiosmtplib.SMTPException, OSError):
            pass
        finally:
            smtp.close()


async def _greet(smtp: aiosmtplib.SMTP) -> None:
    try:
        await smtp.ehlo()
    except aiosmtplib.SMTPHeloError:
        await smtp.helo()


async def _ordered(
    smtp: aiosmtplib.SMTP,
    command: str,
    options: Sequence[str],
    encoding: str,
    refused: type[aiosmtplib.SMTPSenderRefused | aiosmtplib.SMTPRecipientRefused],
) -> None:
    """One command of the envelope. Raises `refused` with the server's answer."""
    answer = await smtp.execute_command(*(part.encode(encoding) for part in (command, *options)))
    if answer.code not in (aiosmtplib.SMTPStatus.completed, aiosmtplib.SMTPStatus.will_forward):
        raise refused(answer.code, answer.message, command.partition("<")[2][:-1])


def _xtext(text: str) -> str:
    """The text as DSN parameters take it (RFC 3461, 4)."""
    return re.sub(r"[^!-*,-<>-~]", lambda found: f"+{ord(found[0]):02X}", text)


def _unusable(server: Server, error: Exception) -> MailServerUnusable:
    words = str(error)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        words = f"{int(error.code)} {error.message}"
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return MailServerUnusable(f"{server} refuses the login: {words}", "Check user and password in INVITE_SMTP_URL.")
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return MailServerUnusable(
            f"The certificate of {server} cannot be trusted: {words}", "Check the host's name in INVITE_SMTP_URL."
        )
    if "AUTH" in words or "authentication" in words:
        return MailServerUnusable(f"{server} offers no login: {words}", "Leave user and password out, or use smtps://.")
    if "STARTTLS" in words:
        return MailServerUnusable(
            f"{server} offers no encryption: {words}", "Use smtps://, or a server that offers STARTTLS."
        )
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return MailServerUnusable(f"{server} turns us away: {words}", "Try again later, or ask who runs it.")
    return MailServerUnusable(f"{server} cannot be reached: {words}", "Check host and port in INVITE_SMTP_URL.")

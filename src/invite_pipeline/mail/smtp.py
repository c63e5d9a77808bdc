"""One connection to the mail server, and what can become of a mail there: taken, not taken, or nobody knows."""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence

import aiosmtplib

from invite_pipeline.errors import MailServerUnusable
from invite_pipeline.mail.dialogue import Answer, Dialogue
from invite_pipeline.mail.letter_mail import Outgoing
from invite_pipeline.mail.server import Server

MESSAGES_PER_CONNECTION = 100
_CONNECT_SECONDS = 60.0
# RFC 5321, 4.5.3.2: what a server may take its time for. Who gives up earlier on the last answer does not know whether
# the mail went.
_COMMAND_SECONDS = 300.0
_LAST_ANSWER_SECONDS = 600.0
_GO_ON, _HANGS_UP = 354, 421
_WANTED = ((250, 251), (250, 251), (_GO_ON,))
"""What must be answered to sender, recipient and DATA."""


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
        self._dialogue: Dialogue | None = None
        self._sent = 0

    async def open(self) -> None:
        """Connect, secure and log in, where that is not done yet. Raises MailServerUnusable with the mend."""
        if self._dialogue is not None and self._dialogue.open and self._sent < self._renew_after:
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
        if smtp.transport is None:
            raise _unusable(server, OSError("Connection lost"))
        self._smtp, self._dialogue, self._sent = smtp, Dialogue(smtp.transport), 0

    async def send(self, mail: Outgoing) -> str:
        """Hand one mail over and give the server's answer. Raises NotTaken, Ambiguous.

        Call `open` before; a connection that broke since raises NotTaken.
        """
        smtp, dialogue = self._smtp, self._dialogue
        if smtp is None or dialogue is None or not dialogue.open:
            raise NotTaken(None, "connection lost")
        await self._envelope(smtp, dialogue, _envelope(smtp, mail))
        if not dialogue.open:
            # Not an octet of the mail is on its way.
            await self.close()
            raise NotTaken(None, f"connection lost: {dialogue.trouble}")
        return await self._content(dialogue, mail)

    async def _envelope(self, smtp: aiosmtplib.SMTP, dialogue: Dialogue, commands: list[bytes]) -> None:
        """Sender, recipient and DATA: at once where the server offers it (RFC 2920), else one after the other."""
        groups = [commands] if smtp.supports_extension("pipelining") else [[command] for command in commands]
        answers: list[Answer] = []
        for group in groups:
            answers += await dialogue.ask(b"".join(group), len(group), _COMMAND_SECONDS)
            if not _agreed(answers):
                break
        for number, answer in enumerate(answers):
            if answer.code not in _WANTED[number]:
                # Told to go on by a server that refused the sender or the recipient: hanging up is what surely sends
                # nothing; a lone dot could be taken for an empty mail.
                begun = any(later.code == _GO_ON for later in answers[number + 1 :])
                raise await self._refused(dialogue, answer, sender=number == 0, hang_up=begun)
        if len(answers) < len(commands):
            await self.close()
            words = "the server spoke no SMTP" if dialogue.garbled else "connection lost"
            raise NotTaken(None, f"{words}: {dialogue.trouble}")

    async def _content(self, dialogue: Dialogue, mail: Outgoing) -> str:
        content = mail.content if mail.dot_free else mail.content.replace(b"\r\n.", b"\r\n..")
        found = await dialogue.ask(content + b".\r\n", 1, _LAST_ANSWER_SECONDS)
        if not found:
            await self.close()
            raise Ambiguous(dialogue.trouble)
        answer = found[0]
        if answer.code >= 400:
            raise await self._refused(dialogue, answer)
        if answer.code < 200:
            await self.close()
            raise Ambiguous(str(answer))
        self._sent += 1
        return str(answer)

    async def _refused(
        self, dialogue: Dialogue, answer: Answer, *, sender: bool = False, hang_up: bool = False
    ) -> NotTaken:
        """Make the connection ready for the next mail, and say what was refused."""
        if answer.code < 400:
            # Not what SMTP knows as an answer: whatever this is, the next answer may be wrong as well.
            await self.close()
            return NotTaken(None, f"the server spoke no SMTP: {answer.words}")
        if hang_up:
            dialogue.close()
        # After a 421 the server hangs up by itself.
        if not dialogue.open or answer.code == _HANGS_UP or not await dialogue.ask(b"RSET\r\n", 1, _COMMAND_SECONDS):
            await self.close()
        refused = SenderRefused if sender and answer.code >= 500 else NotTaken
        return refused(answer.code, str(answer))

    async def close(self) -> None:
        """Say goodbye, if anybody is there."""
        smtp, dialogue, self._smtp, self._dialogue = self._smtp, self._dialogue, None, None
        if dialogue is not None:
            if dialogue.open:
                await dialogue.ask(b"QUIT\r\n", 1, 5)
            dialogue.close()
        if smtp is not None:
            smtp.close()


def _agreed(answers: Sequence[Answer]) -> bool:
    return bool(answers) and all(answer.code in wanted for answer, wanted in zip(answers, _WANTED, strict=False))


def _envelope(smtp: aiosmtplib.SMTP, mail: Outgoing) -> list[bytes]:
    """The commands that come before the mail. Raises NeedsUtf8."""
    of_sender, of_recipient, encoding = "", "", "ascii"
    if not mail.to.isascii():
        if not smtp.supports_extension("smtputf8"):
            raise NeedsUtf8
        of_sender, encoding = " SMTPUTF8 BODY=8BITMIME", "utf-8"
    elif smtp.supports_extension("dsn"):
        # RFC 3461: bounces then come as reports that name the address, even through servers that forward.
        of_sender = f" RET=HDRS ENVID={_xtext(mail.message_id.strip('<>'))}"
        of_recipient = f" NOTIFY=FAILURE,DELAY ORCPT=rfc822;{_xtext(mail.to)}"
    lines = (f"MAIL FROM:<{mail.sender}>{of_sender}", f"RCPT TO:<{mail.to}>{of_recipient}", "DATA")
    if any("\r" in line or "\n" in line for line in lines):
        raise NotTaken(None, "an address with a line break in it")
    return [line.encode(encoding) + b"\r\n" for line in lines]


async def _greet(smtp: aiosmtplib.SMTP) -> None:
    try:
        await smtp.ehlo()
    except aiosmtplib.SMTPHeloError:
        await smtp.helo()


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

"""One mail as bytes: headers that survive every program, plain text and HTML that say the same, attachments."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.utils import format_datetime

from email_validator import EmailNotValidError, validate_email

from invite_pipeline.errors import InviteError

# Lines of headers may have 998 octets (RFC 5322, 2.1.1). Folded at 78, CPython breaks a long token in Message-ID or
# List-Unsubscribe by making it an encoded word, which no program reads back.
_POLICY = policy.SMTP.clone(max_line_length=998)

LARGE, TOO_LARGE = 10_000_000, 25_000_000
"""Octets from which a mail is warned about, and from which it is refused."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; `method` only for calendars (RFC 6047)."""

    name: str
    content_type: str
    data: bytes
    method: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headers:
    """What stands in a mail's head."""

    sender: str
    from_name: str
    to: str
    subject: str
    message_id: str
    date: datetime
    reply_to: str = ""
    unsubscribe_url: str = ""
    unsubscribe_address: str = ""
    automatic: bool = False
    """Confirmations and reminders say that no human wrote them (RFC 3834), so that nothing answers by itself."""


def ascii_address(address: str) -> str:
    """The address as SMTP takes it everywhere: the domain in its IDNA form.

    Raises InviteError for a local part that is not ASCII, which few servers accept.
    """
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise InviteError(f"“{address}” is not an e-mail address: {error}", "Correct it in the list.") from None
    if found.ascii_email is None:
        raise InviteError(
            f"“{address}” has letters before the @ that mail servers refuse.",
            "Ask for another address, or use the post.",
        )
    return found.ascii_email


def compose(headers: Headers, plain: str, html: str, attachments: Sequence[Attachment] = ()) -> bytes:
    """The mail as it goes over the wire (CRLF); equal bytes for equal input.

    mixed( alternative( plain, html ), attachments… ). Raises InviteError where the mail would be too large, or a
    header does not read back as it was meant.
    """
    mail = EmailMessage(policy=_POLICY)
    _set_headers(mail, headers)
    mail.set_content(plain, subtype="plain", charset="utf-8", cte="quoted-printable")
    mail.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    for attachment in attachments:
        maintype, subtype = attachment.content_type.split("/")
        params = {"method": attachment.method, "charset": "utf-8"} if attachment.method else {}
        mail.add_attachment(
            attachment.data, maintype=maintype, subtype=subtype, filename=attachment.name, params=params or None
        )
    _set_boundaries(mail, headers.message_id)
    data = mail.as_bytes()
    if len(data) > TOO_LARGE:
        raise InviteError(
            f"The mail would have {len(data) / 1e6:.0f} MB; servers refuse it.", "Make the images in assets/ smaller."
        )
    _read_back(data, headers)
    return data


def _set_headers(mail: EmailMessage, headers: Headers) -> None:
    mail["From"] = _mailbox(headers.from_name, headers.sender)
    mail["To"] = _mailbox("", headers.to)
    if headers.reply_to:
        mail["Reply-To"] = _mailbox("", headers.reply_to)
    mail["Subject"] = headers.subject
    mail["Date"] = format_datetime(headers.date)
    mail["Message-ID"] = headers.message_id
    if headers.unsubscribe_url:
        ways = [f"<{headers.unsubscribe_url}>"]
        if headers.unsubscribe_address:
            ways.append(f"<mailto:{headers.unsubscribe_address}?subject=Abmelden>")
        mail["List-Unsubscribe"] = ", ".join(ways)
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if headers.automatic:
        mail["Auto-Submitted"] = "auto-generated"


def _mailbox(name: str, address: str) -> Address:
    local, _, domain = ascii_address(address).rpartition("@")
    return Address(name, local, domain)


def _set_boundaries(mail: EmailMessage, seed: str) -> None:
    """Boundaries made from the Message-ID: by default they are random, and no two runs would write the same mail."""
    multiparts = [part for part in mail.walk() if part.is_multipart()]
    for number, part in enumerate(multiparts):
        part.set_boundary(f"=_{hashlib.sha256(f'{seed}{number}'.encode()).hexdigest()[:32]}")


def _read_back(data: bytes, headers: Headers) -> None:
    """CPython folds some long names and tokens wrongly, each release others: whatever goes out is decoded once more."""
    head = data.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n"
    mail = message_from_bytes(head, policy=policy.default)
    expected: Mapping[str, str] = {
        "Subject": headers.subject,
        "Message-ID": headers.message_id,
        "From": str(_mailbox(headers.from_name, headers.sender)),
        "To": str(_mailbox("", headers.to)),
    }
    for name, value in expected.items():
        if " ".join(str(mail[name]).split()) != " ".join(value.split()):
            raise InviteError(
                f"The header {name} would not arrive as “{value}”.", "Shorten it, or use plainer letters."
            )


def parts(data: bytes) -> list[MIMEPart]:
    """The parts of a mail that hold content, for previews."""
    return [part for part in message_from_bytes(data, policy=policy.default).walk() if not part.is_multipart()]

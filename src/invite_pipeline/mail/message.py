"""One mail as bytes: plain text and HTML that say the same, attachments, and headers that every program reads back.

Written by hand, not by `email.message`: what is constant is encoded once, equal input gives equal bytes, and CPython's
folding (see `headers`) never touches a line.
"""

from __future__ import annotations

import binascii
import hashlib
import re
import struct
import unicodedata
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import MIMEPart
from email.utils import format_datetime
from functools import cached_property, lru_cache
from urllib.parse import quote

from invite_pipeline.errors import InviteError
from invite_pipeline.mail import headers as lines
from invite_pipeline.mail.headers import mail_address

LARGE, TOO_LARGE = 10_000_000, 25_000_000
"""Octets from which a mail is warned about, and from which it is refused."""

_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_DTSTAMP = re.compile(rb"(?m)^DTSTAMP:\w+\r\n")
_TOO_LONG = re.compile(rb"(?m)^([^\r\n]{74,})(=20|=09)(?=\r$)")
_DOT = re.compile(rb"(?m)^\.")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


# A hundred lines at a time: cutting them in Python costs a third more.
_LINE, _LINES_AT_ONCE = 76, 100
_HUNDRED_LINES = struct.Struct(f"{_LINE}s" * _LINES_AT_ONCE)


def _base64(data: bytes) -> bytes:
    encoded = b64encode(data)
    whole = len(encoded) - len(encoded) % (_LINE * _LINES_AT_ONCE)
    cut = [one for hundred in _HUNDRED_LINES.iter_unpack(memoryview(encoded)[:whole]) for one in hundred]
    cut += [encoded[start : start + _LINE] for start in range(whole, len(encoded), _LINE)]
    return b"\r\n".join(cut)


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail; `method` only for calendars (RFC 6047)."""

    name: str
    content_type: str
    data: bytes
    method: str = ""

    @cached_property
    def digest(self) -> bytes:
        """A hash of what the file says; when a calendar was made is no part of it."""
        data = _DTSTAMP.sub(b"", self.data) if self.method else self.data
        return hashlib.sha256(data).digest()

    @cached_property
    def part(self) -> bytes:
        """The whole MIME part; one that goes with every mail is encoded once."""
        return _part_head(self.name, self.content_type, self.method) + _base64(self.data) + b"\r\n"


@lru_cache(maxsize=32)
def _part_head(name: str, content_type: str, method: str) -> bytes:
    parameters = f'; method={method}; charset="utf-8"' if method else ""
    # RFC 2231 for all who read it; the plain name for Word's and other old programs, which show "ATT00001" else.
    head = (
        f"Content-Type: {content_type}{parameters};\r\n"
        f' name="{_plain_name(name)}"\r\n'
        f"Content-Disposition: attachment;\r\n {_file_name(name)}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode("ascii")


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


def compose(headers: Headers, plain: str, html: str, attachments: Sequence[Attachment] = ()) -> bytes:
    """The mail as it goes over the wire (CRLF), no line of it beginning with a dot; equal bytes for equal input.

    mixed( alternative( plain, html ), attachments… ). Raises InviteError where the mail would be too large, or a
    header would not arrive as it is meant.
    """
    pieces = _multipart("alternative", ([_text("plain", plain)], [_text("html", html)]), headers.message_id)
    if attachments:
        pieces = _multipart("mixed", (pieces, *([one.part] for one in attachments)), headers.message_id)
    # Joined once: each copy of a mail with letters costs as much as writing its headers.
    data = b"".join([*(line.encode() + b"\r\n" for line in _head(headers)), *pieces])
    if len(data) > TOO_LARGE:
        raise InviteError(
            f"The mail would have {len(data) / 1e6:.0f} MB; servers refuse it.", "Make the images in assets/ smaller."
        )
    return data


def _head(headers: Headers) -> list[str]:
    found = [
        lines.mailbox("From", headers.from_name, lines.ascii_address(headers.sender)),
        lines.mailbox("To", "", mail_address(headers.to)),
        lines.text("Subject", headers.subject),
        lines.token("Date", _date(headers.date)),
        lines.token("Message-ID", headers.message_id),
    ]
    if headers.reply_to:
        found.insert(2, lines.mailbox("Reply-To", "", lines.ascii_address(headers.reply_to)))
    if headers.unsubscribe_url:
        ways = f"<{headers.unsubscribe_url}>"
        if headers.unsubscribe_address:
            # The subject is one that is read as an objection: "Abmelden" alone could be meant as an answer.
            wish = quote("Bitte streichen Sie mich aus dem Verteiler.")
            ways += f", <mailto:{lines.ascii_address(headers.unsubscribe_address)}?subject={wish}&body={wish}>"
        found.append(lines.token("List-Unsubscribe", ways))
        found.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    if headers.automatic:
        found.append("Auto-Submitted: auto-generated")
    return [*found, "MIME-Version: 1.0"]


@lru_cache(maxsize=8)
def _date(moment: datetime) -> str:
    return format_datetime(moment)


def _text(subtype: str, text: str) -> bytes:
    lines = (_LINE_ENDS.sub("\n", text) if "\r" in text else text).rstrip("\n").split("\n")
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode("ascii") + b"".join([_printable(line) for line in lines])


# Most lines are the same in all mails of a wave, and encoding them costs more than all the rest of a text.
@lru_cache(maxsize=2048)
def _printable(line: str) -> bytes:
    """One line as quoted-printable (RFC 2045, 6.7), with its end."""
    encoded = binascii.b2a_qp(line.encode(), istext=True) + b"\r\n"
    encoded = encoded.replace(b"=\n", b"=\r\n")
    # A blank at the end of a full line makes CPython's encoder write 77 octets (RFC 2045, 6.7: 76).
    if encoded.endswith((b"=20\r\n", b"=09\r\n")):
        encoded = _TOO_LONG.sub(rb"\1=\r\n\2", encoded)
    # A dot at the beginning of a line is doubled on its way, and not every gateway takes the second away again.
    if b"\n." in encoded or encoded[:1] == b".":
        encoded = _DOT.sub(b"=2E=\r\n", encoded)
    return encoded


def _multipart(subtype: str, parts: Sequence[Sequence[bytes]], seed: str) -> list[bytes]:
    """A MIME part of parts; no line of base64 or quoted-printable can begin like its boundary (RFC 2045, 6.7)."""
    boundary = b"=_" + hashlib.sha256(f"{subtype} {seed}".encode()).hexdigest()[:32].encode()
    found = [b"Content-Type: multipart/", subtype.encode(), b';\r\n boundary="', boundary, b'"\r\n\r\n']
    for part in parts:
        found += (b"--", boundary, b"\r\n", *part)
    return [*found, b"--", boundary, b"--\r\n"]


def _plain_name(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.translate(_UMLAUTS)).encode("ascii", "ignore").decode()
    return re.sub(r'[\x00-\x1f\x7f"\\]', "", plain)


def _file_name(name: str) -> str:
    if name == _plain_name(name):
        return f'filename="{name}"'
    return f"filename*=utf-8''{quote(name, safe='')}"


def parts(data: bytes) -> list[MIMEPart]:
    """The parts of a mail that hold content, for previews."""
    return [part for part in message_from_bytes(data, policy=policy.default).walk() if not part.is_multipart()]

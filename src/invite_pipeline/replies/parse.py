"""Bytes to a mail, whatever they are: tolerant headers, the text a person wrote, bounded in time and memory.

The `compat32` policy is used on purpose: it never parses a header before it is asked for, whereas `policy.default`
raises from inside on some real headers. What it leaves undecoded is decoded here, with a fallback at every step.
"""

from __future__ import annotations

import email
import email.policy
import email.utils
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.header import decode_header
from email.message import Message

from invite_pipeline.replies.html import html_to_text

MAX_OCTETS = 30_000_000
"""Larger mails are not parsed."""
MAX_TEXT = 200_000
"""Characters of one part that are read: what a person writes is shorter, what a machine writes says it sooner."""
_MAX_PARTS = 300
_MAX_DEPTH = 30
_MAX_HEADER = 20_000

_ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~.\-\x80-\U0010ffff]{1,200}@[a-z0-9.\-\x80-\U0010ffff]{1,200}", re.IGNORECASE
)

# "smtp=somebody@…" in the letters of old Exchange servers.
_PREFIX = re.compile(r"^(?:smtp|mailto|rfc822|to)=")

Mail = Message


class MailUnreadable(ValueError):
    """The bytes are no mail that can be read within bounds; the message says why."""


def parse(data: bytes) -> Mail:
    """The mail. Raises MailUnreadable for what is too large, too deeply nested, or no mail at all."""
    if len(data) > MAX_OCTETS:
        raise MailUnreadable(f"larger than {MAX_OCTETS // 1_000_000} MB")
    try:
        mail = email.message_from_bytes(_without_files(data), policy=email.policy.compat32)
    except RecursionError:
        raise MailUnreadable("its parts are nested too deeply") from None
    except Exception as error:
        # The parser's own faults on hostile bytes come in many classes; one mail must not end the run.
        raise MailUnreadable(f"the parser gave up: {type(error).__name__}") from error
    if not mail.keys():
        raise MailUnreadable("it has no headers")
    return mail


_ENCODED = re.compile(rb"(?:^[A-Za-z0-9+/]{60,76}\r?\n){100,}", re.MULTILINE)
_FILE = re.compile(
    rb"^Content-Type:\s*(?:application/(?:pdf|zip|msword|rtf|x-zip|vnd\.(?!ms-tnef|ms-outlook)[\w.+-]+)|image/|audio/|video/)",
    re.IGNORECASE | re.MULTILINE,
)
_WORTH_IT, _LONGEST_PART_HEAD = 10_000, 2000


def _without_files(data: bytes) -> bytes:
    """The mail without the contents of attached letters and pictures, of which only type and name are ever asked.

    Going through them line by line would cost more than all the rest of the mail.
    """
    if len(data) < _WORTH_IT:
        return data
    kept, begin = [], 0
    for found in _ENCODED.finditer(data):
        above = data[max(begin, found.start() - _LONGEST_PART_HEAD) : found.start()]
        head = re.split(rb"\n--[^\n]+\n", above)[-1]
        # Directly above it, and so in the part's own headers: an empty line ends them.
        if head.endswith((b"\n\n", b"\n\r\n")) and b"\n\n" not in head.replace(b"\r", b"")[:-2] and _FILE.search(head):
            kept.append(data[begin : found.start()])
            begin = found.end()
    return b"".join([*kept, data[begin:]]) if kept else data


# --- headers ----------------------------------------------------------------------------------------------------


def header(mail: Mail, name: str) -> str:
    """The first header of this name, decoded and on one line; empty where there is none."""
    found = headers(mail, name)
    return found[0] if found else ""


def headers(mail: Mail, name: str) -> list[str]:
    """All headers of this name, decoded, each on one line."""
    known: dict[str, list[str]] = mail.__dict__.setdefault("_decoded", {})
    wanted = name.lower()
    if wanted not in known:
        known[wanted] = [_decode_header(value) for value in _by_name(mail).get(wanted, ())]
    return known[wanted]


def _by_name(mail: Mail) -> dict[str, list[object]]:
    """The headers by their names in small letters: a mail is asked for some forty, and most are not there."""
    found: dict[str, list[object]] | None = mail.__dict__.get("_by_name")
    if found is None:
        found = mail.__dict__["_by_name"] = {}
        for key, value in mail.raw_items():
            found.setdefault(key.lower(), []).append(value)
    return found


def addresses(mail: Mail, *names: str) -> list[str]:
    """The addresses in these headers, lower-cased, each once, in order."""
    found: dict[str, None] = {}
    for name in names:
        for value in headers(mail, name):
            found.update(dict.fromkeys(find_addresses(value)))
    return list(found)


def find_addresses(text: str) -> list[str]:
    """What looks like a mail address in a header or a text, lower-cased, in order."""
    found = (_PREFIX.sub("", hit.group().lower()).strip(".'`") for hit in _ADDRESS.finditer(text[:MAX_TEXT]))
    return [one for one in found if re.fullmatch(r"[^@]+@[^@.]+(\.[^@.]+)*", one)]


def display_name(mail: Mail, name: str) -> str:
    """The name beside the address of a header."""
    try:
        return email.utils.parseaddr(header(mail, name))[0]
    except Exception:
        return ""


def sent_at(mail: Mail) -> datetime | None:
    """The Date header as UTC; None where it is missing or nonsense."""
    try:
        when = email.utils.parsedate_to_datetime(header(mail, "Date"))
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _decode_header(value: object) -> str:
    raw = str(value)[:_MAX_HEADER]
    text = decode_bytes(raw.encode("ascii", "surrogateescape"), "utf-8") if not raw.isascii() else raw
    text = re.sub(r"\r?\n[ \t]*|[\r\n\x00]+", " ", text)
    if "=?" not in text:
        return text.strip()
    try:
        pieces = [
            decode_bytes(piece, charset or "ascii") if isinstance(piece, bytes) else piece
            for piece, charset in decode_header(text)
        ]
    except Exception:
        # Encoded words with broken base64 and the like: shown as they came.
        return text.strip()
    return re.sub(r"[\r\n\x00]+", " ", "".join(pieces)).strip()


def decode_bytes(data: bytes, charset: str | None) -> str:
    """Text in the charset that is named, else in the one it can be; never raises."""
    for candidate in (charset, "utf-8"):
        try:
            if candidate and candidate.lower() not in ("us-ascii", "ascii", "unknown-8bit"):
                return data.decode(candidate)
        except (LookupError, ValueError, TypeError):
            continue
    return data.decode("cp1252", "replace")


# --- parts ------------------------------------------------------------------------------------------------------


def parts(mail: Mail, *, into_messages: bool = False) -> list[Mail]:
    """The leaves of a mail, in order, an enclosed message being one; what is inside it only with `into_messages`.

    Raises MailUnreadable beyond 300 parts or 30 levels.
    """
    name = "_parts_within" if into_messages else "_parts"
    known: list[Mail] | None = mail.__dict__.get(name)
    if known is None:
        known = mail.__dict__[name] = list(_leaves(mail, into_messages))
    return known


def _leaves(mail: Mail, into_messages: bool) -> Iterator[Mail]:
    waiting = [(mail, 0)]
    count = 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if count > _MAX_PARTS or depth > _MAX_DEPTH:
            raise MailUnreadable("it has too many parts")
        multipart = part.get_content_maintype() == "multipart"
        if into_messages or multipart:
            waiting.extend((child, depth + 1) for child in reversed(children(part)[: _MAX_PARTS + 1]))
        # A multipart whose boundary is missing is read as one text.
        if not multipart or not children(part):
            yield part


def children(part: Mail) -> list[Mail]:
    """The parts directly inside a part; for an enclosed message or a delivery report, what it holds."""
    inside = part.get_payload()
    return [child for child in inside if isinstance(child, Message)] if isinstance(inside, list) else []


def content(part: Mail) -> bytes:
    """A leaf's bytes, transfer encoding undone; empty where that cannot be."""
    try:
        payload = part.get_payload(decode=True)
    except Exception:
        return b""
    return payload if isinstance(payload, bytes) else b""


def text_of(part: Mail) -> str:
    """A leaf's text with plain newlines, at most MAX_TEXT characters."""
    try:
        charset = part.get_content_charset()
    except Exception:
        charset = None
    text = decode_bytes(content(part)[: 4 * MAX_TEXT], charset)[:MAX_TEXT]
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def file_name(part: Mail) -> str:
    """An attachment's file name, or empty."""
    try:
        return _decode_header(part.get_filename() or "")
    except Exception:
        return ""


def is_attachment(part: Mail) -> bool:
    """Whether a part was attached, not shown."""
    return str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")


def body(mail: Mail) -> str:
    """What a reader sees: the plain text, and the HTML as text only where there is no plain text."""
    known: str | None = mail.__dict__.get("_body")
    if known is None:
        known = mail.__dict__["_body"] = _body(mail)
    return known


def _body(mail: Mail) -> str:
    plain: list[str] = []
    rich: list[str] = []
    for part in parts(mail):
        if is_attachment(part):
            continue
        kind = part.get_content_type()
        if kind == "text/plain" or kind.startswith("multipart/"):
            plain.append(text_of(part))
        elif kind == "text/html":
            rich.append(text_of(part))
    text = "\n".join(plain)
    if not text.strip():
        text = "\n".join(html_to_text(one) for one in rich)
    return text[:MAX_TEXT]


def all_text(mail: Mail) -> str:
    """Every text of the mail, HTML with its tags, also of enclosed messages: where a link of ours may stand."""
    found: list[str] = []
    for part in parts(mail, into_messages=True):
        if part.get_content_maintype() == "text" and sum(map(len, found)) < MAX_TEXT:
            found.append(text_of(part))
    return "\n".join(found)[:MAX_TEXT]


def attachments(mail: Mail) -> list[str]:
    """The file names of what is attached."""
    return [name for part in parts(mail) if (name := file_name(part))]

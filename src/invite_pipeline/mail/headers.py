"""Headers of a mail as lines: what is not ASCII becomes encoded words, tokens stay whole, nothing adds a line.

Not CPython's own folding: at 78 it makes a long token an encoded word that no program reads back, without a limit it
writes encoded words longer than the 75 characters of RFC 2047, and it loses blanks in long names, each release others.
"""

from __future__ import annotations

import re
from contextlib import suppress
from email import message_from_string, policy
from email.header import Header, decode_header, make_header
from email.utils import parseaddr, quote
from functools import lru_cache
from itertools import groupby

from email_validator import EmailNotValidError, validate_email

from invite_pipeline.errors import InviteError

_LINE = 76
"""Characters of a line that holds encoded words (RFC 2047, 2)."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_DOT_ATOM = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
_ADDRESS = 200
"""So short an address is surely short enough for every check (RFC 5321 allows 254 octets), its domain in IDNA too."""
LOCAL_PART = 64
"""Octets that stand before the @ of an address at most (RFC 5321, 4.5.3.1.1)."""
_ATOM = re.compile(r"(?!=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+")


# Of each mail the same few addresses are asked several times.
@lru_cache(maxsize=64)
def mail_address(address: str) -> str:
    """The address as it goes over the wire: the domain in its IDNA form, the local part as it is.

    Where letters like ü stand before the @, only a server with SMTPUTF8 (RFC 6531) takes it. Raises InviteError.
    """
    local, at, domain = address.rpartition("@")
    if at and len(address) <= _ADDRESS and len(local) <= LOCAL_PART and _DOT_ATOM.fullmatch(local):
        # Of a plain local part there is nothing to check, and most domains are known from other addresses.
        with suppress(InviteError):
            return f"{local}@{_any_address(f'x@{domain}').rpartition('@')[2]}"
    return _any_address(address)


@lru_cache(maxsize=256)
def _any_address(address: str) -> str:
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except (EmailNotValidError, ValueError) as error:
        raise InviteError(f"“{address}” is not an e-mail address: {error}", "Correct it in the list.") from None
    return f"{found.local_part}@{found.ascii_domain}"


def ascii_address(address: str) -> str:
    """An address that every server takes, as senders need it. Raises InviteError for letters like ü before the @."""
    found = mail_address(address)
    if not found.isascii():
        raise InviteError(
            f"“{address}” has letters before the @ that many mail servers refuse.", "Use an address without them."
        )
    return found


def token(name: str, value: str) -> str:
    """A header whose value is ASCII and stays in one piece, up to the 998 octets of a line (RFC 5322, 2.1.1)."""
    if not value.isascii() or _CONTROL.search(value) or len(name) + 2 + len(value) > 998:
        raise InviteError(f"The header {name} cannot hold “{value}”.", "Make it shorter and plain ASCII.")
    return f"{name}: {value}"


@lru_cache(maxsize=64)
def text(name: str, value: str) -> str:
    """A header of free text, read back before it is used. Raises InviteError where it would not arrive as meant."""
    line = f"{name}: {_encoded(name, value)}"
    _read_back(name, line, value)
    return line


def mailbox(name: str, display: str, address: str) -> str:
    """A header with one address; `display` is who that is, or empty. Raises InviteError."""
    for part in (display, address):
        _one_line(name, part)
    return _named(name, display, address) if display else f"{name}: {address}"


@lru_cache(maxsize=64)
def _named(name: str, display: str, address: str) -> str:
    lines = [f"{name}:"]
    for piece in (*_phrase(display), f"<{address}>"):
        if len(lines[-1]) + 1 + len(piece) > _LINE and lines[-1].strip() != f"{name}:":
            lines.append("")
        lines[-1] += f" {piece}"
    line = "\r\n".join(lines)
    _read_back(name, line, display, address)
    return line


def _phrase(display: str) -> list[str]:
    """A display name in pieces that may stand on lines of their own (RFC 5322, 3.2.5).

    Blanks between two encoded words vanish for those who read RFC 2047 and stay for CPython's parser. So ASCII words
    stay as they are, and only what stands between them is encoded: then both read the same.
    """
    words = display.split(" ")
    if display.isascii() and all(map(_ATOM.fullmatch, words)):
        return words
    if display.isascii() and "=?" not in display and len(display) <= _LINE - 10:
        return [f'"{quote(display)}"']
    if not all(words):
        return _encoded("", display, always=True).split("\r\n ")
    pieces: list[str] = []
    for atoms, group in groupby(words, lambda word: bool(_ATOM.fullmatch(word))):
        run = list(group)
        pieces += run if atoms else _encoded("", " ".join(run), always=True).split("\r\n ")
    return pieces


def _one_line(name: str, value: str) -> None:
    if _CONTROL.search(value):
        raise InviteError(f"The header {name} would have more than one line: “{value}”.", "Write it on one line.")


def _encoded(name: str, value: str, *, always: bool = False) -> str:
    _one_line(name, value)
    if not always and value.isascii() and "=?" not in value and value == value.strip():
        return Header(value, "us-ascii", header_name=name).encode(linesep="\r\n", maxlinelen=_LINE)
    return Header(value, "utf-8", header_name=name).encode(linesep="\r\n", maxlinelen=_LINE)


def _read_back(name: str, line: str, value: str, address: str = "") -> None:
    """Decode what was encoded: a name that arrives mutilated is worse than a mail that is not sent."""
    shown = message_from_string(f"{line}\r\n\r\n", policy=policy.compat32)[name]
    # Before its first decoding, CPython's old parser keeps the line ends of a folded header.
    shown = re.sub(r"\r?\n(?=[ \t])", "", shown)
    expected = f"{value} <{address}>" if address else value
    decoded = str(make_header(decode_header(shown)))
    if '"' in shown:
        decoded = "{} <{}>".format(*parseaddr(shown)) if address else decoded
    if decoded != expected:
        raise InviteError(f"The header {name} would not arrive as “{value}”.", "Shorten it, or use plainer letters.")

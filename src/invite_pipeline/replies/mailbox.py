"""Where mails lie: Maildir, mbox, .eml files, folders of them, IMAP. Files are only read, never changed or moved.

Every source gives (name, bytes) one by one, so that memory does not grow with the mailbox; of a mail beyond
MAX_OCTETS just so much is read that the reader sees it is too large.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import unquote, urlsplit

from invite_pipeline.errors import InviteError, MailServerUnusable
from invite_pipeline.replies.parse import MAX_OCTETS

if TYPE_CHECKING:
    from imap_tools.mailbox import BaseMailBox

_READ = MAX_OCTETS + 1


# --- files ------------------------------------------------------------------------------------------------------


def read_paths(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Every mail of these files and folders, in file order. Raises InviteError for a path that cannot be read."""
    for path in paths:
        if not path.exists():
            raise InviteError(f"There is no file or folder {path}.")
        try:
            yield from _read_folder(path) if path.is_dir() else _read_file(path)
        except OSError as error:
            raise InviteError(f"{error.filename or path} cannot be read: {error.strerror}.") from error


def _read_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    is_maildir = (folder / "cur").is_dir() and (folder / "new").is_dir()
    for path in sorted(folder.iterdir()):
        if path.is_symlink() and path.is_dir():
            continue
        if path.is_dir():
            # What lies in tmp is still being delivered.
            if not (is_maildir and path.name == "tmp"):
                yield from _read_folder(path)
        elif folder.name in ("cur", "new") or _looks_like_mail(path):
            yield from _read_file(path)


def _read_file(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as file:
        if file.read(5) == b"From ":
            file.seek(0)
            yield from _read_mbox(str(path), file)
        else:
            file.seek(0)
            yield str(path), file.read(_READ)


def _looks_like_mail(path: Path) -> bool:
    """Whether a file found in a folder is a mail or mbox, by its name, else by how it begins."""
    if path.name.startswith(".") or not path.is_file():
        return False
    if path.suffix.lower() in (".eml", ".mbox", ".mbx", ".mail"):
        return True
    with path.open("rb") as file:
        return re.match(rb"\s*(?:From |[A-Za-z][A-Za-z0-9-]*:[ \t\r])", file.read(200)) is not None


def _read_mbox(name: str, file: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """The mails of an mbox (mboxrd), named with their number from 1."""
    number = 0
    lines: list[bytes] = []
    size = 0
    after_blank = True
    while line := file.readline(_READ):
        if after_blank and line.startswith(b"From "):
            if number:
                yield f"{name}:{number}", b"".join(lines)
            number, lines, size = number + 1, [], 0
        elif size <= MAX_OCTETS:
            lines.append(line[1:] if re.match(rb">+From ", line) else line)
            size += len(line)
        after_blank = line in (b"\n", b"\r\n")
    if number:
        yield f"{name}:{number}", b"".join(lines)


# --- IMAP -------------------------------------------------------------------------------------------------------

COLLECTED = "InviteCollected"
"""The keyword that a mail gets once what it says is committed; a mail that has it is not read again."""


class ImapMailbox:
    """The mails of one IMAP folder that do not have the keyword yet; `committed` gives it to them.

    A server that keeps no keywords has all its mails read each time, which changes nothing: the ledger knows them.
    """

    def __init__(self, box: BaseMailBox) -> None:
        self._box = box

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        for uid in self._box.uids(f"UNKEYWORD {COLLECTED}"):
            # PEEK: reading here must not mark the mail as read for people.
            _, found = self._box.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{_READ}>)")
            data = next((part[1] for part in found if isinstance(part, tuple)), None)
            if isinstance(data, bytes):
                yield uid, data

    def committed(self, names: Iterable[str]) -> None:
        """What these mails say is on disk."""
        if uids := list(names):
            self._box.flag(uids, COLLECTED, True)

    def close(self) -> None:
        """Take leave of the server."""
        self._box.logout()


def read_imap(url: str, *, tls: ssl.SSLContext | None = None) -> ImapMailbox:
    """The folder at `imaps://user:password@host:port/folder`; `imap://` begins with STARTTLS, never without TLS.

    Raises MailServerUnusable where the server cannot be reached or lets nobody in.
    """
    import imaplib

    from imap_tools import MailBox, MailBoxStartTls
    from imap_tools.errors import ImapToolsError

    parts = urlsplit(url)
    if parts.scheme not in ("imaps", "imap") or not parts.hostname or not parts.username:
        raise MailServerUnusable(
            "The IMAP address cannot be used.", "Set INVITE_IMAP_URL=imaps://user:password@host/INBOX."
        )
    context = tls or ssl.create_default_context()
    folder = unquote(parts.path.strip("/")) or "INBOX"
    try:
        box: BaseMailBox
        if parts.scheme == "imaps":
            box = MailBox(parts.hostname, parts.port or 993, timeout=60, ssl_context=context)
        else:
            box = MailBoxStartTls(parts.hostname, parts.port or 143, timeout=60, ssl_context=context)
        box.login(unquote(parts.username), unquote(parts.password or ""), initial_folder=folder)
    except (OSError, ImapToolsError, imaplib.IMAP4.error) as error:
        # The server's words may repeat the user's name, never the password.
        raise MailServerUnusable(
            f"The mailbox at {parts.hostname} cannot be opened: {type(error).__name__}.",
            "Check host, user and password in INVITE_IMAP_URL.",
        ) from error
    return ImapMailbox(box)

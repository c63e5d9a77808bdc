"""Where mails lie on disk: Maildir, mbox, .eml and .msg files, folders of them; only read, never changed or moved.

Every source gives (name, bytes) one by one, so that memory does not grow with the mailbox; of a mail beyond
MAX_OCTETS just so much is read that the reader sees it is too large.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from invite_pipeline.errors import InviteError
from invite_pipeline.replies.parse import MAX_OCTETS

_READ = MAX_OCTETS + 1


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
    if path.suffix.lower() in (".eml", ".mbox", ".mbx", ".mail", ".msg"):
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

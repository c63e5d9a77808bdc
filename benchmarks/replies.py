"""Collecting a Maildir of mixed mails, against what `mailbox` and `email` need to parse the same mails in the same run.

python -m benchmarks.replies [--mails N]   (4,000 without it, about half a minute; the issue says 20,000)
"""

from __future__ import annotations

import argparse
import base64
import email
import mailbox
import random
import re
import resource
import tempfile
import time
from collections.abc import Iterator
from email.policy import default
from pathlib import Path

from tests.builders import NOW, a_recipient, a_store, a_workspace
from tests.mails import DOMAIN

from benchmarks._table import Row, finish
from invite_pipeline.domain.events import SendAccepted, SendClaimed
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.formats.rsvp_link import message_id
from invite_pipeline.replies.collect import collect
from invite_pipeline.replies.mailbox import read_paths
from invite_pipeline.store.database import Store
from invite_pipeline.store.ledger import append

CORPUS = Path(__file__).parent.parent / "tests" / "corpus"
_RECIPIENTS = 2000


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=4000)
    mails = parser.parse_args().mails
    # In memory where there is such a place: what is compared is reading mails, not one disk or another.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="invite-bench-", dir=memory if memory.is_dir() else None) as name:
        folder = Path(name)
        _fill(folder / "mail", mails)
        store, workspace = _campaign(folder)
        before = _time_yardstick(folder / "mail")
        growth, seconds, read = _time_collect(store, workspace, folder / "mail", mails)
        # Once before and once after: what else the machine does meanwhile meets both sides.
        yardstick = (before + _time_yardstick(folder / "mail")) / 2
        store.close()
    seen = f"{read} mails in {seconds:.1f} s; mailbox + email alone {yardstick:.1f} s"
    rows = [
        Row("mails a second from a Maildir, committed", read / seconds, 400, seen),
        Row("of what mailbox + email.message_from_bytes alone do", yardstick / seconds, 0.5),
        Row("megabytes that the second half of the run adds", growth, -20),
        Row("mails read, of all", read / mails, 1),
    ]
    finish("replies", rows)


_LETTER_OCTETS = 90_000
"""A bounce brings back the invitation with its letter as PDF; a person's mail, a logo or a filled form."""


def _fill(folder: Path, count: int) -> None:
    """A Maildir with the corpus again and again, each copy another recipient's and with a Message-ID of its own.

    The corpus holds texts alone; as in a real mailbox, every fourth mail carries a file beside them.
    """
    box = mailbox.Maildir(folder)
    sources = [path.read_bytes() for path in sorted(CORPUS.rglob("*.eml"))]
    letter = base64.encodebytes(random.Random(1).randbytes(_LETTER_OCTETS))
    for number in range(count):
        answered = message_id(f"C0DE{number % _RECIPIENTS:06}", "invitation", DOMAIN)
        content = sources[number % len(sources)]
        own = re.sub(rb"(?im)^Message-ID:.*$", f"Message-ID: <{number}@bench.example>".encode(), content, count=1)
        own = f"In-Reply-To: {answered}\r\n".encode() + own
        box.add(_with_file(own, letter) if number % 4 == 0 else own)
    box.close()


def _with_file(mail: bytes, encoded: bytes) -> bytes:
    """The same mail with a file attached, where it is made of parts that one can be added to."""
    found = _BOUNDARY.search(mail)
    if not found:
        return _wrapped(mail, encoded)
    end = b"--" + found[1] + b"--"
    part = b"--" + found[1] + b"\r\n" + _FILE_HEADERS + encoded + b"\r\n"
    return mail.replace(end, part + end) if end in mail else mail


_BOUNDARY = re.compile(
    rb"""(?im)^Content-Type: multipart/(?:mixed|report)[^\n]*(?:\n[ \t][^\n]*)*?boundary="?([^"\s;]+)"""
)
_FILE_HEADERS = (
    b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="Einladung.pdf"\r\n\r\n'
)


def _wrapped(mail: bytes, encoded: bytes) -> bytes:
    head, _, body = mail.replace(b"\r\n", b"\n").partition(b"\n\n")
    fields = re.split(rb"\n(?![ \t])", head)
    inner = [field for field in fields if field.lower().startswith(b"content-")]
    outer = [field for field in fields if field not in inner and not field.lower().startswith(b"mime-version")]
    outer.append(b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="bench"')
    parts = (
        b"--bench",
        *inner,
        b"",
        body,
        b"--bench",
        _FILE_HEADERS.replace(b"\r\n", b"\n") + encoded,
        b"--bench--",
        b"",
    )
    return b"\n".join((*outer, b"", *parts))


def _campaign(folder: Path) -> tuple[Store, Workspace]:
    workspace = a_workspace(folder)
    store = a_store(
        workspace, [a_recipient(f"k-{number}", email=f"r@s{number}.example") for number in range(_RECIPIENTS)]
    )
    with store.writing() as tx:
        for number in range(_RECIPIENTS):
            sent = message_id(f"C0DE{number:06}", "invitation", DOMAIN)
            append(tx, f"k-{number}", SendClaimed(wave="invitation", attempt=1, message_id=sent), at=NOW)
            append(tx, f"k-{number}", SendAccepted(wave="invitation", attempt=1), at=NOW)
    return store, workspace


def _time_yardstick(folder: Path) -> float:
    """Seconds that the standard library alone needs to read and parse every mail."""
    box = mailbox.Maildir(folder)
    start = time.perf_counter()
    for key in box.iterkeys():
        email.message_from_bytes(box.get_bytes(key), policy=default)
    return time.perf_counter() - start


def _time_collect(store: Store, workspace: Workspace, folder: Path, count: int) -> tuple[float, float, int]:
    """Megabytes that the second half of the run adds, seconds, and how many mails were read."""
    peaks: list[int] = []

    def watched() -> Iterator[tuple[str, bytes]]:
        for number, mail in enumerate(read_paths([folder])):
            if number in (count // 2, count - 1):
                peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
            yield mail

    start = time.perf_counter()
    report = collect(store, workspace, watched())
    seconds = time.perf_counter() - start
    return (peaks[-1] - peaks[0]) / 1024, seconds, report.read


if __name__ == "__main__":
    main()

"""A mailbox on a server (IMAP, always with TLS): read from where the last run ended, marked or moved after the commit.

How far a folder was read (UIDVALIDITY and the last UID, RFC 3501, 2.3.1.1) is kept in the store, written in the same
transaction as what the mails say. A crash between the commit and the mark therefore loses nothing and doubles nothing:
the next run marks what the store knows, and reads the rest.
"""

from __future__ import annotations

import hashlib
import imaplib
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from invite_pipeline.errors import MailServerUnusable
from invite_pipeline.replies.parse import MAX_OCTETS
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.mailbox_places import Place, keep_place, load_place

if TYPE_CHECKING:
    from imap_tools.mailbox import BaseMailBox

COLLECTED = "InviteCollected"
"""The keyword that a mail gets once what it says is committed; a mail that has it is not read again."""

_READ = MAX_OCTETS + 1
_IDLE_SECONDS = 300
"""IDLE is begun anew so often: servers and routers drop a connection that is silent for half an hour (RFC 2177)."""
_FLAG_CHUNK = 200


@dataclass(frozen=True, slots=True)
class ImapAddress:
    """`imaps://user:password@host:port/folder?move=folder`, taken apart; `imap://` begins with STARTTLS."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    move_to: str
    direct_tls: bool

    @property
    def name(self) -> str:
        """Tells this folder from every other in the store, without telling whose it is."""
        return hashlib.sha256(f"{self.user}@{self.host}:{self.port}/{self.folder}".encode()).hexdigest()


def parse_imap_url(url: str) -> ImapAddress:
    """Take the address apart. Raises MailServerUnusable where it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("imaps", "imap") or not parts.hostname or not parts.username:
        raise MailServerUnusable(
            "The IMAP address cannot be used.", "Set INVITE_IMAP_URL=imaps://user:password@host/INBOX."
        )
    direct = parts.scheme == "imaps"
    return ImapAddress(
        host=parts.hostname,
        port=port or (993 if direct else 143),
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        move_to=next(iter(parse_qs(parts.query).get("move", [])), ""),
        direct_tls=direct,
    )


class ImapMailbox:
    """The mails of one folder that were not read yet, oldest first, as (UID, content)."""

    def __init__(self, box: BaseMailBox, store: Store, address: ImapAddress, *, look_only: bool = False) -> None:
        self._box = box
        self._store = store
        self._address = address
        self._look_only = look_only
        self._uidvalidity = _uidvalidity(box, address.folder)
        self._reading: list[int] = []
        self._known: set[int] = set()

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        with _server_faults(self._address.host):
            last = self._last_uid()
            if last and not self._look_only:
                # What an earlier run committed and could not mark any more.
                self._mark([str(uid) for uid in self._search(f"UID 1:{last} UNKEYWORD {COLLECTED}")])
            self._reading = self._unread(last)
            for uid in self._reading:
                # PEEK: reading here must not mark the mail as read for people.
                _, found = self._box.client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{_READ}>)")
                data = next((part[1] for part in found if isinstance(part, tuple)), None)
                if isinstance(data, bytes):
                    yield str(uid), data
                else:
                    # Somebody deleted it meanwhile.
                    self._known.add(uid)

    def remember(self, tx: Transaction, names: Iterable[str]) -> None:
        """Write down how far the folder is read, in the transaction that stores what these mails say.

        A mail that could not be stored stops the count: it, and what follows, will be asked for again.
        """
        self._known.update(int(name) for name in names)
        last = 0
        for uid in self._reading:
            if uid not in self._known:
                break
            last = uid
        if last:
            keep_place(tx, self._address.name, Place(self._uidvalidity, last))

    def committed(self, names: Iterable[str]) -> None:
        """What these mails say is on disk: they are marked, or moved where the address names a folder."""
        with _server_faults(self._address.host):
            self._mark(list(names))

    def wait(self, seconds: float = _IDLE_SECONDS) -> None:
        """Return as soon as the server tells of something new (IDLE, RFC 2177), or after so many seconds."""
        with _server_faults(self._address.host):
            if self._unread(max(self._reading, default=self._last_uid())):
                return
            if "IDLE" in self._box.client.capabilities:
                self._box.idle.wait(timeout=seconds)
            else:
                time.sleep(min(seconds, 60))

    def close(self) -> None:
        """Take leave of the server; a connection that is broken already is left as it is."""
        from imap_tools.errors import ImapToolsError

        try:
            self._box.logout()
        except (OSError, imaplib.IMAP4.error, ImapToolsError):
            with suppress(OSError):
                self._box.client.shutdown()

    def _last_uid(self) -> int:
        with self._store.reading() as tx:
            place = load_place(tx, self._address.name)
        # Another UIDVALIDITY: the server numbered its mails anew, and every number that is known means another mail.
        return place.last_uid if place and place.uidvalidity == self._uidvalidity else 0

    def _search(self, criteria: str) -> list[int]:
        return sorted(map(int, self._box.uids(criteria)))

    def _unread(self, last: int) -> list[int]:
        # "5:*" names the last mail too where none is newer.
        return [uid for uid in self._search(f"UID {last + 1}:* UNKEYWORD {COLLECTED}") if uid > last]

    def _mark(self, uids: list[str]) -> None:
        from imap_tools.errors import MailboxFlagError

        if not uids:
            return
        # On a server that keeps no keywords the last UID in the store is enough.
        with suppress(MailboxFlagError):
            self._box.flag(uids, COLLECTED, True, chunks=_FLAG_CHUNK)
        if self._address.move_to:
            self._box.move(uids, self._address.move_to, chunks=_FLAG_CHUNK)


def read_imap(url: str, store: Store, *, look_only: bool = False, tls: ssl.SSLContext | None = None) -> ImapMailbox:
    """The mails at this address; `look_only` leaves every mark as it is.

    Raises MailServerUnusable where the server cannot be reached or lets nobody in.
    """
    from imap_tools import MailBox, MailBoxStartTls
    from imap_tools.errors import ImapToolsError

    address = parse_imap_url(url)
    context = tls or ssl.create_default_context()
    try:
        box: BaseMailBox
        kind = MailBox if address.direct_tls else MailBoxStartTls
        box = kind(address.host, address.port, timeout=60, ssl_context=context)
        with _hung_up_on_failure(box):
            box.login(address.user, address.password, initial_folder=address.folder)
            return ImapMailbox(box, store, address, look_only=look_only)
    except (OSError, ImapToolsError, imaplib.IMAP4.error) as error:
        # The server's words may repeat the user's name, never the password.
        raise MailServerUnusable(
            f"The mailbox at {address.host} cannot be opened: {type(error).__name__}.",
            "Check host, user, password and folder in INVITE_IMAP_URL.",
        ) from error


def _uidvalidity(box: BaseMailBox, folder: str) -> int:
    return int(box.folder.status(folder, ["UIDVALIDITY"]).get("UIDVALIDITY", 0))


@contextmanager
def _hung_up_on_failure(box: BaseMailBox) -> Iterator[None]:
    try:
        yield
    except BaseException:
        # Nobody gets the mailbox, so nobody else could close its connection.
        with suppress(OSError):
            box.client.shutdown()
        raise


@contextmanager
def _server_faults(host: str) -> Iterator[None]:
    from imap_tools.errors import ImapToolsError

    try:
        yield
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        raise MailServerUnusable(
            f"The mailbox at {host} broke off: {type(error).__name__}.",
            "Run the same command again: what was read is stored, the rest will be read.",
        ) from error

"""Reading a mailbox on a server for as long as the command runs: what comes in is read when it comes in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import MailServerUnusable
from invite_pipeline.replies.collect import CollectReport, collect
from invite_pipeline.store.database import Store, Transaction

if TYPE_CHECKING:
    from invite_pipeline.replies.imap import ImapMailbox

_MOST_FAILURES = 10
_LONGEST_PAUSE = 300


def follow(
    store: Store,
    workspace: Workspace,
    connect: Callable[[], ImapMailbox],
    tell: Callable[[CollectReport], None],
    *,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Read, wait for the server to tell of more, read again, until somebody interrupts.

    A connection that breaks is opened anew after growing pauses. Raises MailServerUnusable where the first one cannot
    be opened, or ten in a row.
    """
    box = connect()
    failures = 0
    while True:
        try:
            tell(collect(store, workspace, _KeptOpen(box)))
            failures = 0
            box.wait()
        except MailServerUnusable:
            box.close()
            failures += 1
            if failures >= _MOST_FAILURES:
                raise
            pause(min(_LONGEST_PAUSE, 2**failures))
            box = _again(connect, box)
        except BaseException:
            box.close()
            raise


def _again(connect: Callable[[], ImapMailbox], broken: ImapMailbox) -> ImapMailbox:
    """A new connection, or the broken one, which fails again and is counted."""
    try:
        return connect()
    except MailServerUnusable:
        return broken


class _KeptOpen:
    """A mailbox that stays open when a collection of it is done."""

    def __init__(self, box: ImapMailbox) -> None:
        self._box = box

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        return iter(self._box)

    def remember(self, tx: Transaction, names: Iterable[str]) -> None:
        self._box.remember(tx, names)

    def committed(self, names: Iterable[str]) -> None:
        self._box.committed(names)

    def close(self) -> None:
        """The next collection needs it."""

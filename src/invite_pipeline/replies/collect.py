"""Stage 4: the mails of a mailbox into the ledger.

Mails are read outside any transaction and written in small batches, so that the pages can go on answering meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import length_hint
from typing import Protocol, runtime_checkable

from sqlalchemy.exc import OperationalError, SQLAlchemyError

from invite_pipeline.domain.stage import Failure, Progress, silent
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, StoreUnusable
from invite_pipeline.formats.rsvp_link import LinkSigner
from invite_pipeline.replies.enter import Entered, enter
from invite_pipeline.replies.read import MailReading, read_mail
from invite_pipeline.store.database import Store, Transaction

_BATCH = 50
_MOST_NOTES = 200
_WORDS = {
    "applied": "applied",
    "review": "to review",
    "ignored": "said again what is recorded",
    "repeated": "read before",
    "superseded": "overtaken by a later answer of the same calendar",
    "own": "sent by ourselves",
    "bounce": "bounced",
    "delayed": "delayed",
    "automatic": "automatic",
    "receipt": "receipts",
    "unmatched": "bounces and notes that belong to nobody",
}


@runtime_checkable
class Acknowledging(Protocol):
    """A mailbox that wants to be told what is on disk, and when no more mails are wanted."""

    def committed(self, names: Iterable[str]) -> None:
        """What these mails say is committed."""

    def close(self) -> None:
        """No more mails are wanted."""


@runtime_checkable
class Remembering(Protocol):
    """A mailbox that keeps in the store how far it was read."""

    def remember(self, tx: Transaction, names: Iterable[str]) -> None:
        """What these mails say is written in this transaction."""


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What became of the mails: `counts` by effect (replies.enter.Effect), together with the failures all of them."""

    read: int
    counts: Mapping[str, int]
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()
    """What needs somebody: policy refusals, unmatched mails; in a dry run every mail. At most 200."""
    dry_run: bool = False

    def lines(self) -> list[str]:
        """The report for people."""
        told = [f"{number} {_WORDS[effect]}" for effect in _WORDS if (number := self.counts.get(effect, 0))]
        would = " (dry run: nothing was stored)" if self.dry_run else ""
        return [
            f"{self.read} mails read{would}: {', '.join(told) or 'none'}.",
            *(f"  {note}" for note in self.notes),
            *(f"  {failure.key}: {failure.message}" for failure in self.failures),
        ]


class _DryRunEnds(Exception):
    """Undoes a transaction whose effects were only to be looked at."""


def collect(
    store: Store,
    workspace: Workspace,
    mails: Iterable[tuple[str, bytes]],
    *,
    dry_run: bool = False,
    progress: Progress = silent,
) -> CollectReport:
    """Read mails (name and content) and enter what they say; reading a mail twice changes nothing.

    A mail that cannot be read waits for a human; one that cannot be stored is a failure and will be read again.
    """
    signer = LinkSigner(workspace.keys, workspace.campaign.id)
    tally = _Tally(dry_run)
    expected = length_hint(mails, 0)
    try:
        for batch in _batches(read_mail(data, name) for name, data in mails):
            keep = mails.remember if isinstance(mails, Remembering) else None
            done = _enter_batch(store, workspace, signer, batch, tally, keep=keep)
            if isinstance(mails, Acknowledging) and not dry_run:
                mails.committed(done)
            progress(tally.read, max(expected, tally.read))
    finally:
        if isinstance(mails, Acknowledging):
            mails.close()
    return tally.report()


def _batches(readings: Iterable[MailReading]) -> Iterator[list[MailReading]]:
    iterator = iter(readings)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _enter_batch(
    store: Store,
    workspace: Workspace,
    signer: LinkSigner,
    batch: Sequence[MailReading],
    tally: _Tally,
    *,
    keep: Callable[[Transaction, Iterable[str]], None] | None = None,
) -> list[str]:
    """Enter a batch in one transaction; returns the names of the mails whose content is on disk."""
    try:
        done = _try_batch(store, batch, tally.dry_run, keep, lambda tx, one: enter(tx, workspace, signer, one))
    except StoreUnusable:
        raise
    except _MailFaults:
        # One of the mails breaks the transaction: once more, each mail where it can be undone alone.
        done = _try_batch(store, batch, tally.dry_run, keep, lambda tx, one: _enter_one(tx, workspace, signer, one))
    for reading, result in done:
        tally.add(reading, result)
    return _entered(done)


_Done = list[tuple[MailReading, Entered | Failure]]


def _try_batch(
    store: Store,
    batch: Sequence[MailReading],
    dry_run: bool,
    keep: Callable[[Transaction, Iterable[str]], None] | None,
    enter_mail: Callable[[Transaction, MailReading], Entered | Failure],
) -> _Done:
    done: _Done = []
    try:
        with store.writing() as tx:
            done += ((reading, enter_mail(tx, reading)) for reading in batch)
            if dry_run:
                raise _DryRunEnds
            if keep:
                keep(tx, _entered(done))
    except _DryRunEnds:
        pass
    return done


def _entered(done: Iterable[tuple[MailReading, Entered | Failure]]) -> list[str]:
    return [reading.file for reading, result in done if isinstance(result, Entered)]


_MailFaults = (InviteError, SQLAlchemyError, ValueError, KeyError)
"""What one mail can do to its transaction. The store's own failures come as StoreUnusable, and end the run."""


def _enter_one(tx: Transaction, workspace: Workspace, signer: LinkSigner, reading: MailReading) -> Entered | Failure:
    try:
        # A savepoint: what one mail breaks is undone alone.
        with tx.connection.begin_nested():
            return enter(tx, workspace, signer, reading)
    except OperationalError:
        # The store itself fails, not the mail: the run ends.
        raise
    except _MailFaults as error:
        return Failure(reading.file, f"could not be stored: {type(error).__name__}")


class _Tally:
    def __init__(self, dry_run: bool) -> None:
        self.dry_run = dry_run
        self.read = 0
        self._counts: Counter[str] = Counter()
        self._failures: list[Failure] = []
        self._notes: list[str] = []

    def add(self, reading: MailReading, result: Entered | Failure) -> None:
        self.read += 1
        if isinstance(result, Failure):
            self._failures.append(result)
            return
        self._counts[result.effect] += 1
        if len(self._notes) < _MOST_NOTES and (note := self._note(reading, result)):
            self._notes.append(note)

    def report(self) -> CollectReport:
        return CollectReport(self.read, dict(self._counts), tuple(self._failures), tuple(self._notes), self.dry_run)

    def _note(self, reading: MailReading, result: Entered) -> str:
        whose = result.recipient or "nobody"
        if self.dry_run:
            answer = f" {reading.answer}" if reading.answer else ""
            return f"{reading.file}: {reading.kind}{answer} of {whose}: {_WORDS[result.effect]} – {result.reason}"
        if result.effect == "bounce" and reading.classification == "policy":
            return f"{reading.file}: the mail to {whose} was refused because of the sender: {result.reason}"
        if reading.unreadable and result.effect == "review":
            return f"{reading.file}: {reading.reason}"
        if result.effect == "unmatched" or (result.effect == "review" and not result.recipient):
            return f"{reading.file}: {reading.kind}, belongs to nobody: {result.reason}"
        return ""

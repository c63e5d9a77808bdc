"""Composing ahead: mails are read and composed some at a time, in another process where there are many."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from datetime import datetime

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, StoreUnusable
from invite_pipeline.mail.entry import Entry
from invite_pipeline.mail.kinds import KINDS, Due
from invite_pipeline.mail.letter_mail import Composer
from invite_pipeline.mail.spool import Left, Prepared, Spool, SpoolFiles
from invite_pipeline.mail.waves import SecondLook
from invite_pipeline.store.database import Store
from invite_pipeline.store.mail_queries import Addressee, addressees, releases

_BATCHES = 3
"""One is composed, one waits, of one the mails are handed out."""
_WORTH_A_PROCESS = 500
"""Starting a process costs about as much as composing so many mails."""


class Preparer:
    """Composes the mails of one run."""

    def __init__(
        self, store: Store, workspace: Workspace, mails: int, entry: Entry, composer: Composer | None = None
    ) -> None:
        self._store, self._workspace, self._entry = store, workspace, entry
        self._composer = composer or Composer(workspace, entry, digests=bool(workspace.campaign.mail.release))
        self._pool: ProcessPoolExecutor | None = None
        self._spool, self._free = Spool(_BATCHES), asyncio.Queue[int]()
        if mails >= _WORTH_A_PROCESS and (os.cpu_count() or 1) > 1:
            # Spawned, not forked: a fork would copy open database connections and locks.
            self._pool = ProcessPoolExecutor(
                1, multiprocessing.get_context("spawn"), _begin_there, (self._spool.files(),)
            )
            for slot in range(_BATCHES):
                self._free.put_nowait(slot)

    def begin(self, some: Sequence[Due]) -> asyncio.Future[list[Prepared]]:
        """Begin to compose some mails; in another process they are made while others are sent."""
        return asyncio.ensure_future(self.prepare(some) if self._pool is None else self._there(self._pool, some))

    async def _there(self, pool: ProcessPoolExecutor, some: Sequence[Due]) -> list[Prepared]:
        workspace, now = replace(self._workspace, now=_no_clock), self._workspace.now()
        slot = await self._free.get()
        try:
            loop, job = asyncio.get_running_loop(), _Job(workspace, now, self._entry, tuple(some), slot)
            found = await loop.run_in_executor(pool, _prepare_there, job)
            return self._spool.taken(slot, found)
        except BrokenProcessPool as error:
            raise InviteError(
                "The process that composes mails was ended from outside, perhaps for want of memory.",
                "Run the command again: it goes on from here.",
            ) from error
        finally:
            self._free.put_nowait(slot)

    async def prepare(self, some: Sequence[Due]) -> list[Prepared]:
        """Compose some mails here and now."""
        return prepare(self._store, self._workspace, self._composer, some)

    def close(self) -> None:
        """End the other process."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._spool.close()


def prepare(store: Store, workspace: Workspace, composer: Composer, some: Sequence[Due]) -> list[Prepared]:
    """Read and compose some mails (at most some thousands). One that cannot be composed never stops the others."""
    keys = {due.key for due in some}
    with store.reading() as tx:
        found = addressees(tx, keys)
        look = SecondLook(tx, workspace, found)
        allowed = {due for due in some if not look.why_not(due)}
        released = releases(tx, keys) if workspace.campaign.mail.release else None
    made = [_composed(composer, due, found[due.key]) if due in allowed else Prepared(due) for due in some]
    return made if released is None else [_as_released(one, released) for one in made]


def _as_released(one: Prepared, released: Mapping[tuple[str, str], str]) -> Prepared:
    """Stop what no host has seen. Confirmations answer one recipient; nobody releases them."""
    if one.mail is None or not KINDS[one.due.kind].released:
        return one
    digest = released.get((one.due.key, one.due.wave))
    if digest == one.mail.digest:
        return one
    what = "was not released" if digest is None else "is not what was released"
    return replace(one, mail=None, failure=f"This letter or mail {what}. Run: invite approve --by NAME")


def _composed(composer: Composer, due: Due, one: Addressee) -> Prepared:
    try:
        return Prepared(due, one, composer.compose(one.recipient, one.invitation, one.state, due.wave))
    except StoreUnusable:
        raise
    except InviteError as error:
        return Prepared(due, one, failure=f"{error.message} {error.fix}".strip())


# --- in the other process ---------------------------------------------------------------------------------------------


@dataclass
class _Clock:
    """The time as the first process has it: a clock cannot go to another process, the time can."""

    time: datetime

    def __call__(self) -> datetime:
        return self.time


@dataclass(frozen=True, slots=True)
class _Job:
    """Some mails to compose, and all that is needed for it."""

    workspace: Workspace
    now: datetime
    entry: Entry
    some: tuple[Due, ...]
    slot: int


_SPOOL: list[Spool] = []
_OPENED: dict[str, tuple[Store, Workspace, Composer, _Clock]] = {}


def _begin_there(files: SpoolFiles) -> None:
    _SPOOL.append(Spool.again(files))
    _watch_parent()


def _prepare_there(job: _Job) -> list[Left]:
    if job.workspace.store_url not in _OPENED:
        clock = _Clock(job.now)
        here = replace(job.workspace, now=clock)
        composer = Composer(here, job.entry, digests=bool(here.campaign.mail.release))
        _OPENED[here.store_url] = Store.open(here.store_url, here.campaign.id), here, composer, clock
    store, here, composer, clock = _OPENED[job.workspace.store_url]
    clock.time = job.now
    return _SPOOL[0].left(job.slot, prepare(store, here, composer, job.some))


def _no_clock() -> datetime:
    raise NotImplementedError


def _watch_parent() -> None:
    # Ctrl-C reaches the whole group: this process ends when the first one has taken what is ready.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A killed sender ends nobody properly: without this the process would wait for ever.
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

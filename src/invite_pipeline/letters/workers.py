"""Who carries out the jobs of a rendering run: this process, or as many new ones as are worth starting."""

from __future__ import annotations

import gc
import os
import pickle
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context, parent_process
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import TracebackType

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.formats.templates import Templates
from invite_pipeline.letters.jobs import Job, Made, Maker, Plates
from invite_pipeline.letters.origin import Origin
from invite_pipeline.letters.template import LetterWriter
from invite_pipeline.store.database import Store

# What each process has waiting: enough to be busy.
_AHEAD = 3


class Workers:
    """Processes that live as long as the run: starting one costs as much as a thousand letters from the press."""

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        self._processes = 1
        self._pool: ProcessPoolExecutor | None = None
        self._folder = TemporaryDirectory(prefix="invite-plates-")
        self._files: dict[int, tuple[Plates, Path]] = {}

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(wait=kind is None, cancel_futures=True)
        self._folder.cleanup()

    def start(self, processes: int) -> None:
        """Have at least so many processes; one is this one."""
        if processes <= self._processes:
            return
        if self._pool:
            self._pool.shutdown()
        self._processes = processes
        prepared = self._maker.workspace, self._maker.origin
        # Spawned, not forked: a fork would copy open database connections and locks.
        self._pool = ProcessPoolExecutor(
            processes, mp_context=get_context("spawn"), initializer=_prepare, initargs=prepared
        )
        for _ in range(processes):
            # They start with the first jobs: so they load their programs while the plates are made here.
            self._pool.submit(_carry_out, Job(()))

    def run(self, jobs: Iterable[Job]) -> Iterator[list[Made]]:
        """Carry out jobs; what came of each, in their order."""
        if self._pool is None:
            with _fewer_circles():
                yield from map(self._maker.carry_out, jobs)
            return
        waiting: deque[Future[list[Made]]] = deque()
        try:
            for job in jobs:
                waiting.append(self._pool.submit(_carry_out, replace(job, plates=()), self._file_of(job.plates)))
                if len(waiting) >= self._processes * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise InviteError(
                "A process that makes letters was ended from outside, perhaps for want of memory.",
                "Run the command again: it goes on from here. Fewer processes need less memory: --jobs 1.",
            ) from error

    def _file_of(self, plates: Plates) -> Path | None:
        """Plates as a file, written once: some megabytes with each job would cost a tenth of the time."""
        if not plates:
            return None
        if id(plates) not in self._files:
            path = Path(self._folder.name) / f"{len(self._files)}.pickle"
            path.write_bytes(pickle.dumps(plates, pickle.HIGHEST_PROTOCOL))
            # The plates are kept along, so that no others can come to have their id.
            self._files[id(plates)] = plates, path
        return self._files[id(plates)][1]


# --- in each process --------------------------------------------------------------------------------------------

_MAKERS: list[Maker] = []
_READ: set[Path] = set()


def _prepare(workspace: Workspace, origin: Origin) -> None:
    """Set up a process that makes letters."""
    # Ctrl-C reaches the whole group: this process ends when the first one has taken what is ready.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_the_first, daemon=True).start()
    store = Store.open(workspace.store_url, workspace.campaign.id)
    _MAKERS[:] = [Maker(store, workspace, origin, LetterWriter(Templates(workspace.folder), workspace))]
    _look_seldom_for_circles()


def _end_with_the_first() -> None:
    """Wait until the process that started this one has ended, and end too: it may have been killed."""
    first = parent_process()
    if first:
        first.join()
        os._exit(1)


def _carry_out(job: Job, plates: Path | None = None) -> list[Made]:
    if plates and plates not in _READ:
        # Nobody else can write there: the folder is this run's own.
        job = replace(job, plates=pickle.loads(plates.read_bytes()))  # noqa: S301
        _READ.add(plates)
    return _MAKERS[0].carry_out(job)


def _look_seldom_for_circles() -> None:
    # Each layout makes and drops a hundred thousand objects; to look for circles that often costs a tenth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@contextmanager
def _fewer_circles() -> Iterator[None]:
    """The same for a while, in a process that does other things too."""
    before = gc.get_threshold()
    _look_seldom_for_circles()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)

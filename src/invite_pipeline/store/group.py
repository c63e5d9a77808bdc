"""Group commit: what several threads want to write at once goes to disk in one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")
Shared = TypeVar("Shared")


class GroupCommit(Generic[Shared]):
    """Runs pieces of work for many threads; each thread goes on only when its own piece is on disk.

    `begin` opens a transaction that is committed when the block ends; pieces are given what it yields.
    """

    def __init__(self, begin: Callable[[], AbstractContextManager[Shared]]) -> None:
        self._begin = begin
        self._waiting: list[_Piece[Shared, Any]] = []
        self._queue, self._writing = threading.Lock(), threading.Lock()

    @property
    def waiting(self) -> int:
        """How many pieces wait for the next transaction."""
        return len(self._waiting)

    def run(self, work: Callable[[Shared], Result]) -> Result:
        """Do `work` in a transaction, which others may share; give its result once that is committed.

        `work` may be done a second time where the first was undone. Raises what `work` raises, of which nothing is
        then written, and what committing raises.
        """
        mine = _Piece(work)
        with self._queue:
            self._waiting.append(mine)
        # Whoever comes first writes for all who came until then; the others find their piece done.
        with self._writing:
            if not mine.done:
                with self._queue:
                    group, self._waiting = self._waiting, []
                self._write(group)
        return mine.given()

    def _write(self, group: Sequence[_Piece[Shared, Any]]) -> None:
        try:
            with self._begin() as shared:
                for piece in group:
                    piece.do(shared)
        except Exception as error:
            if len(group) > 1:
                # Nobody's piece fails for another's sake. That is rare: a savepoint for each would cost all of them two
                # statements more.
                for piece in group:
                    self._write([piece])
                return
            group[0].error = error
        for piece in group:
            piece.done = True


class _Piece(Generic[Shared, Result]):
    """The work of one thread, and what became of it."""

    def __init__(self, work: Callable[[Shared], Result]) -> None:
        self._work = work
        self._results: list[Result] = []
        self.error: Exception | None = None
        self.done = False

    def do(self, shared: Shared) -> None:
        self._results = [self._work(shared)]

    def given(self) -> Result:
        if self.error is not None:
            raise self.error
        return self._results[0]

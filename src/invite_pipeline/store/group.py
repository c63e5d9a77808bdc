"""Group commit: what several threads want to write at once goes to disk in one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

Result = TypeVar("Result")
Begin = Callable[[], AbstractContextManager[Connection]]
"""Opens a transaction that is committed when the block ends."""


class GroupCommit:
    """Runs pieces of work for many threads; each thread goes on only when its own piece is on disk."""

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._waiting: list[_Piece[Any]] = []
        self._queue, self._writing = threading.Lock(), threading.Lock()

    @property
    def waiting(self) -> int:
        """How many pieces wait for the next transaction."""
        return len(self._waiting)

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """Do `work` in a transaction, which others may share; give its result once that is committed.

        Raises what `work` raises, of which nothing is then written, and what committing raises.
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

    def _write(self, group: Sequence[_Piece[Any]]) -> None:
        try:
            with self._begin() as connection:
                for piece in group:
                    piece.do(connection, alone=len(group) == 1)
        except Exception as error:
            if len(group) > 1:
                # A full disk or a lost connection is each one's own: nobody's piece fails for another's sake.
                for piece in group:
                    self._write([piece])
                return
            group[0].error = error
        for piece in group:
            piece.done = True


class _Piece(Generic[Result]):
    """The work of one thread, and what became of it."""

    def __init__(self, work: Callable[[Connection], Result]) -> None:
        self._work = work
        self._results: list[Result] = []
        self.error: Exception | None = None
        self.done = False

    def do(self, connection: Connection, *, alone: bool) -> None:
        self._results, self.error = [], None
        if alone:
            self._results.append(self._work(connection))
            return
        try:
            with connection.begin_nested():
                self._results.append(self._work(connection))
        except OperationalError:
            raise
        except Exception as error:
            # Undone by itself; the others' pieces stand.
            self.error = error

    def given(self) -> Result:
        if self.error is not None:
            raise self.error
        return self._results[0]

"""How mails come from the process that composes them: their contents by files, all else by the pool's own pipe.

A pipe holds 64 KiB: a batch of mails with letters would go through it in a hundred turns, each of which waits for the
thread that sends to let go of the interpreter.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing.reduction import DupFd
from typing import Any

from invite_pipeline.mail.kinds import Due
from invite_pipeline.mail.letter_mail import Outgoing
from invite_pipeline.store.mail_queries import Addressee


@dataclass(frozen=True, slots=True)
class Prepared:
    """A mail with what it was made from; without `mail` it may not go, or could not be made (`failure` says why)."""

    due: Due
    made_from: Addressee | None = None
    mail: Outgoing | None = None
    failure: str = ""
    outside: bool = False
    """Its turn came outside the hours in which mails may go."""


@dataclass(frozen=True, slots=True)
class Left:
    """A mail on its way; where there is a `length`, its content is in the file."""

    prepared: Prepared
    length: int


class SpoolFiles:
    """Open files on their way into a process that is being started."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = tuple(numbers)

    def __reduce__(self) -> tuple[Callable[..., SpoolFiles], tuple[Any, ...]]:
        return _arrived, tuple(DupFd(number) for number in self.numbers)


def _arrived(*files: Any) -> SpoolFiles:
    return SpoolFiles([file.detach() for file in files])


class Spool:
    """A few files without a name, one for each batch that is under way; they vanish with the processes."""

    def __init__(self, batches: int) -> None:
        self._files = [tempfile.TemporaryFile() for _ in range(batches)]  # noqa: SIM115 - closed by `close`
        self._numbers = tuple(file.fileno() for file in self._files)

    @classmethod
    def again(cls, files: SpoolFiles) -> Spool:
        """The same files in the process that they came to."""
        spool = cls(0)
        spool._numbers = files.numbers
        return spool

    def files(self) -> SpoolFiles:
        """To be given to another process when it is started."""
        return SpoolFiles(self._numbers)

    def left(self, slot: int, batch: Sequence[Prepared]) -> list[Left]:
        """Put down the contents of a batch; what is given goes through the pipe."""
        file, offset, found = self._numbers[slot], 0, []
        for one in batch:
            if one.mail is None:
                found.append(Left(one, 0))
                continue
            try:
                length = _written(file, one.mail.content, offset)
            except OSError:
                # No room on the disk for temporary files: then the pipe must do.
                found.append(Left(one, 0))
                continue
            offset += length
            found.append(Left(replace(one, mail=replace(one.mail, content=b"")), length))
        return found

    def taken(self, slot: int, batch: Sequence[Left]) -> list[Prepared]:
        """The batch with its contents."""
        file, offset, found = self._numbers[slot], 0, []
        for one in batch:
            prepared = one.prepared
            if one.length and prepared.mail is not None:
                content = os.pread(file, one.length, offset)
                offset += one.length
                prepared = replace(prepared, mail=replace(prepared.mail, content=content))
            found.append(prepared)
        return found

    def close(self) -> None:
        """Let the files vanish."""
        for file in self._files:
            file.close()


def _written(file: int, content: bytes, offset: int) -> int:
    done = 0
    while done < len(content):
        done += os.pwrite(file, memoryview(content)[done:], offset + done)
    return done

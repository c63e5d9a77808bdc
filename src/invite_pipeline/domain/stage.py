"""What every batch stage gives back, and how it tells its progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[int, int], None]
"""Called with (done, total) as a batch goes on."""


def silent(_done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient (or mail) that a batch could not deal with; the others went on."""

    key: str
    message: str


@dataclass(frozen=True, slots=True)
class StageReport:
    """What a batch did; `done + skipped + len(failures)` is what it was asked to do."""

    done: int
    skipped: int = 0
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()

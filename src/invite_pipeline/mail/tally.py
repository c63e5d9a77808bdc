"""What became of the mails of a run so far, and who is told."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from invite_pipeline.domain.stage import Failure, Progress, StageReport
from invite_pipeline.mail.message import LARGE


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a run is: counts, and mails a second since it began."""

    total: int
    sent: int
    left_out: int
    failed: int
    unknown: int
    rate: float

    @property
    def finished(self) -> int:
        """Of how many mails the fate is settled in this run."""
        return self.sent + self.left_out + self.failed + self.unknown

    @property
    def seconds_left(self) -> float | None:
        """At the pace so far; None before the first mail."""
        return (self.total - self.finished) / self.rate if self.rate else None


Watch = Callable[[Standing], None]
"""Called as a run goes on."""


@dataclass
class Tally:
    """Counts, and tells."""

    total: int
    progress: Progress
    watch: Watch | None = None
    sent: int = 0
    left_out: int = 0
    _failures: list[Failure] = field(default_factory=list)
    _unknown: int = 0
    _large: bool = False
    _began: float = field(default_factory=time.monotonic)

    @property
    def finished(self) -> int:
        """Of how many mails the fate is settled."""
        return self.sent + self.left_out + len(self._failures)

    def failed(self, key: str, words: str) -> None:
        """One mail did not go, and is not tried again in this run."""
        self._failures.append(Failure(key, words))

    def unsure(self, key: str, words: str) -> None:
        """Of one mail nobody knows whether it went."""
        self._unknown += 1
        self._failures.append(Failure(key, words))

    def note_size(self, octets: int) -> None:
        """A mail of this size goes."""
        self._large = self._large or octets > LARGE

    def tell(self) -> None:
        """Say how far the run is."""
        self.progress(self.finished, self.total)
        if self.watch:
            failed = len(self._failures) - self._unknown
            rate = self.finished / max(time.monotonic() - self._began, 0.001)
            self.watch(Standing(self.total, self.sent, self.left_out, failed, self._unknown, rate))

    def report(self) -> StageReport:
        """What the run did."""
        notes = (f"Mails of more than {LARGE / 1e6:.0f} MB: many mailboxes refuse them.",) if self._large else ()
        failures = tuple(self._failures)
        return StageReport(self.sent, self.total - self.sent - len(failures), failures, notes)

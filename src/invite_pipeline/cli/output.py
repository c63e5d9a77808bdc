"""How the command speaks: people read stderr, programs read one JSON document (or lines) on stdout."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from invite_pipeline.domain.stage import Progress, StageReport
    from invite_pipeline.errors import Problem
    from invite_pipeline.mail.tally import Standing


def say(text: str = "") -> None:
    """Tell people one line."""
    print(text, file=sys.stderr)


def dump(document: object) -> None:
    """Give programs one JSON document."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def dump_line(document: object) -> None:
    """Give programs one JSON line."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")


def as_document(problem: Problem) -> dict[str, object]:
    """A problem as the contract's JSON."""
    return {
        "severity": problem.severity,
        "where": problem.where,
        "row": problem.row,
        "column": problem.column,
        "message": problem.message,
        "fix": problem.fix,
    }


def counted(number: int, what: str) -> str:
    """A number with its noun: "1 row", "2 rows"."""
    return f"{number} {what}{'s' * (number != 1)}"


def show_problems(problems: Iterable[Problem]) -> None:
    """Each problem with its place and its mend."""
    for problem in problems:
        say(f"{problem.severity}: {problem}")


def show_report(what: str, report: StageReport) -> None:
    """What a batch did, and each failure by name."""
    parts = [f"{report.done} {what}"]
    if report.skipped:
        parts.append(f"{report.skipped} skipped")
    if report.failures:
        parts.append(f"{len(report.failures)} failed")
    say(", ".join(parts) + ".")
    for note in report.notes:
        say(f"  {note}")
    for failure in report.failures:
        say(f"  {failure.key}: {failure.message}")


def show_table(header: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """A table for people."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", header_style="bold")
    for name in header:
        table.add_column(name)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console(stderr=True).print(table)


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """A bar on a terminal; elsewhere a plain line at each quarter."""
    if not sys.stderr.isatty():
        yield _PlainProgress(label)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns: list[Any] = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(label, total=None)

        def tell(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total)

        yield tell


def mail_line(standing: Standing) -> str:
    """How far the mails are: counts, pace, and the time left at that pace."""
    left = standing.seconds_left
    remaining = "" if left is None else f", {left / 60:.0f} min left" if left >= 90 else f", {left:.0f} s left"
    counts = f"{standing.sent} of {standing.total} sent, {standing.failed} failed, {standing.unknown} unknown"
    return f"3 mail: {counts}, {standing.rate:.1f}/s{remaining}"


class MinuteLines:
    """Says once a minute how far the mails are; on a terminal the bar does."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._next = clock, clock() + 60

    def __call__(self, standing: Standing) -> None:
        """Take what a run says after each mail."""
        if self._clock() >= self._next and not sys.stderr.isatty():
            self._next = self._clock() + 60
            say(mail_line(standing))


class _PlainProgress:
    def __init__(self, label: str) -> None:
        self._label = label
        self._quarter = -1

    def __call__(self, done: int, total: int) -> None:
        quarter = 4 * done // total if total else 4
        if quarter > self._quarter:
            self._quarter = quarter
            say(f"{self._label}: {done}/{total}")

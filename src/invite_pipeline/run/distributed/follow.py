"""The side that gives work away: cuts it into batches, puts them into the queue, and shows what all workers do."""

from __future__ import annotations

import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from invite_pipeline.domain.stage import Failure, Progress, StageReport, silent
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.mail.kinds import Due
from invite_pipeline.mail.pace import read_rate
from invite_pipeline.run.distributed.queue import STALLED, opened, queue_name, task_name
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from invite_pipeline.store.work import BatchReport, count_sent, reports

if TYPE_CHECKING:
    from procrastinate import App

LETTERS, MAILS = 250, 200
"""In a batch: half a second of the press, and less than a second of mails; more would be lost sight of for too long."""

_LOOK, _LOOK_FOR_JOBS = 0.3, 5.0
_UNKNOWN = "unknown whether it went; decide with: invite send --resolve sent|not-sent --only {} --evidence TEXT"
Say = Callable[[str], None]


@dataclass
class _Batch:
    number: int
    size: int
    arguments: dict[str, Any]


@dataclass
class Run:
    """One piece of work, cut into batches."""

    stage: str
    batches: list[_Batch]
    name: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def size(self) -> int:
        """Of how many letters or mails it is."""
        return sum(batch.size for batch in self.batches)


def render_distributed(
    store: Store, workspace: Workspace, keys: Sequence[str], *, progress: Progress = silent, say: Say
) -> StageReport:
    """Stage 2 by workers: each finds out of its letters which are missing or changed. Raises InviteError."""
    batches = [
        _Batch(number, len(some), {"keys": list(some)}) for number, some in enumerate(_cut(keys, LETTERS), start=1)
    ]
    return _follow(store, workspace, Run("render", batches), progress, say)


def send_distributed(
    store: Store, workspace: Workspace, due: Sequence[Due], *, rate: str = "", progress: Progress = silent, say: Say
) -> StageReport:
    """Stage 3 by workers; what is reported in the end is what the ledger knows. Raises InviteError."""
    read_rate(rate)
    batches = [
        _Batch(number, len(some), {"mails": [[one.key, one.wave, one.domain] for one in some], "rate": rate})
        for number, some in enumerate(_cut(due, MAILS), start=1)
    ]
    told = _follow(store, workspace, Run("send", batches), progress, say)
    return _as_the_ledger_has_it(store, due, told)


def collect_distributed(store: Store, workspace: Workspace, *, say: Say) -> StageReport:
    """Stage 4 by one worker, which reads the mailbox that its own INVITE_IMAP_URL names. Raises InviteError."""
    return _follow(store, workspace, Run("collect", [_Batch(1, 1, {})]), silent, say)


def _as_the_ledger_has_it(store: Store, due: Sequence[Due], told: StageReport) -> StageReport:
    """A worker that was killed told nothing of what it had sent; the ledger knows."""
    mails = [(one.key, one.wave) for one in due]
    with store.reading() as tx:
        counts = count_sent(tx, mails)
        unknown = [
            key for wave in {one.wave for one in due} for key, message in queries.messages(tx, wave).items()
            if message.state == "claimed"
        ] if counts.get("claimed") else []  # fmt: skip
    named = {failure.key for failure in told.failures}
    wanted = {one.key for one in due}
    failures = told.failures + tuple(
        Failure(key, _UNKNOWN.format(key)) for key in unknown if key in wanted and key not in named
    )
    done = counts.get("sent", 0)
    return StageReport(done, max(0, len(mails) - done - len(failures)), failures, told.notes)


def _cut(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _follow(store: Store, workspace: Workspace, run: Run, progress: Progress, say: Say) -> StageReport:
    if not run.batches:
        return StageReport(0)
    with opened(workspace, store) as app:
        return _Watch(app, store, run, progress, say).report()


class _Watch:
    """Puts a run's batches into the queue, and into it again where their jobs are lost, until each has a report."""

    def __init__(self, app: App, store: Store, run: Run, progress: Progress, say: Say) -> None:
        self._app, self._store, self._run, self._progress, self._say = app, store, run, progress, say
        self._queue = queue_name(run.stage, store.campaign)
        self._jobs: dict[int, int] = {}
        self._told: dict[int, BatchReport] = {}
        self._warned = False

    def report(self) -> StageReport:
        """Wait until all is done; gives what the workers said. Raises InviteError where they wait themselves."""
        for batch in self._run.batches:
            self._defer(batch)
        look_again = time.monotonic() + _LOOK_FOR_JOBS
        while not self._finished():
            time.sleep(_LOOK)
            if time.monotonic() >= look_again:
                self._look_for_jobs()
                look_again = time.monotonic() + _LOOK_FOR_JOBS
        return self._summary()

    def _defer(self, batch: _Batch) -> None:
        from procrastinate.exceptions import AlreadyEnqueued

        task = self._app.configure_task(
            task_name(self._run.stage),
            queue=self._queue,
            queueing_lock=f"{self._store.campaign}:{self._run.name}:{batch.number}",
        )
        with suppress(AlreadyEnqueued):
            self._jobs[batch.number] = task.defer(run=self._run.name, number=batch.number, **batch.arguments)

    def _finished(self) -> bool:
        with self._store.reading() as tx:
            self._told = {report.number: report for report in reports(tx, self._run.name)}
        done = sum(batch.size for batch in self._run.batches if batch.number in self._told)
        self._progress(done, self._run.size)
        return len(self._told) == len(self._run.batches)

    def _look_for_jobs(self) -> None:
        """The queue is only a hint: a batch without report and without job is given to it again."""
        jobs = [
            job
            for state in ("todo", "doing")
            for job in self._app.job_manager.list_jobs(queue=self._queue, status=state)
        ]
        if self._finished():
            return
        waiting = {job.id: job for job in jobs}
        missing = [
            batch for batch in self._run.batches
            if batch.number not in self._told and self._jobs.get(batch.number) not in waiting
        ]  # fmt: skip
        for batch in missing:
            self._defer(batch)
        self._complain()
        self._leave_for_later([job.scheduled_at for job in jobs if job.task_kwargs.get("run") == self._run.name])

    def _complain(self) -> None:
        row = self._app.connector.get_sync_connector().execute_query_one(
            "SELECT count(*) AS alive FROM procrastinate_workers"
            " WHERE last_heartbeat > now() - make_interval(secs => %(seconds)s)",
            seconds=STALLED,
        )
        if not row["alive"] and not self._warned:
            self._warned = True
            self._say("No worker is running; start one (or some, anywhere) with: invite worker")

    def _leave_for_later(self, times: Sequence[datetime | None]) -> None:
        """Where all that is left waits for a later hour, nobody need watch it."""
        later = [when for when in times if when is not None and when > datetime.now(UTC) + timedelta(minutes=3)]
        if later and len(later) == len(times):
            raise InviteWaits(
                f"{len(later)} batches wait until {min(later).astimezone():%H:%M} or longer, for the sending hours or"
                " a server that does not answer.",
                "Workers go on with them by themselves; see: invite status",
            )

    def _summary(self) -> StageReport:
        told = list(self._told.values())
        failures = tuple(Failure(key, words) for report in told for key, words in report.failures)
        by_worker: dict[str, list[BatchReport]] = defaultdict(list)
        for report in told:
            by_worker[report.worker].append(report)
        notes = tuple(
            f"{worker}: {len(some)} batches, {sum(one.done for one in some)} done, "
            f"{sum(one.seconds for one in some):.1f} s"
            for worker, some in sorted(by_worker.items())
        )
        done, skipped = sum(one.done for one in told), sum(one.skipped for one in told)
        return StageReport(done, skipped, failures, notes)


class InviteWaits(InviteError):
    """What was put into the queue goes on later, without anybody watching."""

    exit_status = 3

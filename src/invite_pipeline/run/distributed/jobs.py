"""What a worker does with a job: the stage functions of every run, on the recipients that the job names."""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from invite_pipeline.domain.stage import Failure, StageReport
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError
from invite_pipeline.mail.kinds import Due
from invite_pipeline.store.database import Store
from invite_pipeline.store.work import BatchReport, forget_reports, save_report

if TYPE_CHECKING:
    from invite_pipeline.letters.render import Kept
    from invite_pipeline.mail.letter_mail import Composer

log = logging.getLogger("invite.worker")

WORKER = f"{socket.gethostname()[:60]}:{os.getpid()}"
"""What this worker is called in reports."""

PATIENCE = 600.0
"""Seconds for which a worker waits for a database that is away."""


@dataclass
class _Run:
    """What one process keeps while it works for one run: templates read, plates made, mails begun."""

    name: str
    workspace: Workspace
    store: Store
    warm: bool = False

    @cached_property
    def press_room(self) -> Kept:
        from invite_pipeline.letters.render import keep

        return keep(self.store, self.workspace)

    @cached_property
    def composer(self) -> Composer:
        from invite_pipeline.mail.entry import note_entry
        from invite_pipeline.mail.letter_mail import Composer

        return Composer(self.workspace, note_entry(self.store, self.workspace))


class Hands:
    """One worker process at work: opens store and campaign once, and carries out batches."""

    def __init__(self, reopen: Callable[[], Workspace]) -> None:
        self._reopen = reopen
        self.workspace = reopen()
        campaign = self.workspace.campaign
        self.store = Store.open(self.workspace.store_url, campaign.id, campaign.title)
        self.store.patience = PATIENCE
        self._run: _Run | None = None

    def render(self, run: str, keys: Sequence[str]) -> StageReport:
        """Render these letters, those of them that are missing or changed."""
        from invite_pipeline.letters.render import render_batch

        room = self._room(run)
        return render_batch(self.store, room.workspace, keys, jobs=1, kept=room.press_room)

    def send(self, run: str, mails: Sequence[Sequence[str]], rate: str) -> StageReport:
        """Mail these, given as recipient, wave and domain; each is looked at again when it is claimed."""
        from invite_pipeline.mail.send import send_batch

        room = self._room(run)
        due = [Due(key, wave, domain) for key, wave, domain in mails]
        workspace = room.workspace
        if room.warm:
            # The server knows us by now.
            mail = replace(workspace.campaign.mail, warm_up=0)
            workspace = replace(workspace, campaign=replace(workspace.campaign, mail=mail))
        report = send_batch(self.store, workspace, due, rate=rate, composer=room.composer)
        room.warm = room.warm or report.done > 0
        return report

    def collect(self) -> StageReport:
        """Read the mailbox on the server, and record what the mails say."""
        from invite_pipeline.run.local import collect_replies

        found = collect_replies(self.store, self.workspace, None)
        for line in found.lines():
            log.info("collect: %s", line)
        return StageReport(found.read, 0, tuple(found.failures))

    def mail_due(self, *, reminders: bool) -> StageReport:
        """Mail by itself what is due: confirmations, offers, and the first reminder once the deadline is near."""
        from invite_pipeline.mail.kinds import CONFIRMATION, OFFER
        from invite_pipeline.replies.places import settle
        from invite_pipeline.run.outgoing import due_mails, due_reminders, mail

        self.workspace = self._reopen()
        # Offers that have run out go to the next, and what fell free is offered: nobody else may be there to do it.
        settle(self.store, self.workspace)
        mailing = due_reminders(self.store, self.workspace) if reminders else due_mails(self.store, self.workspace)
        wanted = [one for one in mailing.due if one.wave == "reminder-1" or one.kind in (CONFIRMATION, OFFER)]
        if reminders and not self._reminding():
            return StageReport(0)
        return mail(self.store, self.workspace, replace(mailing, due=tuple(wanted)))

    def purge(self) -> StageReport:
        """Forget what the campaign promised to forget, and the reports of old batches."""
        from invite_pipeline.run.privacy import purge

        self.workspace = self._reopen()
        purged = purge(self.store, self.workspace)
        keep = timedelta(days=self.workspace.campaign.privacy.mail_retention_days)
        with self.store.writing() as tx:
            forget_reports(tx, self.workspace.now() - keep)
        return StageReport(purged.mails + purged.persons, purged.waiting)

    def report(self, run: str, number: int, stage: str, report: StageReport, seconds: float) -> None:
        """Note what came of a batch, for those who watch."""
        failures = tuple((one.key, one.message) for one in report.failures)
        told = BatchReport(number, stage, WORKER, report.done, report.skipped, failures, seconds)
        with self.store.writing() as tx:
            save_report(tx, run, told, self.workspace.now())

    def close(self) -> None:
        """Give the connections back."""
        self.store.close()

    def _reminding(self) -> bool:
        from invite_pipeline.reports.figures import figures

        due = figures(self.store, self.workspace).due
        return any(task.what == "remind" for task in due)

    def _room(self, run: str) -> _Run:
        if self._run is None or self._run.name != run:
            # A new run sees the campaign as its files are now.
            self.workspace = self._reopen()
            self._run = _Run(run, self.workspace, self.store)
        return self._run


def carry_out(
    hands: Hands, stage: str, run: str, number: int, work: Callable[[], StageReport], *, last: bool, size: int
) -> None:
    """Do one batch and note what came of it; of a batch that failed for the `last` time that is what is noted."""
    began = time.monotonic()
    try:
        report = work()
    except Exception as error:
        # Whatever it was: a batch of which nothing is noted would be put into the queue again for ever.
        if last:
            failed = StageReport(0, max(0, size - 1), (Failure("", _words(error)),))
            hands.report(run, number, stage, failed, time.monotonic() - began)
        raise
    seconds = time.monotonic() - began
    hands.report(run, number, stage, report, seconds)
    failed_mails = len(report.failures)
    log.info(
        "%s batch %d: %d done, %d skipped, %d failed, %.1f s", stage, number, report.done, report.skipped,
        failed_mails, seconds,
        extra={"stage": stage, "run": run, "batch": number, "done": report.done, "skipped": report.skipped,
               "failed": failed_mails, "seconds": round(seconds, 3)},
    )  # fmt: skip


def _words(error: Exception) -> str:
    if isinstance(error, InviteError):
        return f"{error.message} {error.fix}".strip()
    # Its own words may quote somebody's data.
    return f"The batch failed with something unforeseen ({type(error).__name__}); see the workers' log."

"""A worker: fetches jobs of one campaign until it is told to stop, whatever becomes of the database meanwhile."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context, parent_process
from typing import TYPE_CHECKING, Any

from invite_pipeline.domain.stage import StageReport
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, OutsideHours
from invite_pipeline.run.distributed.jobs import Hands, carry_out
from invite_pipeline.run.distributed.queue import (
    HEARTBEAT,
    QUEUES,
    STALLED,
    make_app,
    prepare,
    queue_name,
    task_name,
)

if TYPE_CHECKING:
    from procrastinate import App, JobContext
    from procrastinate.jobs import Job

log = logging.getLogger("invite.worker")

Work = Callable[[], StageReport]

_TRIES = 8
_WAIT_FOR_HOURS = 300
_AGAIN = 2.0
_EVERY = {"collect": "*/5 * * * *", "confirm": "*/2 * * * *", "remind": "7 * * * *", "purge": "23 3 * * *"}
"""When each periodic job is due; Procrastinate sees to it that only one worker puts it into the queue."""


def run_worker(
    reopen: Callable[[], Workspace], *, queues: Sequence[str] = QUEUES, may_mail: bool = False, once: bool = False
) -> None:
    """Work until SIGTERM or Ctrl-C: what is begun ends first, a second signal ends at once.

    `may_mail` lets it mail by itself what becomes due (confirmations, the first reminder); without it it mails only
    what somebody has put into the queue. `once` ends it when nothing is left to do. Raises InviteError.
    """
    hands = Hands(reopen)
    try:
        prepare_store(hands)
        asyncio.run(_Worker(hands, queues, may_mail=may_mail, once=once).run())
    finally:
        hands.close()


def check_worker(workspace: Workspace, queues: Sequence[str]) -> None:
    """Raises InviteError where there is no such queue, or the store is none that workers can share."""
    unknown = [name for name in queues if name not in QUEUES]
    if unknown or not queues:
        raise InviteError(f"There is no queue “{', '.join(unknown)}”.", f"Choose among {', '.join(QUEUES)}.")
    make_app(workspace)


def prepare_store(hands: Hands) -> None:
    """Have the queue's tables. Raises InviteError where the store is no PostgreSQL."""
    make_app(hands.workspace)
    prepare(hands.store)


class _Worker:
    def __init__(self, hands: Hands, queues: Sequence[str], *, may_mail: bool, once: bool) -> None:
        self._hands, self._once, self._may_mail = hands, once, may_mail
        self._campaign = hands.workspace.campaign.id
        self._kinds = list(queues)
        self._queues = [queue_name(name, self._campaign) for name in queues]
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work; where the database goes away, wait until it is back and go on."""
        self._watch_signals()
        log.info("worker for %s: %s", self._campaign, ", ".join(self._kinds))
        while not self._stopping.is_set():
            try:
                await self._work()
            except Exception as error:
                # Whatever Procrastinate's connections meet while the server is away or restarted.
                log.warning("worker waits for the database: %s", type(error.__cause__ or error).__name__)
            if self._once:
                break
            if not self._stopping.is_set():
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), _AGAIN)
        log.info("worker stopped")

    async def _work(self) -> None:
        app = make_app(self._hands.workspace)
        register(app, self._hands, may_mail=self._may_mail)
        async with app.open_async():
            rescue = asyncio.ensure_future(self._rescue(app))
            work = asyncio.ensure_future(
                app.run_worker_async(
                    queues=self._queues,
                    name=self._campaign,
                    concurrency=1,
                    wait=not self._once,
                    fetch_job_polling_interval=_AGAIN,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=STALLED,
                )
            )
            stop = asyncio.ensure_future(self._stopping.wait())
            try:
                await asyncio.wait([work, stop], return_when=asyncio.FIRST_COMPLETED)
                # Cancelling lets the job that is begun end.
                work.cancel()
                with suppress(asyncio.CancelledError):
                    await work
            finally:
                for one in (rescue, stop):
                    one.cancel()
                await asyncio.gather(rescue, stop, return_exceptions=True)

    async def _rescue(self, app: App) -> None:
        """Give the jobs of workers that died to others."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            for queue in self._queues:
                for job in await app.job_manager.get_stalled_jobs(queue=queue, seconds_since_heartbeat=STALLED):
                    await app.job_manager.retry_job(job)

    def _watch_signals(self) -> None:
        def stop() -> None:
            if self._stopping.is_set():
                os._exit(130)
            log.info("worker ends what it has begun")
            self._stopping.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop)


def register(app: App, hands: Hands, *, may_mail: bool) -> None:
    """Tell Procrastinate the tasks and when the periodic ones are due."""
    retry = _retry()

    def batch(context: JobContext, stage: str, run: str, work: Work, *, number: int, size: int) -> None:
        carry_out(hands, stage, run, number, work, last=context.job.attempts + 1 >= _TRIES, size=size)

    @app.task(name=task_name("render"), pass_context=True, retry=retry)
    def render(context: JobContext, run: str, number: int, keys: list[str]) -> None:
        batch(context, "render", run, lambda: hands.render(run, keys), number=number, size=len(keys))

    @app.task(name=task_name("send"), pass_context=True, retry=retry)
    def send(context: JobContext, run: str, number: int, mails: list[list[str]], rate: str) -> None:
        batch(context, "send", run, lambda: hands.send(run, mails, rate), number=number, size=len(mails))

    @app.task(name=task_name("collect"), pass_context=True, retry=retry)
    def collect(context: JobContext, run: str, number: int) -> None:
        batch(context, "collect", run, hands.collect, number=number, size=1)

    _register_periodic(app, hands, may_mail=may_mail)


def _register_periodic(app: App, hands: Hands, *, may_mail: bool) -> None:
    work: dict[str, tuple[str, Callable[[], StageReport]]] = {"purge": ("collect", hands.purge)}
    if hands.workspace.imap_url:
        work["collect"] = ("collect", hands.collect)
    if may_mail:
        # Nothing is ever mailed unless somebody said so: whoever starts a worker with --yes did.
        work["confirm"] = ("send", lambda: hands.mail_due(reminders=False))
        work["remind"] = ("send", lambda: hands.mail_due(reminders=True))
    campaign = hands.workspace.campaign.id
    for name, (queue, action) in work.items():
        lock = f"{name}:{campaign}"

        def periodic(timestamp: int, name: str = name, action: Callable[[], StageReport] = action) -> None:
            report = action()
            log.info("%s: %d done, %d failed", name, report.done, len(report.failures))

        place, called = queue_name(queue, campaign), task_name(f"periodic-{name}")
        task: Any = app.task(name=called, queue=place, queueing_lock=lock, lock=lock)(periodic)
        app.periodic(cron=_EVERY[name], periodic_id=campaign)(task)


def _retry() -> Any:
    from procrastinate import BaseRetryStrategy, RetryDecision

    class Patience(BaseRetryStrategy):
        """Again after a growing pause; who waits for the hours in which mails may go waits as long as it takes."""

        def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
            if isinstance(exception, OutsideHours):
                return RetryDecision(retry_in={"seconds": _WAIT_FOR_HOURS})
            if job.attempts + 1 >= _TRIES:
                return None
            return RetryDecision(retry_in={"seconds": min(300, 2 ** (job.attempts + 1))})

    return Patience()


# --- several processes ------------------------------------------------------------------------------------------------


def run_workers(start: Callable[..., None], arguments: tuple[object, ...], number: int) -> None:
    """Run `start(*arguments)` in so many processes; those that are ended from outside are started anew."""
    context, stopping = get_context("spawn"), threading.Event()
    running = [_started(context, start, arguments) for _ in range(number)]

    def stop(_number: int, _frame: object) -> None:
        stopping.set()
        for one in running:
            if one.is_alive():
                one.terminate()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not stopping.wait(0.5) and any(one.exitcode is None or one.exitcode < 0 for one in running):
            for place, one in enumerate(running):
                if one.exitcode is not None and one.exitcode < 0 and not stopping.is_set():
                    log.warning("a worker process was ended by signal %d and is started anew", -one.exitcode)
                    running[place] = _started(context, start, arguments)
        for one in running:
            one.join()
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
    failed = [one.exitcode for one in running if one.exitcode]
    if failed and not stopping.is_set():
        raise InviteError("The workers ended.", "See the messages above.")


def _started(context: Any, start: Callable[..., None], arguments: tuple[object, ...]) -> Any:
    process = context.Process(target=_with_parent, args=(start, arguments))
    process.start()
    return process


def _with_parent(start: Callable[..., None], arguments: tuple[object, ...]) -> None:
    """Work in a process of its own, which ends what it has begun when its parent is gone."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

    # Ctrl-C reaches the whole group, and the parent passes it on as SIGTERM.
    threading.Thread(target=watch, daemon=True).start()
    start(*arguments)

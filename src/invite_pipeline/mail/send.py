"""Stage 3, mail: claim, send, outcome. A claim is on disk before the server hears of a mail, its outcome after.

Whatever kills the run between the two leaves the mail *unknown*: shown, and never sent again unasked. Between two
tries of a mail nothing is claimed: a try that failed has its outcome, and the next is an attempt of its own.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from invite_pipeline.domain.events import SendAccepted, SendRefused
from invite_pipeline.domain.stage import Progress, StageReport, silent
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, MailServerUnusable
from invite_pipeline.mail.breaker import Breaker
from invite_pipeline.mail.claims import Claims, opened
from invite_pipeline.mail.desk import Claim, Desk
from invite_pipeline.mail.entry import Entry, note_entry
from invite_pipeline.mail.kinds import Due
from invite_pipeline.mail.letter_mail import Composer, Outgoing
from invite_pipeline.mail.pace import DomainPaces, Pace, alone, read_rate, shared
from invite_pipeline.mail.prepare import Preparer
from invite_pipeline.mail.server import Server, read_server
from invite_pipeline.mail.smtp import Ambiguous, Connection, NotTaken, SenderRefused
from invite_pipeline.mail.supply import Supply, Try
from invite_pipeline.mail.tally import Tally, Watch
from invite_pipeline.store.database import Store

Sleep = Callable[[float], Awaitable[None]]

_PAUSES = (1.0, 5.0, 25.0)
"""Seconds before a mail that was not taken for now, or a connection that broke, is tried again; up to half as much
again by chance, so that not all come back at once. Whoever needs longer is due again at the next run."""
_AHEAD = 2
"""So many mails a connection claims while it hands one over: nobody waits for the disk, and a run that is killed leaves
few mails of which nobody knows whether they went."""
_UNKNOWN = "unknown whether it went ({}); decide with: invite send --resolve sent|not-sent --only {} --evidence TEXT"


def send_batch(
    store: Store,
    workspace: Workspace,
    due: Sequence[Due],
    *,
    connections: int | None = None,
    rate: str = "",
    progress: Progress = silent,
    watch: Watch | None = None,
    sleep: Sleep = asyncio.sleep,
    entry: Entry | None = None,
    composer: Composer | None = None,
) -> StageReport:
    """Mail what is due, each mail claimed first; whoever answered, objected or is claimed meanwhile is skipped.

    `entry` is the calendar entry that was planned, where it is a new one; `composer` is that of earlier batches of
    the same run. On a store for many machines all who send for the campaign keep one pace together. Raises
    MailServerUnusable before the first claim where the server cannot be used, and in the run where it refuses too
    many; OutsideHours where mails wait for the hours in which they may go. SIGINT or SIGTERM lets the mails in flight
    end and then raises KeyboardInterrupt; a second one ends at once.
    """
    open_pace = alone if store.engine.dialect.name == "sqlite" else shared(store)
    pace = open_pace("", read_rate(rate or workspace.campaign.mail.rate))
    if not due:
        return StageReport(0)
    tally = Tally(len(due), progress, watch)
    preparer = Preparer(store, workspace, len(due), note_entry(store, workspace, entry), composer)
    domains = DomainPaces(workspace.campaign.mail.domain_rates, open_pace)
    sender = _Sender(store, workspace, due, preparer=preparer, paces=(pace, domains), tally=tally, sleep=sleep)
    return asyncio.run(sender.run(connections or workspace.campaign.mail.connections))


class _Sender:
    """One run over what is due."""

    def __init__(
        self,
        store: Store,
        workspace: Workspace,
        due: Sequence[Due],
        *,
        preparer: Preparer,
        paces: tuple[Pace, DomainPaces],
        tally: Tally,
        sleep: Sleep,
    ) -> None:
        self._workspace, self._tally, self._sleep = workspace, tally, sleep
        mail = workspace.campaign.mail
        self._server = read_server(workspace.smtp_url)
        self._refused, self._put_off = Breaker(mail.stop_at / 100), Breaker(0.9, fewest=20)
        self._workers = 0
        self._stopped: BaseException | None = None
        self._stopping = asyncio.Event()
        self._preparer, self._desk = preparer, Desk(store, workspace)
        self._supply = Supply(workspace, self._preparer, due, paces=paces, rest=self._rest, stopping=self._stopping)
        self._claims = Claims(self._supply, preparer, self._desk, tally)

    async def run(self, connections: int) -> StageReport:
        """Work with so many connections until nothing is left, or something stops the run."""
        mail = self._workspace.campaign.mail
        number = max(1, min(connections, self._tally.total))
        opened = [Connection(self._server, mail.messages_per_connection) for _ in range(number)]
        self._watch_signals()
        try:
            # Whatever is wrong with server, encryption or login shows here, before anything is claimed.
            await opened[0].open()
            if mail.warm_up and number > 1:
                await self._work_all(opened[:1], until=mail.warm_up)
            if not self._stopping.is_set():
                await self._work_all(opened)
        finally:
            self._ignore_signals()
            await asyncio.gather(*(connection.close() for connection in opened))
            self._supply.close()
            self._preparer.close()
            await self._desk.close()
        return self._end()

    def _end(self) -> StageReport:
        stopped, done = self._stopped, self._tally.sent
        if stopped is None and self._supply.outside:
            stopped = self._supply.wait_for_hours()
        if stopped is None:
            return self._tally.report()
        if isinstance(stopped, InviteError) and done:
            stopped.message += f" {done} mails had gone before; the same command goes on from there."
        raise stopped

    # --- stopping ---

    def _stop(self, why: BaseException) -> None:
        """Claim nothing more; what is claimed ends first."""
        self._stopped = self._stopped or why
        self._stopping.set()

    def _watch_signals(self) -> None:
        loop = asyncio.get_running_loop()

        def stop() -> None:
            self._ignore_signals()
            self._stop(KeyboardInterrupt())

        # Only the main thread may; elsewhere signals are not ours.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, stop)

    def _ignore_signals(self) -> None:
        with suppress(NotImplementedError, RuntimeError, ValueError):
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().remove_signal_handler(number)

    async def _rest(self, seconds: float) -> None:
        """Sleep, but not through a stop."""
        if seconds <= 0 or self._stopping.is_set():
            return
        waits = [asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(self._stopping.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    # --- one connection's work ---

    async def _work_all(self, connections: Sequence[Connection], *, until: int | None = None) -> None:
        self._workers = len(connections)
        await asyncio.gather(*(self._work(connection, until) for connection in connections))

    async def _work(self, connection: Connection, until: int | None) -> None:
        try:
            await self._work_off(connection, until)
        except Exception as error:
            # The others end the mails that they have claimed; only then does the run end.
            self._stop(error)
        finally:
            self._workers -= 1

    async def _work_off(self, connection: Connection, until: int | None) -> None:
        troubles, claimed, ahead = 0, None, self._claims.ahead(_AHEAD if until is None else 0)
        try:
            while not self._stopping.is_set() and (until is None or self._tally.finished < until):
                claimed = claimed or await ahead.next(connection)
                if claimed is None:
                    return
                trouble = claimed.trouble or await opened(connection)
                if trouble is None and claimed.claim is not None:
                    # Whatever happens from here on, this one may have gone: it is never given back.
                    current, one, claimed = claimed.claim, claimed.one, None
                    ahead.begin()
                    trouble = await self._deliver(connection, current, one)
                elif claimed.claim is None:
                    claimed = None
                self._tally.tell()
                troubles = troubles + 1 if trouble is not None else 0
                if trouble is None:
                    continue
                if troubles > len(_PAUSES):
                    # A server that takes two connections of our four is no reason to stop, one that takes none is.
                    if self._workers == 1:
                        self._stop(trouble)
                    return
                await self._rest(_pause(troubles))
        finally:
            await ahead.end(claimed)

    async def _deliver(self, connection: Connection, claim: Claim, one: Try) -> MailServerUnusable | None:
        """Hand the claimed mail over and note the outcome; gives what is wrong with the connection, if it is gone."""
        due, tally = claim.due, self._tally
        try:
            answer = await connection.send(claim.mail)
        except Ambiguous as error:
            tally.unsure(due.key, _UNKNOWN.format(f"connection lost: {error}", due.key))
            self._note_failure(str(error))
            return MailServerUnusable(f"{self._server} breaks off: {error}", "Look at its log.")
        except NotTaken as error:
            await self._not_taken(claim, one, error)
            if error.hung_up:
                return MailServerUnusable(f"{self._server} hangs up: {error.answer}", "Run the command again later.")
        else:
            self._desk.settle(claim, SendAccepted(wave=due.wave, attempt=claim.attempt, answer=answer))
            tally.sent += 1
            self._refused.trips(failed=False)
            self._put_off.trips(failed=False)
        return None

    async def _not_taken(self, claim: Claim, one: Try, error: NotTaken) -> None:
        # Before the first mail was taken, an answer that does not name the address may well mean us.
        for_good = error.permanent and (error.about_address or self._tally.sent > 0)
        outcome = SendRefused(
            wave=claim.due.wave, attempt=claim.attempt, permanent=for_good, code=error.code, answer=error.answer
        )
        written = self._desk.settle(claim, outcome)
        if error.worth_another_try and one.failed < len(_PAUSES):
            await written
            self._supply.put_off(_pause(one.failed + 1), replace(one, failed=one.failed + 1))
            if self._put_off.trips(failed=True):
                self._stop(self._too_many(self._put_off, error.answer))
            return
        self._tally.failed(claim.due.key, error.answer)
        if isinstance(error, SenderRefused):
            words = f"{self._server} refuses the sender {self._workspace.campaign.mail.sender}: {error.answer}"
            self._stop(MailServerUnusable(words, "Use an address that this server may send for, or log in."))
            return
        self._note_failure(error.answer)

    def _note_failure(self, answer: str) -> None:
        if self._refused.trips(failed=True):
            self._stop(self._too_many(self._refused, answer))

    def _too_many(self, breaker: Breaker, answer: str) -> MailServerUnusable:
        share = f"{breaker.failures} of the latest {breaker.outcomes} mails"
        if breaker.failures == breaker.outcomes:
            share = f"everything: {breaker.failures} mails"
        return MailServerUnusable(
            f"{self._server} did not take {share}, the last with {answer}",
            "Mend that first (or the list, where the addresses are wrong), then run the command again.",
        )


def _pause(number: int) -> float:
    """The seconds before try number 1, 2, … is repeated."""
    return _PAUSES[number - 1] * (1 + random.random() / 2)  # noqa: S311 - jitter, not a secret


def deliver_one(server: Server, mail: Outgoing) -> str:
    """Hand over one mail that nobody keeps account of; gives the server's answer.

    Raises MailServerUnusable where it was not taken.
    """

    async def deliver() -> str:
        connection = Connection(server)
        try:
            await connection.open()
            return await connection.send(mail)
        except (NotTaken, Ambiguous) as error:
            raise MailServerUnusable(f"{server} did not take the mail: {error}", "Check the address.") from error
        finally:
            await connection.close()

    return asyncio.run(deliver())

"""Stage 3, mail: claim, send, outcome. A claim is on disk before the server hears of a mail, its outcome after.

Whatever kills the run between the two leaves the mail *unknown*: shown, and never sent again unasked. Between two
tries of a mail nothing is claimed: a try that failed has its outcome, and the next is an attempt of its own.
"""

from __future__ import annotations

import asyncio
import heapq
import random
import signal
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from sqlalchemy.exc import IntegrityError

from invite_pipeline.domain.events import SendAccepted, SendClaimed, SendRefused
from invite_pipeline.domain.stage import Failure, Progress, StageReport, silent
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, MailServerUnusable, StoreUnusable
from invite_pipeline.mail.letter_mail import Composer, Outgoing
from invite_pipeline.mail.message import LARGE
from invite_pipeline.mail.server import Pace, Server, read_rate, read_server
from invite_pipeline.mail.smtp import Ambiguous, Connection, NotTaken, SenderRefused
from invite_pipeline.mail.waves import Due, earlier_attempt, why_not_now
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from invite_pipeline.store.ledger import append

Sleep = Callable[[float], Awaitable[None]]

CONNECTIONS = 4
_PAUSES = (1.0, 5.0, 25.0)
"""Seconds before a mail that was not taken for now, or a connection that broke, is tried again; up to half as much
again by chance, so that not all come back at once. Whoever needs longer is due again at the next run."""
_HOPELESS = 5
"""So many mails in a row not taken for what we are, not for their address: the server refuses everything."""
_UNKNOWN = "unknown whether it went ({}); decide with: invite send --resolve sent|not-sent --only {} --evidence TEXT"


@dataclass(frozen=True, slots=True)
class _Try:
    """A mail that waits to be sent, and how often that has failed in this run."""

    due: Due
    failed: int = 0


@dataclass(frozen=True, slots=True)
class _Claim:
    """A mail that is claimed in the store and ready to go."""

    due: Due
    attempt: int
    mail: Outgoing


@dataclass
class _Tally:
    """What became of the mails so far."""

    total: int
    done: int = 0
    left_out: int = 0
    failures: list[Failure] = field(default_factory=list)
    large: bool = False

    @property
    def finished(self) -> int:
        return self.done + self.left_out + len(self.failures)

    def report(self) -> StageReport:
        notes = (f"Mails of more than {LARGE / 1e6:.0f} MB: many mailboxes refuse them.",) if self.large else ()
        return StageReport(self.done, self.total - self.done - len(self.failures), tuple(self.failures), notes)


def send_batch(
    store: Store,
    workspace: Workspace,
    due: Sequence[Due],
    *,
    connections: int = CONNECTIONS,
    rate: str = "",
    progress: Progress = silent,
    sleep: Sleep = asyncio.sleep,
) -> StageReport:
    """Mail what is due, each mail claimed first; whoever answered, objected or is claimed meanwhile is skipped.

    Raises MailServerUnusable before the first claim where the server cannot be used, and in the run where it refuses
    everything. SIGINT or SIGTERM lets the mails in flight end and then raises KeyboardInterrupt; a second one ends at
    once.
    """
    pace = Pace(read_rate(rate or workspace.campaign.mail.rate))
    if not due:
        return StageReport(0)
    sender = _Sender(store, workspace, due, pace=pace, progress=progress, sleep=sleep)
    return asyncio.run(sender.run(connections))


class _Sender:
    """One run over what is due."""

    def __init__(
        self, store: Store, workspace: Workspace, due: Sequence[Due], *, pace: Pace, progress: Progress, sleep: Sleep
    ) -> None:
        self._store, self._workspace, self._pace, self._progress, self._sleep = store, workspace, pace, progress, sleep
        self._composer = Composer(workspace)
        self._server = read_server(workspace.smtp_url)
        self._fresh = deque(_Try(one) for one in due)
        self._later: list[tuple[float, int, _Try]] = []
        self._tally = _Tally(len(due))
        self._in_a_row = 0
        self._workers = 0
        self._stopped: BaseException | None = None
        self._stopping = asyncio.Event()

    async def run(self, connections: int) -> StageReport:
        """Work with so many connections until nothing is left, or something stops the run."""
        opened = [Connection(self._server) for _ in range(min(connections, self._tally.total))]
        self._watch_signals()
        try:
            # Whatever is wrong with server, encryption or login shows here, before anything is claimed.
            await opened[0].open()
            self._workers = len(opened)
            await asyncio.gather(*(self._work(connection) for connection in opened))
        finally:
            self._ignore_signals()
            await asyncio.gather(*(connection.close() for connection in opened))
        return self._end()

    def _end(self) -> StageReport:
        stopped, done = self._stopped, self._tally.done
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

    async def _work(self, connection: Connection) -> None:
        try:
            await self._work_off(connection)
        except Exception as error:
            # The others end the mails that they have claimed; only then does the run end.
            self._stop(error)
        finally:
            self._workers -= 1

    async def _work_off(self, connection: Connection) -> None:
        troubles = 0
        while (one := await self._next()) is not None:
            trouble = await self._open(connection)
            if trouble is not None:
                self._fresh.appendleft(one)
            elif claim := self._claim(one.due):
                trouble = await self._deliver(connection, claim, one)
            self._progress(self._tally.finished, self._tally.total)
            troubles = troubles + 1 if trouble is not None else 0
            if trouble is None:
                continue
            if troubles > len(_PAUSES):
                # A server that takes two connections of our four is no reason to stop, one that takes none is.
                if self._workers == 1:
                    self._stop(trouble)
                return
            await self._rest(_pause(troubles))

    async def _next(self) -> _Try | None:
        """What is to be sent next: first everything once, then what was put off, each after its pause."""
        if not self._fresh and self._later:
            ready, _, one = heapq.heappop(self._later)
            await self._rest(ready - asyncio.get_running_loop().time())
        elif self._fresh:
            one = self._fresh.popleft()
        else:
            return None
        await self._rest(self._pace.turn())
        return None if self._stopping.is_set() else one

    async def _open(self, connection: Connection) -> MailServerUnusable | None:
        try:
            await connection.open()
        except MailServerUnusable as error:
            return error
        return None

    def _claim(self, due: Due) -> _Claim | None:
        """Look at the recipient once more, compose the mail and claim it; None where it may not go."""
        store, workspace = self._store, self._workspace
        try:
            with store.reading() as tx:
                recipient, state = queries.recipient(tx, due.key), queries.tracking(tx, due.key)
                invitation = queries.invitation(tx, due.key)
                reason = why_not_now(tx, workspace, due, recipient, state)
            mail = None if reason else self._composer.compose(recipient, invitation, state, due.wave)
        except StoreUnusable:
            raise
        except InviteError as error:
            self._tally.failures.append(Failure(due.key, f"{error.message} {error.fix}".strip()))
            return None
        claim = self._write_claim(due, mail) if mail else None
        if claim is None:
            self._tally.left_out += 1
        elif len(claim.mail.content) > LARGE:
            self._tally.large = True
        return claim

    def _write_claim(self, due: Due, mail: Outgoing) -> _Claim | None:
        workspace = self._workspace
        try:
            with self._store.writing() as tx:
                # Again, now that nobody else can write: an answer may have come while the mail was composed.
                recipient, state = queries.recipient(tx, due.key), queries.tracking(tx, due.key)
                if why_not_now(tx, workspace, due, recipient, state):
                    return None
                earlier = earlier_attempt(tx, due)
                attempt = earlier.attempt + 1 if earlier else 1
                claim = SendClaimed(wave=due.wave, attempt=attempt, message_id=mail.message_id)
                append(tx, due.key, claim, at=workspace.now())
        except IntegrityError:
            # On PostgreSQL another sender may be faster by a moment: the mail is theirs.
            return None
        return _Claim(due, attempt, mail)

    async def _deliver(self, connection: Connection, claim: _Claim, one: _Try) -> MailServerUnusable | None:
        """Hand the claimed mail over and write the outcome; gives what is wrong with the connection, if it is gone."""
        due, tally = claim.due, self._tally
        try:
            answer = await connection.send(claim.mail)
        except Ambiguous as error:
            tally.failures.append(Failure(due.key, _UNKNOWN.format(f"connection lost: {error}", due.key)))
            self._give_up_where_hopeless(str(error))
            return MailServerUnusable(f"{self._server} breaks off: {error}", "Look at its log.")
        except NotTaken as error:
            self._refused(claim, one, error)
            if error.hung_up:
                return MailServerUnusable(f"{self._server} hangs up: {error.answer}", "Run the command again later.")
        else:
            self._settle(claim, SendAccepted(wave=due.wave, attempt=claim.attempt, answer=answer))
            tally.done += 1
            self._in_a_row = 0
        return None

    def _settle(self, claim: _Claim, outcome: SendAccepted | SendRefused) -> None:
        with self._store.writing() as tx:
            append(tx, claim.due.key, outcome, at=self._workspace.now())

    def _refused(self, claim: _Claim, one: _Try, error: NotTaken) -> None:
        # Before the first mail was taken, an answer that does not name the address may well mean us.
        for_good = error.permanent and (error.about_address or self._tally.done > 0)
        outcome = SendRefused(
            wave=claim.due.wave, attempt=claim.attempt, permanent=for_good, code=error.code, answer=error.answer
        )
        self._settle(claim, outcome)
        if error.worth_another_try and one.failed < len(_PAUSES):
            again = replace(one, failed=one.failed + 1)
            ready = asyncio.get_running_loop().time() + _pause(again.failed)
            heapq.heappush(self._later, (ready, id(again), again))
            return
        self._tally.failures.append(Failure(claim.due.key, error.answer))
        if isinstance(error, SenderRefused):
            words = f"{self._server} refuses the sender {self._workspace.campaign.mail.sender}: {error.answer}"
            self._stop(MailServerUnusable(words, "Use an address that this server may send for, or log in."))
        elif not error.about_address and (self._tally.done == 0 or not error.worth_another_try):
            self._give_up_where_hopeless(error.answer)

    def _give_up_where_hopeless(self, answer: str) -> None:
        self._in_a_row += 1
        if self._in_a_row >= _HOPELESS:
            words = f"{self._server} refuses everything: {self._in_a_row} mails in a row, the last with {answer}"
            self._stop(MailServerUnusable(words, "Mend that first, then run the command again."))


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

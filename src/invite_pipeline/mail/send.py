"""Stage 3, mail: claim, send, outcome. A claim is on disk before the server hears of a mail, its outcome after.

Whatever kills the run between the two leaves the mail *unknown*: shown, and never sent again unasked.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError

from invite_pipeline.domain.events import SendAccepted, SendClaimed, SendRefused, SendResolved
from invite_pipeline.domain.stage import Failure, Progress, StageReport, silent
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import InviteError, MailServerUnusable
from invite_pipeline.mail.letter_mail import Composer, Outgoing
from invite_pipeline.mail.smtp import (
    Ambiguous,
    Connection,
    NotTaken,
    Pace,
    SenderRefused,
    Server,
    read_rate,
    read_server,
)
from invite_pipeline.mail.waves import CONFIRMATION, Due, on_block_list, why_not
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from invite_pipeline.store.ledger import append
from invite_pipeline.store.mail_queries import unknown_messages
from invite_pipeline.store.queries import Message

Sleep = Callable[[float], Awaitable[None]]

CONNECTIONS = 4
_PAUSES = (1.0, 4.0, 15.0)
"""Seconds before a mail that was not taken for now is tried again, each with up to half as much jitter."""
_HOPELESS = 5
"""So many mails in a row refused at the start, none taken: the server refuses everything."""


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
    skipped: int = 0
    refused_first: int = 0
    failures: list[Failure] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def report(self) -> StageReport:
        notes = [f"{key}: unknown whether it was sent; decide with send --resolve" for key in self.unknown]
        failures = (
            *self.failures,
            *(Failure(key, "connection lost after the mail was on its way") for key in self.unknown),
        )
        return StageReport(self.done, self.total - self.done - len(failures), failures, tuple(notes[:20]))


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
    everything. SIGINT lets the mails in flight end and then raises KeyboardInterrupt.
    """
    if not due:
        return StageReport(0)
    pace = Pace(read_rate(rate or workspace.campaign.mail.rate))
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
        self._waiting = iter(due)
        self._tally = _Tally(len(due))
        self._stopped: BaseException | None = None

    async def run(self, connections: int) -> StageReport:
        loop = asyncio.get_running_loop()
        # In flight means: claimed. Those mails end before the run does.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(signal.SIGINT, self._stop, KeyboardInterrupt())
        opened = [Connection(self._server) for _ in range(min(connections, self._tally.total))]
        try:
            await opened[0].open()
            await asyncio.gather(*(self._work(connection) for connection in opened))
        finally:
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.remove_signal_handler(signal.SIGINT)
            await asyncio.gather(*(connection.close() for connection in opened))
        if self._stopped is not None:
            raise self._stopped
        return self._tally.report()

    def _stop(self, why: BaseException) -> None:
        self._stopped = self._stopped or why

    async def _work(self, connection: Connection) -> None:
        for due in self._waiting:
            if self._stopped is not None:
                return
            await self._pace.wait()
            try:
                await connection.open()
            except MailServerUnusable as error:
                self._stop(error)
                return
            claim = self._claim(due)
            if claim is not None:
                await self._deliver(connection, claim)
            self._progress(self._tally.done + self._tally.skipped + len(self._tally.failures), self._tally.total)

    def _claim(self, due: Due) -> _Claim | None:
        """Look at the recipient once more, compose the mail and claim it; None where it may not go."""
        store, workspace = self._store, self._workspace
        try:
            with store.reading() as tx:
                recipient, state = queries.recipient(tx, due.key), queries.tracking(tx, due.key)
                invitation = queries.invitation(tx, due.key)
            mail = self._composer.compose(recipient, invitation, state, due.wave)
        except InviteError as error:
            self._tally.failures.append(Failure(due.key, f"{error.message} {error.fix}".strip()))
            return None
        try:
            with store.writing() as tx:
                # Again, now that nobody else can write: an answer may have come while the mail was composed.
                state = queries.tracking(tx, due.key)
                blocked = due.kind != CONFIRMATION and on_block_list(tx, workspace, recipient.email)
                earlier = queries.messages(tx, due.wave, due.key).get(due.key)
                if why_not(due.kind, state, workspace) or blocked or (earlier and earlier.state != "deferred"):
                    self._tally.skipped += 1
                    return None
                attempt = earlier.attempt + 1 if earlier else 1
                claim = SendClaimed(wave=due.wave, attempt=attempt, message_id=mail.message_id)
                append(tx, due.key, claim, at=workspace.now())
        except IntegrityError:
            # Another sender was faster by a moment: the mail is theirs.
            self._tally.skipped += 1
            return None
        return _Claim(due, attempt, mail)

    async def _deliver(self, connection: Connection, claim: _Claim) -> None:
        due, attempt, tally = claim.due, claim.attempt, self._tally
        try:
            answer = await self._send(connection, claim)
        except Ambiguous:
            tally.unknown.append(due.key)
        except NotTaken as error:
            self._settle(
                claim,
                SendRefused(
                    wave=due.wave, attempt=attempt, permanent=error.permanent, code=error.code, answer=error.answer
                ),
            )
            tally.failures.append(Failure(due.key, error.answer))
            self._give_up_where_hopeless(error)
        else:
            self._settle(claim, SendAccepted(wave=due.wave, attempt=attempt, answer=answer))
            tally.done += 1

    async def _send(self, connection: Connection, claim: _Claim) -> str:
        for pause in (*_PAUSES, None):
            try:
                return await connection.send(claim.mail)
            except MailServerUnusable as error:
                not_taken = NotTaken(None, error.message, permanent=False)
                self._stop_if(pause is None, error)
            except NotTaken as error:
                not_taken = error
            if not not_taken.worth_another_try or pause is None or self._stopped is not None:
                raise not_taken
            await self._sleep(pause * (1 + random.random() / 2))  # noqa: S311 - jitter, not a secret
        raise AssertionError("the last try either returns or raises")

    def _stop_if(self, condition: bool, error: MailServerUnusable) -> None:
        if condition:
            self._stop(error)

    def _settle(self, claim: _Claim, outcome: SendAccepted | SendRefused) -> None:
        with self._store.writing() as tx:
            append(tx, claim.due.key, outcome, at=self._workspace.now())

    def _give_up_where_hopeless(self, error: NotTaken) -> None:
        tally = self._tally
        if isinstance(error, SenderRefused):
            words = f"The mail server refuses the sender {self._workspace.campaign.mail.sender}: {error.answer}"
            self._stop(MailServerUnusable(words, "Use an address that this server may send for, or log in."))
        elif tally.done == 0 and len(tally.failures) >= _HOPELESS:
            words = f"The mail server refuses everything: {len(tally.failures)} in a row, the last with {error.answer}"
            self._stop(MailServerUnusable(words, "Mend that first, then run the command again."))


def deliver_one(server: Server, mail: Outgoing) -> str:
    """Hand over one mail that nobody keeps account of; gives the server's answer.

    Raises MailServerUnusable where it was not taken.
    """

    async def deliver() -> str:
        connection = Connection(server)
        try:
            return await connection.send(mail)
        except (NotTaken, Ambiguous) as error:
            raise MailServerUnusable(f"{server} did not take the mail: {error}", "Check the address.") from error
        finally:
            await connection.close()

    return asyncio.run(deliver())


def unknown(store: Store) -> list[Message]:
    """The mails that were claimed and have no outcome."""
    with store.reading() as tx:
        return unknown_messages(tx)


def resolve(store: Store, workspace: Workspace, key: str, *, sent: bool, evidence: str) -> list[str]:
    """Decide what became of a recipient's unknown mails, on evidence; gives their waves.

    What was not sent is due again. Raises InviteError where nothing of this recipient is unknown.
    """
    with store.writing() as tx:
        found = [message for message in unknown_messages(tx) if message.recipient == key]
        for message in found:
            outcome = SendResolved(
                wave=message.wave,
                attempt=message.attempt,
                outcome="sent" if sent else "not_sent",
                evidence=evidence,
            )
            append(tx, key, outcome, at=workspace.now())
    if not found:
        raise InviteError(f"No mail to {key} is unknown.", "See: invite status")
    return [message.wave for message in found]

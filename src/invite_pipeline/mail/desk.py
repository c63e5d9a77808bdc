"""The desk: writes claims and outcomes into the store, what several connections have for it in one transaction.

A claim is on disk before its mail goes, as if each were written alone; only the waiting for the disk is shared. For
each connection at most two mails are claimed at one moment: the one that it hands over, and the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.exc import IntegrityError

from invite_pipeline.domain.events import SendAccepted, SendClaimed, SendRefused
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import StoreUnusable
from invite_pipeline.mail.kinds import Due
from invite_pipeline.mail.letter_mail import Outgoing
from invite_pipeline.mail.spool import Prepared
from invite_pipeline.mail.waves import SecondLook
from invite_pipeline.store.database import Store, Transaction
from invite_pipeline.store.ledger import append_messages
from invite_pipeline.store.mail_queries import Addressee, addressees

_MOMENT = 0.004
"""Seconds in which claims and outcomes are gathered."""

Outcome = SendAccepted | SendRefused


@dataclass(frozen=True, slots=True)
class Claim:
    """A mail that is claimed in the store and ready to go."""

    due: Due
    attempt: int
    mail: Outgoing


Answer = Claim | Literal["left out", "stale"]
"""The claim; or that the mail may not go any more; or that it says what is no longer so, and is to be made again."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """A mail that wants to be claimed, and who waits for it."""

    prepared: Prepared
    answer: asyncio.Future[Answer]


@dataclass(frozen=True, slots=True)
class _Note:
    """An outcome that is to be written, and who waits for it."""

    key: str
    outcome: Outcome
    written: asyncio.Future[None]


class Desk:
    """One sender's desk; open while its event loop runs."""

    def __init__(self, store: Store, workspace: Workspace) -> None:
        self._store, self._workspace = store, workspace
        # The disk is waited for in another thread, while the connections go on.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._wishes: list[_Wish] = []
        self._notes: list[_Note] = []
        self._work: asyncio.Task[None] | None = None
        self._broken: Exception | None = None

    async def claim(self, prepared: Prepared) -> Answer:
        """Look at the recipient once more and claim the mail. Raises StoreUnusable: then nothing may be sent."""
        if self._broken:
            raise self._broken
        wish = _Wish(prepared, asyncio.get_running_loop().create_future())
        self._wishes.append(wish)
        self._begin()
        return await wish.answer

    def settle(self, claim: Claim, outcome: Outcome) -> asyncio.Future[None]:
        """Note what became of a mail: on disk at the latest with this connection's next claim, or at the end.

        Whoever will try the mail again waits for it.
        """
        note = _Note(claim.due.key, outcome, asyncio.get_running_loop().create_future())
        self._notes.append(note)
        if self._broken:
            # Nothing is claimed any more: there is nothing to wait for, and the end tries once more to write it.
            note.written.set_result(None)
        self._begin()
        return note.written

    async def close(self) -> None:
        """Write what is left. Raises StoreUnusable where mails went of which that could not be noted."""
        while self._work is not None:
            await asyncio.wait([self._work])
        try:
            if self._notes:
                # What failed before, because the store was locked or the disk full, has this second chance.
                await self._in_thread((), self._notes)
                self._notes = []
        except StoreUnusable as error:
            error.message += f" Of {len(self._notes)} mails nobody knows now whether they went: see invite status."
            raise
        finally:
            self._thread.shutdown()

    def _begin(self) -> None:
        if self._work is None and not self._broken:
            self._work = asyncio.ensure_future(self._write_all())

    async def _write_all(self) -> None:
        while (self._wishes or self._notes) and not self._broken:
            # Whoever else is ready in a moment comes along: a transaction costs far more than one mail more in it.
            await asyncio.sleep(_MOMENT)
            wishes, notes = self._wishes, self._notes
            self._wishes, self._notes = [], []
            try:
                answers = await self._in_thread([wish.prepared for wish in wishes], notes)
            except Exception as error:
                self._broken = error
                for wish in wishes + self._wishes:
                    wish.answer.set_exception(error)
                for note in notes + self._notes:
                    # Nothing is claimed any more: there is nothing to wait for.
                    note.written.set_result(None)
                self._notes = notes + self._notes
                break
            for wish, answer in zip(wishes, answers, strict=True):
                wish.answer.set_result(answer)
            for note in notes:
                note.written.set_result(None)
        self._work = None

    async def _in_thread(self, wishes: Sequence[Prepared], notes: Sequence[_Note]) -> Sequence[Answer]:
        outcomes = [(note.key, note.outcome) for note in notes]
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._write, wishes, outcomes)

    def _write(self, wishes: Sequence[Prepared], outcomes: Sequence[tuple[str, Outcome]]) -> Sequence[Answer]:
        try:
            with self._store.writing() as tx:
                return self._claim(tx, wishes, outcomes)
        except IntegrityError:
            # On PostgreSQL another sender may be faster by a moment: then each is tried alone.
            if outcomes:
                self._write((), outcomes)
            return [self._alone(wish) for wish in wishes]

    def _alone(self, wish: Prepared) -> Answer:
        try:
            with self._store.writing() as tx:
                return self._claim(tx, [wish])[0]
        except IntegrityError:
            return "left out"

    def _claim(
        self, tx: Transaction, wishes: Sequence[Prepared], outcomes: Sequence[tuple[str, Outcome]] = ()
    ) -> list[Answer]:
        """Now that nobody else can write: an answer may have come while the mails were composed."""
        keys, at = {wish.due.key for wish in wishes}, self._workspace.now()
        if outcomes and (not wishes or any(key in keys for key, _ in outcomes)):
            # What became of somebody's last mail counts before the next one is claimed.
            append_messages(tx, outcomes, at=at)
            outcomes = ()
        if not wishes:
            return []
        found = addressees(tx, keys, lock=True)
        look = SecondLook(tx, self._workspace, found)
        answers = [self._answer(look, found, wish) for wish in wishes]
        claims = [(one.due.key, _event(one)) for one in answers if isinstance(one, Claim)]
        if claims or outcomes:
            before = {key: one.state for key, one in found.items()}
            append_messages(tx, [*outcomes, *claims], at=at, before=before)
        return answers

    def _answer(self, look: SecondLook, found: Mapping[str, Addressee], wish: Prepared) -> Answer:
        due, before = wish.due, look.attempts.get((wish.due.key, wish.due.wave))
        if wish.mail is None or look.why_not(due):
            return "left out"
        if not _as_composed(wish.made_from, found[due.key]):
            return "stale"
        return Claim(due, before.attempt + 1 if before else 1, wish.mail)


def _event(claim: Claim) -> SendClaimed:
    mail = claim.mail
    return SendClaimed(wave=claim.due.wave, attempt=claim.attempt, message_id=mail.message_id, sequence=mail.sequence)


def _as_composed(before: Addressee | None, now: Addressee) -> bool:
    """Whether all is still so of which a mail may speak: the recipient, the link, the answer."""
    if before is None:
        return False
    was, is_ = before.state, now.state
    answer = (was.reply, was.persons, was.remark, was.attendees) == (is_.reply, is_.persons, is_.remark, is_.attendees)
    return answer and (before.recipient, before.invitation) == (now.recipient, now.invitation)

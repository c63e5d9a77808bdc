"""Claiming ahead: while a connection hands one mail over, its next ones are claimed."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from invite_pipeline.domain.events import SendRefused
from invite_pipeline.errors import MailServerUnusable
from invite_pipeline.mail.desk import Claim, Desk
from invite_pipeline.mail.prepare import Preparer
from invite_pipeline.mail.smtp import Connection
from invite_pipeline.mail.spool import Prepared
from invite_pipeline.mail.supply import Supply, Try
from invite_pipeline.mail.tally import Tally


@dataclass(frozen=True, slots=True)
class Claimed:
    """A connection's next mail; without `claim` it may not go (any more), or could not be tried: `trouble` says why."""

    one: Try
    claim: Claim | None = None
    trouble: MailServerUnusable | None = None


class Claims:
    """Takes mails from the supply and claims them."""

    def __init__(self, supply: Supply, preparer: Preparer, desk: Desk, tally: Tally) -> None:
        self._supply, self._preparer, self._desk, self._tally = supply, preparer, desk, tally

    def ahead(self, number: int) -> Ahead:
        """One connection's mails, up to so many claimed ahead."""
        return Ahead(self, number)

    async def next(self, connection: Connection | None = None) -> Claimed | None:
        """The next mail, claimed, where it may go; None where there are no more. Without connection nothing is."""
        found = await self._supply.next()
        if found is None:
            return None
        one, prepared = found
        trouble = await opened(connection) if connection else None
        if trouble is not None:
            self._supply.put_back(found)
            return Claimed(one, trouble=trouble)
        return Claimed(one, await self._claim(prepared))

    async def _claim(self, prepared: Prepared) -> Claim | None:
        """Claim the mail; None where it may not go."""
        if prepared.outside:
            return None
        if prepared.failure:
            self._tally.failed(prepared.due.key, prepared.failure)
            return None
        answer = await self._desk.claim(prepared) if prepared.mail else "left out"
        if answer == "stale":
            # Something changed while the mail waited: it is made again from what is known now.
            return await self._claim((await self._preparer.prepare([prepared.due]))[0])
        if isinstance(answer, Claim):
            self._tally.note_size(len(answer.mail.content))
            return answer
        self._tally.left_out += 1
        return None

    async def give_back(self, one: Try, claim: Claim) -> None:
        """What was claimed and never left this machine is due again: for other connections, or the next run."""
        outcome = SendRefused(
            wave=claim.due.wave, attempt=claim.attempt, permanent=False, code=None, answer="not tried: no connection"
        )
        await self._desk.settle(claim, outcome)
        self._supply.put_off(0, one)


class Ahead:
    """The mails that one connection has claimed, or is claiming, beside the one that it hands over."""

    def __init__(self, claims: Claims, number: int) -> None:
        self._claims, self._number = claims, number
        self._coming: deque[asyncio.Future[Claimed | None]] = deque()

    def begin(self) -> None:
        """Claim what there is room for."""
        while len(self._coming) < self._number:
            self._coming.append(asyncio.ensure_future(self._claims.next()))

    async def next(self, connection: Connection) -> Claimed | None:
        """The connection's next mail; None where there are no more."""
        while self._coming:
            found = await self._coming.popleft()
            if found is not None:
                return found
        return await self._claims.next(connection)

    async def end(self, claimed: Claimed | None) -> None:
        """Give back whatever is claimed and was not handed over. Raises what went wrong with claiming."""
        found = [claimed, *await asyncio.gather(*self._coming, return_exceptions=True)]
        for one in found:
            if isinstance(one, Claimed) and one.claim is not None:
                await self._claims.give_back(one.one, one.claim)
        for one in found:
            if isinstance(one, BaseException):
                raise one


async def opened(connection: Connection) -> MailServerUnusable | None:
    """Open the connection; gives what is wrong, where it cannot be."""
    try:
        await connection.open()
    except MailServerUnusable as error:
        return error
    return None

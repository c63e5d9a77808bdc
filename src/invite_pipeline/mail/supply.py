"""What is sent next: mails composed ahead, in their order, and those that were put off, each after its pause."""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.errors import OutsideHours
from invite_pipeline.mail.kinds import KINDS, Due
from invite_pipeline.mail.pace import DomainPaces, Pace, read_hours
from invite_pipeline.mail.prepare import Preparer
from invite_pipeline.mail.spool import Prepared

_AT_ONCE = 25
"""So many mails are composed together, and two such batches are ready: enough to send, too few to fill the memory."""


@dataclass(frozen=True, slots=True)
class Try:
    """A mail that waits to be sent, and how often that has failed in this run."""

    due: Due
    failed: int = 0


class Supply:
    """Hands out what one run is to send, at its pace."""

    def __init__(
        self,
        workspace: Workspace,
        preparer: Preparer,
        due: Sequence[Due],
        *,
        paces: tuple[Pace, DomainPaces],
        rest: Callable[[float], Awaitable[None]],
        stopping: asyncio.Event,
    ) -> None:
        self._workspace, self._preparer = workspace, preparer
        self._pace, self._domains = paces
        self._rest, self._stopping = rest, stopping
        self._hours = read_hours(workspace.campaign.mail.hours)
        self._fresh = deque(Try(one) for one in due)
        self._composing: deque[tuple[list[Try], asyncio.Future[list[Prepared]]]] = deque()
        self._ready: deque[tuple[Try, Prepared]] = deque()
        self._later: list[tuple[float, int, Try]] = []
        self._serving = asyncio.Lock()
        self.outside = 0
        """How many mails had their turn outside the hours in which they may go."""

    async def next(self) -> tuple[Try, Prepared] | None:
        """What is to be sent next: what was put off, once its pause is over; else what is ready."""
        while not self._stopping.is_set():
            if self._later and self._later[0][0] <= asyncio.get_running_loop().time():
                return await self._prepared(heapq.heappop(self._later)[2])
            if await self._serve():
                found = self._ready.popleft()
                await self._rest(await self._pace.turn())
                return None if self._stopping.is_set() else found
            if not self._later:
                return None
            ready, _, one = heapq.heappop(self._later)
            await self._rest(ready - asyncio.get_running_loop().time())
            return await self._prepared(one)
        return None

    async def _prepared(self, one: Try) -> tuple[Try, Prepared] | None:
        await self._rest(await self._pace.turn())
        if self._stopping.is_set():
            return None
        if not self._may_go_now(one.due):
            self.outside += 1
            return one, Prepared(one.due, outside=True)
        return one, (await self._preparer.prepare([one.due]))[0]

    async def _serve(self) -> bool:
        """Have some mails ready; False where there are no more."""
        async with self._serving:
            while not self._ready:
                while self._fresh and len(self._composing) < 2:
                    some = await self._some()
                    if some:
                        self._composing.append((some, self._preparer.begin([one.due for one in some])))
                if not self._composing:
                    return False
                tries, coming = self._composing.popleft()
                self._ready.extend(zip(tries, await coming, strict=True))
            return True

    async def _some(self) -> list[Try]:
        """The next few that may go: those whose domain has had enough for now are put off, each to its turn."""
        found: list[Try] = []
        while self._fresh and len(found) < _AT_ONCE:
            one = self._fresh.popleft()
            if not self._may_go_now(one.due):
                self.outside += 1
                continue
            wait = await self._domains.turn(one.due.domain)
            if wait > 0:
                self.put_off(wait, one)
            else:
                found.append(one)
        return found

    def _may_go_now(self, due: Due) -> bool:
        """Whether the hours allow it; who has just answered is written to at any time."""
        return KINDS[due.kind].any_hour or self._hours.allow(self._local_time())

    def _local_time(self) -> datetime:
        return self._workspace.now().astimezone(self._workspace.campaign.event.tz)

    def put_off(self, seconds: float, one: Try) -> None:
        """Hand this one out again, after so many seconds."""
        heapq.heappush(self._later, (asyncio.get_running_loop().time() + seconds, id(one), one))

    def put_back(self, found: tuple[Try, Prepared]) -> None:
        """Take back what could not be tried."""
        self._ready.appendleft(found)

    def close(self) -> None:
        """Compose nothing more."""
        for _, coming in self._composing:
            coming.cancel()

    def wait_for_hours(self) -> OutsideHours:
        """What to say of mails whose turn came outside the hours."""
        opening = self._hours.next_opening(self._local_time())
        return OutsideHours(
            f"{self.outside} mails wait for the sending hours ({self._hours.text}).",
            f"Run the command again from {opening:%d.%m.%Y %H:%M}.",
        )

"""How fast and when mails go: a pace over all, a pace for each domain, and the hours in which people are written to."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from invite_pipeline.errors import InviteError
from invite_pipeline.store.database import Store
from invite_pipeline.store.work import take_turns

_RATE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*/\s*(s|min|h)\s*$")
_SECONDS = {"s": 1, "min": 60, "h": 3600}


def read_rate(text: str) -> float | None:
    """Mails a second of "20/s", "300/min" or "1000/h"; None for an empty text. Raises InviteError."""
    if not text.strip():
        return None
    found = _RATE.match(text)
    if not found or float(found[1]) == 0:
        raise InviteError(f"“{text}” is not a pace.", "Write for example 20/s or 300/min.")
    return float(found[1]) / _SECONDS[found[2]]


class Pace:
    """Lets one mail go at a time, evenly: `rate` a second over all connections; None for no limit."""

    def __init__(self, rate: float | None) -> None:
        self._gap = 1 / rate if rate else 0.0
        self._next = 0.0

    async def turn(self) -> float:
        """Take a turn; gives the seconds to wait for it."""
        if not self._gap:
            return 0.0
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next)
        self._next = turn + self._gap
        return turn - now


class SharedPace(Pace):
    """One pace of all who send for a campaign, on however many machines: its turns are drawn from the store."""

    def __init__(self, store: Store, name: str, rate: float | None) -> None:
        super().__init__(rate)
        self._store, self._name = store, name
        self._drawn: deque[float] = deque()
        self._drawing = asyncio.Lock()

    async def turn(self) -> float:
        """Take a turn; gives the seconds to wait for it. Turns of half a second are drawn at once."""
        if not self._gap:
            return 0.0
        loop = asyncio.get_running_loop()
        async with self._drawing:
            # Turns that nobody took in time are lost: taken all at once, they would be a burst.
            while self._drawn and self._drawn[0] < loop.time() - max(self._gap, _LATE):
                self._drawn.popleft()
            if not self._drawn:
                number = max(1, int(_DRAWN_AT_ONCE / self._gap))
                # In another thread: a store that is away must not hold the connections up.
                first = loop.time() + await loop.run_in_executor(None, self._draw, number)
                self._drawn.extend(first + place * self._gap for place in range(number))
            return max(0.0, self._drawn.popleft() - loop.time())

    def _draw(self, number: int) -> float:
        with self._store.writing() as tx:
            return take_turns(tx, self._name, self._gap, number)


_DRAWN_AT_ONCE = 0.5
_LATE = 0.1
"""Seconds by which a turn may be missed and still be taken: a busy machine must not slow the pace down."""

OpenPace = Callable[[str, float | None], Pace]
"""Opens the pace of a domain ("" for all mails) at so many mails a second."""


def alone(_name: str, rate: float | None) -> Pace:
    """The pace of one run on its own."""
    return Pace(rate)


def shared(store: Store) -> OpenPace:
    """Paces that all who send for the store's campaign keep together."""
    return lambda name, rate: SharedPace(store, name, rate)


class DomainPaces:
    """A pace for each domain that mails go to; "*" is that of every domain that is not named."""

    def __init__(self, rates: Mapping[str, str], open_pace: OpenPace = alone) -> None:
        self._open = open_pace
        self._rates = {domain.lower().removeprefix("@"): read_rate(rate) for domain, rate in rates.items()}
        self._paces: dict[str, Pace] = {}

    async def turn(self, domain: str) -> float:
        """Take a turn of this domain; gives the seconds to wait for it."""
        if not self._rates:
            return 0.0
        if domain not in self._paces:
            self._paces[domain] = self._open(domain, self._rates.get(domain, self._rates.get("*")))
        return await self._paces[domain].turn()


# --- hours ------------------------------------------------------------------------------------------------------------

_DAYS = ("mo", "di", "mi", "do", "fr", "sa", "so")
_DASH = r"\s*(?:-|–|bis)\s*"
_HOUR = r"(\d{1,2})(?:[:.](\d{2}))?"
_HOURS = re.compile(
    rf"^\s*(?:({'|'.join(_DAYS)})(?:{_DASH}({'|'.join(_DAYS)}))?\s*)?{_HOUR}{_DASH}{_HOUR}\s*(?:uhr)?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Span:
    """On which days of the week (0 is Monday), from when until when; `end` is the first minute outside."""

    days: frozenset[int]
    start: time
    end: time

    def holds(self, when: datetime) -> bool:
        return (
            when.weekday() in self.days and self.start <= when.time() and (self.end == time() or when.time() < self.end)
        )


@dataclass(frozen=True, slots=True)
class SendingHours:
    """The hours in which mails may go, in the event's zone; none given: always."""

    text: str
    _spans: tuple[_Span, ...]

    def allow(self, when: datetime) -> bool:
        """Whether mails may go at this local time."""
        return not self._spans or any(span.holds(when) for span in self._spans)

    def next_opening(self, when: datetime) -> datetime:
        """The next local time from `when` on at which mails may go."""
        if self.allow(when):
            return when
        days = (when.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=ahead) for ahead in range(8))
        starts = (
            day.replace(hour=span.start.hour, minute=span.start.minute)
            for day in days
            for span in self._spans
            if day.weekday() in span.days
        )
        return min(start for start in starts if start > when)


def read_hours(text: str) -> SendingHours:
    """The hours of "Mo–Fr 8–18 Uhr" or "Mo–Do 8–18, Fr 8:00–14:30 Uhr". Raises InviteError."""
    return SendingHours(text, tuple(_span(part, text) for part in re.split(r"[,;]|\bund\b", text) if part.strip()))


def _span(part: str, text: str) -> _Span:
    found = _HOURS.match(part)
    wrong = InviteError(f"“{text}” are no sending hours.", "Write for example: Mo–Fr 8–18 Uhr")
    if not found:
        raise wrong
    first = _DAYS.index(found[1].lower()) if found[1] else 0
    last = _DAYS.index(found[2].lower()) if found[2] else first if found[1] else 6
    try:
        start, end = (time(int(hour) % 24, int(minute or 0)) for hour, minute in (found.group(3, 4), found.group(5, 6)))
    except ValueError:
        raise wrong from None
    # "Fr–Mo" goes over the end of the week; an end of 24 is midnight.
    days = frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))
    if int(found[3]) > 23 or int(found[5]) > 24 or (end != time() and end <= start):
        raise wrong
    return _Span(days, start, end)

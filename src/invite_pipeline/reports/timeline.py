"""Replies over time: how the answers stood at the end of every day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from invite_pipeline.domain.campaign import Event
from invite_pipeline.domain.reply import Intent
from invite_pipeline.reports.known import Known
from invite_pipeline.store.report_queries import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How the answers stood at the end of a day of the event's zone, and how many replies had applied on it."""

    day: date
    yes: int
    no: int
    received: int


def timeline(known: Known, listed: Collection[str], event: Event) -> tuple[Day, ...]:
    """One entry for each day, from the first mail or answer until now, or until the event where that is over.

    The answers of those who left the list are left out, so that the last day shows what the figures show.
    """
    counted = [
        answer for answer in known.answers if answer.recipient in listed and answer.intent is not Intent.OBJECTION
    ]
    by_day = _by_day(counted, event.tz)
    marks = [*by_day, *(_day(at, event.tz) for at in known.waves.values())]
    if not marks:
        return ()
    first, last = min(marks), max(*marks, min(_day(known.at, event.tz), event.start.date()))
    standing: dict[str, Intent] = {}
    numbers: Counter[Intent] = Counter()
    days = []
    for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
        for answer in by_day.get(day, ()):
            numbers[standing.get(answer.recipient, Intent.UNCLEAR)] -= 1
            numbers[answer.intent] += 1
            standing[answer.recipient] = answer.intent
        received = len(by_day.get(day, ()))
        days.append(Day(day=day, yes=numbers[Intent.YES], no=numbers[Intent.NO], received=received))
    return tuple(days)


def _by_day(answers: Iterable[Answer], zone: ZoneInfo) -> dict[date, list[Answer]]:
    # A mail that is read late may have arrived before an answer that it changed: it counts from that answer's day on.
    since: dict[str, date] = {}
    by_day: dict[date, list[Answer]] = {}
    for answer in answers:
        day = max(_day(answer.at, zone), since.get(answer.recipient, date.min))
        since[answer.recipient] = day
        by_day.setdefault(day, []).append(answer)
    return by_day


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()

"""When mails may go: hours, a pace for each domain, and the breaker that stops by share."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from invite_pipeline.errors import InviteError
from invite_pipeline.mail.breaker import Breaker
from invite_pipeline.mail.pace import DomainPaces, read_hours

MONDAY = datetime(2023, 11, 20)  # noqa: DTZ001 - hours are local times


@pytest.mark.parametrize(
    ("text", "day", "hour", "allowed"),
    [
        ("Mo–Fr 8–18 Uhr", 20, 8, True),
        ("Mo–Fr 8–18 Uhr", 20, 18, False),
        ("Mo-Fr 08:00-18:00", 25, 12, False),
        ("Mo–Do 8–18, Fr 8–14 Uhr", 24, 15, False),
        ("Mo bis Do 8 bis 18 Uhr und Fr 8 bis 14 Uhr", 24, 13, True),
        ("Fr–Mo 0–24 Uhr", 26, 23, True),
        ("Fr–Mo 0–24 Uhr", 22, 12, False),
        ("8–18 Uhr", 26, 12, True),
        ("", 26, 3, True),
    ],
)
def test_hours_allow_what_they_say(text: str, day: int, hour: int, allowed: bool) -> None:
    assert read_hours(text).allow(MONDAY.replace(day=day, hour=hour)) is allowed


def test_next_opening_after_friday_evening_is_monday_morning() -> None:
    friday = MONDAY.replace(day=24, hour=19, minute=5)
    assert read_hours("Mo–Fr 8:30–18 Uhr").next_opening(friday) == MONDAY.replace(day=27, hour=8, minute=30)


@pytest.mark.parametrize("text", ["tagsüber", "Mo–Fr", "Mo–Fr 18–8 Uhr", "Mo–Fr 8–25 Uhr", "Xy 8–18 Uhr"])
def test_what_are_no_hours_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InviteError, match="no sending hours"):
        read_hours(text)


def test_each_domain_has_a_pace_of_its_own() -> None:
    async def waits() -> list[float]:
        paces = DomainPaces({"t-online.example": "1/min", "*": "1/h"})
        domains = ("t-online.example", "t-online.example", "gmx.example", "web.example", "gmx.example")
        return [round(await paces.turn(domain)) for domain in domains]

    assert asyncio.run(waits()) == [0, 60, 0, 0, 3600]


def test_breaker_trips_by_share_and_not_by_count() -> None:
    breaker = Breaker(0.3)
    assert not any(breaker.trips(failed=number % 10 == 0) for number in range(1000))
    assert [breaker.trips(failed=True) for _ in range(40)].count(True) > 0


def test_breaker_needs_some_failures_before_it_trips() -> None:
    assert [Breaker(0.3).trips(failed=True) for _ in range(1)] == [False]
    breaker = Breaker(0.3)
    assert [breaker.trips(failed=True) for _ in range(5)] == [False] * 4 + [True]

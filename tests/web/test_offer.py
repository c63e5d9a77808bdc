"""A full hall: the waiting list, the offer of a place behind a link of its own, accepted, declined, or run out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from httpx import Response

from invite_pipeline.domain.reply import Seat
from tests.builders import NOW, a_campaign
from tests.web.conftest import Clock
from tests.web.pages import Office, dump


@pytest.fixture
def offered(open_office: Callable[..., Office]) -> Office:
    """One place: Bonn had it, Köln waited and is offered it, the association waits."""
    office = open_office(event=replace(a_campaign().event, capacity=1))
    office.answer("yes", 0)
    office.answer("yes", 1)
    office.answer("yes", 2)
    office.answer("no", 0)
    return office


def page(office: Office) -> str:
    return f"platz/{office.state('k-koeln').offer}"


def answer(office: Office, place: str) -> Response:
    shown = office.get(page(office), 1).text
    nonce = re.search(r'name="nonce" value="([^"]+)"', shown)
    return office.post({"nonce": nonce[1] if nonce else "", "place": place}, page(office), 1)


def test_page_says_the_place_in_the_line(offered: Office) -> None:
    assert "Warteliste, Platz 1" in offered.get("danke", 2).text


def test_looking_at_an_offer_changes_nothing(offered: Office) -> None:
    before = dump(offered.store)
    assert "bis Donnerstag, 23. November 2023" in offered.get(page(offered), 1).text
    assert offered.browser.head(offered.path(page(offered), 1)).status_code == 200
    assert dump(offered.store) == before


def test_accepted_offer_is_confirmed(offered: Office) -> None:
    assert answer(offered, "yes").headers["location"].endswith("/danke")
    assert offered.state("k-koeln").attendees[0].seat is Seat.CONFIRMED


def test_declined_offer_goes_to_the_next(offered: Office) -> None:
    answer(offered, "no")
    assert offered.state("v-x").attendees[0].seat is Seat.OFFERED


def test_offer_without_a_choice_asks_for_one(offered: Office) -> None:
    response = answer(offered, "")
    assert (response.status_code, "ob Sie den Platz annehmen" in response.text) == (422, True)


def test_offer_that_ran_out_says_so(offered: Office, clock: Clock) -> None:
    late = page(offered)
    clock[0] = NOW + timedelta(days=4)
    assert "gilt nicht mehr" in offered.get(late, 1).text
    nonce = offered.nonce(1)
    response = offered.post({"nonce": nonce, "place": "yes"}, late, 1)
    assert (response.status_code, "gilt nicht mehr" in response.text) == (409, True)


@pytest.mark.parametrize("offer", ["0", "-1", "x", "9" * 30, "²"])
def test_offer_that_never_was_says_so(offered: Office, offer: str) -> None:
    assert "gilt nicht mehr" in offered.get(f"platz/{offer}", 1).text

"""The last places, on SQLite and on PostgreSQL: as many as there are, however many ask at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from invite_pipeline.domain.reply import Attendee, Role, Seat
from invite_pipeline.replies.places import settle
from invite_pipeline.replies.record import record_reply
from invite_pipeline.store import queries
from tests.builders import a_campaign, a_recipient, a_reply, a_store, a_workspace

ASKING, PLACES = 200, 10


class PlaceTests:
    """Subclassed once a database, which says what `store_url` is."""

    def test_200_posts_at_once_get_exactly_the_last_10_places(self, tmp_path: Path, store_url: str) -> None:
        campaign = a_campaign()
        full = replace(campaign, event=replace(campaign.event, capacity=PLACES))
        workspace = a_workspace(tmp_path, campaign=full, store_url=store_url)
        store = a_store(workspace, [a_recipient(f"k-{number}") for number in range(ASKING)])

        def post(number: int) -> Seat:
            reply = a_reply(f"k-{number}", attendees=(Attendee(role=Role.INVITEE),), dedupe=f"web:{number}")
            return record_reply(store, workspace, reply).attendees[0].seat

        with ThreadPoolExecutor(15) as pool:
            seats = list(pool.map(post, range(ASKING)))
        assert (seats.count(Seat.CONFIRMED), seats.count(Seat.WAITLISTED)) == (PLACES, ASKING - PLACES)
        with store.reading() as tx:
            assert queries.confirmed_heads(tx) == PLACES
        larger = replace(workspace, campaign=replace(full, event=replace(full.event, capacity=PLACES + 5)))
        assert settle(store, larger) == 5
        store.close()


class TestSqlitePlaces(PlaceTests):
    """`store_url` is a SQLite file."""


@pytest.mark.postgresql
class TestPostgresqlPlaces(PlaceTests):
    """The store for many machines."""

    @pytest.fixture
    def store_url(self, postgresql_url: str) -> str:
        return postgresql_url

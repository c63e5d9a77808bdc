"""The staff's lists, on SQLite and on PostgreSQL: whichever way they are looked up, they hold the same people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest

from invite_pipeline.domain.events import Bounced, Called, LetterMoved, Seated, SendAccepted, SendClaimed
from invite_pipeline.domain.reply import Attendee, Role, Seat
from invite_pipeline.replies.places import change_capacity_in
from invite_pipeline.replies.record import record_reply
from invite_pipeline.store import call_queries, delivery_queries, group_queries
from invite_pipeline.store.call_queries import Reason, Status, Wanted
from invite_pipeline.store.database import Store
from invite_pipeline.store.delivery_queries import What
from invite_pipeline.store.group_queries import DATING, HALL, MISSING, Members, State
from invite_pipeline.store.ledger import append
from tests.builders import NOW, a_campaign, a_recipient, a_reply, a_store, a_workspace

GROUPS = [one.id for one in a_campaign().workshops]
CAUSES = ("hard", "soft", "policy", "content")
NUMBER = 60


def history(store: Store, number: int) -> None:
    """One of many fates."""
    key = f"k-{number:02}"
    with store.writing() as tx:
        if number % 3:
            for wave in ("invitation", "reminder-1", "reminder-2")[: 1 + number % 4]:
                append(tx, key, SendClaimed(wave=wave, attempt=1, message_id=f"<{key}{wave}>"), at=NOW)
                if number % 10 != 1:
                    append(tx, key, SendAccepted(wave=wave, attempt=1), at=NOW)
        elif number % 2:
            append(tx, key, LetterMoved(step="returned" if number % 5 == 0 else "posted"), at=NOW)
        if number % 7 == 1:
            cause: Any = CAUSES[number % 4]
            append(tx, key, Bounced(classification=cause, status="5.1.1"), at=NOW)
        if number % 8 == 3:
            outcome: Any = ("again", "wrong_number", "wants_letter", "not_reached")[number % 4]
            again = NOW.date() + timedelta(days=2) if outcome == "again" else None
            append(tx, key, Called(outcome=outcome, again=again), at=NOW)


@pytest.fixture
def store(tmp_path: Path, store_url: str) -> Iterator[Store]:
    """Sixty recipients with all that can have happened to them; a third comes."""
    campaign = a_campaign()
    full = replace(campaign, workshops=tuple(replace(one, capacity=3) for one in campaign.workshops))
    workspace = a_workspace(tmp_path, campaign=full, store_url=store_url)
    keys = [(f"k-{number:02}", number) for number in range(NUMBER)]
    store = a_store(workspace, [a_recipient(key, email="" if n % 3 == 0 else f"{key}@s.example") for key, n in keys])
    for key, number in keys:
        history(store, number)
        if number % 3 == number % 2:
            group, second = GROUPS[number % 2], GROUPS[2] if number % 4 else ""
            one = Attendee(role=Role.INVITEE, name=key, workshop=group if number % 5 else "", second=second)
            people = (replace(one, speed_dating=number % 4 == 0, funders=("Fonds Ö",)),)
            record_reply(store, workspace, a_reply(key, dedupe=key, attendees=people))
    with store.writing() as tx:
        append(tx, "k-06", Seated(step="offered", seats=((Seat.OFFERED, None, None),), until=NOW), at=NOW)
        call_queries.assign(tx, {"k-03": "kim", "k-09": "jo"})
        change_capacity_in(tx, workspace, GROUPS[0], 5, seen=3)
    yield store
    store.close()


class DeskTests:
    """Subclassed once a database, which says what `store_url` is."""

    def test_calls_are_the_same_on_the_way_and_by_index_and_as_counted(self, store: Store) -> None:
        everybody = Wanted(today=date(2023, 11, 20), after_reminders=2)
        with store.reading() as tx:
            counted, all_found = call_queries.counts(tx, everybody), 0
            for reason, status in product(get_args(Reason), get_args(Status)):
                wanted = replace(everybody, reason=reason, status=status)
                found = call_queries.to_call(tx, wanted, limit=99)
                assert found == call_queries.to_call(tx, wanted, limit=99, many=True)
                assert len(found) == counted.get((reason, status), 0), wanted
                assert {(one.reason, one.status) for one in found} <= {(reason, status)}
                all_found += len(found)
            assert all_found == sum(counted.values()) > 20
            assert {why for why, _ in counted} == set(get_args(Reason))

    def test_calls_of_everybody_are_those_of_each_and_of_nobody(self, store: Store) -> None:
        wanted = Wanted(today=date(2023, 11, 20), after_reminders=2)

        def keys(account: str | None, many: bool = False) -> set[str]:
            with store.reading() as tx:
                found = call_queries.to_call(tx, replace(wanted, account=account), limit=99, many=many)
            return {one.recipient.key for one in found}

        assert keys("kim") | keys("jo") | keys("") == keys(None)
        assert keys("") == keys("", many=True)
        with store.reading() as tx:
            assert call_queries.count_assigned(tx, wanted) == len(keys("kim")) + len(keys("jo"))
            assert call_queries.count_assigned(tx, wanted, "kim") == len(keys("kim"))

    def test_delivery_lists_are_as_long_as_counted(self, store: Store) -> None:
        with store.reading() as tx:
            counted = delivery_queries.counts(tx)
            for what in get_args(What):
                if what == "unknown":
                    found: list[Any] = delivery_queries.unknown(tx, limit=999)
                else:
                    found = delivery_queries.troubles(tx, what, limit=99)
                    assert found == delivery_queries.troubles(tx, what, limit=99, many=True)
                    assert delivery_queries.count(tx, what, "") == len(found)
                assert len(found) == counted[what], what
            assert all(counted[what] for what in ("hard", "policy", "unknown", "returned"))

    def test_group_lists_are_as_long_as_counted(self, store: Store) -> None:
        with store.reading() as tx:
            counts = group_queries.counts(tx, ["Fonds Ö", "Fonds"])
            assert counts.funders == {"Fonds Ö": counts.dating, "Fonds": 0}
            for room, state in product([*GROUPS, MISSING, DATING, HALL], get_args(State)):
                wanted = Members(room=room, state=state)
                found = group_queries.members(tx, wanted, limit=99)
                assert group_queries.count(tx, wanted) == len(found), wanted
                by_name = group_queries.members(tx, wanted, limit=99, by_name=True)
                assert {(one.key, one.position) for one in found} == {(one.key, one.position) for one in by_name}
            waiting = group_queries.members(tx, Members(room=GROUPS[0], state="waiting"), limit=99)
        since = [one.attendee.workshop_waiting for one in waiting]
        assert since == sorted(since)
        assert len(since) == counts.seats(GROUPS[0], Seat.WAITLISTED) > 0


class TestSqliteDesk(DeskTests):
    """`store_url` is a SQLite file."""


@pytest.mark.postgresql
class TestPostgresqlDesk(DeskTests):
    """The store for many machines."""

    @pytest.fixture
    def store_url(self, postgresql_url: str) -> str:
        return postgresql_url

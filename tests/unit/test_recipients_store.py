"""Loading again updates and never doubles; loading the same list twice writes nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from invite_pipeline.domain.events import Issued, Loaded
from invite_pipeline.domain.recipient import Recipient
from invite_pipeline.domain.stage import StageReport
from invite_pipeline.recipients.listed import ListedRecipient
from invite_pipeline.recipients.store import store_recipients
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from tests.builders import NOW, a_recipient, a_store, a_workspace

BONN, KOELN = a_recipient("k-bonn"), a_recipient("k-koeln", organisation="Stadt Köln")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return a_store(a_workspace(tmp_path))


def load(store: Store, *recipients: Recipient, complete: bool = True) -> StageReport:
    listed = [ListedRecipient(one, "recipients/list.csv", row) for row, one in enumerate(recipients, start=2)]
    return store_recipients(store, listed, NOW, complete=complete)


def events(store: Store, key: str) -> list[object]:
    with store.reading() as tx:
        return [recorded.event for recorded in queries.history(tx, key)]


def keys(store: Store) -> list[str]:
    with store.reading() as tx:
        return [one.key for one in queries.recipients(tx)]


def test_new_recipients_are_invited_in_the_lists_order(store: Store) -> None:
    assert load(store, KOELN, BONN) == StageReport(done=2, notes=("2 new",))
    assert keys(store) == ["k-koeln", "k-bonn"]
    assert events(store, "k-bonn") == [Loaded(change="new"), Issued(revision=1)]
    with store.reading() as tx:
        assert len({one.code for one in queries.invitations(tx).values()}) == 2


def test_the_same_list_twice_writes_nothing(store: Store) -> None:
    load(store, BONN, KOELN)
    with store.reading() as tx:
        before = queries.history(tx)
    assert load(store, BONN, KOELN) == StageReport(done=0, skipped=2)
    with store.reading() as tx:
        assert queries.history(tx) == before


def test_a_change_is_stored_and_says_which_fields(store: Store) -> None:
    load(store, BONN, KOELN)
    changed = replace(BONN, email="neu@bonn.example", phone="")
    assert load(store, changed, KOELN) == StageReport(done=1, skipped=1, notes=("1 changed",))
    assert events(store, "k-bonn")[-1] == Loaded(change="changed", fields=("email", "phone"))
    with store.reading() as tx:
        assert queries.recipient(tx, "k-bonn") == changed


def test_a_change_keeps_the_invitation(store: Store) -> None:
    load(store, BONN)
    with store.reading() as tx:
        before = queries.invitation(tx, "k-bonn")
    load(store, replace(BONN, email="neu@bonn.example"))
    with store.reading() as tx:
        assert queries.invitation(tx, "k-bonn") == before


def test_who_is_gone_is_noted_once_and_may_return(store: Store) -> None:
    load(store, BONN, KOELN)
    assert load(store, KOELN) == StageReport(done=1, skipped=1, notes=("1 gone",))
    assert load(store, KOELN) == StageReport(done=0, skipped=1)
    assert keys(store) == ["k-koeln"]
    assert load(store, KOELN, BONN).notes == ("1 returned",)
    assert events(store, "k-bonn")[2:] == [Loaded(change="gone"), Loaded(change="returned")]


def test_who_returns_with_changes_is_updated(store: Store) -> None:
    load(store, BONN, KOELN)
    load(store, KOELN)
    load(store, KOELN, replace(BONN, city="Köln"))
    assert events(store, "k-bonn")[-1] == Loaded(change="returned", fields=("city",))


def test_nobody_counts_as_gone_where_a_list_could_not_be_read(store: Store) -> None:
    load(store, BONN, KOELN)
    assert load(store, KOELN, complete=False) == StageReport(done=0, skipped=1)
    assert keys(store) == ["k-bonn", "k-koeln"]

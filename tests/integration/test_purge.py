"""Mails' words are kept as long as the campaign says, and what they answered is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from invite_pipeline.domain.events import Replied
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.replies.collect import collect
from invite_pipeline.run.privacy import Purge, purge
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from tests.builders import NOW, a_recipient, a_store, a_workspace, at
from tests.mails import a_mail

SENDER = "ob@bonn.example"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return a_workspace(tmp_path)


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    store = a_store(workspace, [a_recipient("k-bonn", email=SENDER)])
    yield store
    store.close()


def later(workspace: Workspace, days: int) -> Workspace:
    return replace(workspace, now=at(NOW + timedelta(days=days)))


def replied(store: Store) -> Replied:
    with store.reading() as tx:
        (event,) = [one.event for one in queries.history(tx) if isinstance(one.event, Replied)]
    return event


def test_old_mail_loses_its_words_and_keeps_its_answer(store: Store, workspace: Workspace) -> None:
    collect(store, workspace, [("1", a_mail(From=SENDER))])
    with store.reading() as tx:
        before = queries.tracking(tx, "k-bonn")
    assert before.reply == "yes"
    assert purge(store, later(workspace, 31)) == Purge(mails=1, waiting=0)
    assert (replied(store).text, replied(store).sender) == ("", "")
    with store.reading() as tx:
        assert queries.tracking(tx, "k-bonn") == before


def test_purging_twice_or_early_changes_nothing(store: Store, workspace: Workspace) -> None:
    collect(store, workspace, [("1", a_mail(From=SENDER))])
    assert purge(store, later(workspace, 29)) == Purge(mails=0, waiting=0)
    assert replied(store).text
    purge(store, later(workspace, 31))
    assert purge(store, later(workspace, 31)) == Purge(mails=0, waiting=0)


def test_dry_run_counts_and_keeps(store: Store, workspace: Workspace) -> None:
    collect(store, workspace, [("1", a_mail(From=SENDER))])
    assert purge(store, later(workspace, 31), dry_run=True) == Purge(mails=1, waiting=0)
    assert replied(store).sender == SENDER


def test_mail_that_waits_for_review_keeps_its_text(store: Store, workspace: Workspace) -> None:
    collect(store, workspace, [("1", a_mail("Ich melde mich noch einmal.", From=SENDER))])
    assert purge(store, later(workspace, 31)) == Purge(mails=0, waiting=1)
    assert replied(store).text


def test_purged_mail_that_is_read_again_is_a_repeat(store: Store, workspace: Workspace) -> None:
    collect(store, workspace, [("1", a_mail(From=SENDER))])
    purge(store, later(workspace, 31))
    collect(store, later(workspace, 31), [("1", a_mail(From=SENDER))])
    assert replied(store).text == ""


def test_passage_that_a_reading_rests_on_goes_with_the_mail(store: Store, workspace: Workspace) -> None:
    collect(store, workspace, [("1", a_mail("Gerne sage ich zu, Gruß aus dem Zimtweg.", From=SENDER))])
    assert "Zimtweg" in replied(store).reason
    purge(store, later(workspace, 31))
    event = replied(store)
    assert "Zimtweg" not in f"{event.reason} {event.decision}"
    assert event.reason.startswith("accepts")

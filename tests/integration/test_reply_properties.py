"""What holds for replies in whatever order and however often they come."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from invite_pipeline.domain.reply import Intent, Reply, Source
from invite_pipeline.domain.tracking import Tracking
from invite_pipeline.domain.workspace import Workspace
from invite_pipeline.replies.collect import collect
from invite_pipeline.replies.record import record_reply
from invite_pipeline.store import queries
from invite_pipeline.store.database import Store
from tests.builders import NOW, a_recipient, a_reply, a_store, a_workspace
from tests.mails import a_bounce, a_calendar_mail, a_mail

STAFF = (Source.PHONE, Source.LETTER, Source.FAX, Source.COUNTER)
MAILS = (
    a_mail(),
    a_mail("Leider bin ich verhindert.", Message_ID="<2@stadt.example>"),
    a_mail("Ich melde mich.", Message_ID="<3@stadt.example>"),
    a_mail("Wir kommen zu dritt.", Message_ID="<4@stadt.example>"),
    a_mail("Bitte streichen Sie mich aus dem Verteiler.", Message_ID="<5@stadt.example>"),
    a_calendar_mail(),
    a_calendar_mail("DECLINED", stamp="20231120T083000Z"),
    a_bounce(),
    b"",
)


@st.composite
def staff_entries(draw: st.DrawFn) -> list[Reply]:
    """Entries of the same recipient, each declared on a day of its own, as letters of different dates are."""
    days = draw(st.lists(st.integers(0, 30), min_size=1, max_size=5, unique=True))
    return [
        a_reply(
            source=draw(st.sampled_from(STAFF)),
            intent=(intent := draw(st.sampled_from((Intent.YES, Intent.NO)))),
            persons=draw(st.integers(1, 4)) if intent is Intent.YES else None,
            declared_at=NOW - timedelta(days=day),
            dedupe=f"staff:{day}",
        )
        for day in days
    ]


@contextmanager
def an_office() -> Iterator[tuple[Store, Workspace]]:
    with tempfile.TemporaryDirectory() as folder:
        workspace = a_workspace(Path(folder))
        store = a_store(workspace, [a_recipient("k-bonn")])
        yield store, workspace
        store.close()


def recorded(replies: Sequence[Reply]) -> Tracking:
    """The recipient's row once these replies came in, less what tells which came when, and how many too late."""
    with an_office() as (store, workspace):
        for reply in replies:
            record_reply(store, workspace, reply)
        with store.reading() as tx:
            return replace(queries.tracking(tx, "k-bonn"), reviews=0, answer=0)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_any_order_of_the_same_entries_folds_to_the_same_state(data: st.DataObject) -> None:
    entries = data.draw(staff_entries())
    assert recorded(data.draw(st.permutations(entries))) == recorded(entries)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_repeating_any_reply_changes_nothing(data: st.DataObject) -> None:
    mails = data.draw(st.lists(st.sampled_from(MAILS), min_size=1, max_size=6, unique=True))
    again = data.draw(st.lists(st.sampled_from(mails), max_size=6))
    with an_office() as (store, workspace):
        collect(store, workspace, [("x", mail) for mail in mails])
        before = history(store)
        collect(store, workspace, [("y", mail) for mail in again])
        assert history(store) == before


@settings(max_examples=15, deadline=None)
@given(st.permutations(MAILS), st.integers(0, len(MAILS)))
def test_mails_read_in_two_runs_say_the_same_as_in_one(mails: list[bytes], cut: int) -> None:
    named = [(str(number), mail) for number, mail in enumerate(mails)]
    with an_office() as (store, workspace):
        collect(store, workspace, named)
        once = history(store)
    with an_office() as (store, workspace):
        collect(store, workspace, named[:cut])
        collect(store, workspace, named[cut:])
        assert history(store) == once


def history(store: Store) -> list[object]:
    with store.reading() as tx:
        return [(one.recipient, one.event) for one in queries.history(tx)]
